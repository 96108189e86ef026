//! Documents that hold schemas: which of them have addresses and anchors of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::json::Json;

use super::draft::{Draft, unescape_token};
use super::error::CompileError;
use super::loader;
use super::url::{Url, escape_fragment, split_fragment, unescape};

/// A schema with an address of its own, and what it calls by names.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    /// Its place in the document.
    pub pointer: String,
    pub id: String,
    pub draft: Draft,
    anchors: BTreeMap<String, String>,
    pub dynamic_anchors: Vec<String>,
}

impl Resource {
    fn new(pointer: &str, id: &str, draft: Draft) -> Self {
        Self {
            pointer: pointer.to_owned(),
            id: id.to_owned(),
            draft,
            anchors: BTreeMap::new(),
            dynamic_anchors: Vec::new(),
        }
    }

    /// The anchors that `$dynamicRef` may find, with their places.
    pub(super) fn dynamic(&self) -> impl Iterator<Item = (&String, &String)> {
        self.anchors
            .iter()
            .filter(|(name, _)| self.dynamic_anchors.contains(name))
    }
}

/// One JSON text and the schemas in it.
#[derive(Debug)]
pub(super) struct Document {
    pub url: String,
    /// Shared, so that a schema in it can be read while nodes are made.
    pub json: Arc<Json>,
    pub resources: BTreeMap<String, Resource>,
    /// Pointers to schemas that have been looked at.
    seen: BTreeSet<String>,
}

impl Document {
    /// Looks through `json`, which was found at `url`.
    pub(super) fn new(url: &str, json: Json) -> Result<Self, CompileError> {
        let mut document = Self {
            url: url.to_owned(),
            json: Arc::new(json),
            resources: BTreeMap::new(),
            seen: BTreeSet::new(),
        };
        let root = Arc::clone(&document.json);
        document.collect(&root, url, "", Draft::LATEST)?;
        Ok(document)
    }

    /// Whether the schema at `pointer` stands where schemas are expected.
    pub(super) fn knows(&self, pointer: &str) -> bool {
        self.seen.contains(pointer)
    }

    /// Looks through a schema at a place where none was expected.
    pub(super) fn add(&mut self, pointer: &str) -> Result<(), CompileError> {
        let root = Arc::clone(&self.json);
        let schema = self.lookup(&root, pointer)?;
        let (base, draft) = {
            let resource = self.resource(pointer);
            (resource.id.clone(), resource.draft)
        };
        self.collect(schema, &base, pointer, draft)
    }

    /// The nearest schema around `pointer` that has an address.
    pub(super) fn resource(&self, pointer: &str) -> &Resource {
        let mut pointer = pointer;
        loop {
            if let Some(resource) = self.resources.get(pointer) {
                return resource;
            }
            match pointer.rfind('/') {
                Some(slash) => pointer = &pointer[..slash],
                // The root is put there before anything else.
                None => return &self.resources[""],
            }
        }
    }

    /// The pointer that `fragment` means in the resource `url`; `None` when that is not here.
    pub(super) fn find(&self, url: &str, fragment: &str) -> Result<Option<String>, CompileError> {
        let resource = if url == self.url {
            &self.resources[""]
        } else {
            match self.resources.values().find(|resource| resource.id == url) {
                Some(resource) => resource,
                None => return Ok(None),
            }
        };
        self.find_in(resource, fragment).map(Some)
    }

    fn find_in(&self, resource: &Resource, fragment: &str) -> Result<String, CompileError> {
        if fragment.is_empty() || fragment.starts_with('/') {
            return Ok(format!("{}{fragment}", resource.pointer));
        }
        match resource.anchors.get(fragment) {
            Some(pointer) => Ok(pointer.clone()),
            None => Err(CompileError::AnchorNotFound {
                reference: format!("{}#{}", resource.id, escape_fragment(fragment)),
                url: self.url.clone(),
            }),
        }
    }

