//! The changes to what a chart renders (H14).
//!
//! ```text
//! manifests, hooks ──files──▶ one stream ──kustomize…──▶ common metadata ──▶ origin labels ──▶ files ──▶ manifests, hooks
//! ```
//!
//! Every document is read and printed anew on the way, since each release carries origin labels.
//!
//! - [`chain`] the renderers of a spec, in order.
//! - [`stream`] files as one stream of documents, and back.

mod chain;
mod stream;

use crds::helm::{HelmRelease, PostRenderStrategy};
use helm::output::{self, Hook, INSTALL_ORDER, Manifest};

use chain::Chain;
use stream::Files;

/// What was rendered, changed.
#[derive(Clone, Debug, Default)]
pub struct Changed {
    /// By kind, then as they came.
    pub manifests: Vec<Manifest>,
    /// By kind, then as they came.
    pub hooks: Vec<Hook>,
}

/// Why what was rendered cannot be changed, in the words of Helm.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A rendered document is no YAML.
    #[error("error merging {group}: parsing {path}: {problem}")]
    Input {
        /// What was being changed.
        group: &'static str,
        /// The template.
        path: String,
        /// What the decoder says.
        problem: String,
    },
    /// A renderer failed.
    #[error("error while running post render on {group}: {problem}")]
    Render {
        /// What was being changed.
        group: &'static str,
        /// What kustomize says.
        problem: String,
    },
    /// What came out cannot be sorted.
    #[error("{0}")]
    Output(String),
    /// The schema does not know this strategy.
    #[error("unknown post-render strategy: '{0}'")]
    Strategy(String),
}

/// Applies the renderers of an object to what its chart renders, by the strategy of its spec or, where that says
/// none, `default`.
///
/// # Errors
///
/// A patch that does not apply, two documents of one object, a strategy that is not known.
pub fn run(
    object: &HelmRelease,
    default: &PostRenderStrategy,
    manifests: &[Manifest],
    hooks: &[Hook],
) -> Result<Changed, Error> {
    let chain = Chain::of(object);
    let mut rest = Vec::new();
    let strategy = object.spec.post_render_strategy.as_ref().unwrap_or(default);
    let files = match strategy {
        PostRenderStrategy::Combined => {
            let mut files = Files::default();
            files.add_manifests(manifests);
            files.add_hooks(hooks);
            files.changed_by(&chain, "files", "")?
        }
        PostRenderStrategy::Separate => {
            let mut changed = Files::of_hooks(hooks).changed_by(&chain, "hooks", "hooks")?;
            changed.append(Files::of_manifests(manifests).changed_by(
                &chain,
                "manifests",
                "manifests",
            )?);
            changed
        }
        PostRenderStrategy::NoHooks => {
            rest = hooks.to_vec();
            Files::of_manifests(manifests).changed_by(&chain, "manifests", "manifests")?
        }
        PostRenderStrategy::Other(unknown) => return Err(Error::Strategy(unknown.clone())),
    };
    let texts = files.to_texts();
    let texts = texts
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_bytes()));
    // The render has told of what is left out already.
    let sorted = output::sort(texts, &INSTALL_ORDER, &mut Vec::new())
        .map_err(|error| Error::Output(error.to_string()))?;
    rest.extend(sorted.hooks);
    Ok(Changed {
        manifests: sorted.manifests,
        hooks: rest,
    })
}

#[cfg(test)]
mod tests;
