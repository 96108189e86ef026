//! The keywords of one schema.

use std::collections::BTreeMap;

use crate::json::Json;

use super::compile::{Compiler, Formats};
use super::draft::{Draft, escape_token};
use super::error::CompileError;
use super::format::Format;
use super::instance::TYPE_NAMES;
use super::node::{Additional, Dependency, Items, Node, NodeId};
use super::number::Number;
use super::pattern::Pattern;
use super::url::{escape_fragment, split_fragment, unescape};

/// A schema that is being compiled into node `id`.
pub(super) struct Keywords<'a> {
    pub compiler: &'a mut Compiler,
    pub id: NodeId,
    pub document: usize,
    pub pointer: &'a str,
    /// The address against which references resolve.
    pub base: &'a str,
    pub draft: Draft,
    pub entries: &'a BTreeMap<String, Json>,
}

impl<'a> Keywords<'a> {
    pub(super) fn compile(mut self) -> Result<(), CompileError> {
        let reference = self.reference("$ref")?;
        if reference.is_some() {
            self.node().reference = reference;
            if self.draft < Draft::D2019 {
                // Everything beside `$ref` is ignored, but for `const` in Helm's validator.
                let constant = self.constant();
                self.node().constant = constant;
                return Ok(());
            }
        }
        self.combinations();
        self.objects()?;
        self.arrays();
        self.assertions()?;
        self.numbers();
        if self.draft >= Draft::D2019 {
            self.newer_references()?;
        }
        Ok(())
    }

    fn node(&mut self) -> &mut Node {
        &mut self.compiler.nodes[self.id.0]
    }

    fn combinations(&mut self) {
        let all_of = self.list("allOf").unwrap_or_default();
        let any_of = self.list("anyOf").unwrap_or_default();
        let one_of = self.list("oneOf").unwrap_or_default();
        let not = self.one("not");
        let mut condition = None;
        let mut then = None;
        let mut otherwise = None;
        if self.draft >= Draft::D7 {
            condition = self.one("if");
            let fixed = self.boolean("if");
            if condition.is_some() && fixed != Some(false) {
                then = self.one("then");
            }
            if condition.is_some() && fixed != Some(true) {
                otherwise = self.one("else");
            }
        }
        let node = self.node();
        node.all_of = all_of;
        node.any_of = any_of;
        node.one_of = one_of;
        node.not = not;
        node.condition = condition;
        node.then = then;
        node.otherwise = otherwise;
    }

    fn objects(&mut self) -> Result<(), CompileError> {
        let properties = self.named("properties");
        let mut pattern_properties = Vec::new();
        for (name, id) in self.named("patternProperties") {
            let pattern = self.parse_pattern(&name, "patternProperties")?;
            pattern_properties.push((pattern, id));
        }
        let additional = self.additional("additionalProperties");
        let mut dependencies = Vec::new();
        if let Some(Json::Object(entries)) = self.entries.get("dependencies") {
            for (name, value) in entries {
                let dependency = match value {
                    Json::Array(items) => Dependency::Properties(texts(items)),
                    _ => Dependency::Schema(
                        self.enqueue(&format!("/dependencies/{}", escape_token(name))),
                    ),
                };
                dependencies.push((name.clone(), dependency));
            }
        }
        let min = self.count("minProperties");
        let max = self.count("maxProperties");
        let required = self.texts("required");
        let node = self.node();
        node.properties = properties;
        node.pattern_properties = pattern_properties;
        node.additional_properties = additional;
        node.dependencies = dependencies;
        node.min_properties = min;
        node.max_properties = max;
        node.required = required;
        if self.draft >= Draft::D6 {
            self.node().property_names = self.one("propertyNames");
        }
        if self.draft >= Draft::D2019 {
            let schemas = self.named("dependentSchemas");
            let mut required = Vec::new();
            if let Some(Json::Object(entries)) = self.entries.get("dependentRequired") {
                for (name, value) in entries {
                    if let Json::Array(items) = value {
                        required.push((name.clone(), texts(items)));
                    }
                }
            }
            let unevaluated = self.one("unevaluatedProperties");
            let node = self.node();
            node.dependent_schemas = schemas;
            node.dependent_required = required;
            node.unevaluated_properties = unevaluated;
        }
        Ok(())
    }

