//! Objects, with what a build remembers about them.

mod changes;
mod content;
mod index;
mod known;
mod links;
mod map;
mod marks;
mod memo;
mod metadata;
mod place;
mod plan;
mod printed;
mod quiet;
mod reach;
mod sheet;
mod sorted;
mod spare;
mod track;
mod writes;

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use yaml::Str;

use crate::error::Error;
use crate::id::{Gvk, ResId, default_namespace, no_namespace};
use crate::node::{self, Kind, Node};
use crate::schema::{Schemas, Scope};

use content::Content;
use links::Links;
use memo::Memo;

pub(crate) use changes::Changes;
pub(crate) use known::{Names, Site};
pub(crate) use map::{ResMap, set_data};
pub(crate) use metadata::{ORIGIN, TRANSFORMATIONS};
pub(crate) use place::Place;
pub(crate) use plan::{Plan, Task};
pub(crate) use printed::Output;
pub(crate) use reach::Reach;
pub(crate) use sorted::OldNames;
pub(crate) use track::{Behavior, Previous, Track};
pub(crate) use writes::Written;

/// An object on its way through the build.
///
/// Clones share one state, which is copied when one of them is about to change: look before
/// borrowing anything of it for changes.
#[derive(Clone, Debug)]
pub(crate) struct Resource(Arc<State>);

/// What there is to know of an object.
#[derive(Clone, Debug)]
pub(crate) struct State {
    /// The object. Null or an empty mapping when a patch deleted it.
    pub(crate) node: Content,
    /// What it was called before, and how it came to be.
    pub(crate) track: Track,
    /// The vars that read their value from it.
    pub(crate) ref_vars: Vec<Str>,
    links: Links,
    /// What was found out about this state, so that builds that share it need not find out again.
    memo: Memo,
    /// Its place among those that are to spare, when it is done with.
    slot: Option<usize>,
}

impl Deref for Resource {
    type Target = State;

    #[inline]
    fn deref(&self) -> &State {
        &self.0
    }
}

impl DerefMut for Resource {
    #[inline]
    fn deref_mut(&mut self) -> &mut State {
        let state = Arc::make_mut(&mut self.0);
        state.memo.forget();
        state
    }
}

impl State {
    pub(crate) fn is_empty(&self) -> bool {
        self.node.start().is_null_or_empty()
    }

    #[inline]
    pub(crate) fn kind(&self) -> &str {
        match self.known_base() {
            Some(known) => known.kind(),
            None => self.node.start().get("kind").map_or("", Node::text),
        }
    }

    pub(crate) fn api_version(&self) -> &str {
        self.node.start().get("apiVersion").map_or("", Node::text)
    }

    pub(crate) fn gvk(&self) -> Gvk {
        self.gvk_here().into_owned()
    }

    /// Group, version and kind, to look at.
    #[inline]
    pub(crate) fn gvk_here(&self) -> Cow<'_, Gvk> {
        if let Some((gvk, _)) = self.known_scope() {
            return Cow::Borrowed(gvk);
        }
        let scalar = |field: &str| {
            self.node
                .start()
                .get(field)
                .and_then(Node::as_scalar)
                .map(|scalar| scalar.text.clone())
                .unwrap_or_default()
        };
        Cow::Owned(Gvk::of(&scalar("apiVersion"), scalar("kind")))
    }

    /// Whether objects like this one surely live outside of namespaces.
    pub(crate) fn is_cluster_scoped(&self, schemas: &Schemas) -> bool {
        match self.known_scope() {
            Some(known) => is_cluster_scoped(known, schemas),
            None => schemas.is_cluster_scoped(&self.gvk()),
        }
    }

    /// Remembers the present identity before it changes.
    pub(crate) fn store_previous_id(&mut self, schemas: &Schemas) {
        let (kind, is_cluster_scoped) = match self.known_scope() {
            Some(known) => (known.0.kind.clone(), is_cluster_scoped(known, schemas)),
            None => (self.kind_text(), self.is_cluster_scoped(schemas)),
        };
        let namespace = match self.namespace_scalar() {
            _ if is_cluster_scoped => no_namespace(),
            Some(namespace) if !namespace.text.is_empty() => namespace.text.clone(),
            _ => default_namespace(),
        };
        let previous = Previous {
            namespace,
            name: self.name(),
            kind,
        };
        self.track.previous.push(previous);
    }

    fn kind_text(&self) -> Str {
        let kind = self.node.start().get("kind").and_then(Node::as_scalar);
        kind.map(|kind| kind.text.clone()).unwrap_or_default()
    }
}

