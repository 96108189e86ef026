//! Which subcharts take part, under which names, and what their parents take over from their values.
//!
//! A chart that is used under two aliases has one set of subcharts below it in Helm, as far as their
//! metadata go: what is decided for those of the first alias holds for those of the second.
//! [`Shared`] keeps that.

use std::collections::HashMap;

use gotemplate::value::{Map, Value};
use select::semver::{Constraint, Version};

use super::coalesce::{Mismatch, Nulls, coalesce, coalesce_imported, merge_tables};
use super::imported::Imported;
use super::table::{deep_copy, path_value, table};
use crate::chart::{Chart, Dependency, new_identity};
use crate::diagnostic::{Diagnostic, Level};

/// Gives aliased subcharts their names, takes those out that `values` switch off, and carries out
/// `import-values`: the default values of the charts become what comes of it.
pub fn process_dependencies(
    chart: &mut Chart,
    values: &Map,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), Mismatch> {
    settle_dependencies(chart, values, diagnostics)?.store(chart);
    Ok(())
}

/// Does what [`process_dependencies`] does but for the default values, which it gives.
pub(crate) fn settle_dependencies(
    chart: &mut Chart,
    values: &Map,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Imported, Mismatch> {
    let mut pass = Pass {
        diagnostics,
        shared: HashMap::new(),
        places: HashMap::new(),
    };
    identify(chart);
    pass.note_places(chart);
    pass.enable(chart, values, "")?;
    let imported = pass.import_all(chart)?;
    pass.settle(chart);
    Ok(imported)
}

/// Whether `version` is within `range`; false when one of them cannot be read.
pub fn is_compatible(range: &str, version: &str) -> bool {
    match (Constraint::parse(range), Version::parse(version)) {
        (Ok(range), Ok(version)) => range.allows(&version),
        _ => false,
    }
}

struct Pass<'d> {
    diagnostics: &'d mut Vec<Diagnostic>,
    /// What became of the dependencies, by the identity of the metadata that list them.
    shared: HashMap<u64, Shared>,
    /// Where each chart is, by its node.
    places: HashMap<u64, Place>,
}

/// The name of a chart and the node of its parent; of a chart that is in two places, the last.
struct Place {
    name: String,
    parent: Option<u64>,
}

/// The dependencies that metadata list, while they are processed.
struct Shared {
    listed: Vec<Option<Dependency>>,
    /// Whether `import-values` were carried out, which happens once.
    imported: bool,
}

