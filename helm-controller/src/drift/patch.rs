//! JSON patches (RFC 6902) from one value to another.

use serde_json::{Map, Value, json};
use yaml::JsonEscape;

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// A value that was not there.
    Add {
        /// JSON pointer.
        path: String,
        /// The value.
        value: Value,
    },
    /// Another value.
    Replace {
        /// JSON pointer.
        path: String,
        /// What was there.
        old: Value,
        /// What takes its place.
        value: Value,
    },
    /// A value that goes.
    Remove {
        /// JSON pointer.
        path: String,
        /// What was there.
        old: Value,
    },
}

/// Changes in order.
pub type Patch = Vec<Operation>;

impl Operation {
    /// Where it applies.
    pub fn path(&self) -> &str {
        match self {
            Self::Add { path, .. } | Self::Replace { path, .. } | Self::Remove { path, .. } => path,
        }
    }

    /// As an API server takes it.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Add { path, value } => json!({"op": "add", "path": path, "value": value}),
            Self::Replace { path, value, .. } => {
                json!({"op": "replace", "path": path, "value": value})
            }
            Self::Remove { path, .. } => json!({"op": "remove", "path": path}),
        }
    }

    /// Bytes that it takes as JSON. What is added is not counted: it is needed in any case.
    fn size(&self) -> usize {
        let frame = |op: &str| r#"{"op":"","path":""}"#.len() + op.len() + self.path().len();
        match self {
            Self::Add { .. } => frame("add") + VALUE.len(),
            Self::Replace { value, .. } => frame("replace") + VALUE.len() + json_size(value),
            Self::Remove { .. } => frame("remove"),
        }
    }
}

const VALUE: &str = r#","value":"#;

/// The patch as an API server takes it.
pub fn to_json(patch: &[Operation]) -> Value {
    patch.iter().map(Operation::to_json).collect()
}

/// The changes that lead from `old` to `new` below `path`, in the order of names and indexes. Many small changes
/// of one value become one when that is shorter.
pub fn between(path: &str, old: &Value, new: &Value) -> Patch {
    let mut patch = Patch::new();
    diff(path, old, new, &mut patch);
    patch
}

/// The changes of the fields of an object, each as [`between`] has it, without those named in `except`. The object
/// itself is never replaced as a whole.
pub fn of_fields(
    path: &str,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    except: &[&str],
) -> Patch {
    let mut patch = Patch::new();
    for name in names(old, new) {
        if !except.contains(&name) {
            field(path, name, old, new, &mut patch);
        }
    }
    patch
}

fn diff(path: &str, old: &Value, new: &Value, patch: &mut Patch) {
    if same(old, new) {
        return;
    }
    let before = patch.len();
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for name in names(old, new) {
                field(path, name, old, new, patch);
            }
        }
        (Value::Array(old), Value::Array(new)) => items(path, old, new, patch),
        _ => {
            patch.push(replace(path, old, new));
            return;
        }
    }
    let small = &patch[before..];
    let commas = small.len().saturating_sub(1);
    let size = small.iter().map(Operation::size).sum::<usize>() + commas;
    let whole = replace(path, old, new);
    if size > whole.size() {
        patch.truncate(before);
        patch.push(whole);
    }
}

fn replace(path: &str, old: &Value, new: &Value) -> Operation {
    Operation::Replace {
        path: path.to_owned(),
        old: old.clone(),
        value: new.clone(),
    }
}

