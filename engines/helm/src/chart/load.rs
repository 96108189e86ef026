//! Files to a chart: each goes where its name says, then the subcharts are made the same way.

use std::collections::BTreeMap;

use super::fields::{Fields, Place, known};
use super::{Chart, Error, File, Loaded, Lock, Metadata, Unpack, archive, document, new_identity};
use crate::diagnostic::{Diagnostic, Level};
use crate::values;

/// Charts inside one another that are loaded.
const MAX_DEPTH: usize = 32;
/// The version of the format that Helm reads, and refuses when it has read everything.
const GATED: &str = "v3";

/// Whether `Chart.yaml` is there and of a version that is known.
pub(super) fn check_version(files: &[File]) -> Result<(), Error> {
    match files.iter().find(|file| file.name == "Chart.yaml") {
        Some(file) => check_version_of(&file.data),
        None => Err(Error::NoVersion),
    }
}

/// Whether this `Chart.yaml` is of a version that is known.
pub(super) fn check_version_of(data: &[u8]) -> Result<(), Error> {
    let failed = |problem| Error::File {
        file: "Chart.yaml".to_owned(),
        problem,
    };
    let value = document(data).map_err(failed)?;
    let mut version = String::new();
    let mut fields = Fields::default();
    let top = Place::default();
    for (key, value) in fields.entries(&value, &top, "loader.chartBase") {
        if known(key, &["apiVersion"]).is_some() {
            fields.text(value, &top.field("chartBase", "apiVersion"), &mut version);
        }
    }
    fields.finish().map_err(failed)?;
    match version.as_str() {
        "" | "v1" | "v2" | GATED => Ok(()),
        _ => Err(Error::UnsupportedVersion),
    }
}

/// The chart that these files make.
pub(super) fn chart(files: Vec<File>, unpack: Unpack) -> Result<Loaded, Error> {
    let mut diagnostics = Vec::new();
    let mut chart = build(files, unpack, 0, &mut diagnostics)?;
    if chart.metadata.api_version == GATED {
        chart.check_type()?;
        return Err(Error::Gated);
    }
    let path = chart.metadata.name.clone();
    place(&mut chart, path);
    Ok(Loaded { chart, diagnostics })
}

/// Tells every chart where it is below the topmost.
fn place(chart: &mut Chart, path: String) {
    for dependency in &mut chart.dependencies {
        let below = format!("{path}/charts/{}", dependency.metadata.name);
        place(dependency, below);
    }
    chart.path = path;
}

