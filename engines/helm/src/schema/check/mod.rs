//! An instance against compiled nodes.
//!
//! The order of keywords, and what is skipped once something failed, decides the text of errors;
//! it is that of Helm's validator. Where that goes through a Go map, whose order changes from run
//! to run, names are taken in their order here.

mod arrays;
mod combine;
mod objects;
mod path;
mod references;
mod scalars;
mod scope;
mod unevaluated;

use std::collections::BTreeMap;

use super::failure::{Failure, Kind};
use super::instance::{INTEGER, Instance, NUMBER, TYPE_NAMES};
use super::node::{Arena, Node, NodeId};
use crate::schema::draft::{Draft, escape_token};

use path::{Path, Token};
use scope::Scope;
use unevaluated::Unevaluated;

/// How deep schemas may nest into each other on the way down an instance.
const MAX_DEPTH: usize = 400;

/// How many pairs of schema and value may be looked at.
const MAX_STEPS: usize = 2_000_000;

/// Why an instance was not accepted.
#[derive(Debug)]
pub(super) enum Refused {
    Failed(Box<Failure>),
    /// Not found out within the budget.
    Budget(&'static str),
}

/// Metaschemas to switch to where a schema inside of a schema names a draft of its own.
pub(super) struct Dialects {
    /// The metaschema that the present place is held against.
    pub start: NodeId,
    /// The metaschema of each place that has an address.
    pub by_pointer: BTreeMap<String, NodeId>,
}

/// Holds `instance` against the node `root`.
pub(super) fn check(
    arena: &Arena,
    root: NodeId,
    instance: &Instance<'_>,
    dialects: Option<&Dialects>,
) -> Result<(), Refused> {
    let mut checker = Checker {
        arena,
        dialects,
        steps: 0,
        exhausted: None,
    };
    let meta = dialects.map(|dialects| dialects.start);
    let result = checker.root(root, instance, meta, 0);
    match (checker.exhausted, result) {
        (Some(budget), _) => Err(Refused::Budget(budget)),
        (None, Err(failure)) => Err(Refused::Failed(failure)),
        (None, Ok(())) => Ok(()),
    }
}

struct Checker<'s> {
    arena: &'s Arena,
    dialects: Option<&'s Dialects>,
    steps: usize,
    /// The budget that ran out. From then on everything fails at once.
    exhausted: Option<&'static str>,
}

/// Whether the reasons of a failure are asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    Full,
    None,
}

type Outcome<'i> = Result<Unevaluated<'i>, Box<Failure>>;

/// One schema applied to one value.
struct Pass<'p, 's, 'i> {
    node: &'s Node,
    instance: &'p Instance<'i>,
    path: Path<'p>,
    scope: Scope<'p>,
    detail: Detail,
    /// The metaschema, while a schema is the instance.
    meta: Option<NodeId>,
    unevaluated: Unevaluated<'i>,
    failures: Vec<Failure>,
}

impl<'s> Checker<'s> {
    /// Starts anew, as if `instance` were all there is.
    fn root(
        &mut self,
        id: NodeId,
        instance: &Instance<'_>,
        meta: Option<NodeId>,
        depth: usize,
    ) -> Result<(), Box<Failure>> {
        let unevaluated = Unevaluated::of(instance, &self.arena[id.0], Detail::None);
        let scope = Scope::root(id, depth);
        match self.apply(
            id,
            instance,
            Path::root(),
            scope,
            Detail::Full,
            meta,
            unevaluated,
        ) {
            Ok(_) => Ok(()),
            Err(failure) => {
                let causes = match failure.kind {
                    Kind::Group => failure.causes,
                    _ => vec![*failure],
                };
                Err(Box::new(Failure {
                    at: Vec::new(),
                    kind: Kind::Schema(self.arena[id.0].location.clone()),
                    causes,
                }))
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "they are the state of one pass")]
    fn apply<'p, 'i>(
        &mut self,
        id: NodeId,
        instance: &'p Instance<'i>,
        path: Path<'p>,
        scope: Scope<'p>,
        detail: Detail,
        meta: Option<NodeId>,
        unevaluated: Unevaluated<'i>,
    ) -> Outcome<'i> {
        let (id, meta) = self.switch(id, path, meta);
        let mut pass = Pass {
            node: &self.arena[id.0],
            instance,
            path,
            scope,
            detail,
            meta,
            unevaluated,
            failures: Vec::new(),
        };
        if self.spend(scope.depth) {
            return Err(pass.failure(Kind::Unsaid));
        }
        self.run(&mut pass)?;
        if pass.failures.len() > 1 {
            let mut group = pass.failure(Kind::Group);
            group.causes = pass.failures;
            return Err(group);
        }
        match pass.failures.pop() {
            Some(failure) => Err(Box::new(failure)),
            None => Ok(pass.unevaluated),
        }
    }

