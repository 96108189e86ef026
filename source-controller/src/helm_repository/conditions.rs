//! The conditions of a HelmRepository (K7) and how Ready follows from them (R8).

use common::conditions::{ConditionType, Summary};

pub use crate::source::conditions::{FETCH_FAILED, IN_STORAGE, OUTDATED, STORAGE_FAILED};

/// The most telling first.
pub const ORDER: &[ConditionType] = &[STORAGE_FAILED, FETCH_FAILED, OUTDATED, IN_STORAGE];

/// How Ready is derived.
pub const SUMMARY: Summary = Summary {
    order: ORDER,
    overriding: &[],
};

/// Those whose end is a recovery (E4).
pub const FAILURES: &[ConditionType] = &[STORAGE_FAILED, FETCH_FAILED];
