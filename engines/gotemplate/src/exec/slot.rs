//! A value in a place whose type is known: what Go's `reflect.Value` knows more than an interface does.

use crate::value::{Type, Value};

/// A value, and whether it stands in a place of type `interface{}` (an element of `map[string]interface{}`, say). Error texts and nil
/// checks tell the two apart: the nil of such a place is a nil interface, any other nil is no value at all.
#[derive(Debug, Clone, Default)]
pub(super) struct Slot {
    pub(super) value: Value,
    pub(super) boxed: bool,
    /// Whether it is a field that stands where a pointer leads: what Go can take the address of.
    pub(super) addressed: bool,
}

impl Slot {
    /// No value at all.
    pub(super) const INVALID: Self = Self {
        value: Value::Nil,
        boxed: false,
        addressed: false,
    };

    pub(super) fn plain(value: Value) -> Self {
        Self {
            value,
            ..Self::INVALID
        }
    }

    /// A value in a place of this type.
    pub(super) fn placed(value: Value, place: Type) -> Self {
        Self {
            value,
            boxed: matches!(place, Type::Any),
            addressed: false,
        }
    }

    /// What is in the interface.
    pub(super) fn unboxed(self) -> Self {
        Self {
            boxed: false,
            ..self
        }
    }

    pub(super) fn is_invalid(&self) -> bool {
        !self.boxed && self.value.is_nil()
    }

    /// The name of its static type, as error texts show it.
    pub(super) fn type_name(&self) -> String {
        if self.boxed {
            Type::Any.to_string()
        } else {
            self.value.type_name()
        }
    }
}