    /// Goes through the keywords. An error ends the pass, others are kept in it.
    fn run<'i>(&mut self, pass: &mut Pass<'_, 's, 'i>) -> Result<(), Box<Failure>> {
        let node = pass.node;
        match node.boolean {
            Some(true) => return Ok(()),
            Some(false) => return Err(pass.failure(Kind::FalseSchema)),
            None => {}
        }
        if let Some(earlier) = pass.scope.cycle() {
            return Err(pass.failure(Kind::Cycle {
                url: node.location.clone(),
                keywords: (
                    pass.scope.keywords(self.arena),
                    earlier.keywords(self.arena),
                ),
            }));
        }
        assert_value(pass)?;
        if let Some(target) = node.reference {
            let result = self.follow(pass, target, "$ref");
            if node.draft < Draft::D2019 {
                return result;
            }
            pass.keep(result);
        }
        match pass.instance {
            Instance::Object(entries) => self.object(pass, entries),
            Instance::Array(items) => self.array(pass, items),
            Instance::Text(text) => scalars::text(pass, text),
            Instance::Number(Some(number)) => scalars::number(pass, number),
            Instance::Number(None) | Instance::Null | Instance::Bool(_) => {}
        }
        if pass.failures.is_empty() || pass.detail == Detail::Full {
            if node.draft >= Draft::D2019 {
                self.newer_references(pass);
            }
            self.combinations(pass);
            if node.draft >= Draft::D2019 {
                self.leftovers(pass);
            }
        }
        Ok(())
    }

    /// Counts a step; tells whether the budget is gone.
    fn spend(&mut self, depth: usize) -> bool {
        self.steps += 1;
        if depth > MAX_DEPTH {
            self.exhausted = Some("values and schemas nest too deeply");
        } else if self.steps > MAX_STEPS {
            self.exhausted = Some("too many schemas apply to the values");
        }
        self.exhausted.is_some()
    }

    /// The metaschema that the place asks for instead of the present one.
    fn switch(&self, id: NodeId, path: Path<'_>, meta: Option<NodeId>) -> (NodeId, Option<NodeId>) {
        let (Some(dialects), Some(present)) = (self.dialects, meta) else {
            return (id, meta);
        };
        if id != present || dialects.by_pointer.is_empty() {
            return (id, meta);
        }
        let mut pointer = String::new();
        for name in path.names() {
            pointer.push('/');
            pointer.push_str(&escape_token(&name));
        }
        match dialects.by_pointer.get(&pointer) {
            Some(other) => (*other, Some(*other)),
            None => (id, meta),
        }
    }

    /// Applies another schema to the same value.
    fn same<'i>(
        &mut self,
        pass: &mut Pass<'_, 's, 'i>,
        id: NodeId,
        keyword: Option<&'static str>,
        detail: Detail,
    ) -> Result<(), Box<Failure>> {
        let detail = match pass.detail {
            Detail::None => Detail::None,
            Detail::Full => detail,
        };
        let wanted = if pass.unevaluated.is_empty() {
            Detail::None
        } else {
            Detail::Full
        };
        let unevaluated = Unevaluated::of(pass.instance, &self.arena[id.0], wanted);
        let scope = pass.scope.same(id, keyword);
        let left = self.apply(
            id,
            pass.instance,
            pass.path,
            scope,
            detail,
            pass.meta,
            unevaluated,
        )?;
        pass.unevaluated.keep_only(&left);
        Ok(())
    }

    /// Applies a schema to a value inside of the present one.
    fn inside(
        &mut self,
        pass: &Pass<'_, 's, '_>,
        id: NodeId,
        instance: &Instance<'_>,
        token: Token<'_>,
    ) -> Result<(), Box<Failure>> {
        let path = pass.path.inside(token);
        let unevaluated = Unevaluated::of(instance, &self.arena[id.0], Detail::None);
        let scope = pass.scope.inside(id);
        self.apply(
            id,
            instance,
            path,
            scope,
            pass.detail,
            pass.meta,
            unevaluated,
        )
        .map(|_| ())
    }
}

impl Pass<'_, '_, '_> {
    fn failure(&self, kind: Kind) -> Box<Failure> {
        Box::new(match self.detail {
            Detail::Full => Failure {
                at: self.path.names(),
                kind,
                causes: Vec::new(),
            },
            Detail::None => Failure {
                at: Vec::new(),
                kind: Kind::Unsaid,
                causes: Vec::new(),
            },
        })
    }

    fn fail(&mut self, kind: Kind) {
        let failure = self.failure(kind);
        self.failures.push(*failure);
    }

    fn fail_with(&mut self, kind: Kind, causes: Vec<Failure>) {
        let mut failure = self.failure(kind);
        failure.causes = causes;
        self.failures.push(*failure);
    }

    fn keep(&mut self, result: Result<(), Box<Failure>>) {
        if let Err(failure) = result {
            self.failures.push(*failure);
        }
    }

    /// Whether nothing more needs to be found out.
    fn is_settled(&self) -> bool {
        self.detail == Detail::None && !self.failures.is_empty()
    }
}

/// Type, constants and format: the first of them that fails ends the pass.
fn assert_value(pass: &Pass<'_, '_, '_>) -> Result<(), Box<Failure>> {
    let node = pass.node;
    let instance = pass.instance;
    let kind = instance.kind();
    if node.types != 0 {
        let integer = kind == NUMBER && node.types & INTEGER != 0 && instance.is_integer();
        if node.types & kind == 0 && !integer {
            let name = |wanted: u8| {
                TYPE_NAMES
                    .iter()
                    .filter(move |(bit, _)| wanted & bit != 0)
                    .map(|(_, name)| *name)
            };
            return Err(pass.failure(Kind::Type {
                got: name(kind).next().unwrap_or_default(),
                want: name(node.types).collect(),
            }));
        }
    }
    if let Some(constant) = &node.constant
        && Instance::of_json(constant) != *instance
    {
        return Err(pass.failure(Kind::Const(constant.clone())));
    }
    if let Some(choices) = &node.choices
        && !choices
            .iter()
            .any(|choice| Instance::of_json(choice) == *instance)
    {
        return Err(pass.failure(Kind::Enum(choices.clone())));
    }
    if let (Some(format), Instance::Text(text)) = (node.format, instance)
        && let Err(why) = format.check(text)
    {
        return Err(pass.failure(Kind::Format {
            got: (*text).to_owned(),
            want: format.name(),
            why,
        }));
    }
    Ok(())
}
