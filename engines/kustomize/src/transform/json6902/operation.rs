//! One operation of a JSON patch, and where pointers lead.

use yaml::Value;

/// An operation as it was written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Operation {
    op: String,
    path: Option<String>,
    from: Option<String>,
    value: Option<Value>,
}

/// What JSON calls a value.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Uint(_) | Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::Seq(_) => "array",
        Value::Map(_) => "object",
    }
}

const MISSING: &str = "missing value";

impl Operation {
    /// Reads an operation; what it lacks is missed when it is carried out.
    pub(super) fn read(value: &Value) -> Result<Self, String> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        match value {
            Value::Null => Ok(Self {
                op: "unknown".into(),
                path: None,
                from: None,
                value: None,
            }),
            Value::Map(_) => Ok(Self {
                op: text("op").unwrap_or_else(|| "unknown".into()),
                path: text("path"),
                from: text("from"),
                value: value.get("value").cloned(),
            }),
            other => Err(format!(
                "json: cannot unmarshal {} into Go value of type jsonpatch.Operation",
                type_name(other)
            )),
        }
    }

    fn path(&self) -> Result<&str, String> {
        self.path
            .as_deref()
            .ok_or_else(|| format!("{} operation failed to decode path: {MISSING}", self.op))
    }

    fn from(&self) -> Result<&str, String> {
        self.from
            .as_deref()
            .ok_or_else(|| format!("{} operation failed to decode from: {MISSING}", self.op))
    }

    /// Carries the operation out.
    pub(super) fn apply(&self, document: &mut Value) -> Result<(), String> {
        match self.op.as_str() {
            "add" => {
                let path = self.path()?;
                let value = self.value.clone().unwrap_or(Value::Null);
                add(document, path, value, "add", path)
            }
            "remove" => {
                let path = self.path()?;
                let (parent, key) = parent(document, path).ok_or_else(|| {
                    format!(
                        "remove operation does not apply: doc is missing path: \"{path}\": {MISSING}"
                    )
                })?;
                remove(parent, &key)
                    .map(drop)
                    .map_err(|error| format!("error in remove for path: '{path}': {error}"))
            }
            "replace" => self.replace(document),
            "move" => self.move_value(document),
            "copy" => self.copy_value(document),
            "test" => self.test(document),
            other => Err(format!("Unexpected kind: {other}")),
        }
    }

    fn replace(&self, document: &mut Value) -> Result<(), String> {
        let path = self.path()?;
        let value = self.value.clone().unwrap_or(Value::Null);
        if path.is_empty() {
            if !value.is_map() && !value.is_seq() {
                return Err("replace operation value must be object or array".into());
            }
            *document = value;
            return Ok(());
        }
        let (parent, key) = parent(document, path).ok_or_else(|| {
            format!("replace operation does not apply: doc is missing path: {path}: {MISSING}")
        })?;
        if parent.is_map() {
            insert(parent, &key, value);
            return Ok(());
        }
        let at = index(parent, &key).map_err(|_| {
            format!("replace operation does not apply: doc is missing key: {path}: {MISSING}")
        })?;
        if let Some(items) = parent.as_seq_mut() {
            items[at] = value;
        }
        Ok(())
    }

    fn move_value(&self, document: &mut Value) -> Result<(), String> {
        let from = self.from()?;
        let (parent, key) = parent(document, from).ok_or_else(|| {
            format!("move operation does not apply: doc is missing from path: {from}: {MISSING}")
        })?;
        let value = remove(parent, &key)
            .map_err(|error| format!("error in move for path: '{key}': {error}"))?;
        let path = self.path()?;
        add(document, path, value, "move", path)
    }

    fn copy_value(&self, document: &mut Value) -> Result<(), String> {
        let from = self.from()?;
        let (parent, key) = parent(document, from).ok_or_else(|| {
            format!("copy operation does not apply: doc is missing from path: {from}: {MISSING}")
        })?;
        let value = get(parent, &key)
            .map_err(|error| format!("error in copy for from: '{from}': {error}"))?
            .unwrap_or(Value::Null);
        let path = self.path()?;
        add(document, path, value, "copy", path)
    }

    fn test(&self, document: &mut Value) -> Result<(), String> {
        let path = self.path()?;
        let wanted = self.value.clone().unwrap_or(Value::Null);
        let failed = || format!("testing value {path} failed: test failed");
        if path.is_empty() {
            return if same(document, &wanted) {
                Ok(())
            } else {
                Err(failed())
            };
        }
        let (parent, key) = parent(document, path).ok_or_else(|| {
            format!("test operation does not apply: is missing path: {path}: {MISSING}")
        })?;
        let found = get(parent, &key)
            .map_err(|error| format!("error in test for path: '{path}': {error}"))?
            .unwrap_or(Value::Null);
        if same(&found, &wanted) {
            Ok(())
        } else {
            Err(failed())
        }
    }
}

