//! Objects of the program that renders.

use std::any::Any;
use std::fmt::Debug;

use super::{Kind, Str, Value};
use crate::exec::Function;

/// What looking up a field of a struct gives.
#[derive(Debug, Clone)]
pub enum Field {
    /// An exported field. `interface` tells that its declared type is `interface{}`.
    Exported {
        /// What it holds.
        value: Value,
        /// The name of its declared type when that is an interface.
        interface: Option<&'static str>,
    },
    /// A field that templates may not read.
    Unexported,
}

/// What documents show of a host.
#[derive(Debug, Clone)]
pub enum Data {
    /// A value that stands for it.
    Plain(Value),
    /// The fields of a struct in order of declaration, by the names that they have in JSON.
    Fields(Vec<(&'static str, Value)>),
}

/// A struct, a pointer to one, or a named scalar: what templates see of an object of the program.
///
/// Everything but the type has a default, so a host says only what it has.
pub trait Host: Any + Debug {
    /// As `%T` prints it: `*common.Capabilities`, `time.Duration`.
    fn type_name(&self) -> &'static str;

    /// [`Kind::Pointer`] for a pointer to a struct, [`Kind::Struct`] for a struct, else the kind of what [`Host::underlying`] gives.
    fn kind(&self) -> Kind;

    /// The plain number, string, list or map that a named type stands for; nothing for structs and pointers.
    fn underlying(&self) -> Option<Value> {
        None
    }

    /// The entries of a map whose keys are no strings, in order: what `range` goes over.
    fn entries(&self) -> Option<Vec<(Value, Value)>> {
        None
    }

    /// The field `name`, one of [`Host::fields`] unless the type knows better; nothing when there is none.
    fn field(&self, name: &str) -> Option<Field> {
        let fields = self.fields();
        let (_, value) = fields.into_iter().find(|(known, _)| *known == name)?;
        Some(Field::Exported {
            value,
            interface: None,
        })
    }

    /// The method `name`, which takes the object as its first argument (see [`Function::method`]).
    fn method(&self, name: &str) -> Option<&'static Function> {
        let _ = name;
        None
    }

    /// For a struct: the method `name` of pointers to it, which templates find only where the struct stands in its place.
    fn pointer_method(&self, name: &str) -> Option<&'static Function> {
        let _ = name;
        None
    }

    /// What `deepCopy` makes of it; nothing when it is as good as the object itself.
    fn deep_copy(&self) -> Option<Value> {
        None
    }

    /// What its `String` or `Error` method gives; printing uses it in place of the fields.
    fn text(&self) -> Option<Str> {
        None
    }

    /// For a struct whose `String` or `Error` method takes a pointer: what it gives. A template that prints such a struct where it
    /// stands, `{{ .Capabilities.KubeVersion }}`, shows it; functions get and give copies, which have no such method.
    fn addressed_text(&self) -> Option<Str> {
        None
    }

    /// All fields by name, in order of declaration: printing a struct shows them.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// What JSON and YAML show of it.
    fn data(&self) -> Data {
        Data::Plain(Value::Nil)
    }

    /// Whether `other` is equal to it in the sense of Go's `==`; nothing when its type cannot be compared.
    fn equals(&self, other: &dyn Host) -> Option<bool> {
        let same: *const dyn Host = other;
        Some(std::ptr::addr_eq(
            std::ptr::from_ref(self).cast::<()>(),
            same,
        ))
    }
}
