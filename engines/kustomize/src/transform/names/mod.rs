//! References by name: when an object is renamed, those that name it follow
//! (`api/filters/nameref`, `namereferencetransformer.go`).

mod candidates;
mod references;

use std::cell::OnceCell;
use std::sync::Arc;

use yaml::Str;

use super::field::{apply_to_any, is_done};
use crate::config::TransformerConfig;
use crate::error::{Error, ResultExt};
use crate::id::{Gvk, NO_NAMESPACE};
use crate::node::{self, Kind, Node, Scalar};
use crate::resource::{Identity, Names, ResMap, Resource, Site};
use crate::schema::Schemas;
use candidates::{Candidates, Empty, agree, was};
use references::{Reference, References};

/// Updates all references.
pub(crate) fn fix_references(
    objects: &mut ResMap,
    config: &Arc<TransformerConfig>,
    schemas: &Schemas,
) -> Result<(), Error> {
    let references = References::new(config);
    let renamed = !objects.iter().all(Resource::has_kept_its_name);
    let known_candidates = OnceCell::new();
    for at in 0..objects.len() {
        let object = objects.get(at);
        let gvk = || {
            let mut gvk = object.gvk();
            gvk.kind = object.first_kind();
            gvk
        };
        // What role bindings name is checked in any case.
        let is_checked = object.kind() == "RoleBinding";
        let found;
        let find = |object: &Node| references.sites(&gvk(), object);
        let sites = if let Some(sites) = object.sites(config, &object.first_kind(), find) {
            // Whatever a name alone means is called as before.
            let alone = |site: &Site| matches!(site.names, Names::Alone(_));
            if !renamed && !is_checked && sites.list.iter().all(alone) {
                continue;
            }
            &sites.list
        } else {
            found = references.all(&gvk());
            &found
        };
        let candidates = known_candidates.get_or_init(|| Candidates::new(objects, schemas));
        let is_settled = |site: &Site| {
            let names = site.names.list();
            names.is_some_and(|names| !names.iter().any(|name| candidates.is_known(name)))
        };
        if !is_checked && sites.iter().all(is_settled) {
            continue;
        }
        let fixer = Fixer::new(candidates, &candidates.all[at], object)?;
        let is_kept = |site: &&Site| {
            let reference = &references.list[site.field];
            is_settled(site)
                || match &site.names {
                    Names::Alone(names) => fixer.keeps_all(object, names, reference),
                    _ => fixer.is_kept(object, reference),
                }
        };
        let kept = sites.iter().take_while(is_kept).count();
        // What was found holds until the first change.
        let fields: Vec<usize> = sites[kept..].iter().map(|site| site.field).collect();
        for reference in fields.into_iter().map(|at| &references.list[at]) {
            if !fixer.is_kept(objects.get(at), reference) {
                fixer.fix(objects.get_mut_keeping_ids(at), reference)?;
            }
        }
    }
    Ok(())
}

/// Updates the references of one object.
struct Fixer<'a> {
    candidates: &'a Candidates,
    referrer: &'a Identity,
    /// Namespaces of the service accounts that a role binding names.
    account_namespaces: Vec<Str>,
}

impl<'a> Fixer<'a> {
    fn new(
        candidates: &'a Candidates,
        referrer: &'a Identity,
        object: &Resource,
    ) -> Result<Self, Error> {
        Ok(Self {
            candidates,
            referrer,
            account_namespaces: account_namespaces(object)?,
        })
    }

    /// Whether the names stay what they are, found without copying what is shared.
    fn is_kept(&self, object: &Resource, reference: &Reference<'_>) -> bool {
        let role = reference.role(&object.node);
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
        let path = &reference.field.segments;
        is_done(&object.node, path, &mut |node| match node {
            Node::Seq(items) => items.iter().all(keeps),
            _ => keeps(node),
        })
    }

    /// [`Fixer::is_kept`] for names that are known.
    fn keeps_all(&self, object: &Resource, names: &[Str], reference: &Reference<'_>) -> bool {
        let role = reference.role(&object.node);
        let keeps = |name: &Str| self.keeps(name, reference.target, role.as_ref());
        names.iter().all(keeps)
    }