/// The names on either side, sorted.
fn names<'a>(old: &'a Map<String, Value>, new: &'a Map<String, Value>) -> Vec<&'a str> {
    let mut names: Vec<&str> = old.keys().chain(new.keys()).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn field(
    path: &str,
    name: &str,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    patch: &mut Patch,
) {
    let path = format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
    match (old.get(name), new.get(name)) {
        (Some(old), Some(new)) => diff(&path, old, new, patch),
        (Some(old), None) => patch.push(Operation::Remove {
            path,
            old: old.clone(),
        }),
        (None, Some(value)) => patch.push(Operation::Add {
            path,
            value: value.clone(),
        }),
        (None, None) => {}
    }
}

/// Items that are too many go first, all from the same place; those that are missing come last, at the end.
fn items(path: &str, old: &[Value], new: &[Value], patch: &mut Patch) {
    let common = old.len().min(new.len());
    for gone in &old[common..] {
        let path = format!("{path}/{common}");
        patch.push(Operation::Remove {
            path,
            old: gone.clone(),
        });
    }
    for (at, (old, new)) in old.iter().zip(new).enumerate() {
        diff(&format!("{path}/{at}"), old, new, patch);
    }
    for value in &new[common..] {
        let path = format!("{path}/-");
        patch.push(Operation::Add {
            path,
            value: value.clone(),
        });
    }
}

/// Equality in which 1 and 1.0 are one number.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}

/// Bytes of the JSON that Go would write.
fn json_size(value: &Value) -> usize {
    yaml::Value::from_json(value.clone())
        .to_go_json(JsonEscape::Html)
        .len()
}

/// The patch of a Secret with its values masked, for logs. Whether a value changed can be seen, what it is cannot
/// (H18.2).
pub fn masked(patch: &[Operation]) -> Patch {
    patch.iter().map(mask).collect()
}

const MASK: &str = "***";
const BEFORE: &str = "*** (before)";
const AFTER: &str = "*** (after)";

fn mask(operation: &Operation) -> Operation {
    let path = operation.path();
    let is_map = path == "/data" || path == "/stringData";
    if !is_map && !path.starts_with("/data/") && !path.starts_with("/stringData/") {
        return operation.clone();
    }
    let path = path.to_owned();
    match operation {
        Operation::Add { value, .. } => Operation::Add {
            path,
            value: hidden(value, None, MASK),
        },
        Operation::Remove { old, .. } => Operation::Remove {
            path,
            old: hidden(old, None, MASK),
        },
        Operation::Replace { old, value, .. } => Operation::Replace {
            path,
            old: hidden(old, Some(value), BEFORE),
            value: hidden(value, Some(old), AFTER),
        },
    }
}

/// A value, or each entry of a mapping, as a mask; `changed` for what the other side has as well, but otherwise.
fn hidden(value: &Value, other: Option<&Value>, changed: &str) -> Value {
    let Value::Object(entries) = value else {
        return json!(changed);
    };
    let other = other.and_then(Value::as_object);
    let mask = |(name, value): (&String, &Value)| {
        let differs = other
            .and_then(|other| other.get(name))
            .is_some_and(|other| other != value);
        (name.clone(), json!(if differs { changed } else { MASK }))
    };
    entries.iter().map(mask).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(old: Value, new: Value, expected: Value) {
        assert_eq!(
            to_json(&between("", &old, &new)),
            expected,
            "{old} -> {new}"
        );
    }

    #[test]
    fn changes_come_in_the_order_of_names_and_indexes() {
        let text = "a long text that nobody wants to send twice";
        check(
            json!({"b": 1, "a": {"x": 1}, "long": text, "gone": true}),
            json!({"b": 2, "a": {"x": 1}, "long": text, "new/~": null}),
            json!([
                {"op": "replace", "path": "/b", "value": 2},
                {"op": "remove", "path": "/gone"},
                {"op": "add", "path": "/new~1~0", "value": null},
            ]),
        );
        let long = text.repeat(4);
        check(
            json!({"l": [long, 2, 3, 4], "m": [long]}),
            json!({"l": [long, 5], "m": [long, 6, 7]}),
            json!([
                {"op": "remove", "path": "/l/2"},
                {"op": "remove", "path": "/l/2"},
                {"op": "replace", "path": "/l/1", "value": 5},
                {"op": "add", "path": "/m/-", "value": 6},
                {"op": "add", "path": "/m/-", "value": 7},
            ]),
        );
    }

    #[test]
    fn one_change_takes_the_place_of_many_where_it_is_shorter() {
        check(
            json!({"keep": "a long text that nobody wants to send twice", "l": [1, 2, 3]}),
            json!({"keep": "a long text that nobody wants to send twice", "l": []}),
            json!([{"op": "replace", "path": "/l", "value": []}]),
        );
    }

    #[test]
    fn equal_numbers_are_no_change() {
        check(json!({"a": [1, 2.0]}), json!({"a": [1.0, 2]}), json!([]));
        check(
            json!(1),
            json!("1"),
            json!([{"op": "replace", "path": "", "value": "1"}]),
        );
    }

    #[test]
    fn h18_2_what_a_secret_holds_is_masked() {
        let replace = |path: &str, old: Value, value: Value| Operation::Replace {
            path: path.to_owned(),
            old,
            value,
        };
        let patch = [
            replace("/data/a", json!("b2xk"), json!("bmV3")),
            Operation::Add {
                path: "/data/b".to_owned(),
                value: json!("bmV3"),
            },
            Operation::Remove {
                path: "/stringData/c".to_owned(),
                old: json!("old"),
            },
            replace(
                "/data",
                json!({"a": "1", "b": "2", "c": "3"}),
                json!({"a": "1", "b": "4", "d": "5"}),
            ),
            replace("/type", json!("Opaque"), json!("x")),
        ];
        assert_eq!(
            masked(&patch),
            [
                replace("/data/a", json!("*** (before)"), json!("*** (after)")),
                Operation::Add {
                    path: "/data/b".to_owned(),
                    value: json!("***")
                },
                Operation::Remove {
                    path: "/stringData/c".to_owned(),
                    old: json!("***")
                },
                replace(
                    "/data",
                    json!({"a": "***", "b": "*** (before)", "c": "***"}),
                    json!({"a": "***", "b": "*** (after)", "d": "***"}),
                ),
                replace("/type", json!("Opaque"), json!("x")),
            ]
        );
    }
}
