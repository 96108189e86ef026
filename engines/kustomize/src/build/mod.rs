//! The build: a kustomization, what it includes, what it makes, how it changes all of that
//! (`api/krusty`, `api/internal/target`).

mod accumulate;
mod base;
mod finish;
mod origin;
mod plugin;
mod transformers;

use std::sync::Arc;

use crate::config::{Kustomization, TransformerConfig};
use crate::error::{Error, ResultExt};
use crate::loader::Loader;
use crate::node::ReadError;
use crate::resource::ResMap;
use crate::schema::{Request, Schemas};
use crate::session::Session;
use crate::transform::VarSet;

use origin::Origin;

pub(crate) use base::Base;
pub(crate) use finish::finish;

/// The names that a kustomization file may have.
const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// What was collected so far: objects, and what is to be done with them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accumulated {
    pub(crate) objects: ResMap,
    pub(crate) config: Arc<TransformerConfig>,
    pub(crate) vars: VarSet,
}

/// One kustomization that is being built.
pub(crate) struct Target<'s> {
    loader: Loader<'s>,
    pub(crate) kustomization: Kustomization,
    file_name: &'static str,
    /// Where its content comes from, when origins are noted.
    origin: Option<Origin>,
}

impl<'s> Target<'s> {
    /// Loads the kustomization to build.
    pub(crate) fn root(session: &'s Session<'s>, root: &std::path::Path) -> Result<Self, Error> {
        let loader = Loader::new(session, root)?;
        let mut target = Self::load(loader)?;
        if !target.kustomization.build_metadata.is_empty() {
            target.origin = Some(Origin::default());
        }
        target.set_schema(Schemas::set_root)?;
        Ok(target)
    }

    fn load(loader: Loader<'s>) -> Result<Self, Error> {
        let mut found = None;
        for name in FILE_NAMES {
            let Ok(loaded) = loader.load(name) else {
                continue;
            };
            if found.is_some() {
                return Err(Error::SeveralKustomizations(loader.root().to_owned()));
            }
            found = Some((name, loaded));
        }
        let Some((file_name, loaded)) = found else {
            return Err(Error::MissingKustomization(loader.root().to_owned()));
        };
        let shown = || loaded.path.display().to_string();
        let (kustomization, warnings) = Kustomization::parse(&loaded.bytes).context(shown)?;
        let problems = kustomization.problems();
        if !problems.is_empty() {
            return Err(Error::Config(format!(
                "Failed to read kustomization file under {}:\n{}",
                loader.root().display(),
                problems.join("\n")
            )));
        }
        for warning in &warnings {
            loader.session.warn(warning);
        }
        Ok(Self {
            loader,
            kustomization,
            file_name,
            origin: None,
        })
    }

    /// Tells the session about `openapi`.
    fn set_schema(
        &self,
        set: impl FnOnce(&mut Schemas, &Request<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let openapi = &self.kustomization.openapi;
        let loaded = match openapi.get("path") {
            Some(path) => Some(self.loader.load(path)?),
            None => None,
        };
        let request = Request {
            version: openapi.get("version").map(String::as_str),
            schema: loaded.as_ref().map(|loaded| &*loaded.bytes),
        };
        self.loader
            .session
            .update_schemas(|schemas| set(schemas, &request))
    }
}

/// The error for a file that is no list of objects.
pub(crate) fn read_error(error: ReadError, path: &str) -> Error {
    match error {
        ReadError::Malformed(error) => Error::MalformedYaml {
            path: path.to_owned(),
            message: error.to_string(),
        },
        ReadError::Object(error) => error.context(path),
        other => Error::Resource(format!("{path}: {other}")),
    }
}
