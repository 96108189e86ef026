//! The namespace of objects, with its special cases (`api/filters/namespace`).

use std::collections::HashMap;

use yaml::Str;

use super::Transform;
use super::field::{ByKind, Creation, apply_to_any};
use super::places::Finder;
use crate::config::{FieldSpec, decode_struct};
use crate::error::{Error, ResultExt};
use crate::node::{self, Kind, Node, Scalar, Style, Tag};
use crate::resource::{Place, Plan, ResMap, Resource, Task, Written};
use crate::schema::Schemas;

decode_struct! {
    /// What a configuration of its own may ask for.
    pub(crate) struct NamespaceOptions {
        unset_only: bool = "unsetOnly",
        set_role_binding_subjects: String = "setRoleBindingSubjects",
    }
}

/// Which subjects of role bindings get the namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subjects {
    /// Those named `default`.
    Default,
    ServiceAccounts,
    None,
}

/// Sets the namespace.
#[derive(Clone, Debug)]
pub(crate) struct Namespace {
    name: Str,
    written: Written,
    fields: Vec<FieldSpec>,
    unset_only: bool,
    subjects: Subjects,
    metadata: FieldSpec,
}

/// Marks what a chart made, which has its namespace already.
const FROM_HELM: &str = "internal.config.kubernetes.io/helm-generated";

impl Namespace {
    pub(crate) fn new(
        namespace: &str,
        fields: &[FieldSpec],
        options: &NamespaceOptions,
    ) -> Result<Self, Error> {
        let subjects = match options.set_role_binding_subjects.as_str() {
            "" | "defaultOnly" => Subjects::Default,
            "allServiceAccounts" => Subjects::ServiceAccounts,
            "none" => Subjects::None,
            other => {
                return Err(Error::Config(format!(
                    "invalid value {other:?} for setRoleBindingSubjects: must be one of \
                     \"defaultOnly\", \"none\" or \"allServiceAccounts\""
                )));
            }
        };
        let name = Str::from(namespace);
        let gvk = crate::id::Gvk::default();
        let metadata = FieldSpec::new(gvk, "metadata/namespace", true);
        // The namespace itself is set for all objects that are in one.
        let is_other = |field: &&FieldSpec| field.path != metadata.path;
        Ok(Self {
            written: Scalar::string(&name).into(),
            name,
            fields: fields.iter().filter(is_other).cloned().collect(),
            unset_only: options.unset_only,
            subjects,
            metadata,
        })
    }

    /// Whether objects are called afterwards as they were before, but for a single Namespace.
    fn keeps_names(&self, objects: &ResMap) -> bool {
        let is_plain = |field: &FieldSpec| match field.path.as_str() {
            "metadata/name" => *field.gvk.kind == *"Namespace",
            path => path.starts_with("subjects/") || path.starts_with("spec/"),
        };
        let mut namespaces = objects.iter().filter(|object| object.kind() == "Namespace");
        self.fields.iter().all(is_plain) && namespaces.nth(1).is_none()
    }

    fn set(&self, node: &mut Node) -> Result<(), Error> {
        if self.unset_only && !node.is_null() && !node.text().is_empty() {
            return Ok(());
        }
        Ok(node::set_scalar(node, Scalar::string(&self.name))?)
    }

    /// Sets the namespace wherever it stands in one object.
    pub(crate) fn apply_to(&self, resource: &mut Resource, schemas: &Schemas) -> Result<(), Error> {
        self.apply_with(&mut ByKind::new(&self.fields), resource, schemas)
    }

    /// What happens to each object, but for the name of the namespace.
    fn task(&self) -> Task {
        Task {
            name: format!("namespace {} {:?}", self.unset_only, self.subjects),
            fields: self.fields.clone(),
        }
    }

    /// Where the namespace comes in an object. None where more is to be looked at.
    fn places(&self, object: &Resource, schemas: &Schemas) -> Option<Vec<Place>> {
        if self.unset_only || binds(object) {
            return None;
        }
        let mut finder = Finder::new();
        let tree = object.node.start();
        if !object.is_cluster_scoped(schemas) {
            finder.find(tree, &self.metadata, None)?;
        }
        for field in ByKind::new(&self.fields).about(tree) {
            if !is_exempt(field, object) {
                finder.find(tree, field, None)?;
            }
        }
        Some(finder.into_places())
    }