    fn keeps(&self, name: &str, target: &Gvk, role: Option<&Gvk>) -> bool {
        let found = self.select(name, target, role, None, |a, b| {
            a.current.name == b.current.name
        });
        found.is_ok_and(|found| found.is_none_or(|found| found.current.name == *name))
    }

    fn fix(&self, object: &mut Resource, reference: &Reference<'_>) -> Result<(), Error> {
        let role = reference.role(&object.node);
        // The kind was checked with the name that the object had at first.
        apply_to_any(&mut object.node, reference.field, None, &mut |node| {
            self.set(node, reference.target, role.as_ref())
        })
        .context(|| {
            format!(
                "updating name reference in '{}' field of '{}'",
                reference.field.path, self.referrer.current
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
        let found = self.select(node.text(), target, role, None, |a, b| {
            a.current.name == b.current.name
        })?;
        if let Some(found) = found
            && found.current.name != *node.text()
        {
            node::set_scalar(node, Scalar::untagged(found.current.name.clone()))?;
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
            a.current.name == b.current.name && a.current.namespace == b.current.namespace
        })?;
        let Some(found) = found else {
            return Ok(());
        };
        let id = &found.current;
        if id.name == *old_name && id.namespace.is_empty() {
            return Ok(());
        }
        node::set_field_str(node, "name", &id.name)?;
        if !id.namespace.is_empty() {
            node::set_field_str(node, "namespace", &id.namespace)?;
        }
        Ok(())
    }

    /// Whether the object can refer to this one at all.
    fn is_in_reach(&self, candidate: &Identity) -> bool {
        let referrer = &self.referrer.current;
        referrer.cluster_scoped
            || candidate.current.cluster_scoped
            || candidate.current.is_same_namespace(referrer)
            || self
                .account_namespaces
                .contains(&candidate.current.namespace)
    }

    /// The object that a name means.
    fn select(
        &self,
        old_name: &str,
        target: &Gvk,
        role: Option<&Gvk>,
        namespace: Option<&str>,
        identical: impl Fn(&Identity, &Identity) -> bool,
    ) -> Result<Option<&'a Identity>, Error> {
        let Some(places) = self.candidates.by_old_name.get(old_name) else {
            return Ok(None);
        };
        let referrer = &self.referrer.current;
        let by_original = namespace.map(|namespace| self.has_original_namespace(namespace));
        let in_namespace = |candidate: &Identity| match (namespace, by_original) {
            (Some(namespace), Some(true)) => candidate.original_namespace == *namespace,
            (Some(namespace), _) => {
                namespace != NO_NAMESPACE && candidate.current.effective_namespace() == namespace
            }
            (None, _) => true,
        };
        let mut found: Vec<&Identity> = places
            .iter()
            .map(|at| &*self.candidates.all[*at])
            .filter(|candidate| self.is_in_reach(candidate) && in_namespace(candidate))
            .filter(|candidate| was(candidate, target))
            .filter(|candidate| role.is_none_or(|role| was(candidate, role)))
            .filter(|candidate| {
                referrer.cluster_scoped
                    || candidate.current.cluster_scoped
                    || &*candidate.current.gvk.kind == "ServiceAccount"
                    || candidate.current.is_same_namespace(referrer)
            })
            .collect();
        if let [one] = found[..] {
            return Ok(Some(one));
        }
        found.retain(|candidate| agree(candidate, self.referrer, Empty::AgreesWithAll));
        if found.len() > 1 {
            found.retain(|candidate| agree(candidate, self.referrer, Empty::AgreesWithEmpty));
        }
        let Some((first, rest)) = found.split_first() else {
            return Ok(None);
        };
        if rest.iter().all(|other| identical(first, other)) {
            return Ok(Some(*first));
        }
        let ids: Vec<_> = found
            .iter()
            .map(|found| found.current.to_string())
            .collect();
        Err(Error::Transform(format!(
            "found multiple possible referrals: {}",
            ids.join(", ")
        )))
    }

    /// Whether any object in reach was in this namespace at first.
    fn has_original_namespace(&self, namespace: &str) -> bool {
        namespace != NO_NAMESPACE
            && self
                .candidates
                .in_original_namespace(namespace)
                .iter()
                .any(|at| self.is_in_reach(&self.candidates.all[*at]))
    }
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
