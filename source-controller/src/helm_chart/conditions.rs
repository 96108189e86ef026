//! The conditions of a HelmChart (K7).

use common::conditions::ConditionType;
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
