//! What is known of an object that builds share.
//!
//! Unlike what follows from the whole state, this stays with the copies that builds change: each
//! fact says of which part of the object it is true, and counts while that part is the same one in
//! memory.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use yaml::Str;

use super::marks::Marks;
use super::metadata::is_of_build;
use super::place::Place;
use super::sheet::Sheet;
use super::{Reach, Resource, State};
use crate::config::TransformerConfig;
use crate::id::Gvk;
use crate::node::{Entry, Map, Node, Scalar, name_as_resolved};
use crate::schema::{Schemas, Scope};

/// The facts.
#[derive(Debug)]
pub(super) struct Known {
    object: Node,
    sheet: OnceLock<Option<Sheet>>,
    api_version: Str,
    kind: Str,
    /// It says of what kind it is.
    pub(super) has_kind: bool,
    gvk: Gvk,
    /// By the built-in schema.
    scope: Option<Scope>,
    name: Option<Scalar>,
    namespace: Option<Scalar>,
    pub(super) annotations: Annotations,
    sites: OnceLock<Sites>,
    /// Those that something was written to, each once.
    places: Mutex<Vec<Arc<Place>>>,
}

/// What annotations an object has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Annotations {
    None,
    /// A build has nothing to say of them, and setting them anew prints the same.
    Plain,
    Others,
}

/// Where an object refers to others.
#[derive(Debug)]
pub(crate) struct Sites {
    /// Which fields are references.
    pub(crate) config: Arc<TransformerConfig>,
    /// The kind that the object was read as.
    pub(crate) kind: Str,
    /// Where they may be.
    reach: Arc<Reach>,
    /// In the order of the fields.
    pub(crate) list: Vec<Site>,
}

/// A field with references.
#[derive(Debug)]
pub(crate) struct Site {
    /// Its number in the configuration.
    pub(crate) field: usize,
    pub(crate) names: Names,
    places: OnceLock<Option<Vec<Arc<Place>>>>,
}

impl Site {
    pub(crate) fn new(field: usize, names: Names) -> Self {
        Self {
            field,
            names,
            places: OnceLock::new(),
        }
    }

    /// Where the names are in an object with this site, which `find` tells. None when they do not
    /// stand alone, or builds do not share the object.
    pub(crate) fn places(
        &self,
        object: &Resource,
        find: impl FnOnce(&Resource) -> Option<Vec<Place>>,
    ) -> Option<&[Arc<Place>]> {
        let known = object.known()?;
        if !known.is_of(object.node.start()) || !matches!(self.names, Names::Alone(_)) {
            return None;
        }
        let places = self.places.get_or_init(|| known.own(find(object)?));
        places.as_deref()
    }
}

/// The names in a field.
#[derive(Debug)]
pub(crate) enum Names {
    /// They must be looked for each time.
    Unknown,
    /// Each by itself.
    Alone(Vec<Str>),
    /// At least one in a mapping that may have a namespace too.
    InMappings(Vec<Str>),
}

impl Names {
    /// The names, when they are known.
    pub(crate) fn list(&self) -> Option<&[Str]> {
        match self {
            Self::Unknown => None,
            Self::Alone(names) | Self::InMappings(names) => Some(names),
        }
    }
}

/// An object is compared with so many kinds.
const KINDS: usize = 16;

impl Known {
    fn new(object: &Node, kinds: &mut Vec<Gvk>) -> Self {
        let text = |field: &str| -> Str {
            let scalar = object.get(field).and_then(Node::as_scalar);
            scalar.map(|scalar| scalar.text.clone()).unwrap_or_default()
        };
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        let has_kind = has_text(object.get("kind"));
        let metadata = object.get("metadata");
        let scalar = |field| {
            let found = metadata?.get(field).filter(|found| !found.is_null())?;
            found.as_scalar().cloned()
        };
        let gvk = Gvk::of(&api_version, kind);
        // Texts that are one in memory are quick to compare.
        let found = kinds.iter().rev().take(KINDS).find(|kind| **kind == gvk);
        let gvk = found.cloned().unwrap_or_else(|| {
            kinds.push(gvk.clone());
            gvk
        });
        let kind = gvk.kind.clone();
        Self {
            object: object.clone(),
            sheet: OnceLock::new(),
            scope: Schemas::built_in_scope(&gvk),
            name: scalar("name"),
            namespace: scalar("namespace"),
            annotations: Annotations::of(metadata),
            api_version,
            kind,
            has_kind,
            gvk,
            sites: OnceLock::new(),
            places: Mutex::default(),
        }
    }

    /// Whether this is about the very same object, unchanged.
    #[inline]
    pub(super) fn is_of(&self, object: &Node) -> bool {
        self.object.is_shared_with(object)
    }

    pub(super) fn kind(&self) -> &Str {
        &self.kind
    }

    #[inline]
    pub(super) fn name(&self) -> Option<&Scalar> {
        self.name.as_ref()
    }

    #[inline]
    pub(super) fn namespace(&self) -> Option<&Scalar> {
        self.namespace.as_ref()
    }

    /// Its text. None when it cannot be taken apart.
    pub(super) fn sheet(&self) -> Option<&Sheet> {
        let sheet = self.sheet.get_or_init(|| Sheet::of(&self.object));
        sheet.as_ref()
    }

