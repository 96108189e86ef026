//! JSON pointers (RFC 6901) that get, remove and replace without failing on what is not there.

use serde_json::Value;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pointer {
    segments: Vec<String>,
}

impl Pointer {
    /// Splits a pointer. The leading slash may be missing; no text at all means the whole document.
    pub fn parse(text: &str) -> Self {
        if text.is_empty() {
            return Self {
                segments: Vec::new(),
            };
        }
        let text = text.strip_prefix('/').unwrap_or(text);
        let unescape = |segment: &str| segment.replace("~1", "/").replace("~0", "~");
        Self {
            segments: text.split('/').map(unescape).collect(),
        }
    }

    /// Whether it means the whole document.
    pub fn is_root(&self) -> bool {
        self.segments.is_empty()
    }

    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    pub fn get<'a>(&self, root: &'a Value) -> Option<&'a Value> {
        self.segments
            .iter()
            .try_fold(root, |value, segment| step(value, segment))
    }

    /// Removes the value, if it is there.
    pub fn remove(&self, root: &mut Value) {
        let Some((last, parent)) = self.parent(root) else {
            return;
        };
        match parent {
            Value::Object(map) => {
                map.shift_remove(last);
            }
            Value::Array(items) => {
                if let Some(index) = index(last, items.len()) {
                    items.remove(index);
                }
            }
            _ => {}
        }
    }

    /// Replaces the value, if it is there.
    pub fn replace(&self, root: &mut Value, value: Value) {
        let Some((last, parent)) = self.parent(root) else {
            return;
        };
        let slot = match parent {
            Value::Object(map) => map.get_mut(last),
            Value::Array(items) => index(last, items.len()).and_then(|index| items.get_mut(index)),
            _ => None,
        };
        if let Some(slot) = slot {
            *slot = value;
        }
    }

    fn parent<'a, 'b>(&'a self, root: &'b mut Value) -> Option<(&'a str, &'b mut Value)> {
        let (last, before) = self.segments.split_last()?;
        let parent = before.iter().try_fold(root, |value, segment| match value {
            Value::Object(map) => map.get_mut(segment),
            Value::Array(items) => {
                index(segment, items.len()).and_then(|index| items.get_mut(index))
            }
            _ => None,
        })?;
        Some((last, parent))
    }
}

fn step<'a>(value: &'a Value, segment: &str) -> Option<&'a Value> {
    match value {
        Value::Object(map) => map.get(segment),
        Value::Array(items) => items.get(index(segment, items.len())?),
        _ => None,
    }
}

/// An index into a list; a negative one counts from the end.
fn index(segment: &str, len: usize) -> Option<usize> {
    let number: i64 = segment.parse().ok()?;
    if number >= 0 {
        usize::try_from(number).ok().filter(|index| *index < len)
    } else {
        len.checked_sub(usize::try_from(number.unsigned_abs()).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pointers_read_escapes_and_list_indexes() {
        let value = json!({"a/b": {"~": [1, 2, 3]}});
        let get = |text: &str| Pointer::parse(text).get(&value).cloned();
        assert_eq!(get("/a~1b/~0/1"), Some(json!(2)));
        assert_eq!(get("/a~1b/~0/-1"), Some(json!(3)));
        assert_eq!(get("/a~1b/~0/3"), None);
        assert_eq!(get("/a~1b/~0/-4"), None);
        assert_eq!(get("/nope"), None);
    }

    #[test]
    fn what_is_not_there_is_neither_removed_nor_replaced() {
        let mut value = json!({"a": [1, 2]});
        let before = value.clone();
        Pointer::parse("/b/c").remove(&mut value);
        Pointer::parse("/b").replace(&mut value, json!(1));
        Pointer::parse("/a/7").replace(&mut value, json!(1));
        assert_eq!(value, before);
        Pointer::parse("/a/0").remove(&mut value);
        Pointer::parse("/a/0").replace(&mut value, json!("x"));
        assert_eq!(value, json!({"a": ["x"]}));
    }
}