/// Equal as JSON: numbers by value, mappings without order.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Seq(a), Value::Seq(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        // A whole number may be written as a float.
        _ => {
            a == b
                || matches!((a.as_f64(), b.as_f64()), (Some(a), Some(b)) if a.total_cmp(&b).is_eq())
        }
    }
}

fn decode_key(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

/// The collection that the last part of a pointer is about, and that part.
fn parent<'v>(document: &'v mut Value, path: &str) -> Option<(&'v mut Value, String)> {
    let mut parts: Vec<&str> = path.split('/').collect();
    if parts.len() < 2 {
        return None;
    }
    let key = decode_key(parts.pop()?);
    let mut current = document;
    for part in &parts[1..] {
        let part = decode_key(part);
        current = match current {
            Value::Map(_) => current.get_mut(&part)?,
            Value::Seq(_) => {
                let at = index(current, &part).ok()?;
                current.as_seq_mut()?.get_mut(at)?
            }
            _ => return None,
        };
    }
    (current.is_map() || current.is_seq()).then_some((current, key))
}

/// The place of an existing element.
fn index(list: &Value, key: &str) -> Result<usize, String> {
    let len = list.as_seq().map_or(0, <[Value]>::len);
    let wanted: i64 = key
        .parse()
        .map_err(|_| format!("value was not a proper array index: '{key}'"))?;
    let at = if wanted < 0 {
        len.checked_add_signed(isize::try_from(wanted).unwrap_or(isize::MIN))
    } else {
        usize::try_from(wanted).ok()
    };
    at.filter(|at| *at < len).ok_or_else(|| {
        format!("Unable to access invalid index: {wanted}: invalid index referenced")
    })
}

fn get(parent: &Value, key: &str) -> Result<Option<Value>, String> {
    if let Some(map) = parent.as_map() {
        return Ok(map.get(key).cloned());
    }
    let at = index(parent, key)?;
    Ok(parent.as_seq().and_then(|items| items.get(at)).cloned())
}

fn insert(parent: &mut Value, key: &str, value: Value) {
    if let Some(map) = parent.as_map_mut() {
        map.insert(key, value);
    }
}

fn remove(parent: &mut Value, key: &str) -> Result<Value, String> {
    if let Some(map) = parent.as_map_mut() {
        return map
            .remove(key)
            .ok_or_else(|| format!("Unable to remove nonexistent key: {key}: {MISSING}"));
    }
    let at = index(parent, key)?;
    Ok(parent
        .as_seq_mut()
        .map_or(Value::Null, |items| items.remove(at)))
}

fn add(
    document: &mut Value,
    path: &str,
    value: Value,
    operation: &str,
    shown: &str,
) -> Result<(), String> {
    let what = if operation == "add" {
        format!("path: \"{shown}\"")
    } else {
        format!("destination path: {shown}")
    };
    let (parent, key) = parent(document, path).ok_or_else(|| {
        format!("{operation} operation does not apply: doc is missing {what}: {MISSING}")
    })?;
    let Some(items) = parent.as_seq_mut() else {
        insert(parent, &key, value);
        return Ok(());
    };
    if key == "-" {
        items.push(value);
        return Ok(());
    }
    let wrap = |problem: String| format!("error in {operation} for path: '{shown}': {problem}");
    let wanted: i64 = key
        .parse()
        .map_err(|_| wrap(format!("value was not a proper array index: '{key}'")))?;
    let slots = items.len() + 1;
    let at = if wanted < 0 {
        slots.checked_add_signed(isize::try_from(wanted).unwrap_or(isize::MIN))
    } else {
        usize::try_from(wanted).ok()
    };
    match at.filter(|at| *at < slots) {
        Some(at) => {
            items.insert(at, value);
            Ok(())
        }
        None => Err(wrap(format!(
            "Unable to access invalid index: {wanted}: invalid index referenced"
        ))),
    }
}