    fn arrays(&mut self) {
        if self.draft >= Draft::D2020 {
            let prefix = self.list("prefixItems").unwrap_or_default();
            let rest = self.one("items");
            let node = self.node();
            node.prefix_items = prefix;
            node.rest_items = rest;
        } else if let Some(tuple) = self.list("items") {
            let additional = self.additional("additionalItems");
            let node = self.node();
            node.items = Some(Items::Tuple(tuple));
            node.additional_items = additional;
        } else if let Some(each) = self.one("items") {
            self.node().items = Some(Items::Each(each));
        }
        let min = self.count("minItems");
        let max = self.count("maxItems");
        let unique = self.boolean("uniqueItems") == Some(true);
        let node = self.node();
        node.min_items = min;
        node.max_items = max;
        node.unique_items = unique;
        if self.draft >= Draft::D6 {
            self.node().contains = self.one("contains");
        }
        if self.draft >= Draft::D2019 {
            if self.entries.contains_key("contains") {
                let min = self.count("minContains");
                let max = self.count("maxContains");
                let node = self.node();
                node.min_contains = min;
                node.max_contains = max;
            }
            self.node().unevaluated_items = self.one("unevaluatedItems");
        }
    }

    fn assertions(&mut self) -> Result<(), CompileError> {
        let types = self.types();
        let choices = self.entries.get("enum").and_then(Json::as_array);
        let choices = choices.map(<[Json]>::to_vec);
        let constant = self.constant();
        let pattern = match self.text("pattern") {
            Some(text) => Some(self.parse_pattern(text, "pattern")?),
            None => None,
        };
        let min = self.count("minLength");
        let max = self.count("maxLength");
        let asserted = self.draft < Draft::D2019 || self.compiler.formats == Formats::Always;
        let format = self.text("format").filter(|_| asserted);
        let format = format.and_then(Format::from_name);
        let node = self.node();
        node.types = types;
        node.choices = choices;
        node.constant = constant;
        node.pattern = pattern;
        node.min_length = min;
        node.max_length = max;
        node.format = format;
        Ok(())
    }

    fn numbers(&mut self) {
        let multiple_of = self.number("multipleOf");
        let mut maximum = self.number("maximum");
        let mut minimum = self.number("minimum");
        // Draft 4 has booleans beside the limits.
        let exclusive_maximum = match self.boolean("exclusiveMaximum") {
            Some(true) => maximum.take(),
            _ => self.number("exclusiveMaximum"),
        };
        let exclusive_minimum = match self.boolean("exclusiveMinimum") {
            Some(true) => minimum.take(),
            _ => self.number("exclusiveMinimum"),
        };
        let node = self.node();
        node.multiple_of = multiple_of;
        node.maximum = maximum;
        node.minimum = minimum;
        node.exclusive_maximum = exclusive_maximum;
        node.exclusive_minimum = exclusive_minimum;
    }

    fn newer_references(&mut self) -> Result<(), CompileError> {
        let recursive = self.reference("$recursiveRef")?;
        let recursive_anchor = self.boolean("$recursiveAnchor") == Some(true);
        let node = self.node();
        node.recursive_reference = recursive;
        node.recursive_anchor = recursive_anchor;
        if self.draft < Draft::D2020 {
            return Ok(());
        }
        if let (Some(target), Some(text)) =
            (self.reference("$dynamicRef")?, self.text("$dynamicRef"))
        {
            let fragment = unescape(split_fragment(text).1).unwrap_or_default();
            let anchor = Some(fragment)
                .filter(|fragment| !fragment.is_empty() && !fragment.starts_with('/'));
            self.node().dynamic_reference = Some((target, anchor));
        }
        self.node().dynamic_anchor = self.text("$dynamicAnchor").map(str::to_owned);
        Ok(())
    }

