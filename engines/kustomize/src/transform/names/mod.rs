//! References by name: when an object is renamed, those that name it follow
//! (`api/filters/nameref`, `namereferencetransformer.go`).

mod candidates;
mod fixer;
mod references;

use std::sync::Arc;

use yaml::Str;

use crate::config::TransformerConfig;
use crate::error::Error;
use crate::node::{Node, Scalar};
use crate::resource::{Names, Place, ResMap, Resource, Site};
use crate::schema::Schemas;
use candidates::{Candidates, Index};
use fixer::Fixer;
use references::References;

/// Updates all references.
pub(crate) fn fix_references(
    objects: &mut ResMap,
    config: &Arc<TransformerConfig>,
    schemas: &Schemas,
) -> Result<(), Error> {
    let references = References::new(config);
    let renamed = Renamed::of(objects);
    // What is being updated is looked at as well, and stays what it is called.
    let before = references.rename_objects().then(|| objects.clone());
    let index = Index::default();
    for at in 0..objects.len() {
        let candidates = Candidates::new(before.as_ref().unwrap_or(objects), schemas, &index);
        match follow(at, objects.get(at), &candidates, &references, &renamed)? {
            Followed::Kept => {}
            Followed::Names(names) if names.is_empty() => {}
            Followed::Names(names) => objects.get_mut_keeping_ids(at).write_each(names),
            Followed::Object(object) => *objects.get_mut_keeping_ids(at) = object,
        }
    }
    Ok(())
}

/// The names that objects had that are called otherwise now.
enum Renamed {
    Few(Vec<Str>),
    Many,
}

/// So many names are quicker compared one by one than looked up.
const FEW: usize = 4;

impl Renamed {
    fn of(objects: &ResMap) -> Self {
        let mut names: Vec<Str> = Vec::new();
        let renamed = objects
            .lively()
            .filter(|(_, object)| !object.has_kept_its_name());
        for (_, object) in renamed {
            let previous = object.track.previous.iter();
            names.extend(previous.map(|previous| previous.name.clone()));
            names.dedup();
            if names.len() > FEW {
                return Self::Many;
            }
        }
        Self::Few(names)
    }

    fn has_none_of(&self, names: &[Str]) -> bool {
        match self {
            Self::Few(renamed) => !names.iter().any(|name| renamed.contains(name)),
            Self::Many => names.is_empty(),
        }
    }
}

/// What becomes of an object when those that it names are called otherwise.
enum Followed {
    Kept,
    /// Only names change.
    Names(Vec<(Arc<Place>, Scalar)>),
    Object(Resource),
}

fn follow(
    at: usize,
    object: &Resource,
    candidates: &Candidates<'_>,
    references: &References<'_>,
    renamed: &Renamed,
) -> Result<Followed, Error> {
    let gvk = || {
        let mut gvk = object.gvk();
        gvk.kind = object.first_kind();
        gvk
    };
    // What role bindings name is checked in any case.
    let is_checked = object.kind() == "RoleBinding";
    let find = |object: &Node| references.sites(&gvk(), object);
    let found;
    let known = object.sites(references.config, &object.first_kind(), find);
    let sites = if let Some(sites) = known {
        // Whatever a name alone means may be called as before.
        let stays =
            |site: &Site| matches!(&site.names, Names::Alone(names) if renamed.has_none_of(names));
        if !is_checked && sites.list.iter().all(stays) {
            return Ok(Followed::Kept);
        }
        if sites.list.is_empty() && !is_checked {
            return Ok(Followed::Kept);
        }
        // Most only name others.
        let fixer = Fixer::new(candidates, object)?;
        if let Some(names) = fixer.names((at, object), &sites.list, references) {
            return Ok(Followed::Names(names));
        }
        &sites.list
    } else {
        found = references.all(&gvk());
        &found
    };
    let is_settled = |site: &Site| {
        let names = site.names.list();
        names.is_some_and(|names| !names.iter().any(|name| candidates.is_known(name)))
    };
    if !is_checked && sites.iter().all(is_settled) {
        return Ok(Followed::Kept);
    }
    let fixer = Fixer::new(candidates, object)?;
    let is_kept = |site: &&Site| {
        let reference = &references.list[site.field];
        is_settled(site)
            || match &site.names {
                Names::Alone(names) => fixer.keeps_all(object, names, reference),
                _ => fixer.is_kept(object, reference),
            }
    };
    let kept = sites.iter().take_while(is_kept).count();
    let rest = &sites[kept..];
    if rest.is_empty() {
        return Ok(Followed::Kept);
    }
    // What was found holds until the first change.
    let mut changed = object.clone();
    for reference in rest.iter().map(|site| &references.list[site.field]) {
        if !fixer.is_kept(&changed, reference) {
            fixer.fix(&mut changed, reference)?;
        }
    }
    Ok(Followed::Object(changed))
}