fn build(
    files: Vec<File>,
    unpack: Unpack,
    depth: usize,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Chart, Error> {
    if depth > MAX_DEPTH {
        let message = format!("charts are nested deeper than {MAX_DEPTH} levels");
        return Err(Error::Name(message));
    }
    let failed = |file: &str, problem| Error::File {
        file: file.to_owned(),
        problem,
    };
    let mut metadata: Option<Metadata> = None;
    for file in files.iter().filter(|file| file.name == "Chart.yaml") {
        let metadata = metadata.get_or_insert_default();
        let read = metadata.merge(&file.data);
        read.map_err(|problem| failed("Chart.yaml", problem))?;
        if metadata.api_version.is_empty() {
            "v1".clone_into(&mut metadata.api_version);
        }
    }
    let mut chart = Chart {
        identity: new_identity(),
        node: new_identity(),
        ..Chart::default()
    };
    let mut below: BTreeMap<String, Vec<File>> = BTreeMap::new();
    for file in files {
        match file.name.as_str() {
            "Chart.yaml" => chart.modified = file.modified,
            "Chart.lock" => {
                let lock = Lock::read(&file.data);
                chart.lock = Some(lock.map_err(|problem| failed("Chart.lock", problem))?);
            }
            "values.yaml" => {
                chart.values = values::decode(&file.data)
                    .map_err(|error| failed("values.yaml", error.to_string()))?;
            }
            "values.schema.json" => {
                chart.schema = Some(file.data.shared());
                chart.schema_modified = file.modified;
            }
            "requirements.yaml" => {
                let metadata = metadata.get_or_insert_default();
                if metadata.api_version != "v1" {
                    diagnostics.push(Diagnostic::new(
                        Level::Info,
                        "Warning: Dependencies are handled in Chart.yaml since apiVersion \"v2\". \
                         We recommend migrating dependencies to Chart.yaml.",
                    ));
                }
                let read = metadata.merge(&file.data);
                read.map_err(|problem| failed("requirements.yaml", problem))?;
                if metadata.api_version == "v1" {
                    chart.files.push(file);
                }
            }
            "requirements.lock" => {
                let lock = Lock::read(&file.data);
                chart.lock = Some(lock.map_err(|problem| failed("requirements.lock", problem))?);
                if metadata.get_or_insert_default().api_version == "v1" {
                    chart.files.push(file);
                } else {
                    diagnostics.push(Diagnostic::new(
                        Level::Info,
                        "Warning: Dependency locking is handled in Chart.lock since apiVersion \
                         \"v2\". We recommend migrating to Chart.lock.",
                    ));
                }
            }
            name if name.starts_with("templates/") => chart.templates.push(file),
            name => match name.strip_prefix("charts/") {
                Some(inner) if !has_extension(name, ".prov") => {
                    let top = inner.split('/').next().unwrap_or(inner).to_owned();
                    let name = inner.to_owned();
                    below.entry(top).or_default().push(File { name, ..file });
                }
                _ => chart.files.push(file),
            },
        }
    }
    let mut metadata = metadata.ok_or(Error::NoMetadata)?;
    metadata.validate()?;
    for (name, files) in below {
        if name.starts_with(['_', '.']) {
            continue;
        }
        let dependency = subchart(&name, files, &metadata.name, unpack, depth, diagnostics);
        chart.dependencies.push(match dependency {
            Ok(dependency) => dependency,
            Err(error @ Error::SubchartArchive { .. }) => return Err(error),
            Err(error) => {
                return Err(Error::Subchart {
                    name,
                    parent: metadata.name,
                    source: Box::new(error),
                });
            }
        });
    }
    chart.metadata = metadata;
    Ok(chart)
}

fn subchart(
    name: &str,
    mut files: Vec<File>,
    parent: &str,
    unpack: Unpack,
    depth: usize,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Chart, Error> {
    if has_extension(name, ".tgz") {
        let file = files.swap_remove(0);
        if file.name != name {
            return Err(Error::SubchartArchive {
                parent: parent.to_owned(),
                expected: name.to_owned(),
                got: file.name,
            });
        }
        let files = match unpack {
            Unpack::All => archive::read(&file.data)?,
            Unpack::Needed => archive::open(Box::new(file.data))?,
        };
        return build(files, unpack, depth + 1, diagnostics);
    }
    // A file directly in charts/ belongs to no chart.
    let files = files
        .into_iter()
        .filter_map(|file| {
            let name = file.name.split_once('/')?.1.to_owned();
            Some(File { name, ..file })
        })
        .collect();
    build(files, unpack, depth + 1, diagnostics)
}

/// Whether the last segment of `path` ends with `extension`, as `filepath.Ext` finds it.
fn has_extension(path: &str, extension: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rfind('.').is_some_and(|at| name[at..] == *extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(files: &[(&str, &str)]) -> String {
        let files: Vec<File> = files
            .iter()
            .map(|(name, text)| File {
                name: (*name).to_owned(),
                data: text.as_bytes().into(),
                modified: None,
            })
            .collect();
        check_version(&files)
            .and_then(|()| chart(files, Unpack::All))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_chart_of_version_three_is_refused_when_all_else_is_right() {
        for (metadata, problem) in [
            ("version: 1.0.0", "invalid chart apiVersion"),
            (
                "version: 1.0.0, kubeVersion: '>99'",
                "invalid chart apiVersion",
            ),
            (
                "version: x",
                "validation: chart.metadata.version \"x\" is invalid",
            ),
            (
                "version: 1.0.0, maintainers: [null]",
                "validation: maintainers must not contain empty or null nodes",
            ),
            (
                "version: 1.0.0, type: library",
                "library charts are not installable",
            ),
        ] {
            let text = format!("{{apiVersion: v3, name: app, {metadata}}}");
            assert_eq!(refused(&[("Chart.yaml", &text)]), problem);
        }
        let text = "{apiVersion: v3, name: app, version: 1.0.0}";
        let broken = refused(&[("Chart.yaml", text), ("values.yaml", "{")]);
        assert!(broken.starts_with("cannot load values.yaml: "), "{broken}");
    }

    #[test]
    fn a_chart_of_a_version_that_nobody_knows_is_refused_before_its_metadata() {
        let problem = refused(&[("Chart.yaml", "{apiVersion: v9, version: x}")]);
        assert_eq!(problem, Error::UnsupportedVersion.to_string());
        assert_eq!(refused(&[]), Error::NoVersion.to_string());
    }
}