    fn reference(&mut self, keyword: &str) -> Result<Option<NodeId>, CompileError> {
        match self.text(keyword) {
            Some(text) => self
                .compiler
                .enqueue_reference(self.document, self.base, text)
                .map(Some),
            None => Ok(None),
        }
    }

    /// The node for the schema `tail` below this one.
    fn enqueue(&mut self, tail: &str) -> NodeId {
        let pointer = format!("{}{tail}", self.pointer);
        self.compiler.enqueue(self.document, pointer)
    }

    fn one(&mut self, keyword: &str) -> Option<NodeId> {
        self.entries.get(keyword)?;
        Some(self.enqueue(&format!("/{keyword}")))
    }

    fn list(&mut self, keyword: &str) -> Option<Vec<NodeId>> {
        let items = self.entries.get(keyword)?.as_array()?;
        Some(
            (0..items.len())
                .map(|at| self.enqueue(&format!("/{keyword}/{at}")))
                .collect(),
        )
    }

    fn named(&mut self, keyword: &str) -> Vec<(String, NodeId)> {
        let Some(Json::Object(entries)) = self.entries.get(keyword) else {
            return Vec::new();
        };
        entries
            .keys()
            .map(|name| {
                let id = self.enqueue(&format!("/{keyword}/{}", escape_token(name)));
                (name.clone(), id)
            })
            .collect()
    }

    fn additional(&mut self, keyword: &str) -> Option<Additional> {
        match self.boolean(keyword) {
            Some(true) => Some(Additional::Allowed),
            Some(false) => Some(Additional::Forbidden),
            None => self.one(keyword).map(Additional::Schema),
        }
    }

    fn parse_pattern(&self, text: &str, keyword: &str) -> Result<Pattern, CompileError> {
        Pattern::parse(text).map_err(|why| {
            let url = &self.compiler.documents[self.document].url;
            let pointer = escape_fragment(self.pointer);
            CompileError::InvalidPattern {
                pattern: text.to_owned(),
                at: format!("{url}#{pointer}/{keyword}"),
                why,
            }
        })
    }

    fn constant(&self) -> Option<Json> {
        let constant = self.entries.get("const")?;
        (self.draft >= Draft::D6).then(|| constant.clone())
    }

    fn types(&self) -> u8 {
        let bit = |name: &str| {
            TYPE_NAMES
                .iter()
                .find(|(_, known)| *known == name)
                .map_or(0, |(bit, _)| *bit)
        };
        match self.entries.get("type") {
            Some(Json::String(name)) => bit(name),
            Some(Json::Array(items)) => items
                .iter()
                .filter_map(Json::as_str)
                .fold(0, |types, name| types | bit(name)),
            _ => 0,
        }
    }

    fn boolean(&self, keyword: &str) -> Option<bool> {
        match self.entries.get(keyword) {
            Some(Json::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    fn text(&self, keyword: &str) -> Option<&'a str> {
        self.entries.get(keyword).and_then(Json::as_str)
    }

    fn texts(&self, keyword: &str) -> Vec<String> {
        let items = self.entries.get(keyword).and_then(Json::as_array);
        texts(items.unwrap_or_default())
    }

    fn number(&self, keyword: &str) -> Option<Number> {
        match self.entries.get(keyword) {
            Some(Json::Number(digits)) => Number::parse(digits),
            _ => None,
        }
    }

    fn count(&self, keyword: &str) -> Option<i64> {
        self.number(keyword)?.as_i64()
    }
}

/// The strings among `items`.
fn texts(items: &[Json]) -> Vec<String> {
    items
        .iter()
        .filter_map(Json::as_str)
        .map(str::to_owned)
        .collect()
}
