//! Collects what a kustomization includes and makes, and transforms it.

use std::sync::Arc;

use super::plugin::{self, Generator};
use super::{Accumulated, Origin, Target, base, read_error};
use crate::config::{GeneratorOptions, TransformerConfig, from_crds};
use crate::error::{Error, ResultExt};
use crate::generate::{Generated, generate};
use crate::loader::Loader;
use crate::node::read_resources;
use crate::resource::{ORIGIN, ResMap, Resource};
use crate::schema::Schemas;

/// How a directory is taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// On its own: a kustomization.
    Base,
    /// On top of what is there already.
    Component,
}

impl Target<'_> {
    /// Everything that this kustomization is about, transformed. A component starts from what its
    /// parent has.
    pub(super) fn accumulate(&mut self, start: Accumulated) -> Result<Accumulated, Error> {
        let resources = self.kustomization.resources.clone();
        let mut all = self
            .accumulate_resources(start, &resources)
            .context(|| "accumulating resources".into())?;
        self.merge_config(&mut all)?;
        self.run_generators(&mut all)?;
        let components = self.kustomization.components.clone();
        let mut all = self
            .accumulate_components(all, &components)
            .context(|| "accumulating components".into())?;
        self.run_transformers(&mut all)?;
        self.run_validators(&mut all.objects)?;
        let schemas = self.loader.session.schemas();
        all.vars
            .add(&self.kustomization.vars, &mut all.objects, &schemas)
            .context(|| "merging vars".into())?;
        Ok(all)
    }

    fn merge_config(&self, all: &mut Accumulated) -> Result<(), Error> {
        let mut config = TransformerConfig::default_config();
        for path in &self.kustomization.configurations {
            let loaded = self.loader.load(path)?;
            let more = TransformerConfig::parse(&loaded.bytes).context(|| path.clone())?;
            Arc::make_mut(&mut config)
                .add(&more)
                .context(|| path.clone())?;
        }
        all.config = TransformerConfig::merge(&all.config, &config)?;
        for path in &self.kustomization.crds {
            let loaded = self
                .loader
                .load(path)
                .context(|| format!("loading CRDs {path}"))?;
            let more = Arc::new(from_crds(&loaded.bytes, path)?);
            all.config = TransformerConfig::merge(&all.config, &more)?;
        }
        Ok(())
    }

    pub(super) fn accumulate_resources(
        &mut self,
        mut all: Accumulated,
        paths: &[String],
    ) -> Result<Accumulated, Error> {
        for path in paths {
            let Err(file_error) = self.accumulate_file(&mut all, path) else {
                continue;
            };
            if file_error.is_final() {
                return Err(file_error);
            }
            let loader = match self.loader.descend(path) {
                Ok(loader) => loader,
                Err(_) if file_error.is_malformed_yaml() => return Err(file_error),
                Err(error) => {
                    return Err(error.context(format!("accumulation err='{file_error}'")));
                }
            };
            let nested = self.accumulate_directory(all, loader, path, Role::Base);
            // That a directory is no file helps nobody to find what is wrong in it.
            all = if file_error.is_directory() {
                nested?
            } else {
                nested.context(|| format!("accumulation err='{file_error}'"))?
            };
        }
        Ok(all)
    }

    fn accumulate_file(&self, all: &mut Accumulated, path: &str) -> Result<(), Error> {
        let context = || format!("accumulating resources from '{path}'");
        let session = self.loader.session;
        let loaded = self.loader.load(path).context(context)?;
        let nodes = session
            .parse(&loaded.path, &loaded.bytes)
            .map_err(|error| read_error(error, path))
            .context(context)?;
        let schemas = session.schemas();
        let mut resources: Vec<Resource> = nodes.iter().cloned().map(Resource::new).collect();
        if let Some(origin) = &self.origin {
            let origin = origin.append(path).to_yaml();
            for resource in &mut resources {
                resource.set_annotation(ORIGIN, &origin)?;
            }
        }
        let resources = ResMap::new(resources, &schemas).context(context)?;
        all.objects
            .append_all(resources.into_vec(), &schemas)
            .context(|| format!("merging resources from '{path}'"))
    }

    fn accumulate_components(
        &mut self,
        mut all: Accumulated,
        paths: &[String],
    ) -> Result<Accumulated, Error> {
        for path in paths {
            let loader = self
                .loader
                .descend(path)
                .map_err(|error| Error::Config(format!("loader.New \"{error}\"")))?;
            all = self
                .accumulate_directory(all, loader, path, Role::Component)
                .context(|| "accumulateDirectory".into())?;
        }
        Ok(all)
    }

    fn accumulate_directory(
        &mut self,
        mut all: Accumulated,
        loader: Loader<'_>,
        path: &str,
        role: Role,
    ) -> Result<Accumulated, Error> {
        let root = loader.root().display().to_string();
        let recursed = || format!("recursed accumulation of path '{root}'");
        let merging = || format!("recursed merging from path '{root}'");
        if role == Role::Component {
            let mut target = self.include(loader, path, role)?;
            let mut all = target.accumulate(all).context(recursed)?;
            // They are taken in anew, when no two are called alike.
            let objects = std::mem::take(&mut all.objects);
            let schemas = self.loader.session.schemas();
            let taken = all.objects.append_map(objects, &schemas);
            return taken.context(merging).map(|()| all);
        }
        let build = |loader| {
            let mut target = self.include(loader, path, role)?;
            target.accumulate(Accumulated::default()).context(recursed)
        };
        let nested = match self.shared_bases() {
            Some(cache) => base::shared(&loader, cache, || build(loader.clone()))?,
            None => build(loader)?,
        };
        let schemas = self.loader.session.schemas();
        all.objects
            .append_map(nested.objects, &schemas)
            .context(merging)?;
        let limit = self.loader.session.options.max_objects;
        if all.objects.len() > limit {
            let what = "the number of objects";
            return Err(Error::Budget { what, limit });
        }
        all.config = TransformerConfig::merge(&all.config, &nested.config).context(merging)?;
        all.vars.merge(&nested.vars).context(merging)?;
        Ok(all)
    }

    /// Loads a directory that is taken in.
    fn include<'s>(&self, loader: Loader<'s>, path: &str, role: Role) -> Result<Target<'s>, Error> {
        let root = loader.root().display().to_string();
        let mut target =
            Target::load(loader).context(|| format!("couldn't make target for path '{root}'"))?;
        target
            .kustomization
            .build_metadata
            .clone_from(&self.kustomization.build_metadata);
        target.origin = self.origin.as_ref().map(|origin| origin.append(path));
        target.set_schema(Schemas::set_nested)?;
        match (role, target.kustomization.is_component()) {
            (Role::Component, false) => Err(Error::Config(format!(
                "expected kind 'Component' for path '{root}' but got '{}'",
                target.kustomization.kind
            ))),
            (Role::Base, true) => Err(Error::Config(format!(
                "expected kind != 'Component' for path '{root}'"
            ))),
            _ => Ok(target),
        }
    }

    fn run_generators(&mut self, all: &mut Accumulated) -> Result<(), Error> {
        let schemas = self.loader.session.schemas();
        for (kind, name, generators) in [
            (
                Generated::ConfigMap,
                "ConfigMapGenerator",
                &self.kustomization.config_map_generator,
            ),
            (
                Generated::Secret,
                "SecretGenerator",
                &self.kustomization.secret_generator,
            ),
        ] {
            for args in generators {
                let mut args = args.clone();
                args.options = GeneratorOptions::merge(
                    args.options.as_ref(),
                    self.kustomization.generator_options.as_ref(),
                );
                let mut resource = generate(kind, &args, &self.loader)
                    .context(|| format!("{name} '{}'", args.name))?;
                if let Some(origin) = self.builtin_origin(name) {
                    resource.set_annotation(ORIGIN, &origin.to_yaml())?;
                }
                all.objects
                    .absorb(resource, &schemas)
                    .context(|| format!("merging from generator {name} '{}'", args.name))?;
            }
        }
        if !self.kustomization.helm_charts.is_empty() {
            return Err(plugin::helm_refused("helmCharts"));
        }
        let configs = self.kustomization.generators.clone();
        let configs = self.plugin_configs(&configs)?;
        let generators = configs
            .iter()
            .map(|config| Generator::new(config, &self.loader, &schemas))
            .collect::<Result<Vec<_>, _>>()
            .context(|| "loading generator plugins: failed to load generator".into())?;
        for generator in generators {
            let mut resource = generator.generate(&self.loader)?;
            if let Some(origin) = &generator.origin
                && resource.annotation(ORIGIN).is_none()
            {
                resource.set_annotation(ORIGIN, &origin.to_yaml())?;
            }
            all.objects
                .absorb(resource, &schemas)
                .context(|| format!("merging from generator {}", generator.id))?;
        }
        Ok(())
    }

    /// Configurations of generators, transformers or validators: in place, in files, or built from
    /// directories.
    pub(super) fn plugin_configs(&mut self, entries: &[String]) -> Result<Vec<Resource>, Error> {
        let schemas = self.loader.session.schemas();
        let mut all = Accumulated::default();
        let mut paths = Vec::new();
        for entry in entries {
            let inline = read_resources(entry.as_bytes());
            let Ok(nodes) = inline else {
                paths.push(entry.clone());
                continue;
            };
            let mut resources: Vec<Resource> = nodes.into_iter().map(Resource::new).collect();
            if let Some(origin) = &self.origin {
                let origin = origin.append(self.file_name).to_yaml();
                for resource in &mut resources {
                    resource.set_annotation(ORIGIN, &origin)?;
                }
            }
            all.objects
                .append_all(resources, &schemas)
                .context(|| "configuring a plugin in place".into())?;
        }
        let all = self.accumulate_resources(all, &paths)?;
        Ok(all.objects.into_vec())
    }

    /// The origin of what a field of the kustomization makes.
    pub(super) fn builtin_origin(&self, kind: &str) -> Option<Origin> {
        let origin = self.origin.as_ref()?;
        Some(origin.configured(self.file_name, kind))
    }
}
