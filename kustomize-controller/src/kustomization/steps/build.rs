//! Objects from files (sections 10, 11 and 13).

use std::collections::BTreeMap;
use std::sync::Arc;

use apply::Object;
use common::k8s_openapi::api::core::v1::{ConfigMap, Secret};
use common::kube;
use common::object;
use common::reconcile::{Class, Flow, Pass, Stop};
use crds::kustomize::{PostBuild, SubstituteReference, SubstituteStrategy};
use crds::meta::ConfigKind;
use kustomize::DirView;
use substitute::Mode;

use crate::args::gates::STRICT_POST_BUILD_SUBSTITUTIONS;
use crate::build::substitute::{Strategy, Substitution, Variables};
use crate::build::{BuildError, metadata};
use crate::kustomization::builds::Order;
use crate::kustomization::state::Built;
use crate::kustomization::{Kustomizations, reasons};

/// Why variables could not be read (K13.1).
#[derive(Debug, thiserror::Error)]
#[error("substitute from '{kind}/{name}' error: {cause}")]
struct SubstituteFromError {
    kind: String,
    name: String,
    cause: String,
}

impl Kustomizations {
    /// Builds, unless nothing that the last build depends on has changed; on a thread of its own, since a large build takes a while.
    pub(in crate::kustomization) async fn build(
        &self,
        pass: &mut Pass<Self>,
    ) -> Result<Flow, Stop> {
        let phase = "Building manifests";
        self.phase(pass, phase).await?;
        if pass.object.spec.decryption.is_some() {
            let message = "spec.decryption is not supported yet: remove it, or store the Secrets by other means";
            return Err(build_failed(pass, message));
        }
        let substitution = match &pass.object.spec.post_build {
            Some(post_build) => Some(
                self.substitution(pass, post_build)
                    .await
                    .map_err(|error| build_failed(pass, error.to_string()))?,
            ),
            None => None,
        };
        let (fetched, spec) = (pass.state.fetched().clone(), pass.object.spec.clone());
        let (key, builds) = (pass.key(), Arc::clone(&self.settings.builds));
        let shared = self.settings.parsed.of(fetched.tree.digest());
        let work = move || {
            let view = DirView::new(fetched.tree.path())
                .map_err(|error| BuildError::Build(error.to_string()))?;
            let order = Order {
                key: &key,
                artifact: fetched.tree.digest(),
                view: &view,
                directory: &fetched.directory,
                spec: &spec,
                substitution: substitution.as_ref(),
            };
            builds.manifest(&order, &shared)
        };
        let building = tokio::task::spawn_blocking(work);
        let manifest = match self.patiently(pass, phase, building).await {
            Ok(outcome) => outcome.map_err(|error| build_failed(pass, error.to_string()))?,
            Err(panic) => {
                return Err(build_failed(
                    pass,
                    format!("kustomize build failed: {panic}"),
                ));
            }
        };
        let mut objects = manifest.objects;
        let key = pass.key();
        metadata::mark(
            &mut objects,
            &key.name,
            &key.namespace,
            pass.object.spec.common_metadata.as_ref(),
        );
        let jobs_with_ttl = objects
            .iter()
            .filter(|object| object.is_job_with_ttl())
            .map(Object::id)
            .collect();
        pass.state.built = Some(Built {
            objects,
            digest: manifest.digest,
            jobs_with_ttl,
        });
        Ok(Flow::Next)
    }

    /// The variables: ConfigMaps and Secrets in the order of the spec, then the ones written there (K13.1). They are read
    /// with the rights of the controller, in the namespace of the object (K19.1).
    async fn substitution(
        &self,
        pass: &Pass<Self>,
        post_build: &PostBuild,
    ) -> Result<Substitution, SubstituteFromError> {
        let mut variables = Variables::default();
        for reference in &post_build.substitute_from {
            let data = read(pass, reference)
                .await
                .map_err(|error| SubstituteFromError {
                    kind: reference.kind.as_str().to_owned(),
                    name: reference.name.clone(),
                    cause: match error {
                        kube::Error::Api(status) => status.message.clone(),
                        other => other.to_string(),
                    },
                })?;
            variables.extend(data);
        }
        variables.extend(post_build.substitute.clone());
        let mode = if self.settings.gates.enabled(STRICT_POST_BUILD_SUBSTITUTIONS) {
            Mode::Strict
        } else {
            Mode::Lenient
        };
        let strategy = match post_build.substitute_strategy {
            Some(SubstituteStrategy::Always) => Strategy::Always,
            _ => Strategy::WithVariables,
        };
        Ok(Substitution {
            variables,
            mode,
            strategy,
        })
    }
}

/// The entries of a ConfigMap or a Secret. `optional` forgives absence, nothing else.
async fn read(
    pass: &Pass<Kustomizations>,
    reference: &SubstituteReference,
) -> Result<BTreeMap<String, String>, kube::Error> {
    let (client, namespace) = (&pass.context.client, pass.key().namespace);
    let found = if reference.kind == ConfigKind::Secret {
        let secret = object::read(client, &namespace, &reference.name).await;
        secret.map(|secret: Secret| {
            let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
            let data = secret.data.unwrap_or_default().into_iter();
            data.map(|(key, value)| (key, text(value.0))).collect()
        })
    } else {
        let map = object::read(client, &namespace, &reference.name).await;
        map.map(|map: ConfigMap| map.data.unwrap_or_default())
    };
    match found {
        Err(kube::Error::Api(status)) if status.code == 404 && reference.optional => {
            Ok(BTreeMap::new())
        }
        other => other,
    }
}

fn build_failed(pass: &Pass<Kustomizations>, message: impl AsRef<str>) -> Stop {
    pass.state
        .stop(Class::Retry, reasons::BUILD_FAILED, message)
}
