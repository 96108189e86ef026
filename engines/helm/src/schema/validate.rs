//! Schemas and values against each other, and schemas against the schema of their draft.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::check::{self, Dialects, Refused};
use super::compile::{Compiler, Formats, Trust};
use super::document::Document;
use super::draft::{DRAFTS, Draft};
use super::error::CompileError;
use super::failure::Failure;
use super::instance::Instance;
use super::loader;
use super::node::{Arena, NodeId};
use crate::json;

/// Where Helm puts the schema of a chart.
const LOCATION: &str = "file:///values.schema.json";

/// A compiled `values.schema.json`.
#[derive(Debug)]
pub(super) struct Compiled {
    arena: Arena,
    root: NodeId,
}

/// What is wrong with values.
#[derive(Debug)]
pub(super) enum Invalid {
    Failed(Box<Failure>),
    Budget(&'static str),
}

impl Compiled {
    pub(super) fn parse(text: &[u8]) -> Result<Self, CompileError> {
        let json = json::parse(text).map_err(CompileError::Json)?;
        let mut compiler = Compiler::new(Formats::ByDraft, Trust::Checked);
        let document = compiler.add(LOCATION, json)?;
        let root = compiler.compile(document, "")?;
        Ok(Self {
            arena: compiler.nodes,
            root,
        })
    }

    pub(super) fn check(&self, instance: &Instance<'_>) -> Result<(), Invalid> {
        check::check(&self.arena, self.root, instance, None).map_err(|refused| match refused {
            Refused::Failed(failure) => Invalid::Failed(failure),
            Refused::Budget(budget) => Invalid::Budget(budget),
        })
    }
}

/// The metaschemas of all drafts.
struct Metaschemas {
    arena: Arena,
    roots: Vec<(Draft, NodeId)>,
}

static METASCHEMAS: LazyLock<Result<Metaschemas, CompileError>> = LazyLock::new(|| {
    let mut compiler = Compiler::new(Formats::Always, Trust::Given);
    let mut roots = Vec::new();
    for draft in DRAFTS {
        let document = compiler.add(draft.url(), loader::load(draft.url())?)?;
        roots.push((draft, compiler.compile(document, "")?));
    }
    Ok(Metaschemas {
        arena: compiler.nodes,
        roots,
    })
});

impl Metaschemas {
    fn root(&self, draft: Draft) -> Option<NodeId> {
        self.roots
            .iter()
            .find(|(known, _)| *known == draft)
            .map(|(_, root)| *root)
    }
}

/// Holds the schema at `pointer` against the metaschema of its draft.
pub(super) fn against_metaschema(document: &Document, pointer: &str) -> Result<(), CompileError> {
    const BROKEN: CompileError = CompileError::Budget("the metaschemas are broken");
    let Ok(metaschemas) = METASCHEMAS.as_ref() else {
        return Err(BROKEN);
    };
    let draft = document.resource(pointer).draft;
    let Some(start) = metaschemas.root(draft) else {
        return Err(BROKEN);
    };
    let mut by_pointer = BTreeMap::new();
    // Nearly every schema keeps to one draft.
    let resources = document.resources.values();
    if resources.clone().any(|resource| resource.draft != draft) {
        for resource in resources {
            if let Some(root) = metaschemas.root(resource.draft) {
                by_pointer.insert(resource.pointer.clone(), root);
            }
        }
    }
    let dialects = Dialects { start, by_pointer };
    let json = document.lookup(&document.json, pointer)?;
    let instance = Instance::of_json(json);
    match check::check(&metaschemas.arena, start, &instance, Some(&dialects)) {
        Ok(()) => Ok(()),
        Err(Refused::Budget(budget)) => Err(CompileError::Budget(budget)),
        Err(Refused::Failed(failure)) => Err(CompileError::Metaschema {
            url: document.location(pointer),
            failure,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metaschema_is_valid_against_itself() {
        for draft in DRAFTS {
            let document = Document::new(draft.url(), loader::load(draft.url()).unwrap()).unwrap();
            against_metaschema(&document, "").unwrap();
        }
    }
}
