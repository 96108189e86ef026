//! Some entries of a mapping, without values made of the others.

use super::{Dialect, Input, decode_first};
use crate::parse::{EventKind, Layout, Properties, Scalar};
use crate::resolve::{self, Resolved};
use crate::scan::ScalarStyle;
use crate::{Budget, Error, Map, Str, Value};

/// Decodes the first document of a stream as [`decode_first`] does under [`Dialect::Kubernetes`],
/// errors included, but gives of a mapping only the entries under `keys`, in whatever case.
///
/// What is left out is read and not built, for a manifest of which no more than its kind and its
/// name are wanted. Other entries may be there as well.
///
/// # Errors
///
/// As [`decode_first`].
pub fn decode_first_entries(
    bytes: &[u8],
    budget: &Budget,
    keys: &[&str],
) -> Result<Option<Value>, Error> {
    match entries(bytes, budget, keys) {
        Some(found) => Ok(Some(Value::from(found))),
        // Something in it needs the whole decoder, if only to be refused.
        None => decode_first(bytes, Dialect::Kubernetes, budget),
    }
}

/// What comes next in a collection that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Item,
    Key,
    Value,
}

/// The entries under `keys`, for a sound document that is a block mapping at the left margin.
/// Nothing for any other, and for one with what only the whole decoder knows: anchors, tags, merges,
/// keys and numbers that may be refused.
fn entries(bytes: &[u8], budget: &Budget, keys: &[&str]) -> Option<Map> {
    let input = Input::new(bytes, Dialect::Kubernetes, budget).ok()?;
    if input.source.fault.is_some() {
        return None;
    }
    let mut parser = input.parser();
    let mut open: Vec<Next> = Vec::new();
    let mut kept = Kept::default();
    let mut events = 0;
    loop {
        let event = parser.next().ok()?;
        match event.kind {
            EventKind::DocumentStart => continue,
            EventKind::StreamEnd | EventKind::Alias(_) => return None,
            EventKind::DocumentEnd => return Some(kept.found),
            EventKind::SequenceStart(properties, _) => {
                begin(&properties, open.last_mut()?)?;
                open.push(Next::Item);
                kept.open(Collection::Sequence(Vec::new()));
            }
            EventKind::MappingStart(properties, layout) => {
                if let Some(parent) = open.last_mut() {
                    begin(&properties, parent)?;
                } else {
                    begin(&properties, &mut Next::Item)?;
                    let is_at_margin = layout == Layout::Block && event.start.column == 0;
                    is_at_margin.then_some(())?;
                }
                open.push(Next::Key);
                kept.open(Collection::Mapping(Map::new(), None));
            }
            EventKind::SequenceEnd | EventKind::MappingEnd => {
                open.pop();
                kept.close();
            }
            EventKind::Scalar(scalar) => {
                let depth = open.len();
                let next = open.last_mut()?;
                let is_key = *next == Next::Key;
                begin(&scalar.properties, &mut Next::Item)?;
                let resolved = harmless(&scalar, *next)?;
                advance(next);
                if is_key && depth == 1 {
                    (event.start.column == 0).then_some(())?;
                    let is_wanted = keys
                        .iter()
                        .any(|key| key.eq_ignore_ascii_case(&scalar.value));
                    kept.key = is_wanted.then(|| Str::from(&*scalar.value));
                } else {
                    kept.scalar(&scalar, &resolved)?;
                }
            }
        }
        events += 1;
        if events > budget.values || open.len() >= budget.depth {
            return None;
        }
    }
}

/// What was built of the entries that are wanted.
#[derive(Default)]
struct Kept {
    found: Map,
    /// The key of the entry under work, if it is wanted.
    key: Option<Str>,
    /// The collections that are open in it.
    open: Vec<Collection>,
}

enum Collection {
    Sequence(Vec<Value>),
    /// With the key whose value comes next.
    Mapping(Map, Option<Str>),
}

impl Kept {
    fn open(&mut self, collection: Collection) {
        if self.key.is_some() {
            self.open.push(collection);
        }
    }

    fn close(&mut self) {
        match self.open.pop() {
            None => {}
            Some(Collection::Sequence(items)) => self.value(Value::from(items)),
            Some(Collection::Mapping(map, _)) => self.value(Value::from(map)),
        }
    }

    /// A key or a value; nothing for a key that is no text, whose text is for the whole decoder to find.
    fn scalar(&mut self, scalar: &Scalar<'_>, resolved: &Resolved) -> Option<()> {
        if self.key.is_none() {
            return Some(());
        }
        if let Some(Collection::Mapping(_, key @ None)) = self.open.last_mut() {
            *key = matches!(resolved, Resolved::Text).then(|| Str::from(&*scalar.value));
            return key.is_some().then_some(());
        }
        self.value(match *resolved {
            Resolved::Null => Value::Null,
            Resolved::Bool(value) => Value::Bool(value),
            Resolved::Int(value) => Value::Int(value),
            Resolved::Uint(value) => Value::Uint(value),
            Resolved::Float(value) => Value::Float(value),
            Resolved::Timestamp(_) | Resolved::Text => Value::Str(Str::from(&*scalar.value)),
        });
        Some(())
    }

