//! Charts that lie in the same source.

use artifact::Root;
use artifact::root::EntryKind;
use helm::chart::{Dependency, Package};
use select::semver::{Constraint, Version};

use super::super::super::Limits;
use super::{DependencyError, LOCAL};
use crate::source::inside;

/// Reads a chart that another one, at the path `chart`, needs.
pub fn read(
    root: &Root,
    chart: &str,
    dependency: &Dependency,
    limits: Limits,
) -> Result<Package, DependencyError> {
    let reference = &dependency.repository;
    let place = match reference.strip_prefix(LOCAL) {
        Some(path) => inside(&format!("{chart}/{path}")),
        None => inside(&format!("{chart}/charts/{}", dependency.name)),
    };
    let path = place.display().to_string();
    let unreadable = |message: String| DependencyError::Load {
        path: path.clone(),
        reference: reference.clone(),
        message,
    };
    let package = match root.kind(&place) {
        Ok(Some(EntryKind::Directory)) => Root::open(&root.path().join(&place))
            .map_err(|error| unreadable(error.to_string()))
            .map(|directory| Package::from_directory(&directory))?,
        Ok(Some(_)) => root
            .read(&place)
            .map_err(|error| unreadable(error.to_string()))
            .map(|bytes| Package::from_archive(&bytes))?,
        Ok(None) => {
            return Err(DependencyError::NotFound {
                path,
                reference: reference.clone(),
            });
        }
        Err(error) => return Err(unreadable(error.to_string())),
    };
    let package = package.map_err(|error| unreadable(error.to_string()))?;
    if let Some(name) = package.over(limits.file) {
        let limit = limits.file;
        let message = format!("size of '{name}' exceeds '{limit}' bytes limit");
        return Err(unreadable(message));
    }
    let metadata = package.metadata();
    let metadata = metadata.map_err(|error| unreadable(error.to_string()))?;
    let range = dependency.version.clone();
    let constraint = match Constraint::parse(&range) {
        Ok(constraint) => constraint,
        Err(source) => return Err(DependencyError::Range { range, source }),
    };
    if constraint.allows(&Version::parse(&metadata.version)?) {
        Ok(package)
    } else {
        Err(DependencyError::Outside(range))
    }
}
