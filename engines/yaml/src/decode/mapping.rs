//! Mappings: equal keys and merges, where v2 and v3 differ.

use std::collections::HashMap;

use super::Failure;
use super::builder::{Builder, MOST_ISSUES, Node};
use super::key::{self, KeyFault};
use crate::parse::{Event, EventKind};
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

impl<'a> Builder<'a> {
    /// Builds a mapping up to its end; gives its height without itself.
    pub(super) fn mapping(&mut self) -> Result<(Map, usize), Failure> {
        let faults_before = self.faults.mark();
        let mut map = Map::new();
        let mut height = 0;
        // Where each key of `map` is, and the keys that came again.
        let mut places: Vec<Mark> = Vec::new();
        let mut repeated: Vec<(Str, Mark)> = Vec::new();
        let mut merged: Option<(Value, Mark)> = None;
        loop {
            let event = self.next()?;
            if matches!(event.kind, EventKind::MappingEnd) {
                break;
            }
            let key = self.key(event)?;
            let event = self.next()?;
            let node = self.node(event)?;
            height = height.max(node.height);
            if let Some(fault) = key.unusable {
                self.faults
                    .convert(unusable_key(&fault, &node.value), key.start);
                continue;
            }
            match self.dialect {
                Dialect::Kubernetes | Dialect::KubernetesStrict if key.is_merge => {
                    self.merge_in_place(&mut map, &node);
                }
                Dialect::Kyaml if key.is_merge => {
                    if merged.is_some() {
                        repeated.push((key.text, key.start));
                    } else {
                        self.check_merge(&node);
                        merged = Some((node.value, key.start));
                    }
                }
                Dialect::Kubernetes => {
                    map.insert(key.text, node.value);
                }
                Dialect::KubernetesStrict => {
                    let shown = key.shown();
                    self.insert_strict(&mut map, &key.text, &shown, node);
                }
                Dialect::Kyaml => match map.position(&key.text) {
                    Some(_) if !key.is_alias => repeated.push((key.text, key.start)),
                    Some(_) => {
                        map.insert(key.text, node.value);
                    }
                    None => {
                        map.insert(key.text, node.value);
                        places.push(key.start);
                    }
                },
            }
        }
        if !repeated.is_empty() {
            // The keys of a mapping are compared before its values are looked at.
            self.faults.rewind(faults_before);
            let first_of = |key: &Str| match map.position(key) {
                Some(at) => places.get(at).copied(),
                None => merged.as_ref().map(|(_, first)| *first),
            };
            self.report_repeated(first_of, repeated);
        }
        if let Some((value, _)) = merged {
            for _ in 0..map.len() {
                // go-yaml decodes the keys again to know which ones a merge must leave alone.
                self.counter.add();
            }
            merge_missing(&mut map, &value);
        }
        Ok((map, height))
    }

    fn key(&mut self, event: Event<'a>) -> Result<Key, Failure> {
        let grammar = self.dialect.grammar();
        let start = event.start;
        let mut is_merge = false;
        let mut raw = None;
        if let EventKind::Scalar(scalar) = &event.kind {
            is_merge = key::is_merge(scalar, grammar);
            raw = Some(scalar.value.clone());
        }
        let node = self.node(event)?;
        let is_text = node.value.is_str();
        let text = match (grammar, node.value, raw) {
            (_, Value::Str(text), _) if grammar == Grammar::V2 || node.is_alias => Ok(text),
            (Grammar::V3, Value::Str(text), Some(raw)) if *text == raw => Ok(text),
            (Grammar::V3, value @ (Value::Seq(_) | Value::Map(_)), _) => {
                Err(key::invalid(&value, self.dialect))
            }
            (Grammar::V3, _, Some(raw)) => Ok(self.interner.intern(&raw)),
            (_, value, _) => key::kubernetes(&value),
        };
        let mut key = Key {
            text: Str::default(),
            start,
            is_alias: node.is_alias,
            is_merge,
            is_text,
            unusable: None,
        };
        match text {
            Ok(text) => key.text = text,
            Err(KeyFault::Decode(message)) => self.faults.fatal(message, start),
            Err(KeyFault::Convert(fault)) => key.unusable = Some(fault),
        }
        Ok(key)
    }

    /// Inserts a key that must be new; messages call it `shown`.
    fn insert_strict(&mut self, map: &mut Map, key: &Str, shown: &str, node: Node) {
        if !map.contains_key(key) {
            map.insert(key.clone(), node.value);
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
    fn check_merge(&mut self, node: &Node) -> bool {
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
    fn merge_in_place(&mut self, map: &mut Map, node: &Node) {
        if !self.check_merge(node) {
            return;
        }
        for source in merge_sources(&node.value).iter().rev() {
            for (key, value) in source.as_map().into_iter().flatten() {
                if self.dialect == Dialect::KubernetesStrict {
                    let node = Node {
                        value: value.clone(),
                        ..*node
                    };
                    self.insert_strict(map, key, &format!("{key:?}"), node);
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
