//! Structs from values, with the leniency and the errors of Go's `encoding/json`.
//!
//! Field names match without regard to case when none matches exactly, null leaves the default,
//! and an error names the field from the top.

use std::collections::BTreeMap;

use yaml::Value;

/// How exact a document must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Unknown fields are errors (kustomization files).
    Strict,
    /// Unknown fields are errors, other scalars become text where text is needed.
    StrictFields,
    /// Unknown fields are ignored, and other scalars become text where text is needed.
    Lenient,
}

/// Where in the document the decoder is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    mode: Mode,
    /// The type that the document is decoded into.
    root: &'a str,
    parent: Option<&'a Context<'a>>,
    step: Step<'a>,
}

/// How a value is reached from the one that it is in.
#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    /// By its key, as the document spells it.
    Field(&'a str),
    /// By its place in a list.
    Item(usize),
}

impl<'a> Context<'a> {
    /// The top of a document that is to become a `root`.
    pub(crate) fn new(root: &'a str, mode: Mode) -> Self {
        Self {
            mode,
            root,
            parent: None,
            step: Step::Field(""),
        }
    }

    /// Below a field.
    pub(crate) fn field(&'a self, field: &'a str) -> Self {
        Context {
            mode: self.mode,
            root: self.root,
            parent: Some(self),
            step: Step::Field(field),
        }
    }

    /// Below a list.
    pub(crate) fn item(&'a self, at: usize) -> Self {
        Context {
            mode: self.mode,
            root: self.root,
            parent: Some(self),
            step: Step::Item(at),
        }
    }

    /// Unknown fields are errors.
    pub(crate) fn is_strict(&self) -> bool {
        self.mode != Mode::Lenient
    }

    fn path(&self) -> String {
        match self.parent {
            None => self.root.to_owned(),
            Some(parent) => match self.step {
                Step::Field(field) => format!("{}.{field}", parent.path()),
                Step::Item(at) => format!("{}.{at}", parent.path()),
            },
        }
    }

    /// For a field of an embedded struct: other scalars never become text there, since the detour
    /// through JSON does not see the type of such fields.
    pub(crate) fn embedded(self) -> Self {
        Self {
            mode: Mode::Strict,
            ..self
        }
    }

    /// The error for a value of the wrong type.
    pub(crate) fn mismatch(&self, value: &Value, wanted: &str) -> String {
        let got = match value {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Int(_) | Value::Uint(_) | Value::Float(_) => "number",
            Value::Str(_) => "string",
            Value::Seq(_) => "array",
            Value::Map(_) => "object",
        };
        self.mismatch_of(got, wanted)
    }

    fn mismatch_of(&self, got: &str, wanted: &str) -> String {
        if self.parent.is_none() {
            return format!("json: cannot unmarshal {got} into Go value of type {wanted}");
        }
        let place = match self.step {
            Step::Field(_) => "Go struct field ",
            Step::Item(_) => "",
        };
        let path = self.path();
        format!("json: cannot unmarshal {got} into {place}{path} of type {wanted}")
    }
}

/// Made from a value.
pub(crate) trait Decode: Sized {
    fn decode(value: &Value, context: &Context<'_>) -> Result<Self, String>;

    /// What messages call the type.
    fn type_name() -> String;
}

impl Decode for String {
    fn decode(value: &Value, context: &Context<'_>) -> Result<Self, String> {
        match value {
            Value::Null => Ok(Self::new()),
            Value::Str(text) => Ok(text.to_string()),
            Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Float(_)
                if context.mode != Mode::Strict =>
            {
                Ok(value.to_go_json(yaml::JsonEscape::Plain))
            }
            _ => Err(context.mismatch(value, "string")),
        }
    }

    fn type_name() -> String {
        "string".into()
    }
}

impl Decode for bool {
    fn decode(value: &Value, context: &Context<'_>) -> Result<Self, String> {
        match value {
            Value::Null => Ok(false),
            Value::Bool(value) => Ok(*value),
            _ => Err(context.mismatch(value, "bool")),
        }
    }

    fn type_name() -> String {
        "bool".into()
    }
}

impl Decode for i64 {
    fn decode(value: &Value, context: &Context<'_>) -> Result<Self, String> {
        match value {
            Value::Null => Ok(0),
            _ => value.as_i64().ok_or_else(|| match value {
                // A number of the wrong sort is shown.
                Value::Uint(_) | Value::Float(_) => context.mismatch_of(
                    &format!("number {}", value.to_go_json(yaml::JsonEscape::Plain)),
                    "int64",
                ),
                _ => context.mismatch(value, "int64"),
            }),
        }
    }

    fn type_name() -> String {
        "int64".into()
    }
}

impl Decode for Value {
    fn decode(value: &Value, _: &Context<'_>) -> Result<Self, String> {
        Ok(value.clone())
    }

