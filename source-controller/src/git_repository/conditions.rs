//! The conditions of a GitRepository (K7).

use common::conditions::ConditionType;
use crds::source::well_known::condition;

pub use crate::source::conditions::{FETCH_FAILED, IN_STORAGE, OUTDATED, STORAGE_FAILED, VERIFIED};

/// An included repository has no artifact.
pub const INCLUDE_UNAVAILABLE: ConditionType =
    ConditionType::negative(condition::INCLUDE_UNAVAILABLE);

/// The most telling first.
pub const ORDER: &[ConditionType] = &[
    STORAGE_FAILED,
    FETCH_FAILED,
    INCLUDE_UNAVAILABLE,
    OUTDATED,
    IN_STORAGE,
    VERIFIED,
];
