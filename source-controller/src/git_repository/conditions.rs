//! The conditions of a GitRepository (K7) and how Ready follows from them (R8).

use common::conditions::{ConditionType, Summary};
use crds::source::well_known::condition;

/// The storage does not work.
pub const STORAGE_FAILED: ConditionType =
    ConditionType::negative(condition::STORAGE_OPERATION_FAILED);
/// The repository cannot be fetched.
pub const FETCH_FAILED: ConditionType = ConditionType::negative(condition::FETCH_FAILED);
/// An included repository has no artifact.
pub const INCLUDE_UNAVAILABLE: ConditionType =
    ConditionType::negative(condition::INCLUDE_UNAVAILABLE);
/// A newer revision is known than the one in storage.
pub const OUTDATED: ConditionType = ConditionType::negative(condition::ARTIFACT_OUTDATED);
/// The artifact of the last seen revision is in storage.
pub const IN_STORAGE: ConditionType = ConditionType::positive(condition::ARTIFACT_IN_STORAGE);
/// The signature was verified.
pub const VERIFIED: ConditionType = ConditionType::positive(condition::SOURCE_VERIFIED);

/// The most telling first.
pub const ORDER: &[ConditionType] = &[
    STORAGE_FAILED,
    FETCH_FAILED,
    INCLUDE_UNAVAILABLE,
    OUTDATED,
    IN_STORAGE,
    VERIFIED,
];

/// How Ready is derived.
pub const SUMMARY: Summary = Summary {
    order: ORDER,
    overriding: &[VERIFIED],
};

/// Those whose end is a recovery (E4).
pub const FAILURES: &[ConditionType] = &[STORAGE_FAILED, FETCH_FAILED, INCLUDE_UNAVAILABLE];
