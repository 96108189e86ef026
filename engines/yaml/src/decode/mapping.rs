//! Mappings: equal keys and merges, where v2 and v3 differ.

use std::collections::HashMap;

use super::builder::{Builder, Node};
use super::faults::{FaultMark, MOST_ISSUES};
use super::key::{self, KeyFault};
use crate::scan::Mark;
use crate::{Dialect, Grammar, Map, Str, Value};

/// The text of a key, and what the checks for equal keys need.
struct Key {
    text: Str,
    start: Mark,
    is_alias: bool,
    is_merge: bool,
    /// Whether it is written as text, so that messages quote it.
    is_text: bool,
    /// Set when the key cannot be used; the message waits for the value.
    unusable: Option<String>,
}

impl Key {
    fn shown(&self) -> String {
        if self.is_text {
            format!("{:?}", self.text)
        } else {
            self.text.to_string()
        }
    }
}

/// A mapping that is not complete.
pub(super) struct MappingBuilder {
    map: Map,
    /// The key whose value comes next.
    key: Option<Key>,
    /// Where each key of `map` is.
    places: Vec<Mark>,
    /// The keys that came again.
    repeated: Vec<(Str, Mark)>,
    /// What v3 merges at the end, and where it was asked for.
    merged: Option<(Value, Mark)>,
    faults_before: FaultMark,
}

impl MappingBuilder {
    /// An empty mapping that begins after the faults up to `faults_before`.
    pub fn new(faults_before: FaultMark) -> Self {
        Self {
            map: Map::new(),
            key: None,
            places: Vec::new(),
            repeated: Vec::new(),
            merged: None,
            faults_before,
        }
    }

    /// Whether a key comes next, not a value.
    pub fn expects_key(&self) -> bool {
        self.key.is_none()
    }

    /// Takes the next key.
    pub fn key(&mut self, builder: &mut Builder<'_>, node: Node<'_>) {
        let mut key = Key {
            text: Str::default(),
            start: node.start,
            is_alias: node.is_alias,
            is_merge: node
                .spelling
                .as_ref()
                .is_some_and(|spelling| spelling.is_merge),
            is_text: node.value.is_str(),
            unusable: None,
        };
        let text = match (builder.dialect.grammar(), node.value, node.spelling) {
            (Grammar::V3, value @ (Value::Seq(_) | Value::Map(_)), _) => {
                Err(key::invalid(&value, builder.dialect))
            }
            (Grammar::V3, Value::Str(text), Some(spelling)) if *text == spelling.text => Ok(text),
            (Grammar::V3, _, Some(spelling)) => Ok(builder.interner.intern(&spelling.text)),
            (_, value, _) => key::kubernetes(&value),
        };
        match text {
            Ok(text) => key.text = text,
            Err(KeyFault::Decode(message)) => builder.faults.fatal(message, key.start),
            Err(KeyFault::Convert(fault)) => key.unusable = Some(fault),
        }
        self.key = Some(key);
    }

    /// Takes the value of the key before.
    pub fn value(&mut self, builder: &mut Builder<'_>, node: Node<'_>) {
        let Some(key) = self.key.take() else { return };
        if let Some(fault) = key.unusable {
            builder
                .faults
                .convert(unusable_key(&fault, &node.value), key.start);
            return;
        }
        match builder.dialect {
            Dialect::Kubernetes | Dialect::KubernetesStrict if key.is_merge => {
                builder.merge_in_place(&mut self.map, &node);
            }
            Dialect::Kyaml if key.is_merge => {
                if self.merged.is_some() {
                    self.repeated.push((key.text, key.start));
                } else {
                    builder.check_merge(&node);
                    self.merged = Some((node.value, key.start));
                }
            }
            Dialect::Kubernetes => {
                self.map.insert(key.text, node.value);
            }
            Dialect::KubernetesStrict => {
                let shown = key.shown();
                builder.insert_strict(&mut self.map, &key.text, &shown, &node);
            }
            Dialect::Kyaml => match self.map.position(&key.text) {
                Some(_) if !key.is_alias => self.repeated.push((key.text, key.start)),
                Some(_) => {
                    self.map.insert(key.text, node.value);
                }
                None => {
                    self.map.insert(key.text, node.value);
                    self.places.push(key.start);
                }
            },
        }
    }

