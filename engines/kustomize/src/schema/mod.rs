//! Which lists merge by which keys, and which kinds live in a namespace.
//!
//! The built-in schema is that of Kubernetes 1.21.2, as in kyaml 0.21.3; `openapi.path` replaces
//! it. The rules of precedence are those of `kyaml/openapi/openapi.go`.

mod custom;
mod table;

use std::cell::Cell;
use std::sync::{Arc, LazyLock};

use crate::error::Error;
use crate::id::Gvk;

pub(crate) use table::{Scope, Shape, Table};

static BUILTIN: LazyLock<Table> = LazyLock::new(|| Table::parse(include_str!("builtin.txt")));

/// The one version that is built in.
const BUILTIN_VERSION: &str = "v1.21.2";

/// The schemas of one build.
#[derive(Clone, Debug, Default)]
pub(crate) struct Schemas {
    /// What takes the place of the built-in schema.
    custom: Option<Arc<Table>>,
    /// A version was asked for by name, so that no other schema may be set any more.
    pinned: bool,
    /// The built-in schema was asked, and counts beside a custom one that is set later.
    asked: Cell<bool>,
}

/// What `openapi:` of a kustomization asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request<'a> {
    pub(crate) version: Option<&'a str>,
    pub(crate) schema: Option<&'a [u8]>,
}

impl Schemas {
    /// Sets the schema of the kustomization that is built.
    pub(crate) fn set_root(&mut self, request: &Request<'_>) -> Result<(), Error> {
        *self = Self::default();
        self.apply(request, None)
    }

    /// Sets the schema of a kustomization further down: the first one counts.
    pub(crate) fn set_nested(&mut self, request: &Request<'_>) -> Result<(), Error> {
        if self.custom.is_some() || self.pinned {
            return Ok(());
        }
        let base = self.asked.get().then_some(&*BUILTIN);
        self.apply(request, base)
    }

    fn apply(&mut self, request: &Request<'_>, base: Option<&Table>) -> Result<(), Error> {
        if let Some(schema) = request.schema {
            if request.version.is_some() {
                return Err(Error::Config(
                    "builtin version and custom schema provided, cannot use both".into(),
                ));
            }
            self.custom = Some(Arc::new(custom::parse(schema, base)?));
            return Ok(());
        }
        match request.version {
            None | Some("") => Ok(()),
            Some(BUILTIN_VERSION) => {
                self.pinned = true;
                Ok(())
            }
            Some(version) => Err(Error::Config(format!(
                "the specified OpenAPI version is not built in: {version}; only {BUILTIN_VERSION} is"
            ))),
        }
    }

    /// Whether a schema other than the built-in one was set or asked for.
    pub(crate) fn is_custom(&self) -> bool {
        self.custom.is_some() || self.pinned
    }

    /// Whether the built-in schema was asked.
    pub(crate) fn was_asked(&self) -> bool {
        self.asked.get()
    }

    /// Takes part in what another build asked.
    pub(crate) fn note_asked(&self) {
        self.asked.set(true);
    }

    /// The schema of objects of a kind.
    pub(crate) fn kind(&self, api_version: &str, kind: &str) -> Option<Schema<'_>> {
        self.asked.set(true);
        let table = self.custom.as_deref().unwrap_or(&*BUILTIN);
        let shape = table.kind(api_version, kind)?;
        Some(Schema { table, shape })
    }

    /// Where objects of a kind live, by the built-in schema.
    pub(crate) fn built_in_scope(gvk: &Gvk) -> Option<Scope> {
        BUILTIN.scope_of(gvk)
    }

    /// Whether objects of a kind surely live outside of namespaces.
    pub(crate) fn is_cluster_scoped(&self, gvk: &Gvk) -> bool {
        let scope = BUILTIN.scope_of(gvk).or_else(|| {
            self.asked.set(true);
            self.custom.as_deref().and_then(|table| table.scope_of(gvk))
        });
        scope == Some(Scope::Cluster)
    }
}

/// The schema of one field, as a comment gives it in JSON.
pub(crate) fn of_comment(text: &str) -> Option<Shape> {
    custom::field(text.trim(), &BUILTIN)
}

/// The schema of one node: which lists below it merge, and by which keys.
#[derive(Clone, Debug)]
pub struct Schema<'a> {
    table: &'a Table,
    shape: Shape,
}

impl Schema<'static> {
    /// The built-in schema of objects of a kind; none of kinds that Kubernetes does not define itself.
    pub fn built_in(api_version: &str, kind: &str) -> Option<Self> {
        let shape = BUILTIN.kind(api_version, kind)?;
        Some(Self {
            table: &BUILTIN,
            shape,
        })
    }
}

impl Schema<'_> {
    /// A schema that a comment gave.
    pub(crate) fn of_hint(hint: &Shape) -> Self {
        Self {
            table: &BUILTIN,
            shape: hint.clone(),
        }
    }

    /// The schema of a field.
    pub fn field(&self, name: &str) -> Option<Self> {
        let shape = self.table.field(&self.shape, name)?;
        Some(Self {
            table: self.table,
            shape,
        })
    }

    /// The keys that the elements of a list merge by, when it merges at all.
    pub fn merge_keys(&self) -> Option<&[Box<str>]> {
        match &self.shape {
            Shape::MergeList { keys, .. } => Some(keys),
            _ => None,
        }
    }

    /// The schema of the elements.
    pub fn element(&self) -> Option<Self> {
        match &self.shape {
            Shape::MergeList {
                item: Some(item), ..
            } => Some(Self {
                table: self.table,
                shape: (**item).clone(),
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_merge_by_name() {
        let schemas = Schemas::default();
        let pod = schemas.kind("v1", "Pod").unwrap();
        let containers = pod.field("spec").unwrap().field("containers").unwrap();
        assert_eq!(containers.merge_keys(), Some(&["name".into()][..]));
        let ports = containers.element().unwrap().field("ports").unwrap();
        assert_eq!(
            ports.merge_keys(),
            Some(&["containerPort".into(), "protocol".into()][..])
        );
    }

    #[test]
    fn scopes_are_known_for_built_in_kinds_only() {
        let schemas = Schemas::default();
        assert!(schemas.is_cluster_scoped(&Gvk::new("", "v1", "Namespace")));
        assert!(!schemas.is_cluster_scoped(&Gvk::new("", "v1", "ConfigMap")));
        assert!(!schemas.is_cluster_scoped(&Gvk::new("example.org", "v1", "Thing")));
    }

    #[test]
    fn only_one_version_is_built_in() {
        let request = Request {
            version: Some("v1.20.4"),
            schema: None,
        };
        let error = Schemas::default().set_root(&request).unwrap_err();
        assert!(error.to_string().contains("is not built in"));
    }
}
