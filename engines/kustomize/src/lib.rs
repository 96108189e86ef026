//! `kustomize build` in the process: the same bytes, no program started.
//!
//! ```text
//! view ──load──▶ kustomization ──accumulate──▶ objects ──transform──▶ … ──finish──▶ Build
//!                    │   ▲                        ▲
//!                    └───┘ bases, components      └─ files, generators
//! ```
//!
//! - [`view`](FileView): the confined tree of files that a build may see.
//! - `loader`, `session`: what a kustomization may read of it, and what it did read.
//! - `config`: kustomization files and transformer configurations, with their defaults.
//! - `node`, `resource`: the trees that are worked on, and the objects they are.
//! - `generate`, `transform`, `merge`, `schema`, `select`: what is done with them.
//! - `build`: who does what when.
//!
//! The crate knows no Kubernetes client, no network, no clock and no environment. Remote bases,
//! helm and plugins that are programs are refused, each with what to do instead.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod build;
mod cache;
mod config;
mod error;
mod generate;
mod id;
mod loader;
mod merge;
mod node;
mod reads;
mod resource;
mod schema;
mod select;
mod session;
mod transform;
mod view;

use std::path::Path;
use std::sync::Arc;

use resource::Output;

pub use cache::ParseCache;
pub use error::{Error, Failure};
pub use reads::{FileHash, ReadSet};
pub use schema::Schema;
pub use view::{DirView, FileKind, FileView, MemoryView, Stamp};

/// Which files a kustomization may read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LoadRestrictor {
    /// Those in or below its own directory. Bases may be anywhere in the view.
    #[default]
    RootOnly,
    /// Any in the view.
    None,
}

/// The order of the output, where the kustomization does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reorder {
    /// By kind, namespaces first and webhooks last, then by name.
    #[default]
    Legacy,
    /// As read.
    None,
}

/// How to build.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which files may be read.
    pub load_restrictor: LoadRestrictor,
    /// The order of the output.
    pub reorder: Reorder,
    /// Label every object with [`Options::managed_by`], as `buildMetadata: [managedByLabel]` does.
    pub enable_managed_by_label: bool,
    /// The value of the label `app.kubernetes.io/managed-by`.
    pub managed_by: String,
    /// How many files one build may read.
    pub max_files: usize,
    /// How many objects one build may have: a stack of bases that includes each twice doubles them
    /// with every level.
    pub max_objects: usize,
    /// How many bytes of text may be in all objects together.
    pub max_output: usize,
    /// Parsed files and finished bases, shared with other builds.
    pub cache: Option<Arc<ParseCache>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            load_restrictor: LoadRestrictor::default(),
            reorder: Reorder::default(),
            enable_managed_by_label: false,
            managed_by: "kustomize-v5.8.3".into(),
            max_files: 100_000,
            max_objects: 1_000_000,
            max_output: 1 << 30,
            cache: None,
        }
    }
}

/// A finished build.
#[derive(Clone, Debug)]
pub struct Build {
    /// What the result depends on, beside the options.
    pub read_set: ReadSet,
    /// Deprecated fields and the like, for the user to see.
    pub warnings: Vec<String>,
    output: Output,
}

impl Build {
    /// The objects, in the order of the output. What builds of one cache have in common is one in
    /// memory; what this build changed is made by each call.
    pub fn objects(&self) -> Vec<yaml::Value> {
        self.output.objects()
    }

    /// The objects as `kustomize build` prints them.
    pub fn to_yaml(&self) -> String {
        self.output.to_yaml()
    }

    /// Writes what [`Build::to_yaml`] returns.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write_yaml(&self, out: &mut dyn std::io::Write) -> std::io::Result<()> {
        self.output.write_yaml(out)
    }
}

/// Builds the kustomization in the directory `root` of a view.
///
/// # Errors
///
/// What `kustomize build` fails for, in nearly the same words, and what this crate refuses: remote
/// bases, helm charts, programs as plugins, and more than the options allow.
pub fn build(view: &dyn FileView, root: &Path, options: &Options) -> Result<Build, Failure> {
    let session = session::Session::new(view, options);
    let result = build::Target::root(&session, root).and_then(build::finish);
    let record = session.into_record();
    match result {
        Ok(output) => Ok(Build {
            read_set: record.reads,
            warnings: record.warnings,
            output,
        }),
        Err(error) => Err(Failure {
            error,
            warnings: record.warnings,
        }),
    }
}
