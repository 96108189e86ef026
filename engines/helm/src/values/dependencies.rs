//! Which subcharts take part, under which names, and what their parents take over from their values.

use gotemplate::value::{Map, Value};
use select::semver::{Constraint, Version};

use super::coalesce::{Mismatch, Nulls, coalesce, merge_tables};
use super::table::{deep_copy, path_value, table};
use crate::chart::{Chart, Dependency};
use crate::diagnostic::{Diagnostic, Level};

/// Values nested deeper than this are cut off.
const MAX_DEPTH: usize = 1000;

/// Gives aliased subcharts their names, takes those out that `values` switch off, and carries out
/// `import-values`.
pub fn process_dependencies(
    chart: &mut Chart,
    values: &Map,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), Mismatch> {
    let mut pass = Pass { diagnostics };
    pass.enable(chart, values, "")?;
    pass.import_all(chart)
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
}

impl Pass<'_> {
    fn warn(&mut self, message: &str, details: [(&'static str, &str); 2]) {
        let mut line = Diagnostic::new(Level::Warn, message);
        for (name, value) in details {
            line = line.with(name, value);
        }
        self.diagnostics.push(line);
    }

    fn enable(&mut self, chart: &mut Chart, values: &Map, path: &str) -> Result<(), Mismatch> {
        if chart.metadata.dependencies.is_empty() {
            return Ok(());
        }
        rename(chart);
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
        chart.metadata.dependencies = listed;
        chart.set_dependencies(charts);
        Ok(())
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

    fn import_all(&mut self, chart: &mut Chart) -> Result<(), Mismatch> {
        for dependency in &mut chart.dependencies {
            self.import_all(dependency)?;
        }
        self.import(chart)
    }

    fn import(&mut self, chart: &mut Chart) -> Result<(), Mismatch> {
        if chart.metadata.dependencies.is_empty() {
            return Ok(());
        }
        let values = coalesce(chart, &Map::new(), Nulls::Kept, self.diagnostics)?;
        let imported = Map::new();
        for dependency in chart.metadata.dependencies.iter_mut().flatten() {
            let mut done = Vec::new();
            for wanted in &dependency.import_values {
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
                        let error = error.to_string();
                        let mut line =
                            Diagnostic::new(Level::Warn, "ImportValues missing table from chart");
                        if wanted.is_map() {
                            line = line.with("chart", dependency.name.as_str());
                        } else {
                            line.message = "ImportValues missing table".to_owned();
                        }
                        self.diagnostics.push(line.with("error", error));
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
        // The imported tables share storage with the values they come from.
        let values = deep_copy(&values);
        merge_tables(&values, &imported, Nulls::Kept, self.diagnostics);
        chart.values = Value::Map(values).to_yaml(MAX_DEPTH).unwrap_or_default();
        Ok(())
    }
}

/// Puts the charts that `Chart.yaml` lists under their aliases, in its order, behind those it does
/// not list.
fn rename(chart: &mut Chart) {
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
            wanted.local_name().clone_into(&mut copy.metadata.name);
            copy.path = format!("{}/charts/{}", chart.path, copy.metadata.name);
            let below = std::mem::take(&mut copy.dependencies);
            copy.set_dependencies(below);
            kept.push(copy);
        }
        wanted.name = wanted.local_name().to_owned();
        wanted.enabled = true;
    }
    chart.set_dependencies(kept);
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
