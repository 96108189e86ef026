//! The condition types that every kind has (K7).

use common::conditions::ConditionType;
use crds::source::well_known::condition;

/// The storage does not work.
pub const STORAGE_FAILED: ConditionType =
    ConditionType::negative(condition::STORAGE_OPERATION_FAILED);
/// The source cannot be fetched.
pub const FETCH_FAILED: ConditionType = ConditionType::negative(condition::FETCH_FAILED);
/// A newer revision is known than the one in storage.
pub const OUTDATED: ConditionType = ConditionType::negative(condition::ARTIFACT_OUTDATED);
/// The artifact of the last seen revision is in storage.
pub const IN_STORAGE: ConditionType = ConditionType::positive(condition::ARTIFACT_IN_STORAGE);
/// The signature was verified.
pub const VERIFIED: ConditionType = ConditionType::positive(condition::SOURCE_VERIFIED);
