//! Reading an index that is YAML, entry by entry, from the events of its document.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use yaml::{Budget, Dialect, NodeEvent, Resolved, ScalarStyle};

use super::{IndexError, Part};

/// Values that aliases may stand for in one index.
const MAX_ALIASED: usize = 1_000_000;

/// Depth of an index.
const MAX_DEPTH: usize = 100;

/// Where `entries` of the index and a chart in it are: depths of what is open.
const ENTRIES: usize = 2;
const CHART: usize = 3;

/// Reads everything; equal keys are an error.
pub(super) fn read(
    bytes: &[u8],
    sink: &mut dyn FnMut(Part<'_>) -> Result<(), String>,
) -> Result<(), IndexError> {
    let budget = Budget {
        depth: MAX_DEPTH,
        ..Budget::default()
    };
    let mut reader = Reader::default();
    yaml::visit_first(bytes, Dialect::KubernetesStrict, &budget, |event| {
        reader.take(&event, sink)
    })
    .map(drop)
    .map_err(|error| IndexError::Syntax(error.to_string()))
}

/// A tree under construction.
enum Open {
    List {
        anchor: Option<String>,
        items: Vec<Value>,
    },
    Mapping {
        anchor: Option<String>,
        fields: Map<String, Value>,
        key: Option<String>,
    },
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    anchors: BTreeMap<String, Value>,
    aliased: usize,
}

impl Reader {
    fn take(
        &mut self,
        event: &NodeEvent<'_>,
        sink: &mut dyn FnMut(Part<'_>) -> Result<(), String>,
    ) -> Result<(), String> {
        let anchor = |name: Option<&str>| name.map(str::to_owned);
        match event {
            NodeEvent::MappingStart(name, _) => {
                self.expect_value(sink)?;
                self.open.push(Open::Mapping {
                    anchor: anchor(*name),
                    fields: Map::new(),
                    key: None,
                });
                Ok(())
            }
            NodeEvent::SequenceStart(name, _) => {
                if self.open.is_empty() {
                    return Err("expected a mapping, found a list".to_owned());
                }
                self.expect_value(sink)?;
                self.open.push(Open::List {
                    anchor: anchor(*name),
                    items: Vec::new(),
                });
                Ok(())
            }
            NodeEvent::MappingEnd | NodeEvent::SequenceEnd => self.close(sink),
            NodeEvent::Alias(name) => {
                let value = self.anchors.get(*name).cloned();
                let value = value.ok_or_else(|| format!("unknown anchor '{name}' referenced"))?;
                self.aliased += size(&value);
                if self.aliased > MAX_ALIASED {
                    return Err("document contains excessive aliasing".to_owned());
                }
                self.put(value, sink)
            }
            NodeEvent::Scalar {
                anchor: name,
                tag,
                text,
                style,
            } => {
                if self.awaits_key() {
                    return self.put(Value::String((*text).to_owned()), sink);
                }
                let value = scalar(*tag, text, *style);
                if let Some(name) = name {
                    self.anchors.insert((*name).to_owned(), value.clone());
                }
                self.put(value, sink)
            }
        }
    }

    fn awaits_key(&self) -> bool {
        matches!(self.open.last(), Some(Open::Mapping { key: None, .. }))
    }

    /// A collection begins: it may be a value only. A chart is told before its versions.
    fn expect_value(
        &mut self,
        sink: &mut dyn FnMut(Part<'_>) -> Result<(), String>,
    ) -> Result<(), String> {
        if self.awaits_key() {
            return Err("a key of a mapping must be a text".to_owned());
        }
        if self.open.len() == ENTRIES
            && self.is_in_entries()
            && let Some(Open::Mapping {
                key: Some(name), ..
            }) = self.open.last()
        {
            sink(Part::Chart(name))?;
        }
        Ok(())
    }

    /// Whether the second collection from the top is the field `entries` of the index.
    fn is_in_entries(&self) -> bool {
        matches!(self.open.first(), Some(Open::Mapping { key: Some(key), .. }) if key == "entries")
    }

    fn close(
        &mut self,
        sink: &mut dyn FnMut(Part<'_>) -> Result<(), String>,
    ) -> Result<(), String> {
        let (anchor, value) = match self.open.pop() {
            Some(Open::List { anchor, items }) => (anchor, Value::Array(items)),
            Some(Open::Mapping { anchor, fields, .. }) => (anchor, Value::Object(fields)),
            None => return Ok(()),
        };
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, value.clone());
        }
        if self.open.is_empty() {
            return Ok(());
        }
        self.put(value, sink)
    }

    /// A value is complete: it goes to the sink when it is an entry or a field of the index, and else into what is open.
    fn put(
        &mut self,
        value: Value,
        sink: &mut dyn FnMut(Part<'_>) -> Result<(), String>,
    ) -> Result<(), String> {
        let depth = self.open.len();
        let in_entries = self.is_in_entries();
        if depth == CHART
            && in_entries
            && matches!(self.open.last(), Some(Open::List { .. }))
            && let Some(Open::Mapping {
                key: Some(name), ..
            }) = self.open.get(1)
        {
            return sink(Part::Entry(name, value));
        }
        match self.open.last_mut() {
            None if value.is_null() => Ok(()),
            None => Err("expected a mapping, found a scalar".to_owned()),
            Some(Open::List { items, .. }) => {
                items.push(value);
                Ok(())
            }
            Some(Open::Mapping { fields, key, .. }) => {
                let Some(name) = key.take() else {
                    let Value::String(name) = value else {
                        return Err("a key of a mapping must be a text".to_owned());
                    };
                    if name == "<<" {
                        return Err("merge keys are not supported in an index".to_owned());
                    }
                    if fields.contains_key(&name) {
                        return Err(format!("key \"{name}\" already set in map"));
                    }
                    *key = Some(name);
                    return Ok(());
                };
                if depth == 1 {
                    fields.insert(name.clone(), Value::Null);
                    return sink(Part::Field(&name, value));
                }
                // The versions were handed out one by one; what they were of is remembered, not what they said.
                if depth == ENTRIES && in_entries {
                    if !matches!(&value, Value::Null | Value::Array(_)) {
                        return Err(format!("expected a list of versions of chart '{name}'"));
                    }
                    sink(Part::Chart(&name))?;
                    fields.insert(name, Value::Null);
                    return Ok(());
                }
                fields.insert(name, value);
                Ok(())
            }
        }
    }
}

fn scalar(tag: Option<&str>, text: &str, style: ScalarStyle) -> Value {
    let is_text = style != ScalarStyle::Plain || tag == Some("tag:yaml.org,2002:str");
    if is_text {
        return Value::String(text.to_owned());
    }
    match yaml::resolve(text, Dialect::KubernetesStrict) {
        Resolved::Null => Value::Null,
        Resolved::Bool(value) => Value::Bool(value),
        Resolved::Int(value) => Value::from(value),
        Resolved::Uint(value) => Value::from(value),
        Resolved::Float(value) => serde_json::Number::from_f64(value)
            .map_or_else(|| Value::String(text.to_owned()), Value::Number),
        Resolved::Timestamp(_) | Resolved::Text => Value::String(text.to_owned()),
    }
}

/// Values in a tree.
fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(fields) => 1 + fields.values().map(size).sum::<usize>(),
        _ => 1,
    }
}
