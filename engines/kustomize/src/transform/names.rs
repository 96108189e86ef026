//! References by name: when an object is renamed, those that name it follow
//! (`api/filters/nameref`, `namereferencetransformer.go`).

use std::collections::HashMap;

use yaml::Str;

use super::field::apply;
use crate::config::{FieldSpec, TransformerConfig};
use crate::error::{Error, ResultExt};
use crate::id::{Gvk, NO_NAMESPACE, ResId};
use crate::node::{self, Kind, Node, Scalar};
use crate::resource::{ResMap, Resource};
use crate::schema::Schemas;

/// What has to be known of an object that may be referred to.
struct Candidate {
    current: ResId,
    previous: Vec<ResId>,
    prefixes: Vec<Str>,
    suffixes: Vec<Str>,
    original_namespace: Str,
}

/// All objects by what references go by.
struct Candidates {
    all: Vec<Candidate>,
    by_old_name: HashMap<Str, Vec<usize>>,
    by_original_namespace: HashMap<Str, Vec<usize>>,
}

impl Candidates {
    fn new(objects: &ResMap, schemas: &Schemas) -> Self {
        let mut candidates = Self {
            all: Vec::with_capacity(objects.len()),
            by_old_name: HashMap::new(),
            by_original_namespace: HashMap::new(),
        };
        for (at, object) in objects.iter().enumerate() {
            let candidate = Candidate::new(object, schemas);
            for id in &candidate.previous {
                let places = candidates.by_old_name.entry(id.name.clone()).or_default();
                if places.last() != Some(&at) {
                    places.push(at);
                }
            }
            candidates
                .by_original_namespace
                .entry(candidate.original_namespace.clone())
                .or_default()
                .push(at);
            candidates.all.push(candidate);
        }
        candidates
    }
}

impl Candidate {
    fn new(object: &Resource, schemas: &Schemas) -> Self {
        let current = object.id(schemas);
        let previous: Vec<ResId> = object.previous_ids().collect();
        let original = previous.first().unwrap_or(&current);
        Self {
            original_namespace: original.effective_namespace().into(),
            prefixes: object.track.prefixes.clone(),
            suffixes: object.track.suffixes.clone(),
            current,
            previous,
        }
    }

    fn was(&self, gvk: &Gvk) -> bool {
        self.previous.iter().any(|id| id.gvk.is_selected(gvk))
    }
}

/// Renamed in the same way: by the same prefixes and suffixes, counted from the outermost.
fn same_affixes(a: &[Str], b: &[Str]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.is_empty() {
        return long.is_empty();
    }
    long.ends_with(short)
}

/// Whether an object without prefixes or suffixes agrees with every other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Empty {
    AgreesWithAll,
    AgreesWithEmpty,
}

fn agree(a: &Candidate, b: &Candidate, empty: Empty) -> bool {
    let agree = |a: &[Str], b: &[Str]| {
        (empty == Empty::AgreesWithAll && (a.is_empty() || b.is_empty())) || same_affixes(a, b)
    };
    agree(&a.prefixes, &b.prefixes) && agree(&a.suffixes, &b.suffixes)
}

/// Updates all references.
pub(crate) fn fix_references(
    objects: &mut ResMap,
    config: &TransformerConfig,
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
    for (at, object) in objects.iter_mut_keeping_ids().enumerate() {
        let referrer = &candidates.all[at];
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
        for reference in wanted.into_iter().map(|at| &fields[at]) {
            if !gvk.is_selected(&reference.field.gvk) {
                continue;
            }
            let fixer = match &mut fixer {
                Some(fixer) => fixer,
                slot => slot.insert(Fixer::new(&candidates, referrer, object)?),
            };
            fixer.fix(object, reference)?;
        }
    }
    Ok(())
}

/// A field that names an object of a kind.
struct Reference<'a> {
    target: &'a Gvk,
    field: &'a FieldSpec,
}

/// Updates the references of one object.
struct Fixer<'a> {
    candidates: &'a Candidates,
    referrer: &'a Candidate,
    /// Namespaces of the service accounts that a role binding names.
    account_namespaces: Vec<Str>,
}

impl<'a> Fixer<'a> {
    fn new(
        candidates: &'a Candidates,
        referrer: &'a Candidate,
        object: &Resource,
    ) -> Result<Self, Error> {
        Ok(Self {
            candidates,
            referrer,
            account_namespaces: account_namespaces(object)?,
        })
    }

    fn fix(&self, object: &mut Resource, reference: &Reference<'_>) -> Result<(), Error> {
        let role = if reference.field.path.ends_with("roleRef/name") {
            role_of(&object.node)
        } else {
            None
        };
        // The kind was checked with the name that the object had at first.
        let field = FieldSpec {
            gvk: Gvk::default(),
            ..reference.field.clone()
        };
        apply(&mut object.node, &field, None, &mut |node| {
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
            .is_some_and(|scalar| !self.candidates.by_old_name.contains_key(&*scalar.text))
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
    fn is_in_reach(&self, candidate: &Candidate) -> bool {
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
        identical: impl Fn(&Candidate, &Candidate) -> bool,
    ) -> Result<Option<&'a Candidate>, Error> {
        let Some(places) = self.candidates.by_old_name.get(old_name) else {
            return Ok(None);
        };
        let referrer = &self.referrer.current;
        let by_original = namespace.map(|namespace| self.has_original_namespace(namespace));
        let in_namespace = |candidate: &Candidate| match (namespace, by_original) {
            (Some(namespace), Some(true)) => candidate.original_namespace == *namespace,
            (Some(namespace), _) => {
                namespace != NO_NAMESPACE && candidate.current.effective_namespace() == namespace
            }
            (None, _) => true,
        };
        let mut found: Vec<&Candidate> = places
            .iter()
            .map(|at| &self.candidates.all[*at])
            .filter(|candidate| self.is_in_reach(candidate) && in_namespace(candidate))
            .filter(|candidate| candidate.was(target))
            .filter(|candidate| role.is_none_or(|role| candidate.was(role)))
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
                .by_original_namespace
                .get(namespace)
                .is_some_and(|places| {
                    places
                        .iter()
                        .any(|at| self.is_in_reach(&self.candidates.all[*at]))
                })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn affixes_agree_from_the_outermost_inwards() {
        let list = |names: &[&str]| {
            names
                .iter()
                .map(|name| Str::from(*name))
                .collect::<Vec<_>>()
        };
        assert!(same_affixes(&list(&["b"]), &list(&["a", "b"])));
        assert!(!same_affixes(&list(&["a"]), &list(&["a", "b"])));
        assert!(same_affixes(&list(&[]), &list(&[])));
        assert!(!same_affixes(&list(&[]), &list(&["a"])));
    }
}