/// Whether objects of a kind surely live outside of namespaces, given what the built-in schema says.
fn is_cluster_scoped((gvk, scope): (&Gvk, Option<Scope>), schemas: &Schemas) -> bool {
    match scope {
        Some(scope) => scope == Scope::Cluster,
        None => schemas.is_cluster_scoped(gvk),
    }
}

impl Resource {
    /// An object as it was read. Build annotations that a file carries become memory.
    pub(crate) fn new(node: Node) -> Self {
        let mut resource = Self(Arc::new(State {
            node: node.into(),
            track: Track::default(),
            ref_vars: Vec::new(),
            links: Links::default(),
            memo: Memo::default(),
            slot: None,
        }));
        resource.absorb_track();
        resource
    }

    /// Whether both are one state in memory.
    fn is_shared_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether others may have this state too.
    #[inline]
    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// The identity at this moment.
    pub(crate) fn id(&self, schemas: &Schemas) -> ResId {
        ResId {
            gvk: self.gvk(),
            name: self.name(),
            namespace: self.namespace(),
            cluster_scoped: self.is_cluster_scoped(schemas),
        }
    }

    /// The identities it had before, oldest first.
    pub(crate) fn previous_ids(&self) -> impl Iterator<Item = ResId> + '_ {
        let gvk = (!self.track.previous.is_empty()).then(|| self.gvk());
        self.track.previous.iter().map(move |previous| {
            let gvk = gvk.clone().unwrap_or_default();
            previous.id(gvk)
        })
    }

    /// The identity that its file gave it.
    pub(crate) fn original_id(&self, schemas: &Schemas) -> ResId {
        self.previous_ids()
            .next()
            .unwrap_or_else(|| self.id(schemas))
    }

    /// The identity now and all before, for selectors that look at each of them.
    pub(crate) fn all_ids(&self) -> Vec<ResId> {
        let current = ResId {
            gvk: self.gvk(),
            name: self.name(),
            namespace: self.namespace(),
            cluster_scoped: false,
        };
        std::iter::once(current)
            .chain(self.previous_ids())
            .collect()
    }

    /// The kind that its file gave it.
    pub(crate) fn first_kind(&self) -> Str {
        match self.track.previous.first() {
            Some(first) => first.kind.clone(),
            None => self.kind_text(),
        }
    }

    pub(crate) fn set_kind(&mut self, kind: &str) -> Result<(), Error> {
        Ok(node::set_field_str(&mut self.node, "kind", kind)?)
    }

    pub(crate) fn set_api_version(&mut self, api_version: &str) -> Result<(), Error> {
        Ok(node::set_field_str(
            &mut self.node,
            "apiVersion",
            api_version,
        )?)
    }

    /// The `data` or `binaryData` of a ConfigMap or Secret, as text.
    pub(crate) fn data(&self, field: &str) -> Vec<(Str, Str)> {
        metadata::text_entries(self.node.get(field))
    }

    /// Fails unless the object has a kind and, when it is no list, a name.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let has_kind = match self.known_base() {
            Some(known) => known.has_kind,
            None => known::has_text(self.node.start().get("kind")),
        };
        let name = self.name_scalar();
        if has_kind && name.is_some_and(|name| !name.text.is_empty()) {
            return Ok(());
        }
        Self::validate(&self.node)
    }

    /// Fails unless an object has a kind and, when it is no list, a name.
    pub(crate) fn validate(node: &Node) -> Result<(), Error> {
        node.expect(Kind::Map)?;
        let describe = || {
            let json = node::to_go_json(node).unwrap_or_default();
            let end = json
                .char_indices()
                .nth(300)
                .map_or(json.len(), |(at, _)| at);
            json[..end].to_owned()
        };
        let non_empty = |found: Option<&Node>| found.is_some_and(|node| !node.is_null_or_empty());
        let kind = node.get("kind");
        let name = node.get("metadata").and_then(|meta| meta.get("name"));
        if !non_empty(kind)
            && !non_empty(node.get("apiVersion"))
            && !non_empty(node.get("metadata"))
        {
            return Err(Error::Resource(format!(
                "missing Resource metadata in object {}",
                describe()
            )));
        }
        let kind_text = kind.filter(|node| !node.is_null()).map_or("", Node::text);
        if kind_text.is_empty() {
            return Err(Error::Resource(format!(
                "missing kind in object {}",
                describe()
            )));
        }
        if kind_text.ends_with("List") {
            return Ok(());
        }
        if name
            .filter(|node| !node.is_null())
            .map_or("", Node::text)
            .is_empty()
        {
            return Err(Error::Resource(format!(
                "missing metadata.name in object {}",
                describe()
            )));
        }
        Ok(())
    }
}
