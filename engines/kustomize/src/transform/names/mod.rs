//! References by name: when an object is renamed, those that name it follow
//! (`api/filters/nameref`, `namereferencetransformer.go`).

mod candidates;

use std::collections::HashMap;
use std::sync::Arc;

use yaml::Str;

use super::field::{apply_to_any, is_done};
use crate::config::{FieldSpec, TransformerConfig};
use crate::error::{Error, ResultExt};
use crate::id::{Gvk, NO_NAMESPACE};
use crate::node::{self, Kind, Node, Scalar};
use crate::resource::{Identity, ResMap, Resource, Settled};
use crate::schema::Schemas;
use candidates::{Candidates, Empty, agree, was};

/// Updates all references.
pub(crate) fn fix_references(
    objects: &mut ResMap,
    config: &Arc<TransformerConfig>,
    schemas: &Schemas,
) -> Result<(), Error> {
    let candidates = Candidates::new(objects, schemas);
    let fields: Vec<Reference<'_>> = config
        .name_reference
        .iter()
        .flat_map(|reference| {
            let target = &reference.target;
            reference
                .referrers
                .iter()
                .map(move |field| Reference { target, field })
        })
        .collect();
    // Of some hundred fields, an object has those of its kind.
    let mut by_kind: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, reference) in fields.iter().enumerate() {
        by_kind
            .entry(&reference.field.gvk.kind)
            .or_default()
            .push(at);
    }
    for (at, referrer) in candidates.all.iter().enumerate() {
        let object = objects.get(at);
        let settled = object.settled().is_some_and(|settled| {
            Arc::ptr_eq(&settled.config, config)
                && !settled.names.iter().any(|name| candidates.is_known(name))
        });
        if settled {
            continue;
        }
        let mut gvk = referrer.current.gvk.clone();
        if let Some(first) = referrer.previous.first() {
            gvk.kind = first.gvk.kind.clone();
        }
        let of_kind = |kind: &str| by_kind.get(kind).map_or(&[][..], Vec::as_slice);
        let mut wanted: Vec<usize> = of_kind(&gvk.kind)
            .iter()
            .chain(of_kind(""))
            .copied()
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut fixer = None;
        let mut names = Some(Vec::new());
        for reference in wanted.into_iter().map(|at| &fields[at]) {
            if !gvk.is_selected(&reference.field.gvk) {
                continue;
            }
            let fixer = match &mut fixer {
                Some(fixer) => fixer,
                slot => slot.insert(Fixer::new(&candidates, referrer, objects.get(at))?),
            };
            let path = &reference.field.segments;
            let mut looked = Vec::new();
            let done = is_done(&objects.get(at).node, path, &mut |node| {
                fixer.is_done(node, &mut looked)
            });
            if done {
                if let Some(names) = &mut names {
                    names.extend(looked);
                }
                continue;
            }
            names = None;
            if objects.get(at).has_shared_parts() && fixer.is_kept(objects.get(at), reference) {
                continue;
            }
            fixer.fix(objects.get_mut_keeping_ids(at), reference)?;
        }
        if let Some(names) = names {
            let config = Arc::clone(config);
            objects.get(at).settle(Settled { config, names });
        }
    }
    Ok(())
}

/// A field that names an object of a kind.
struct Reference<'a> {
    target: &'a Gvk,
    field: &'a FieldSpec,
}

impl Reference<'_> {
    /// The role that a binding names, when this is where it does so.
    fn role(&self, object: &Node) -> Option<Gvk> {
        let names_role = self.field.path.ends_with("roleRef/name");
        names_role.then(|| role_of(object)).flatten()
    }
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
        let keeps = |name: &Node| {
            let found = self.select(
                name.text(),
                reference.target,
                role.as_ref(),
                None,
                |a, b| a.current.name == b.current.name,
            );
            let same = |found: &Identity| found.current.name == *name.text();
            name.as_scalar().is_some()
                && (name.is_null() || found.is_ok_and(|found| found.is_none_or(same)))
        };
        let path = &reference.field.segments;
        is_done(&object.node, path, &mut |node| match node {
            Node::Scalar(_) => keeps(node),
            Node::Seq(items) => items.iter().all(keeps),
            Node::Map(_) => false,
        })
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

    /// Whether no object ever had the names at this node; notes them.
    fn is_done(&self, node: &Node, names: &mut Vec<Str>) -> bool {
        let mut is_unknown = |node: &Node| {
            let name = match node {
                Node::Scalar(scalar) => Some(scalar),
                Node::Map(map) => map.get("name").and_then(Node::as_scalar),
                Node::Seq(_) => None,
            };
            name.is_some_and(|name| {
                names.push(name.text.clone());
                !self.candidates.is_known(&name.text)
            })
        };
        match node {
            Node::Seq(items) => items.iter().all(is_unknown),
            _ => is_unknown(node),
        }
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

/// Group and kind of the role that a binding names, when it says both.
fn role_of(object: &Node) -> Option<Gvk> {
    let role = object.get("roleRef")?;
    let group = role.get("apiGroup")?.text();
    let kind = role.get("kind")?.text();
    Some(Gvk::new(group, "", kind))
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
