//! A user's values and the defaults of a chart to what its templates see, subcharts included.
//!
//! Maps are handles: what a chart hands down to its subcharts (`global`) stays shared below the first
//! level, and what a subchart's defaults add there is seen by the others. Helm's order of steps is
//! kept for that reason, copies included.

use gotemplate::value::{Map, Str, Value};

use super::imported::Imported;
use super::table::{GLOBAL, as_table, deep_copy};
use crate::chart::Chart;
use crate::diagnostic::{Diagnostic, Level};

/// What becomes of null, by which a user takes a default away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nulls {
    /// They take the default away and go with it.
    Applied,
    /// They stay, for a later pass.
    Kept,
}

/// The values of a subchart are no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("type mismatch on {name}: {shown}")]
pub struct Mismatch {
    /// Name of the subchart.
    pub name: String,
    /// What is there.
    pub shown: String,
}

/// The values that `chart` gets when a user gives `values`. Nothing is shared with `values`.
pub fn coalesce(
    chart: &Chart,
    values: &Map,
    nulls: Nulls,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Map, Mismatch> {
    coalesce_imported(chart, &Imported::default(), values, nulls, diagnostics)
}

/// Does the same with the default values that came of imports.
pub(crate) fn coalesce_imported(
    chart: &Chart,
    imported: &Imported,
    values: &Map,
    nulls: Nulls,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Map, Mismatch> {
    let values = deep_copy(values);
    let mut pass = Pass { diagnostics };
    pass.chart(chart, Some(imported), &values, "", nulls)?;
    Ok(values)
}

/// Puts the entries of `source` into `target` where it has none, tables into tables. Both are
/// changed: `source` gets the nulls of `target`.
pub(super) fn merge_tables(
    target: &Map,
    source: &Map,
    nulls: Nulls,
    diagnostics: &mut Vec<Diagnostic>,
) {
    Pass { diagnostics }.tables(target, source, "", nulls);
}

struct Pass<'d> {
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl Pass<'_> {
    fn warn(&mut self, message: String) {
        self.diagnostics.push(Diagnostic::new(Level::Info, message));
    }

    fn chart(
        &mut self,
        chart: &Chart,
        imported: Option<&Imported>,
        values: &Map,
        prefix: &str,
        nulls: Nulls,
    ) -> Result<(), Mismatch> {
        let prefix_below = join(prefix, chart.name());
        // Made anew for every pass, so that nothing leaks into the chart.
        let defaults = match imported.and_then(|imported| imported.values.as_ref()) {
            Some(values) => Value::Map(deep_copy(values)),
            None => Value::from_yaml(&chart.values, gotemplate::value::Numbers::Kept),
        };
        if let Value::Map(defaults) = defaults {
            self.defaults(chart, &defaults, values, &prefix_below, nulls);
        }
        for (at, subchart) in chart.dependencies.iter().enumerate() {
            let name = subchart.name();
            let found = values.get(name);
            let below = match &found {
                None => {
                    let fresh = Map::new();
                    put(values, name.into(), Value::Map(fresh.clone()));
                    fresh
                }
                Some(value) => match as_table(value) {
                    Some(table) => table.clone(),
                    None => {
                        return Err(Mismatch {
                            name: name.to_owned(),
                            shown: shown("%t", value),
                        });
                    }
                },
            };
            self.globals(&below, values, &prefix_below);
            let imported = imported.and_then(|imported| imported.dependency(at));
            self.chart(subchart, imported, &below, &prefix_below, nulls)?;
        }
        Ok(())
    }

    /// Hands the globals of `source` down to `target`.
    fn globals(&mut self, target: &Map, source: &Map, prefix: &str) {
        let mut find = |map: &Map, side: &str| match map.get(GLOBAL) {
            None => Some(Map::new()),
            Some(value) => {
                let found = as_table(&value).cloned();
                if found.is_none() {
                    self.warn(format!(
                        "warning: skipping globals because {side} {GLOBAL} is not a table."
                    ));
                }
                found
            }
        };
        let Some(own) = find(target, "destination") else {
            return;
        };
        let Some(given) = find(source, "source") else {
            return;
        };
        for (key, value) in given.to_vec() {
            match (as_table(&value), own.get(&key)) {
                (Some(table), None) => put(&own, key, Value::Map(shallow_copy(table))),
                (Some(table), Some(there)) => match as_table(&there) {
                    Some(there) => {
                        let copy = shallow_copy(table);
                        let prefix = join(prefix, &key.to_str_lossy());
                        self.tables(&copy, there, &prefix, Nulls::Kept);
                        put(&own, key, Value::Map(copy));
                    }
                    None => self.warn(format!(
                        "Conflict: cannot merge map onto non-map for {}. Skipping.",
                        gotemplate::fmt::quote(&key)
                    )),
                },
                (None, Some(there)) if as_table(&there).is_some() => {
                    self.warn(format!("key {key} is table. Skipping"));
                }
                (None, _) => put(&own, key, value),
            }
        }
        put(target, GLOBAL.into(), Value::Map(own));
    }

    /// Puts the defaults of a chart under the values.
    fn defaults(
        &mut self,
        chart: &Chart,
        defaults: &Map,
        values: &Map,
        prefix: &str,
        nulls: Nulls,
    ) {
        for (key, default) in defaults.to_vec() {
            let Some(value) = values.get(&key) else {
                if nulls == Nulls::Applied {
                    if default.is_nil() {
                        continue;
                    }
                    if let Some(table) = as_table(&default) {
                        drop_nulls(table);
                    }
                }
                put(values, key, default);
                continue;
            };
            if value.is_nil() && nulls == Nulls::Applied {
                values.remove(&key);
                continue;
            }
            let Some(table) = as_table(&value) else {
                continue;
            };
            match as_table(&default) {
                Some(default) => {
                    let is_subchart = chart
                        .dependencies
                        .iter()
                        .any(|subchart| key == subchart.name());
                    let nulls = if is_subchart { Nulls::Kept } else { nulls };
                    if nulls == Nulls::Applied {
                        drop_nulls(default);
                    }
                    self.tables(table, default, &join(prefix, &key.to_str_lossy()), nulls);
                }
                None if default.is_nil() => {}
                None => self.warn(format!(
                    "warning: skipped value for {prefix}.{key}: Not a table."
                )),
            }
        }
    }

    fn tables(&mut self, target: &Map, source: &Map, prefix: &str, nulls: Nulls) {
        if source.is_same(target) {
            return;
        }
        let given: Vec<Str> = source
            .entries()
            .iter()
            .filter(|(_, value)| !value.is_nil())
            .map(|(key, _)| key.clone())
            .collect();
        for (key, value) in target.to_vec() {
            if value.is_nil() {
                put(source, key, Value::Nil);
            }
        }
        for (key, value) in source.to_vec() {
            let Some(there) = target.get(&key) else {
                put(target, key, value);
                continue;
            };
            let full = || join(prefix, &key.to_str_lossy());
            if there.is_nil() && nulls == Nulls::Applied && given.contains(&key) {
                target.remove(&key);
            } else if let Some(table) = as_table(&value) {
                match as_table(&there) {
                    Some(there) => self.tables(there, table, &full(), nulls),
                    None => self.warn(format!(
                        "warning: cannot overwrite table with non table for {} ({})",
                        full(),
                        shown("%v", &value)
                    )),
                }
            } else if as_table(&there).is_some() && !value.is_nil() {
                self.warn(format!(
                    "warning: destination for {} is a table. Ignoring non-table value ({})",
                    full(),
                    shown("%v", &value)
                ));
            }
        }
    }
}

/// Takes every null out, at any depth of tables.
fn drop_nulls(table: &Map) {
    for (key, value) in table.to_vec() {
        if value.is_nil() {
            table.remove(&key);
        } else if let Some(below) = as_table(&value) {
            drop_nulls(below);
        }
    }
}

fn shallow_copy(map: &Map) -> Map {
    Map::from_entries(map.map_type(), map.to_vec())
}

fn put(map: &Map, key: Str, value: Value) {
    // None of the maps here is a nil map, the only one that takes no entry.
    let _ = map.insert(key, value);
}

fn shown(format: &str, value: &Value) -> String {
    let text = gotemplate::fmt::sprintf(format.as_bytes(), std::slice::from_ref(value));
    String::from_utf8_lossy(&text).into_owned()
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}.{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::decode;

    fn chart(name: &str, values: &str, dependencies: Vec<Chart>) -> Chart {
        let mut chart = Chart {
            values: decode(values.as_bytes()).unwrap(),
            dependencies,
            ..Chart::default()
        };
        name.clone_into(&mut chart.metadata.name);
        chart
    }

    fn coalesced(chart: &Chart, values: &str) -> (String, Vec<String>) {
        let values = Value::from_yaml(
            &decode(values.as_bytes()).unwrap(),
            gotemplate::value::Numbers::Kept,
        );
        let mut diagnostics = Vec::new();
        let map = values.as_map().unwrap();
        let done = coalesce(chart, &map, Nulls::Applied, &mut diagnostics).unwrap();
        let json = Value::Map(done)
            .to_yaml(50)
            .unwrap()
            .to_go_json(yaml::JsonEscape::Plain);
        let lines = diagnostics.into_iter().map(|line| line.message).collect();
        (json, lines)
    }

    #[test]
    fn null_takes_a_default_away_and_defaults_that_are_null_vanish() {
        let chart = chart(
            "c",
            "{a: 1, b: {p: 1, q: 2}, n: null, m: {n: null, k: 1}}",
            vec![],
        );
        let (json, _) = coalesced(&chart, "{a: null, b: {p: null}, own: null}");
        assert_eq!(json, r#"{"b":{"q":2},"m":{"k":1},"own":null}"#);
    }

    #[test]
    fn tables_and_other_values_do_not_mix() {
        let chart = chart("c", "{a: {x: 1}, b: 1, d: {e: {f: 1}, g: 1}}", vec![]);
        let (json, lines) = coalesced(&chart, "{a: 5, b: {z: 1}, d: {e: 1, g: {h: 1}}}");
        assert_eq!(json, r#"{"a":5,"b":{"z":1},"d":{"e":1,"g":{"h":1}}}"#);
        assert_eq!(
            lines,
            [
                "warning: skipped value for c.b: Not a table.",
                "warning: cannot overwrite table with non table for c.d.e (map[f:1])",
                "warning: destination for c.d.g is a table. Ignoring non-table value (1)",
            ]
        );
    }

    #[test]
    fn globals_reach_every_subchart_and_are_shared_below_the_first_level() {
        let one = chart("one", "{global: {a: {b: {fromone: 1}}}}", vec![]);
        let two = chart("two", "{k: 1}", vec![]);
        let parent = chart(
            "p",
            "{global: {a: {b: {x: 1}}}, two: {k: null, z: 1}}",
            vec![one, two],
        );
        let (json, _) = coalesced(&parent, "{one: {v: 1}}");
        let shared = r#"{"a":{"b":{"fromone":1,"x":1}}}"#;
        assert_eq!(
            json,
            format!(
                r#"{{"global":{shared},"one":{{"global":{shared},"v":1}},"two":{{"global":{shared},"k":1,"z":1}}}}"#
            )
        );
    }

    #[test]
    fn values_of_a_subchart_must_be_a_table() {
        let parent = chart("p", "{}", vec![chart("s", "{}", vec![])]);
        let values: Map = [("s", "text")].into_iter().collect();
        let error = coalesce(&parent, &values, Nulls::Applied, &mut Vec::new()).unwrap_err();
        assert_eq!(error.to_string(), "type mismatch on s: %!t(string=text)");
    }
}
