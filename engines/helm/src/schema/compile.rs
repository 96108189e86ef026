//! From documents to nodes. Only schemas that can be reached are compiled.

use std::collections::HashMap;
use std::sync::Arc;

use crate::json::Json;

use super::document::Document;
use super::draft::Draft;
use super::error::CompileError;
use super::keywords::Keywords;
use super::node::{Arena, Node, NodeId};
use super::url::{Url, split_fragment, unescape};
use super::{loader, validate};

/// How many schemas one compilation may reach.
const MAX_NODES: usize = 100_000;

/// Which formats are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Formats {
    /// Those of drafts before 2019-09, where a format is more than a note.
    ByDraft,
    /// All of them, as in metaschemas.
    Always,
}

/// Whether documents are held against the schema of their draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// Metaschemas are right.
    Given,
    Checked,
}

pub(super) struct Compiler {
    pub documents: Vec<Document>,
    pub nodes: Arena,
    /// Document and pointer of each node, in the order in which they are compiled.
    places: Vec<(usize, String)>,
    known: HashMap<(usize, String), NodeId>,
    pub formats: Formats,
    trust: Trust,
}

impl Compiler {
    pub(super) fn new(formats: Formats, trust: Trust) -> Self {
        Self {
            documents: Vec::new(),
            nodes: Vec::new(),
            places: Vec::new(),
            known: HashMap::new(),
            formats,
            trust,
        }
    }

    /// Takes in `json`, which is to be found at `url`.
    pub(super) fn add(&mut self, url: &str, json: Json) -> Result<usize, CompileError> {
        let document = Document::new(url, json)?;
        if self.trust == Trust::Checked && !is_metaschema(url) {
            validate::against_metaschema(&document, "")?;
        }
        self.documents.push(document);
        Ok(self.documents.len() - 1)
    }

    /// Compiles the schema at `pointer` of a document, and all that it refers to.
    pub(super) fn compile(
        &mut self,
        document: usize,
        pointer: &str,
    ) -> Result<NodeId, CompileError> {
        let first = self.enqueue(document, pointer.to_owned());
        let mut next = first.0;
        while next < self.nodes.len() {
            self.compile_node(NodeId(next))?;
            next += 1;
            if next > MAX_NODES {
                return Err(CompileError::Budget("more than 100000 schemas"));
            }
        }
        Ok(first)
    }

    /// The node for a place, compiled later when it is new.
    pub(super) fn enqueue(&mut self, document: usize, pointer: String) -> NodeId {
        let place = (document, pointer);
        if let Some(id) = self.known.get(&place) {
            return *id;
        }
        let id = NodeId(self.nodes.len());
        let location = self.documents[document].location(&place.1);
        self.nodes.push(Node::new(id, location));
        self.places.push(place.clone());
        self.known.insert(place, id);
        id
    }

    /// The node that `reference` means, seen from the resource `base` of `document`.
    pub(super) fn enqueue_reference(
        &mut self,
        document: usize,
        base: &str,
        reference: &str,
    ) -> Result<NodeId, CompileError> {
        let invalid = |text: &str, why| CompileError::InvalidUrl {
            text: text.to_owned(),
            why,
        };
        let base_url = Url::parse(base).map_err(|why| invalid(base, why))?;
        let (address, fragment) = split_fragment(reference);
        let fragment = unescape(fragment).map_err(|why| invalid(reference, why))?;
        let address = Url::parse(address).map_err(|why| invalid(address, why))?;
        let url = base_url.resolve(&address).to_string();
        if let Some(pointer) = self.documents[document].find(&url, &fragment)? {
            return Ok(self.enqueue(document, pointer));
        }
        let other = match self.documents.iter().position(|known| known.url == url) {
            Some(other) => other,
            None => self.add(&url, loader::load(&url)?)?,
        };
        let pointer = self.documents[other].find(&url, &fragment)?;
        Ok(self.enqueue(other, pointer.unwrap_or_default()))
    }

    fn compile_node(&mut self, id: NodeId) -> Result<(), CompileError> {
        let (at, pointer) = self.places[id.0].clone();
        if !self.documents[at].knows(&pointer) {
            self.documents[at].add(&pointer)?;
            if self.trust == Trust::Checked {
                validate::against_metaschema(&self.documents[at], &pointer)?;
            }
        }
        let document = &self.documents[at];
        let root = Arc::clone(&document.json);
        let json = document.lookup(&root, &pointer)?;
        let resource = document.resource(&pointer).clone();
        let draft = resource.draft;
        let owner = self.enqueue(at, resource.pointer.clone());
        self.nodes[id.0].draft = draft;
        self.nodes[id.0].resource = owner;
        if draft >= Draft::D2020 && owner == id {
            for (name, pointer) in resource.dynamic() {
                let target = self.enqueue(at, pointer.clone());
                self.nodes[id.0]
                    .dynamic_anchors
                    .push((name.clone(), target));
            }
        }
        match json {
            Json::Bool(value) => self.nodes[id.0].boolean = Some(*value),
            Json::Object(entries) if entries.is_empty() => self.nodes[id.0].boolean = Some(true),
            Json::Object(entries) => {
                Keywords {
                    compiler: self,
                    id,
                    document: at,
                    pointer: &pointer,
                    base: &resource.id,
                    draft,
                    entries,
                }
                .compile()?;
            }
            _ => {}
        }
        Ok(())
    }
}

fn is_metaschema(url: &str) -> bool {
    url.starts_with("http://json-schema.org/") || url.starts_with("https://json-schema.org/")
}
