//! The charts that a chart of a directory needs and that do not lie in it (C9).

mod local;
mod remote;

use helm::chart::{Dependency, Error as ChartError, Package};
use helm_repo::UrlError;
use select::semver::{ConstraintError, VersionError};

use super::super::error::{BuildError, RemoteError};
use crate::source::StorageError;

pub use self::local::read;
pub use self::remote::fetch;

/// How addresses of charts in the same source begin.
const LOCAL: &str = "file://";

/// Charts that are fetched for one.
const MOST: usize = 256;

/// Why a chart that is needed cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum DependencyError {
    /// Nothing lies there.
    #[error("no chart found at '/{path}' (reference '{reference}')")]
    NotFound {
        /// From the root of the source.
        path: String,
        /// As the chart has it.
        reference: String,
    },
    /// What lies there is no chart.
    #[error("failed to load chart from '/{path}' (reference '{reference}'): {message}")]
    Load {
        /// From the root of the source.
        path: String,
        /// As the chart has it.
        reference: String,
        /// Why.
        message: String,
    },
    /// The range is none.
    #[error("invalid version/constraint format '{range}': {source}")]
    Range {
        /// As the chart has it.
        range: String,
        /// Why.
        source: ConstraintError,
    },
    /// The version of what lies there is none.
    #[error(transparent)]
    Version(#[from] VersionError),
    /// What lies there is of another version.
    #[error("can't get a valid version for constraint '{0}'")]
    Outside(String),
    /// Names of repositories are known to the command line alone.
    #[error("aliased repository dependency is not supported: {0}")]
    Alias(String),
    /// The address is that of no repository.
    #[error("invalid dependency repository URL: {0}")]
    Scheme(String),
    /// The repository cannot be spoken to.
    #[error("failed to get chart repository for URL '{url}': {message}")]
    Repository {
        /// Its address.
        url: String,
        /// Why.
        message: String,
    },
    /// The repository has no such chart.
    #[error("failed to get chart '{name}' version '{range}' from '{url}': {source}")]
    Find {
        /// The chart.
        name: String,
        /// As the chart has it.
        range: String,
        /// The address of the repository.
        url: String,
        /// Why.
        source: Box<RemoteError>,
    },
    /// The chart cannot be downloaded.
    #[error("chart download of version '{version}' failed: {source}")]
    Download {
        /// Its version.
        version: String,
        /// Why.
        source: Box<RemoteError>,
    },
    /// What was downloaded is no chart within the budgets.
    #[error("failed to load downloaded archive of version '{version}': {message}")]
    Archive {
        /// Its version.
        version: String,
        /// Why.
        message: String,
    },
    /// A worker thread died.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<UrlError> for DependencyError {
    fn from(error: UrlError) -> Self {
        Self::Scheme(error.to_string())
    }
}

impl DependencyError {
    /// With the name of the chart that is needed.
    pub fn of(self, dependency: &Dependency) -> BuildError {
        let place = if is_local(dependency) {
            "local"
        } else {
            "remote"
        };
        let name = dependency.local_name();
        BuildError::Dependency(format!("failed to add {place} dependency '{name}': {self}"))
    }
}

/// What is needed and does not lie in `charts/`, by `Chart.lock` where there is one. Charts are told apart by the names
/// that they have in this one.
pub fn missing(package: &Package) -> Result<Vec<Dependency>, BuildError> {
    let failed = |error: ChartError| BuildError::Dependency(error.to_string());
    let there = package.vendored().map_err(failed)?;
    let needed = match package.lock().map_err(failed)? {
        Some(lock) => lock.dependencies,
        None => package.metadata().map_err(failed)?.dependencies,
    };
    let needed: Vec<Dependency> = needed.into_iter().flatten().collect();
    if there.len() == needed.len() {
        return Ok(Vec::new());
    }
    let is_there = |one: &Dependency| there.iter().any(|name| name == one.local_name());
    let missing: Vec<Dependency> = needed.into_iter().filter(|one| !is_there(one)).collect();
    if missing.len() > MOST {
        let count = missing.len();
        let message = format!("{count} charts are missing, and no more than {MOST} are fetched");
        return Err(BuildError::Dependency(message));
    }
    Ok(missing)
}

/// Whether it lies in the source.
pub fn is_local(dependency: &Dependency) -> bool {
    dependency.repository.is_empty() || dependency.repository.starts_with(LOCAL)
}

/// Adds a chart under the name that it has in this one.
pub fn add(
    package: &mut Package,
    dependency: &Dependency,
    mut chart: Package,
) -> Result<(), BuildError> {
    let failed = |error: ChartError| BuildError::Dependency(error.to_string());
    if !dependency.alias.is_empty() {
        chart.set_name(&dependency.alias).map_err(failed)?;
    }
    package.vendor(&chart).map_err(failed)
}
