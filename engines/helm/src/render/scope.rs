//! The objects that the templates of a chart and its subcharts see.

use std::collections::BTreeMap;

use gotemplate::value::{Map, MapType, Value};

use super::{files, objects};
use crate::chart::{Chart, File};
use crate::values::table;

/// Whether a chart is the topmost.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    Top,
    Below,
}

/// A template with what it sees.
pub(super) struct Scope<'a> {
    pub chart: &'a Chart,
    pub template: &'a File,
    objects: Map,
}

impl Scope<'_> {
    /// The topmost `.` of the template at `path`. All templates of a chart share it, so that what one
    /// sets in `.Values` is seen by those that run after it.
    pub fn data(&self, path: &str) -> Value {
        let template = [
            ("Name", path.to_owned()),
            ("BasePath", format!("{}/templates", self.chart.path())),
        ];
        let template: Map = template.into_iter().collect();
        // The objects are no nil map, the only one that takes no entry.
        let _ = self
            .objects
            .insert("Template", Value::Map(template.with_type(&objects::VALUES)));
        Value::Map(self.objects.with_type(&objects::VALUES))
    }
}

/// Puts the templates of `chart` and its subcharts into `found`, by path. `above` are the objects
/// of its parent. Gives the chart's own objects.
pub(super) fn collect<'a>(
    chart: &'a Chart,
    above: &Map,
    rank: Rank,
    found: &mut BTreeMap<String, Scope<'a>>,
) -> Map {
    let inherited = |name: &str| above.get(name).unwrap_or_default();
    let values = match rank {
        Rank::Top => inherited("Values"),
        Rank::Below => {
            let own = table(above, &format!("Values.{}", chart.name())).unwrap_or_default();
            Value::Map(own.with_type(&objects::VALUES))
        }
    };
    let subcharts = Map::new();
    let own: Map = [
        (
            "Chart",
            Value::Map(objects::chart(chart, rank == Rank::Top)),
        ),
        ("Files", Value::Map(files::object(&chart.files))),
        ("Release", inherited("Release")),
        ("Capabilities", inherited("Capabilities")),
        ("Values", values),
        ("Subcharts", Value::Map(subcharts.clone())),
    ]
    .into_iter()
    .collect();
    for dependency in &chart.dependencies {
        let below = collect(dependency, &own, Rank::Below, found);
        let below = below.with_type(MapType::ANY);
        // This is no nil map, the only one that takes no entry.
        let _ = subcharts.insert(dependency.name(), Value::Map(below));
    }
    let is_library = chart.metadata.is_library();
    for template in &chart.templates {
        let name = template.name.rsplit('/').next().unwrap_or_default();
        if is_library && !name.starts_with('_') {
            continue;
        }
        let scope = Scope {
            chart,
            template,
            objects: own.clone(),
        };
        found.insert(format!("{}/{}", chart.path(), template.name), scope);
    }
    own
}
