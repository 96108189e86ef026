//! The default values of charts after `import-values`, as their templates' values are made of them.
//!
//! They stay in the form in which they were made: only the record of a release wants them as a chart holds them.

use gotemplate::value::{Map, Value};

use crate::chart::Chart;

/// Values nested deeper than this are cut off.
const MAX_DEPTH: usize = 1000;

/// What became of the default values of a chart and of the charts below it.
#[derive(Debug, Default)]
pub(crate) struct Imported {
    /// The values of the chart; nothing where they are those that it was loaded with.
    pub values: Option<Map>,
    below: Vec<Self>,
}

impl Imported {
    /// A chart with its own values, and with what became of those of its dependencies, in their order.
    pub fn below(below: Vec<Self>) -> Self {
        Self {
            values: None,
            below,
        }
    }

    /// The same of the dependency at a place in the order.
    pub fn dependency(&self, at: usize) -> Option<&Self> {
        self.below.get(at)
    }

    /// Makes them the default values of `chart`, whose dependencies are those that this was made of.
    pub fn store(self, chart: &mut Chart) {
        for (dependency, below) in chart.dependencies.iter_mut().zip(self.below) {
            below.store(dependency);
        }
        if let Some(values) = self.values {
            chart.values = Value::Map(values).to_yaml(MAX_DEPTH).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Dependency;
    use crate::values::{Nulls, coalesce, coalesce_imported, decode, settle_dependencies};

    fn chart(name: &str, values: &str) -> Chart {
        let mut chart = Chart {
            values: decode(values.as_bytes()).unwrap(),
            ..Chart::default()
        };
        name.clone_into(&mut chart.metadata.name);
        "1.0.0".clone_into(&mut chart.metadata.version);
        chart
    }

    fn json(map: Map) -> String {
        let tree = Value::Map(map).to_yaml(50).unwrap();
        tree.to_go_json(yaml::JsonEscape::Plain)
    }

    #[test]
    fn imported_values_are_used_as_they_are_and_stored_when_asked_for() {
        let mut parent = chart("p", "{a: 1, s: {own: null}}");
        parent.dependencies = vec![chart("s", "{own: 1, exports: {data: {b: {c: 2}}}}")];
        parent.metadata.dependencies = vec![Some(Dependency {
            name: "s".to_owned(),
            version: "1.x".to_owned(),
            import_values: vec![yaml::Value::from("data")],
            ..Dependency::default()
        })];
        let loaded = parent.values.clone();
        let user: Map = [("a", Value::int(5))].into_iter().collect();
        let imported = settle_dependencies(&mut parent, &user, &mut Vec::new()).unwrap();
        assert_eq!(parent.values, loaded);
        let pass = Nulls::Applied;
        let with = coalesce_imported(&parent, &imported, &user, pass, &mut Vec::new()).unwrap();
        // What Helm makes of the same chart.
        let expected =
            r#"{"a":5,"b":{"c":2},"s":{"exports":{"data":{"b":{"c":2}}},"global":{},"own":1}}"#;
        assert_eq!(json(with), expected);
        imported.store(&mut parent);
        assert!(parent.values.get("b").is_some());
        let stored = coalesce(&parent, &user, pass, &mut Vec::new()).unwrap();
        assert_eq!(json(stored), expected);
    }
}