    /// A value that is complete goes where it belongs. Of equal keys the last one stays.
    fn value(&mut self, value: Value) {
        match self.open.last_mut() {
            None => {
                if let Some(key) = self.key.take() {
                    self.found.insert(key, value);
                }
            }
            Some(Collection::Sequence(items)) => items.push(value),
            Some(Collection::Mapping(map, key)) => {
                if let Some(key) = key.take() {
                    map.insert(key, value);
                }
            }
        }
    }
}

/// Begins a node without anchor and tag where its parent wants a value.
fn begin(properties: &Properties<'_>, parent: &mut Next) -> Option<()> {
    if properties.anchor.is_some() || properties.tag.is_some() || *parent == Next::Key {
        return None;
    }
    advance(parent);
    Some(())
}

fn advance(next: &mut Next) {
    *next = match *next {
        Next::Item => Next::Item,
        Next::Key => Next::Value,
        Next::Value => Next::Key,
    };
}

/// What a scalar means, when it is certain to be taken in its place.
fn harmless(scalar: &Scalar<'_>, place: Next) -> Option<Resolved> {
    if scalar.style != ScalarStyle::Plain {
        return Some(Resolved::Text);
    }
    let resolved = resolve::resolve(&scalar.value, Dialect::Kubernetes.grammar());
    let is_taken = match &resolved {
        Resolved::Float(value) => value.is_finite() && place != Next::Key,
        Resolved::Null | Resolved::Uint(_) | Resolved::Timestamp(_) => place != Next::Key,
        Resolved::Bool(_) | Resolved::Int(_) => true,
        Resolved::Text => place != Next::Key || scalar.value != "<<",
    };
    is_taken.then_some(resolved)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [&str; 2] = ["kind", "meta"];

    /// What a whole decode gives, without the entries that are not wanted.
    fn whole(text: &str) -> Result<Option<Value>, String> {
        let decoded = decode_first(text.as_bytes(), Dialect::Kubernetes, &Budget::default());
        decoded
            .map(|value| value.map(picked))
            .map_err(|error| error.to_string())
    }

    fn picked(mut value: Value) -> Value {
        if let Some(map) = value.as_map_mut() {
            map.retain(|key, _| KEYS.iter().any(|known| known.eq_ignore_ascii_case(key)));
        }
        value
    }

    #[test]
    fn what_is_given_and_what_is_refused_is_as_in_a_whole_decode() {
        for text in [
            "",
            "# nothing\n",
            "null",
            "just text",
            "[kind, a]",
            "a: 1\n",
            "kind: A\nmeta:\n  name: x\n  list: [1, {a: b}]\nspec:\n- a\n- b: c\n",
            "spec:\n  kind: B\n# above\nKIND: A # beside\n# below\nmeta: |\n  text\n\n   more\nx: y",
            "---\n# first\nkind: A\n---\nkind: B\n",
            "kind: A\n...\nrest",
            "{kind: A, meta: {name: x}}",
            "  kind: A\n  meta: 1\n",
            "--- {kind: A}",
            "? kind\n: A\n",
            "\"kind\": A\n'meta': 2\n",
            "kind: &x A\nmeta: *x\n",
            "kind: *x\n",
            "a: &x {b: c}\nmeta: {<<: *x}\n",
            "<<: {kind: A}\n",
            "a: {<<: 1}\nkind: A\n",
            "kind: A\na: .nan\n",
            "kind: A\na: [1, -.inf]\n",
            "kind: A\n? [a]\n: 1\n",
            "kind: A\n~: 1\n",
            "kind: A\n1.5: 1\nyes: 2\n3: 4\n",
            "kind: A\na: !!int x\n",
            "kind: A\na: !!binary '*'\n",
            "kind: A\na: b: c\n",
            "kind: A\na: [b\n",
            "kind: A\n\tb: c\n",
            "kind: A\nkind: B\n",
            "kind:\nmeta:\n- a\n-  b\n",
            "kind: A\r\nmeta: x\r\nb: 1\r\n",
            "kind: a\n  b\n c: 1\n",
            "kind: 'ü'\nb: ü\nmeta: ü\n",
            "%YAML 1.1\n---\nkind: A\n",
            "kind: A\n: b\n",
            "kind: A\nmeta: {a: 1, a: 2, b: [1.5, 2020-01-01, ~, yes, 18446744073709551615]}\n",
            "kind: A\nmeta: {1: a, true: b}\n",
            "kind: A\nmeta:\n  - - a\n    - {}\n  - []\nmeta: {x: {y: {}}}\n",
        ] {
            let given = decode_first_entries(text.as_bytes(), &Budget::default(), &KEYS);
            let given = given
                .map(|value| value.map(picked))
                .map_err(|error| error.to_string());
            assert_eq!(given, whole(text), "{text:?}");
        }
        let bad = decode_first_entries(b"kind: A\nb: \xff\n", &Budget::default(), &KEYS);
        assert!(bad.unwrap_err().to_string().contains("invalid leading"));
    }

    #[test]
    fn what_is_not_wanted_is_not_built() {
        let text = b"kind: A\nspec: {a: [1, 2]}\nmeta: {name: x}\nstatus: 1\n";
        let value = decode_first_entries(text, &Budget::default(), &KEYS);
        let value = value.unwrap().unwrap();
        let keys: Vec<&str> = value.as_map().unwrap().keys().map(Str::as_str).collect();
        assert_eq!(keys, ["kind", "meta"]);
    }
}
