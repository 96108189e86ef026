//! A compiled schema: nodes that refer to each other by number.

use crate::json::Json;

use super::draft::Draft;
use super::format::Format;
use super::number::Number;
use super::pattern::Pattern;

/// The number of a node in its [`Arena`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(pub(super) usize);

/// Every node of a compilation.
pub(super) type Arena = Vec<Node>;

/// What `additionalProperties` or `additionalItems` says.
#[derive(Debug)]
pub(super) enum Additional {
    Allowed,
    Forbidden,
    Schema(NodeId),
}

/// What `items` says before draft 2020-12.
#[derive(Debug)]
pub(super) enum Items {
    Each(NodeId),
    Tuple(Vec<NodeId>),
}

/// What `dependencies` asks for when a property is there.
#[derive(Debug)]
pub(super) enum Dependency {
    Properties(Vec<String>),
    Schema(NodeId),
}

/// One schema with its keywords.
#[derive(Debug)]
pub(super) struct Node {
    pub location: String,
    pub draft: Draft,
    /// The nearest schema around this one with an address.
    pub resource: NodeId,
    /// Of a resource: its dynamic anchors.
    pub dynamic_anchors: Vec<(String, NodeId)>,
    pub dynamic_anchor: Option<String>,
    pub recursive_anchor: bool,
    /// `true`, `false`, and `{}` for true.
    pub boolean: Option<bool>,

    pub reference: Option<NodeId>,
    pub recursive_reference: Option<NodeId>,
    /// The first target, and the anchor to look for in the resources passed through.
    pub dynamic_reference: Option<(NodeId, Option<String>)>,

    /// Bits of the types allowed; none for all.
    pub types: u8,
    pub constant: Option<Json>,
    pub choices: Option<Vec<Json>>,
    pub format: Option<Format>,

    pub not: Option<NodeId>,
    pub all_of: Vec<NodeId>,
    pub any_of: Vec<NodeId>,
    pub one_of: Vec<NodeId>,
    pub condition: Option<NodeId>,
    pub then: Option<NodeId>,
    pub otherwise: Option<NodeId>,

    pub min_properties: Option<i64>,
    pub max_properties: Option<i64>,
    pub required: Vec<String>,
    /// Sorted by name.
    pub properties: Vec<(String, NodeId)>,
    pub pattern_properties: Vec<(Pattern, NodeId)>,
    pub additional_properties: Option<Additional>,
    pub property_names: Option<NodeId>,
    pub dependencies: Vec<(String, Dependency)>,
    pub dependent_schemas: Vec<(String, NodeId)>,
    pub dependent_required: Vec<(String, Vec<String>)>,
    pub unevaluated_properties: Option<NodeId>,

    pub min_items: Option<i64>,
    pub max_items: Option<i64>,
    pub unique_items: bool,
    pub items: Option<Items>,
    pub additional_items: Option<Additional>,
    pub prefix_items: Vec<NodeId>,
    pub rest_items: Option<NodeId>,
    pub contains: Option<NodeId>,
    pub min_contains: Option<i64>,
    pub max_contains: Option<i64>,
    pub unevaluated_items: Option<NodeId>,

    pub min_length: Option<i64>,
    pub max_length: Option<i64>,
    pub pattern: Option<Pattern>,

    pub minimum: Option<Number>,
    pub maximum: Option<Number>,
    pub exclusive_minimum: Option<Number>,
    pub exclusive_maximum: Option<Number>,
    pub multiple_of: Option<Number>,
}

impl Node {
    /// A schema at `location` without keywords. It is its own resource until that is known.
    pub(super) fn new(id: NodeId, location: String) -> Self {
        Self {
            location,
            draft: Draft::LATEST,
            resource: id,
            dynamic_anchors: Vec::new(),
            dynamic_anchor: None,
            recursive_anchor: false,
            boolean: None,
            reference: None,
            recursive_reference: None,
            dynamic_reference: None,
            types: 0,
            constant: None,
            choices: None,
            format: None,
            not: None,
            all_of: Vec::new(),
            any_of: Vec::new(),
            one_of: Vec::new(),
            condition: None,
            then: None,
            otherwise: None,
            min_properties: None,
            max_properties: None,
            required: Vec::new(),
            properties: Vec::new(),
            pattern_properties: Vec::new(),
            additional_properties: None,
            property_names: None,
            dependencies: Vec::new(),
            dependent_schemas: Vec::new(),
            dependent_required: Vec::new(),
            unevaluated_properties: None,
            min_items: None,
            max_items: None,
            unique_items: false,
            items: None,
            additional_items: None,
            prefix_items: Vec::new(),
            rest_items: None,
            contains: None,
            min_contains: None,
            max_contains: None,
            unevaluated_items: None,
            min_length: None,
            max_length: None,
            pattern: None,
            minimum: None,
            maximum: None,
            exclusive_minimum: None,
            exclusive_maximum: None,
            multiple_of: None,
        }
    }

    /// The schema of property `name`.
    pub(super) fn property(&self, name: &str) -> Option<NodeId> {
        self.properties
            .binary_search_by(|(known, _)| known.as_str().cmp(name))
            .ok()
            .map(|at| self.properties[at].1)
    }

    /// Whether no property can stay unevaluated here.
    pub(super) fn evaluates_all_properties(&self) -> bool {
        self.additional_properties.is_some()
    }

    /// Whether no item can stay unevaluated here.
    pub(super) fn evaluates_all_items(&self) -> bool {
        if self.draft >= Draft::D2020 {
            return self.rest_items.is_some();
        }
        self.additional_items.is_some() || matches!(self.items, Some(Items::Each(_)))
    }

    /// How many items at the front are evaluated in any case.
    pub(super) fn evaluated_items(&self) -> usize {
        if self.draft >= Draft::D2020 {
            return self.prefix_items.len();
        }
        match &self.items {
            Some(Items::Tuple(items)) => items.len(),
            _ => 0,
        }
    }
}
