//! The conditions of a HelmRepository (K7).

use common::conditions::ConditionType;

pub use crate::source::conditions::{FETCH_FAILED, IN_STORAGE, OUTDATED, STORAGE_FAILED};

/// The most telling first.
pub const ORDER: &[ConditionType] = &[STORAGE_FAILED, FETCH_FAILED, OUTDATED, IN_STORAGE];
