//! What becomes of the references of one object.

use std::sync::Arc;

use yaml::Str;

use super::candidates::{Candidate, Candidates, Empty, Name};
use super::references::{Reference, References};
use crate::error::{Error, ResultExt};
use crate::id::{Gvk, NO_NAMESPACE};
use crate::node::{self, Kind, Node, Scalar};
use crate::resource::{Place, Resource, Site};
use crate::transform::field::{apply_to_any, is_done};

/// Updates the references of one object.
pub(super) struct Fixer<'a> {
    candidates: &'a Candidates<'a>,
    referrer: Candidate<'a>,
    /// Namespaces of the service accounts that a role binding names.
    account_namespaces: Vec<Str>,
}

impl<'a> Fixer<'a> {
    pub(super) fn new(candidates: &'a Candidates<'a>, object: &'a Resource) -> Result<Self, Error> {
        Ok(Self {
            candidates,
            referrer: candidates.candidate(object),
            account_namespaces: account_namespaces(object)?,
        })
    }

    /// The names that change, when nothing else does: the object is one that builds share, but for
    /// texts that were written into it, each name stands alone in a place that is known, and all of
    /// them are clear.
    pub(super) fn names<'s>(
        &self,
        (at, object): (usize, &'s Resource),
        sites: &'s [Site],
        references: &References<'_>,
    ) -> Option<Vec<(Arc<Place>, Scalar)>> {
        let places_of = |site: &'s Site| {
            let reference = &references.list[site.field];
            site.places(object, |object| reference.places(object))
        };
        let mut known = self.candidates.named_by(at, object, || {
            let mut names = Vec::new();
            for site in sites {
                for place in places_of(site)? {
                    names.push(place.scalar()?.text.clone());
                }
            }
            Some(names)
        });
        let mut out: Vec<(Arc<Place>, Scalar)> = Vec::new();
        for site in sites {
            let reference = &references.list[site.field];
            let role = reference.role(object);
            for place in places_of(site)? {
                let known_places = known.split_off_first();
                // Another reference may have come to this place.
                let earlier = out.iter_mut().find(|(other, _)| Arc::ptr_eq(other, place));
                let now = earlier.as_ref().map(|(_, scalar)| scalar);
                let now = now.or_else(|| object.node.at(place))?;
                // Whatever was written here is another name.
                let is_known = place.scalar().is_some_and(|known| known.text == now.text);
                let name = match known_places.filter(|_| is_known) {
                    Some(places) => Name {
                        name: &now.text,
                        places,
                    },
                    None => self.candidates.name(&now.text),
                };
                let found = self.select(name, reference.target, role.as_ref(), None, same_name);
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
    pub(super) fn is_kept(&self, object: &Resource, reference: &Reference<'_>) -> bool {
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
    pub(super) fn keeps_all(
        &self,
        object: &Resource,
        names: &[Str],
        reference: &Reference<'_>,
    ) -> bool {
        let role = reference.role(object);
        let keeps = |name: &Str| self.keeps(name, reference.target, role.as_ref());
        names.iter().all(keeps)
    }

    fn keeps(&self, name: &str, target: &Gvk, role: Option<&Gvk>) -> bool {
        let known = self.candidates.name(name);
        let found = self.select(known, target, role, None, same_name);
        found.is_ok_and(|found| found.is_none_or(|found| found.name == name))
    }

    pub(super) fn fix(
        &self,
        object: &mut Resource,
        reference: &Reference<'_>,
    ) -> Result<(), Error> {
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
        let name = self.candidates.name(node.text());
        let found = self.select(name, target, role, None, same_name)?;
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
        let name = self.candidates.name(&old_name);
        let found = self.select(name, target, role, namespace.as_deref(), |a, b| {
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
        old_name: Name<'_>,
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