    /// Moves the object with this number.
    fn apply_planned(
        &self,
        (plan, at): (&Plan, usize),
        fields: &mut ByKind<'_>,
        resource: &mut Resource,
        schemas: &Schemas,
    ) -> Result<(), Error> {
        let state = plan.own(at, resource);
        state.store_previous_id(schemas);
        let find = |object: &Resource| self.places(object, schemas);
        let Some(places) = plan.places(at, state, find) else {
            return self.apply_with(fields, resource, schemas);
        };
        state.write(places, |old| {
            let style = old.map_or(Style::Plain, |old| old.style);
            self.written.in_style(style)
        });
        Ok(())
    }

    fn apply_with(
        &self,
        fields: &mut ByKind<'_>,
        resource: &mut Resource,
        schemas: &Schemas,
    ) -> Result<(), Error> {
        let creation = |tag| Creation {
            kind: Kind::Scalar,
            tag,
        };
        let binds = binds(resource);
        if !resource.is_cluster_scoped(schemas) {
            apply_to_any(
                &mut resource.node,
                &self.metadata,
                Some(creation(Tag::Unset)),
                &mut |node| self.set(node),
            )?;
        }
        if binds {
            self.set_subjects(&mut resource.node)?;
        }
        for field in fields.about(&resource.node) {
            let has_set_subjects = binds
                && field.path == "subjects/namespace"
                && matches!(&*field.gvk.kind, "RoleBinding" | "ClusterRoleBinding");
            if has_set_subjects || is_exempt(field, resource) {
                continue;
            }
            apply_to_any(
                &mut resource.node,
                field,
                Some(creation(Tag::Str)),
                &mut |node| self.set(node),
            )
            .context(|| "namespace transformation failed".into())?;
        }
        Ok(())
    }

    fn set_subjects(&self, object: &mut Node) -> Result<(), Error> {
        let (field, value) = match self.subjects {
            Subjects::None => return Ok(()),
            Subjects::Default => ("name", "default"),
            Subjects::ServiceAccounts => ("kind", "ServiceAccount"),
        };
        let Some(subjects) = node::lookup_mut(object, &["subjects"])? else {
            return Ok(());
        };
        subjects.expect(Kind::Seq)?;
        for subject in subjects.as_seq_mut().into_iter().flatten() {
            subject.expect(Kind::Map)?;
            if subject.get(field).is_none_or(|found| found.text() != value) {
                continue;
            }
            if let Some(namespace) = node::lookup_create(subject, Kind::Scalar, &["namespace"])? {
                self.set(namespace)?;
            }
        }
        Ok(())
    }
}

fn binds(object: &Resource) -> bool {
    matches!(object.kind(), "RoleBinding" | "ClusterRoleBinding")
}

/// Only namespaces proper are called like theirs.
fn is_exempt(field: &FieldSpec, object: &Resource) -> bool {
    field.path == "metadata/name" && object.api_version() != "v1"
}

impl Transform for Namespace {
    fn transform(&self, objects: &mut ResMap, schemas: &Schemas) -> Result<(), Error> {
        if self.name.is_empty() {
            return Ok(());
        }
        let is_moved = |resource: &Resource| {
            let made_by_helm = |node: &Node| node.text() == "true";
            !resource.is_empty() && !resource.annotation(FROM_HELM).is_some_and(made_by_helm)
        };
        let mut fields = ByKind::new(&self.fields);
        let plan = objects.plan(schemas, || self.task());
        if self.keeps_names(objects) && objects.are_called_apart() {
            for (at, resource) in objects.iter_mut_staying_unique().enumerate() {
                if is_moved(resource) {
                    self.apply_planned((&plan, at), &mut fields, resource, schemas)?;
                }
            }
            return Ok(());
        }
        // How many objects have an id at this moment: each move must end at a free place.
        let mut count: HashMap<_, usize> = HashMap::new();
        for resource in objects.iter() {
            *count.entry(resource.id(schemas).key()).or_default() += 1;
        }
        for (at, resource) in objects.iter_mut_staying_unique().enumerate() {
            if !is_moved(resource) {
                continue;
            }
            let before = resource.id(schemas).key();
            self.apply_planned((&plan, at), &mut fields, resource, schemas)?;
            let id = resource.id(schemas);
            if let Some(count) = count.get_mut(&before) {
                *count -= 1;
            }
            let after = count.entry(id.key()).or_default();
            *after += 1;
            if *after > 1 {
                return Err(Error::Transform(format!(
                    "namespace transformation produces ID conflict: {id}"
                )));
            }
        }
        Ok(())
    }
}
