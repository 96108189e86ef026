//! The conditions of a HelmChart (K7) and how Ready follows from them (R8).

use common::conditions::{ConditionType, Summary};
use crds::source::well_known::condition;

pub use crate::source::conditions::{FETCH_FAILED, IN_STORAGE, OUTDATED, STORAGE_FAILED, VERIFIED};

/// The chart cannot be built.
pub const BUILD_FAILED: ConditionType = ConditionType::negative(condition::BUILD_FAILED);

/// The most telling first.
pub const ORDER: &[ConditionType] = &[
    STORAGE_FAILED,
    FETCH_FAILED,
    BUILD_FAILED,
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
pub const FAILURES: &[ConditionType] = &[STORAGE_FAILED, FETCH_FAILED, BUILD_FAILED];
