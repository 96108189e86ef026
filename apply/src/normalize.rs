//! Bringing desired objects into the form in which they are applied (compat K14.7).

use crate::object::Object;

/// Normalises one desired object.
pub fn normalize(_object: &mut Object) {}
