//! References by name: when an object is renamed, those that name it follow
//! (`api/filters/nameref`, `namereferencetransformer.go`).

mod candidates;
mod references;

use std::sync::Arc;

use yaml::Str;

use super::field::{apply_to_any, is_done};
use crate::config::TransformerConfig;
use crate::error::{Error, ResultExt};
use crate::id::{Gvk, NO_NAMESPACE};
use crate::node::{self, Kind, Node, Scalar};
use crate::resource::{Names, Place, ResMap, Resource, Site};
use crate::schema::Schemas;
use candidates::{Candidate, Candidates, Empty, Index};
use references::{Reference, References};

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
        match follow(objects.get(at), &candidates, &references, &renamed)? {
            Followed::Kept => {}
            Followed::Names(names) if names.is_empty() => {}
            Followed::Names(names) => objects.get_mut_keeping_ids(at).write_each(&names),
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
        if let Some(names) = fixer.names(object, &sites.list, references) {
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

/// Updates the references of one object.
struct Fixer<'a> {
    candidates: &'a Candidates<'a>,
    referrer: Candidate<'a>,
    /// Namespaces of the service accounts that a role binding names.
    account_namespaces: Vec<Str>,
}

impl<'a> Fixer<'a> {
    fn new(candidates: &'a Candidates<'a>, object: &'a Resource) -> Result<Self, Error> {
        Ok(Self {
            candidates,
            referrer: candidates.candidate(object),
            account_namespaces: account_namespaces(object)?,
        })
    }

    /// The names that change, when nothing else does: the object is one that builds share, but for
    /// texts that were written into it, each name stands alone in a place that is known, and all of
    /// them are clear.
    fn names(
        &self,
        object: &Resource,
        sites: &[Site],
        references: &References<'_>,
    ) -> Option<Vec<(Arc<Place>, Scalar)>> {
        let mut out: Vec<(Arc<Place>, Scalar)> = Vec::new();
        for site in sites {
            let reference = &references.list[site.field];
            let places = site.places(object, |object| reference.places(object))?;
            let role = reference.role(object);
            for place in places {
                // Another reference may have come to this place.
                let earlier = out.iter_mut().find(|(other, _)| Arc::ptr_eq(other, place));
                let now = earlier.as_ref().map(|(_, scalar)| scalar);
                let now = now.or_else(|| object.node.at(place))?;
                let target = reference.target;
                let found = self.select(&now.text, target, role.as_ref(), None, same_name);
                let Some(found) = found.ok()?.filter(|found| found.name != now.text.as_str())
                else {
                    continue;
                };
                let scalar = Scalar::untagged(found.name_text()).in_style(now.style);
                match earlier {
                    Some((_, earlier)) => *earlier = scalar,
                    None => out.push((Arc::clone(place), scalar)),
                }
            }
        }
        let fit = out.iter().all(|(place, _)| object.node.has_room(place));
        fit.then_some(out)
    }

    /// Whether the names stay what they are, found without copying what is shared.
    fn is_kept(&self, object: &Resource, reference: &Reference<'_>) -> bool {
        let path = &reference.field.segments;
        let tree = object.node.without_writes_at(reference.field);
        let role = reference.role(object);
        let keeps = |name: &Node| match name {
            Node::Scalar(scalar) => {
                name.is_null()
                    || !self.candidates.is_known(&scalar.text)
                    || self.keeps(&scalar.text, reference.target, role.as_ref())
            }
            Node::Map(map) => {
                let name = map.get("name").and_then(Node::as_scalar);
                name.is_some_and(|name| !self.candidates.is_known(&name.text))
            }
            Node::Seq(_) => false,
        };
        is_done(tree, path, &mut |node| match node {
            Node::Seq(items) => items.iter().all(keeps),
            _ => keeps(node),
        })
    }

    /// [`Fixer::is_kept`] for names that are known.
    fn keeps_all(&self, object: &Resource, names: &[Str], reference: &Reference<'_>) -> bool {
        let role = reference.role(object);
        let keeps = |name: &Str| self.keeps(name, reference.target, role.as_ref());
        names.iter().all(keeps)
    }

    fn keeps(&self, name: &str, target: &Gvk, role: Option<&Gvk>) -> bool {
        let found = self.select(name, target, role, None, same_name);
        found.is_ok_and(|found| found.is_none_or(|found| found.name == name))
    }

    fn fix(&self, object: &mut Resource, reference: &Reference<'_>) -> Result<(), Error> {
        let role = reference.role(object);
        // The kind was checked with the name that the object had at first.
        apply_to_any(&mut object.node, reference.field, None, &mut |node| {
            self.set(node, reference.target, role.as_ref())
        })
        .context(|| {
            format!(
                "updating name reference in '{}' field of '{}'",
                reference.field.path,
                self.referrer.id()
            )
        })
    }

    fn set(&self, node: &mut Node, target: &Gvk, role: Option<&Gvk>) -> Result<(), Error> {
        match node {
            Node::Scalar(_) if node.is_null() => Ok(()),
            Node::Scalar(_) => self.set_scalar(node, target, role),
            Node::Map(_) => self.set_map(node, target, role),
            Node::Seq(items) => {
                // Lists of names are long at times, and seldom change.
                if items.iter().all(|item| self.is_unknown(item)) {
                    return Ok(());
                }
                for item in node.as_seq_mut().into_iter().flatten() {
                    match item {
                        Node::Scalar(_) if item.is_null() => {}
                        Node::Scalar(_) => self.set_scalar(item, target, role)?,
                        Node::Map(_) => self.set_map(item, target, role)?,
                        Node::Seq(_) => {
                            return Err(Error::Transform(
                                "node must be a scalar or a map in a list of names".into(),
                            ));
                        }
                    }
                }
                Ok(())
            }
        }
    }

    /// A name that no object had.
    fn is_unknown(&self, item: &Node) -> bool {
        item.as_scalar()
            .is_some_and(|scalar| !self.candidates.is_known(&scalar.text))
    }

    fn set_scalar(&self, node: &mut Node, target: &Gvk, role: Option<&Gvk>) -> Result<(), Error> {
        let found = self.select(node.text(), target, role, None, same_name)?;
        if let Some(found) = found
            && found.name != node.text()
        {
            node::set_scalar(node, Scalar::untagged(found.name_text()))?;
        }
        Ok(())
    }

    /// A reference of name and namespace.
    fn set_map(&self, node: &mut Node, target: &Gvk, role: Option<&Gvk>) -> Result<(), Error> {
        node.expect(Kind::Map)?;
        let Some(name) = node.get("name") else {
            return Err(Error::Config(
                "path config error; no 'name' field in node".into(),
            ));
        };
        let old_name = name.text().to_owned();
        let namespace = node.get("namespace").map(|node| node.text().to_owned());
        let found = self.select(&old_name, target, role, namespace.as_deref(), |a, b| {
            a.name == b.name && a.namespace == b.namespace
        })?;
        let Some(found) = found else {
            return Ok(());
        };
        if found.name == old_name && found.namespace.is_empty() {
            return Ok(());
        }
        node::set_field_str(node, "name", found.name)?;
        if !found.namespace.is_empty() {
            node::set_field_str(node, "namespace", found.namespace)?;
        }
        Ok(())
    }

    /// Whether the object can refer to this one at all.
    fn is_in_reach(&self, candidate: &Candidate<'_>) -> bool {
        let accounts = &self.account_namespaces;
        self.is_beside(candidate) || accounts.iter().any(|other| **other == *candidate.namespace)
    }

    /// Whether no namespaces stand between them.
    fn is_beside(&self, candidate: &Candidate<'_>) -> bool {
        self.referrer.cluster_scoped
            || candidate.cluster_scoped
            || candidate.is_same_namespace(&self.referrer)
    }

    /// The object that a name means.
    fn select(
        &self,
        old_name: &str,
        target: &Gvk,
        role: Option<&Gvk>,
        namespace: Option<&str>,
        identical: impl Fn(&Candidate<'_>, &Candidate<'_>) -> bool,
    ) -> Result<Option<Candidate<'a>>, Error> {
        let by_original = namespace.map(|namespace| self.has_original_namespace(namespace));
        let in_namespace = |candidate: &Candidate<'_>| match (namespace, by_original) {
            (Some(namespace), Some(true)) => candidate.original_namespace() == namespace,
            (Some(namespace), _) => {
                namespace != NO_NAMESPACE && candidate.effective_namespace() == namespace
            }
            (None, _) => true,
        };
        let candidates = self.candidates.once(old_name, target, role);
        let mut found = candidates
            .filter(|candidate| self.is_in_reach(candidate) && in_namespace(candidate))
            .filter(|candidate| candidate.kind() == "ServiceAccount" || self.is_beside(candidate));
        let Some(first) = found.next() else {
            return Ok(None);
        };
        let Some(second) = found.next() else {
            return Ok(Some(first));
        };
        let mut found: Vec<_> = [first, second].into_iter().chain(found).collect();
        found.retain(|candidate| candidate.agrees(&self.referrer, Empty::AgreesWithAll));
        if found.len() > 1 {
            found.retain(|candidate| candidate.agrees(&self.referrer, Empty::AgreesWithEmpty));
        }
        let Some((first, rest)) = found.split_first() else {
            return Ok(None);
        };
        if rest.iter().all(|other| identical(first, other)) {
            return Ok(Some(first.clone()));
        }
        let ids: Vec<_> = found.iter().map(|found| found.id().to_string()).collect();
        Err(Error::Transform(format!(
            "found multiple possible referrals: {}",
            ids.join(", ")
        )))
    }

    /// Whether any object in reach was in this namespace at first.
    fn has_original_namespace(&self, namespace: &str) -> bool {
        let mut all = self.candidates.in_original_namespace(namespace);
        namespace != NO_NAMESPACE && all.any(|candidate| self.is_in_reach(&candidate))
    }
}

fn same_name(a: &Candidate<'_>, b: &Candidate<'_>) -> bool {
    a.name == b.name
}

fn account_namespaces(object: &Resource) -> Result<Vec<Str>, Error> {
    let mut out = Vec::new();
    if object.kind() != "RoleBinding" {
        return Ok(out);
    }
    let subjects = object.node.get("subjects").and_then(Node::as_seq);
    for subject in subjects.unwrap_or_default() {
        let (Some(namespace), Some(kind)) = (subject.get("namespace"), subject.get("kind")) else {
            continue;
        };
        if kind.text() != "ServiceAccount" {
            continue;
        }
        match namespace {
            Node::Scalar(scalar) if !namespace.is_null() => out.push(scalar.text.clone()),
            _ => {
                return Err(Error::Resource(format!(
                    "Invalid Input: namespace is blank for resource \"RoleBinding {}\"",
                    object.name()
                )));
            }
        }
    }
    Ok(out)
}