    /// Places in the object as the ones that all who write there share. None when one of them leads
    /// through another, or is a field of the object itself: what it is would change. Nor when there
    /// are more of them than can be told apart.
    pub(super) fn own(&self, places: Vec<Place>) -> Option<Vec<Arc<Place>>> {
        let mut known = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let mut own: Vec<Arc<Place>> = Vec::with_capacity(places.len());
        for place in places {
            if place.is_at_the_top() || own.iter().any(|other| other.overlaps(&place)) {
                return None;
            }
            if let Some(found) = known.iter().find(|known| known.is_same(&place)) {
                own.push(Arc::clone(found));
                continue;
            }
            let rivals = known.iter().filter(|known| known.overlaps(&place));
            let rivals = rivals.fold(Marks::default(), |all, rival| all.with(rival.mark));
            let mark = Marks::of(known.len())?;
            let place = Arc::new(place.marked(mark, rivals));
            known.push(Arc::clone(&place));
            own.push(place);
        }
        Some(own)
    }

    /// Group, version and kind, when they are those of `object`.
    #[inline]
    fn gvk_of(&self, object: &Node) -> Option<&Gvk> {
        if self.is_of(object) {
            return Some(&self.gvk);
        }
        self.gvk_like(object)
    }

    fn gvk_like(&self, object: &Node) -> Option<&Gvk> {
        let is = |field: &str, text: &Str| {
            let found = object.get(field).and_then(Node::as_scalar);
            found.is_some_and(|found| found.text == *text)
        };
        (is("kind", &self.kind) && is("apiVersion", &self.api_version)).then_some(&self.gvk)
    }
}

impl Annotations {
    fn of(metadata: Option<&Node>) -> Self {
        let is_one = |entry: &&Entry| entry.key.text == "annotations";
        let fields = metadata
            .and_then(Node::as_map)
            .map_or(&[][..], Map::entries);
        // To change annotations that are there twice takes one of them away.
        let is_once = fields.iter().filter(is_one).count() < 2;
        match metadata.map(|metadata| metadata.get("annotations")) {
            Some(None) => Self::None,
            Some(Some(Node::Map(map))) if is_once && are_plain(map) => Self::Plain,
            _ => Self::Others,
        }
    }
}

/// Whether a field is there and not empty.
pub(super) fn has_text(field: Option<&Node>) -> bool {
    field.is_some_and(|found| !found.is_null() && !found.text().is_empty())
}

/// Whether annotations are lines of text that mean nothing to a build.
fn are_plain(map: &Map) -> bool {
    let entries = map.entries();
    let is_plain = |(at, entry): (usize, &Entry)| {
        let key = &entry.key.text;
        let is_name = |key: &Scalar| name_as_resolved(key).is_some_and(|name| name == key.text);
        is_name(&entry.key)
            && is_name(&Scalar::untagged(key))
            && entry.value.as_scalar().is_some_and(Scalar::is_line)
            && entries[..at].iter().all(|other| other.key.text != *key)
            && !is_of_build(key)
    };
    !entries.is_empty() && entries.iter().enumerate().all(is_plain)
}

impl State {
    /// What is known of the object, when nothing but texts was written into it.
    #[inline]
    pub(super) fn known_base(&self) -> Option<&Known> {
        let known = self.known()?;
        known.is_of(self.node.start()).then_some(known)
    }

    /// What is known, when builds share the object.
    #[inline]
    pub(super) fn known(&self) -> Option<&Arc<Known>> {
        self.memo.known.as_ref()
    }

    /// Group, version and kind with the scope that the built-in schema gives them, when known.
    #[inline]
    pub(super) fn known_scope(&self) -> Option<(&Gvk, Option<Scope>)> {
        let known = self.known()?;
        Some((known.gvk_of(self.node.start())?, known.scope))
    }
}

impl Resource {
    /// Prepares objects to be shared.
    pub(super) fn share_all(objects: &mut [Self]) {
        let mut kinds = Vec::new();
        for object in objects {
            if object
                .known()
                .is_none_or(|known| !known.is_of(&object.node))
            {
                let known = Known::new(&object.node, &mut kinds);
                object.memo.known = Some(Arc::new(known));
            }
        }
    }

    /// Whether it is as it was within reach.
    fn is_unchanged(&self, known: &Known, reach: &Reach) -> bool {
        let writes = self.node.writes();
        if known.is_of(self.node.start()) {
            return !writes.iter().any(|write| write.place.is_in(reach));
        }
        reach.is_unchanged(&known.object, &self.node)
    }

    /// Where it refers to others, found out by `find` unless that is known. None when what builds
    /// share does not tell: the object was changed where it may refer to others.
    pub(crate) fn sites(
        &self,
        config: &Arc<TransformerConfig>,
        kind: &Str,
        find: impl FnOnce(&Node) -> (Arc<Reach>, Vec<Site>),
    ) -> Option<&Sites> {
        let known = self.known()?;
        let sites = known.sites.get_or_init(|| {
            let (reach, list) = find(&known.object);
            Sites {
                config: Arc::clone(config),
                kind: kind.clone(),
                reach,
                list,
            }
        });
        let is_known = Arc::ptr_eq(&sites.config, config)
            && sites.kind == *kind
            && self.is_unchanged(known, &sites.reach);
        is_known.then_some(sites)
    }
}