    /// The value at `pointer` of `root`, which is this document's.
    pub(super) fn lookup<'r>(
        &self,
        root: &'r Json,
        pointer: &str,
    ) -> Result<&'r Json, CompileError> {
        let mut value = root;
        for token in pointer.split('/').skip(1) {
            let name = unescape_token(token)
                .ok_or_else(|| CompileError::InvalidPointer(self.location(pointer)))?;
            let next = match value {
                Json::Object(entries) => entries.get(&name),
                Json::Array(items) => name.parse().ok().and_then(|at: usize| items.get(at)),
                _ => None,
            };
            value = next.ok_or_else(|| CompileError::PointerNotFound(self.location(pointer)))?;
        }
        Ok(value)
    }

    /// How messages name the place `pointer`.
    pub(super) fn location(&self, pointer: &str) -> String {
        format!("{}#{}", self.url, escape_fragment(pointer))
    }

    fn collect(
        &mut self,
        schema: &Json,
        base: &str,
        pointer: &str,
        fallback: Draft,
    ) -> Result<(), CompileError> {
        if !self.seen.insert(pointer.to_owned()) {
            return Ok(());
        }
        let Json::Object(entries) = schema else {
            if pointer.is_empty() {
                let resource = Resource::new(pointer, base, fallback);
                self.resources.insert(String::new(), resource);
            }
            return Ok(());
        };
        let declared = entries.get("$schema").and_then(Json::as_str);
        let mut draft = match declared {
            Some(name) => loader::draft_of(name, &self.url, pointer)?,
            None => fallback,
        };
        let mut has_schema = declared.is_some();
        let mut id = draft.id_of(entries);
        if id.is_none() && !pointer.is_empty() {
            // `$schema` counts only where a document or a resource begins.
            draft = fallback;
            has_schema = false;
            id = draft.id_of(entries);
        }
        let base = match id {
            Some(id) => {
                let unparsable = |_| CompileError::InvalidId(self.location(pointer));
                let base = Url::parse(base).map_err(unparsable)?;
                base.resolve(&Url::parse(id).map_err(unparsable)?)
                    .to_string()
            }
            None => base.to_owned(),
        };
        if id.is_some() || pointer.is_empty() {
            let same = self.resources.values().find(|known| known.id == base);
            match same {
                Some(known) if known.pointer != pointer => {
                    return Err(CompileError::DuplicateId {
                        id: base,
                        url: self.url.clone(),
                        pointers: (pointer.to_owned(), known.pointer.clone()),
                    });
                }
                Some(_) => {}
                None => {
                    let draft = if has_schema { draft } else { fallback };
                    let resource = Resource::new(pointer, &base, draft);
                    self.resources.insert(pointer.to_owned(), resource);
                }
            }
        }
        let Some(owner) = self
            .resources
            .values()
            .find(|resource| resource.id == base)
            .map(|resource| resource.pointer.clone())
        else {
            return Ok(());
        };
        self.collect_anchors(entries, pointer, &owner)?;
        let inherited = self.resources[&owner].draft;
        for (tail, subschema) in draft.subschemas(entries) {
            self.collect(subschema, &base, &format!("{pointer}{tail}"), inherited)?;
        }
        Ok(())
    }

    fn collect_anchors(
        &mut self,
        entries: &BTreeMap<String, Json>,
        pointer: &str,
        owner: &str,
    ) -> Result<(), CompileError> {
        let draft = self.resources[owner].draft;
        let text = |keyword: &str| entries.get(keyword).and_then(Json::as_str);
        let mut names = Vec::new();
        if draft < Draft::D2019 {
            if entries.contains_key("$ref") {
                return Ok(());
            }
            if let Some(id) = text(draft.id_keyword()) {
                let fragment = unescape(split_fragment(id).1)
                    .map_err(|_| CompileError::InvalidAnchor(self.location(pointer)))?;
                if !fragment.is_empty() && !fragment.starts_with('/') {
                    names.push(fragment);
                }
            }
        } else {
            names.extend(text("$anchor").map(str::to_owned));
        }
        let dynamic = text("$dynamicAnchor").filter(|_| draft >= Draft::D2020);
        names.extend(dynamic.map(str::to_owned));
        for name in names {
            let known = self.resources[owner].anchors.get(&name);
            if let Some(known) = known.filter(|known| *known != pointer) {
                return Err(CompileError::DuplicateAnchor {
                    anchor: name,
                    url: self.url.clone(),
                    pointers: (known.clone(), pointer.to_owned()),
                });
            }
            if let Some(resource) = self.resources.get_mut(owner) {
                resource.anchors.insert(name, pointer.to_owned());
            }
        }
        if let (Some(name), Some(resource)) = (dynamic, self.resources.get_mut(owner)) {
            resource.dynamic_anchors.push(name.to_owned());
        }
        Ok(())
    }
}