    fn type_name() -> String {
        "interface {}".into()
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(value: &Value, context: &Context<'_>) -> Result<Self, String> {
        match value {
            Value::Null => Ok(None),
            _ => T::decode(value, context).map(Some),
        }
    }

    fn type_name() -> String {
        T::type_name()
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(value: &Value, context: &Context<'_>) -> Result<Self, String> {
        match value {
            Value::Null => Ok(Self::new()),
            Value::Seq(items) => items
                .iter()
                .enumerate()
                .map(|(at, item)| T::decode(item, &context.item(at)))
                .collect(),
            _ => Err(context.mismatch(value, &Self::type_name())),
        }
    }

    fn type_name() -> String {
        format!("[]{}", T::type_name())
    }
}

impl<T: Decode> Decode for BTreeMap<String, T> {
    fn decode(value: &Value, context: &Context<'_>) -> Result<Self, String> {
        match value {
            Value::Null => Ok(Self::new()),
            Value::Map(map) => sorted(map)
                .into_iter()
                .map(|(key, value)| {
                    let value = T::decode(value, &context.field(key))?;
                    Ok((key.to_string(), value))
                })
                .collect(),
            _ => Err(context.mismatch(value, &Self::type_name())),
        }
    }

    fn type_name() -> String {
        format!("map[string]{}", T::type_name())
    }
}

/// The entries in the order in which Go sees them, behind a detour through JSON. It decides which of
/// several errors is told.
pub(crate) fn sorted(map: &yaml::Map) -> Vec<(&yaml::Str, &Value)> {
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    entries
}

/// The field that a key means.
pub(crate) fn match_field(key: &str, fields: &[&'static str]) -> Option<&'static str> {
    fields
        .iter()
        .find(|field| **field == key)
        .or_else(|| fields.iter().find(|field| field.eq_ignore_ascii_case(key)))
        .copied()
}

/// Declares a struct with the names that its fields have in documents, and how to decode it. Those
/// that upstream has in an embedded struct are `embedded`.
macro_rules! decode_struct {
    (
        $(#[$meta:meta])*
        pub(crate) struct $name:ident {
            $( $(#[$field_meta:meta])* $field:ident : $type:ty = $($how:ident)? $key:literal, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        #[allow(clippy::struct_field_names, reason = "fields are called as in documents")]
        pub(crate) struct $name {
            $( $(#[$field_meta])* pub(crate) $field: $type, )*
        }

        impl $crate::config::Decode for $name {
            fn decode(
                value: &yaml::Value,
                context: &$crate::config::Context<'_>,
            ) -> Result<Self, String> {
                const FIELDS: &[&str] = &[$( $key ),*];
                let mut out = Self::default();
                let map = match value {
                    yaml::Value::Null => return Ok(out),
                    yaml::Value::Map(map) => map,
                    _ => {
                        return Err(context.mismatch(value, &Self::type_name()));
                    }
                };
                for (key, value) in $crate::config::decode_sorted(map) {
                    match $crate::config::decode_match_field(key, FIELDS) {
                        $( Some($key) => {
                            out.$field = $crate::config::Decode::decode(
                                value,
                                &context.field(key)$(.$how())?,
                            )?;
                        } )*
                        _ if context.is_strict() => {
                            return Err(format!("json: unknown field \"{key}\""));
                        }
                        _ => {}
                    }
                }
                Ok(out)
            }

            fn type_name() -> String {
                concat!("types.", stringify!($name)).into()
            }
        }
    };
}
pub(crate) use decode_struct;

#[cfg(test)]
mod tests {
    use super::*;

    decode_struct! {
        pub(crate) struct Example {
            name_prefix: String = "namePrefix",
            labels: BTreeMap<String, String> = "labels",
            list: Vec<String> = "list",
        }
    }

    fn example(text: &str, mode: Mode) -> Result<Example, String> {
        let documents = yaml::decode(
            text.as_bytes(),
            yaml::Dialect::Kubernetes,
            &yaml::Budget::default(),
        )
        .unwrap();
        Example::decode(&documents[0], &Context::new("Kustomization", mode))
    }

    #[test]
    fn field_names_match_without_case() {
        let example = example("nameprefix: a\n", Mode::Strict).unwrap();
        assert_eq!(example.name_prefix, "a");
    }

    #[test]
    fn errors_name_the_field_from_the_top() {
        assert_eq!(
            example("labels: {b: true}\n", Mode::Strict).unwrap_err(),
            "json: cannot unmarshal bool into Go struct field Kustomization.labels.b of type string"
        );
        assert_eq!(
            example("list: [a, 1]\n", Mode::Strict).unwrap_err(),
            "json: cannot unmarshal number into Kustomization.list.1 of type string"
        );
        assert_eq!(
            example("list: a\n", Mode::Strict).unwrap_err(),
            "json: cannot unmarshal string into Go struct field Kustomization.list of type []string"
        );
        assert_eq!(
            example("bogus: 1\n", Mode::Strict).unwrap_err(),
            "json: unknown field \"bogus\""
        );
    }

    #[test]
    fn lenient_documents_turn_scalars_to_text() {
        let example = example("labels: {b: true, c: 1}\nbogus: 1\n", Mode::Lenient).unwrap();
        assert_eq!(example.labels["b"], "true");
        assert_eq!(example.labels["c"], "1");
    }
}
