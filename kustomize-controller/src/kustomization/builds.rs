//! Builds from pass to pass: what has not changed is not built again.
//!
//! ```text
//! same spec and variables ─┬─ same artifact ────────────────────────────────────▶ the build of the last pass
//!                          ├─ another one, whose files give the same answers ───▶ the build of the last pass
//!                          └─ anything else ─────────────────────────┐
//! other spec or variables ───────────────────────────────────────────┴─────────▶ build, and keep it
//! ```
//!
//! ConfigMaps and Secrets that variables come from count by their content, which has been read by then.

mod parsed;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use artifact::Digest;
use common::object::ObjectKey;
use crds::kustomize::KustomizationSpec;
use kustomize::FileView;

use crate::build::substitute::Substitution;
use crate::build::{self, BuildError, Finished, Manifest, Recorder};

pub(super) use parsed::{Parsed, Shared};

/// Bytes of all builds that are kept: thousands of Kustomizations of a few objects each.
const BUDGET: usize = 16 << 20;

/// What an entry takes beside its build, roughly.
const OVERHEAD: usize = 512;

/// The last build of every Kustomization, as far as the budget goes. It lives in the process alone.
#[derive(Debug)]
pub(super) struct Builds {
    kept: Mutex<Kept>,
    budget: usize,
}

#[derive(Debug, Default)]
struct Kept {
    builds: HashMap<ObjectKey, Entry>,
    bytes: usize,
}

#[derive(Debug, Clone)]
struct Entry {
    inputs: Digest,
    artifact: Digest,
    finished: Arc<Finished>,
}

/// What is to be built.
pub(super) struct Order<'a> {
    /// For whom.
    pub key: &'a ObjectKey,
    /// The artifact with the files.
    pub artifact: &'a Digest,
    /// Its files.
    pub view: &'a dyn FileView,
    /// Where in it.
    pub directory: &'a Path,
    /// What the Kustomization says; it names the directory too.
    pub spec: &'a KustomizationSpec,
    /// The variables.
    pub substitution: Option<&'a Substitution>,
}

impl Default for Builds {
    fn default() -> Self {
        Self::with_budget(BUDGET)
    }
}

impl Builds {
    fn with_budget(budget: usize) -> Self {
        Self {
            kept: Mutex::default(),
            budget,
        }
    }

    /// The manifest: that of the last pass if nothing that it depends on has changed, else a new one. Blocks.
    ///
    /// # Errors
    /// [`BuildError`]. A failure is not remembered.
    pub fn manifest(&self, order: &Order<'_>, shared: &Shared) -> Result<Manifest, BuildError> {
        let inputs = build::inputs(order.spec, order.substitution);
        if let Some(inputs) = &inputs
            && let Some(manifest) = self.recall(order, inputs)
        {
            tracing::debug!("nothing that the build depends on has changed");
            return Ok(manifest);
        }
        let recorder = Recorder::new(order.view);
        let manifest = build::build(
            &recorder,
            order.directory,
            order.spec,
            order.substitution,
            Some(shared.files()),
        )?;
        let record = recorder.finish();
        shared.count(record.bytes);
        let finished = Finished::new(&manifest, &record);
        if let (Some(inputs), Some(finished)) = (inputs, finished) {
            let entry = Entry {
                inputs,
                artifact: order.artifact.clone(),
                finished: Arc::new(finished),
            };
            self.keep(order.key, entry);
        }
        Ok(manifest)
    }

    /// Forgets an object that is gone.
    pub fn forget(&self, key: &ObjectKey) {
        self.kept().remove(key);
    }

    /// The build of an earlier pass, if it is as good as a new one.
    fn recall(&self, order: &Order<'_>, inputs: &Digest) -> Option<Manifest> {
        // The lock is not held while files are read.
        let entry = self.kept().builds.get(order.key).cloned()?;
        if entry.inputs != *inputs {
            return None;
        }
        let same = entry.artifact == *order.artifact;
        if !same && !entry.finished.holds_for(order.view) {
            return None;
        }
        let manifest = entry.finished.manifest()?;
        if !same {
            let artifact = order.artifact.clone();
            self.keep(order.key, Entry { artifact, ..entry });
        }
        Some(manifest)
    }

    /// Keeps a build in place of the older one. Where the budget is spent, what is kept stays: passes come round in turns, and
    /// making room would drop each build just before its turn.
    fn keep(&self, key: &ObjectKey, entry: Entry) {
        let mut kept = self.kept();
        kept.remove(key);
        let size = entry.size();
        if kept.bytes + size <= self.budget {
            kept.bytes += size;
            kept.builds.insert(key.clone(), entry);
        }
    }

    /// Nothing panics while the lock is held.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn remove(&mut self, key: &ObjectKey) {
        if let Some(entry) = self.builds.remove(key) {
            self.bytes -= entry.size();
        }
    }
}

impl Entry {
    fn size(&self) -> usize {
        self.finished.size() + OVERHEAD
    }
}