    /// The mapping, with v3's merge done and equal keys reported.
    pub fn finish(mut self, builder: &mut Builder<'_>) -> Map {
        if !self.repeated.is_empty() {
            // The keys of a mapping are compared before its values are looked at.
            builder.faults.rewind(self.faults_before);
            let first_of = |key: &Str| match self.map.position(key) {
                Some(at) => self.places.get(at).copied(),
                None => self.merged.as_ref().map(|(_, first)| *first),
            };
            builder.report_repeated(first_of, std::mem::take(&mut self.repeated));
        }
        if let Some((value, _)) = self.merged {
            for _ in 0..self.map.len() {
                // go-yaml decodes the keys again to know which ones a merge must leave alone.
                builder.counter.add();
            }
            merge_missing(&mut self.map, &value);
        }
        self.map
    }
}

impl Builder<'_> {
    /// Inserts a key that must be new; messages call it `shown`.
    fn insert_strict(&mut self, map: &mut Map, key: &Str, shown: &str, node: &Node<'_>) {
        if !map.contains_key(key) {
            map.insert(key.clone(), node.value.clone());
            return;
        }
        if self.faults.issues.len() < MOST_ISSUES {
            let line = node.start.line + 1;
            let message = format!("line {line}: key {shown} already set in map");
            self.faults.issues.push((message, node.start));
        }
    }

    /// Lists every pair of equal keys, in the order of the text.
    fn report_repeated(
        &mut self,
        first_of: impl Fn(&Str) -> Option<Mark>,
        repeated: Vec<(Str, Mark)>,
    ) {
        let mut places_of: Vec<(Str, Vec<Mark>)> = Vec::new();
        let mut index = HashMap::new();
        for (key, mark) in repeated {
            let at = *index.entry(key.clone()).or_insert_with(|| {
                let first = first_of(&key);
                places_of.push((key, first.into_iter().collect()));
                places_of.len() - 1
            });
            places_of[at].1.push(mark);
        }
        let mut pairs = Vec::new();
        for (key, marks) in &places_of {
            for (at, first) in marks.iter().enumerate() {
                let again = marks[at + 1..].iter().take(MOST_ISSUES);
                pairs.extend(again.map(|again| (*first, *again, key)));
                if pairs.len() > 2 * MOST_ISSUES {
                    break;
                }
            }
        }
        pairs.sort_by_key(|(first, again, _)| (first.offset, again.offset));
        for (first, again, key) in pairs {
            if self.faults.issues.len() >= MOST_ISSUES {
                return;
            }
            let (line, first) = (again.line + 1, first.line + 1);
            let message =
                format!("line {line}: mapping key {key:?} already defined at line {first}");
            self.faults.issues.push((message, again));
        }
    }

    /// Whether `node` may stand behind `<<`: a mapping or a list of mappings.
    fn check_merge(&mut self, node: &Node<'_>) -> bool {
        let fine = match &node.value {
            Value::Map(_) => true,
            Value::Seq(items) => !node.is_alias && items.iter().all(Value::is_map),
            _ => false,
        };
        if !fine {
            let message = "map merge requires map or sequence of maps as the value".to_owned();
            self.faults.fatal(message, node.start);
        }
        fine
    }

    /// v2 merges where the key stands: what came before is replaced, and the first of several
    /// mappings wins over the later ones.
    fn merge_in_place(&mut self, map: &mut Map, node: &Node<'_>) {
        if !self.check_merge(node) {
            return;
        }
        for source in merge_sources(&node.value).iter().rev() {
            for (key, value) in source.as_map().into_iter().flatten() {
                if self.dialect == Dialect::KubernetesStrict {
                    let node = Node {
                        value: value.clone(),
                        spelling: None,
                        ..*node
                    };
                    self.insert_strict(map, key, &format!("{key:?}"), &node);
                } else {
                    map.insert(key, value.clone());
                }
            }
        }
    }
}

/// v3 merges after the mapping's own keys: what is there stays.
fn merge_missing(map: &mut Map, merged: &Value) {
    for source in merge_sources(merged) {
        for (key, value) in source.as_map().into_iter().flatten() {
            if !map.contains_key(key) {
                map.insert(key, value.clone());
            }
        }
    }
}

/// The mappings that the value of `<<` names.
fn merge_sources(value: &Value) -> &[Value] {
    match value {
        Value::Seq(items) => items,
        single => std::slice::from_ref(single),
    }
}

fn unusable_key(fault: &str, value: &Value) -> String {
    let value = match value {
        Value::Null => "<nil>".to_owned(),
        value => super::go_syntax::print(value, Dialect::Kubernetes),
    };
    format!("unsupported map key of type: {fault}, value: {value}")
}
