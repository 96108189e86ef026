//! Sets of parsed templates.

use std::collections::HashMap;
use std::sync::Arc;

use super::builtin::builtin;
use super::{Budget, Context, Functions, Hosts};
use crate::parse::{Definition, ParseError, parse};
use crate::value::Str;

/// What looking up a key that a map lacks gives, by Go's option `missingkey`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingKey {
    /// No value at all, whatever the type of the map (`missingkey=default`).
    Invalid,
    /// The zero value of the map's element type (`missingkey=zero`); for `interface{}` elements that is nil, which prints as
    /// `<no value>`. Helm renders with this.
    #[default]
    Zero,
    /// An error (`missingkey=error`).
    Error,
}

/// The templates of one source text: the text itself and what it defines. Parsing does not depend on the set that they go to, so
/// what was parsed once can be used in many sets.
#[derive(Debug, Clone)]
pub struct Parsed(pub(super) Arc<[Arc<Definition>]>);

impl Parsed {
    /// Parses a text, which is kept, that may call the built-in functions and `functions`.
    pub fn new(
        name: &str,
        text: impl Into<Str>,
        functions: &Functions,
    ) -> Result<Self, ParseError> {
        let known =
            |function: &str| functions.get(function).is_some() || builtin(function).is_some();
        let definitions = parse(name, text, &known)?;
        Ok(Self(definitions.into_iter().map(Arc::new).collect()))
    }

    /// The template of the text itself.
    pub(super) fn main(&self) -> Option<&Arc<Definition>> {
        self.0.last()
    }
}

/// A set of templates that can call each other. It does not change once it is in use, so threads can share it in an [`Arc`].
#[derive(Debug, Clone)]
pub struct Templates {
    pub(super) name: Box<str>,
    pub(super) functions: Arc<Functions>,
    pub(super) missing: MissingKey,
    by_name: HashMap<Box<str>, Arc<Definition>>,
}

impl Templates {
    /// An empty set. `name` is the name of its root, which some errors show (Helm: `gotpl`).
    pub fn new(name: &str, functions: Arc<Functions>, missing: MissingKey) -> Self {
        Self {
            name: name.into(),
            functions,
            missing,
            by_name: HashMap::new(),
        }
    }

    /// Parses a text and adds what it defines.
    pub fn add(&mut self, name: &str, text: impl Into<Str>) -> Result<(), ParseError> {
        let parsed = Parsed::new(name, text, &self.functions)?;
        self.add_parsed(&parsed);
        Ok(())
    }

    /// Adds templates that were parsed with the same functions. A template takes the place of an earlier one of its name, unless it
    /// is blank.
    pub fn add_parsed(&mut self, parsed: &Parsed) {
        for definition in parsed.0.iter() {
            put(&mut self.by_name, definition);
        }
    }

    /// Whether there is a template of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// A render of this set: everything that its templates may use and what they have used.
    pub fn start(self: &Arc<Self>, hosts: Hosts, budget: Budget) -> Context {
        Context::new(Arc::clone(self), hosts, budget)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Arc<Definition>> {
        self.by_name.get(name)
    }
}

/// Go's rule for a name that is defined twice: a later definition wins, but a blank one replaces nothing.
pub(super) fn put(by_name: &mut HashMap<Box<str>, Arc<Definition>>, definition: &Arc<Definition>) {
    if !(definition.is_blank && by_name.contains_key(&definition.name)) {
        by_name.insert(definition.name.clone(), Arc::clone(definition));
    }
}