impl Pass<'_> {
    fn warn(&mut self, message: &str, details: [(&'static str, &str); 2]) {
        let mut line = Diagnostic::new(Level::Warn, message);
        for (name, value) in details {
            line = line.with(name, value);
        }
        self.diagnostics.push(line);
    }

    /// Takes over what became of the dependencies when the same metadata were met before.
    fn recall(&self, chart: &mut Chart) {
        if let Some(shared) = self.shared.get(&chart.identity) {
            chart.metadata.dependencies.clone_from(&shared.listed);
        }
    }

    fn note_places(&mut self, chart: &Chart) {
        for dependency in &chart.dependencies {
            self.note_places(dependency);
        }
        let name = chart.name().to_owned();
        self.places
            .entry(chart.node)
            .or_insert(Place { name, parent: None });
        self.adopt(chart);
    }

    /// Makes `chart` the parent of its dependencies.
    fn adopt(&mut self, chart: &Chart) {
        for dependency in &chart.dependencies {
            let place = Place {
                name: dependency.name().to_owned(),
                parent: Some(chart.node),
            };
            self.places.insert(dependency.node, place);
        }
    }

    fn path(&self, node: u64) -> String {
        match self.places.get(&node) {
            None => String::new(),
            Some(Place { name, parent: None }) => name.clone(),
            Some(Place {
                name,
                parent: Some(parent),
            }) => format!("{}/charts/{name}", self.path(*parent)),
        }
    }

    /// Gives every chart its place and the last word on its dependencies.
    fn settle(&self, chart: &mut Chart) {
        self.recall(chart);
        chart.path = self.path(chart.node);
        for dependency in &mut chart.dependencies {
            self.settle(dependency);
        }
    }

    fn enable(&mut self, chart: &mut Chart, values: &Map, path: &str) -> Result<(), Mismatch> {
        self.recall(chart);
        if chart.metadata.dependencies.is_empty() {
            return Ok(());
        }
        self.rename(chart);
        let values = coalesce(chart, values, Nulls::Applied, self.diagnostics)?;
        let mut listed = std::mem::take(&mut chart.metadata.dependencies);
        self.apply_tags(&mut listed, &values);
        self.apply_conditions(&mut listed, &values, path);
        let off: Vec<String> = listed
            .iter()
            .flatten()
            .filter(|dependency| !dependency.enabled)
            .map(|dependency| dependency.name.clone())
            .collect();
        let mut charts = std::mem::take(&mut chart.dependencies);
        charts.retain(|dependency| !off.iter().any(|name| name == dependency.name()));
        listed.retain(|it| it.as_ref().is_some_and(|it| !off.contains(&it.name)));
        for dependency in &mut charts {
            let path = format!("{path}{}.", dependency.name());
            self.enable(dependency, &values, &path)?;
        }
        let shared = Shared {
            listed: listed.clone(),
            imported: false,
        };
        self.shared.insert(chart.identity, shared);
        chart.metadata.dependencies = listed;
        chart.dependencies = charts;
        self.adopt(chart);
        Ok(())
    }

    /// Puts the charts that `Chart.yaml` lists under their aliases, in its order, behind those it does
    /// not list.
    fn rename(&mut self, chart: &mut Chart) {
        let listed = &mut chart.metadata.dependencies;
        let charts = std::mem::take(&mut chart.dependencies);
        let fits = |wanted: &Dependency, found: &Chart| {
            wanted.name == found.name() && is_compatible(&wanted.version, &found.metadata.version)
        };
        let mut kept: Vec<Chart> = charts
            .iter()
            .filter(|found| !listed.iter().flatten().any(|wanted| fits(wanted, found)))
            .cloned()
            .collect();
        for wanted in listed.iter_mut().flatten() {
            if let Some(found) = charts.iter().find(|found| fits(wanted, found)) {
                let mut copy = found.clone();
                // The copy has metadata of its own; those below it share theirs with the original.
                copy.identity = new_identity();
                copy.node = new_identity();
                for below in &mut copy.dependencies {
                    below.node = new_identity();
                }
                wanted.local_name().clone_into(&mut copy.metadata.name);
                self.adopt(&copy);
                kept.push(copy);
            }
            wanted.name = wanted.local_name().to_owned();
            wanted.enabled = true;
        }
        chart.dependencies = kept;
        self.adopt(chart);
    }

    /// Switches by `tags`: one that is true wins over any that is false.
    fn apply_tags(&mut self, listed: &mut [Option<Dependency>], values: &Map) {
        let Ok(tags) = table(values, "tags") else {
            return;
        };
        for dependency in listed.iter_mut().flatten() {
            let (mut any_on, mut any_off) = (false, false);
            for tag in &dependency.tags {
                match tags.get(tag) {
                    Some(Value::Bool(true)) => any_on = true,
                    Some(Value::Bool(false)) => any_off = true,
                    Some(_) => self.warn(
                        "returned non-bool value",
                        [("tag", tag), ("chart", &dependency.name)],
                    ),
                    None => {}
                }
            }
            dependency.enabled = any_on || !any_off;
        }
    }

    /// Switches by the first condition that leads to a boolean.
    fn apply_conditions(&mut self, listed: &mut [Option<Dependency>], values: &Map, path: &str) {
        for dependency in listed.iter_mut().flatten() {
            for condition in dependency.condition.trim().split(',') {
                if condition.is_empty() {
                    continue;
                }
                match path_value(values, &format!("{path}{condition}")) {
                    Ok(Value::Bool(on)) => {
                        dependency.enabled = on;
                        break;
                    }
                    Ok(_) => self.warn(
                        "returned non-bool value",
                        [("path", condition), ("chart", &dependency.name)],
                    ),
                    Err(_) => {}
                }
            }
        }
    }

    fn import_all(&mut self, chart: &mut Chart) -> Result<Imported, Mismatch> {
        let below: Result<_, _> = chart
            .dependencies
            .iter_mut()
            .map(|dependency| self.import_all(dependency))
            .collect();
        let mut own = Imported::below(below?);
        self.recall(chart);
        if !chart.metadata.dependencies.is_empty() {
            own.values = Some(self.import(chart, &own)?);
        }
        Ok(own)
    }

    fn import(&mut self, chart: &mut Chart, below: &Imported) -> Result<Map, Mismatch> {
        let none = Map::new();
        let values = coalesce_imported(chart, below, &none, Nulls::Kept, self.diagnostics)?;
        let imported = Map::new();
        let is_done = self
            .shared
            .get(&chart.identity)
            .is_some_and(|shared| shared.imported);
        for dependency in chart.metadata.dependencies.iter_mut().flatten() {
            let mut done = Vec::new();
            for wanted in dependency.import_values.iter().filter(|_| !is_done) {
                let (child, parent) = match wanted {
                    yaml::Value::Str(name) => (format!("exports.{name}"), ".".to_owned()),
                    yaml::Value::Map(_) => (shown(wanted, "child"), shown(wanted, "parent")),
                    _ => continue,
                };
                match table(&values, &format!("{}.{child}", dependency.name)) {
                    Ok(found) => {
                        let found = nest(&parent, found);
                        merge_tables(&imported, &found, Nulls::Kept, self.diagnostics);
                    }
                    Err(error) => {
                        let message = "ImportValues missing table";
                        let line = if wanted.is_map() {
                            Diagnostic::new(Level::Warn, format!("{message} from chart"))
                                .with("chart", dependency.name.as_str())
                        } else {
                            Diagnostic::new(Level::Warn, message)
                        };
                        self.diagnostics.push(line.with("error", error.to_string()));
                    }
                }
                done.push(
                    [("child", child), ("parent", parent)]
                        .into_iter()
                        .map(|(key, value)| (key, yaml::Value::from(value)))
                        .collect(),
                );
            }
            dependency.import_values = done;
        }
        let shared = Shared {
            listed: chart.metadata.dependencies.clone(),
            imported: true,
        };
        self.shared.insert(chart.identity, shared);
        if imported.is_empty() {
            return Ok(values);
        }
        // The imported tables share storage with the values they come from.
        let values = deep_copy(&values);
        merge_tables(&values, &imported, Nulls::Kept, self.diagnostics);
        Ok(values)
    }
}

/// Tells charts apart that were not loaded from files.
fn identify(chart: &mut Chart) {
    if chart.node == 0 {
        chart.node = new_identity();
        chart.identity = new_identity();
    }
    chart.dependencies.iter_mut().for_each(identify);
}

/// `map` below the tables that `path` names.
fn nest(path: &str, map: Map) -> Map {
    if path == "." {
        return map;
    }
    path.rsplit('.').fold(map, |inner, name| {
        [(name, Value::Map(inner))].into_iter().collect()
    })
}

/// The entry `key` as Go prints it.
fn shown(map: &yaml::Value, key: &str) -> String {
    let value = map.get(key).cloned().unwrap_or_default();
    let value = Value::from_yaml(&value, gotemplate::value::Numbers::Floats);
    String::from_utf8_lossy(&gotemplate::fmt::sprintf(b"%v", &[value])).into_owned()
}
