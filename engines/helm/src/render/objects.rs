//! What templates see of the chart, the release and the values, with Go's types and methods.

use std::sync::LazyLock;

use gotemplate::exec::{FuncError, Function};
use gotemplate::value::{List, Map, MapType, Numbers, Str, Type, Value};

use super::{Operation, Release};
use crate::chart::Chart;
use crate::values;

/// Values nested deeper than this do not print.
const MAX_DEPTH: usize = 1000;

/// Go's `common.Values`: the type of `.Values`, of `.Template` and of the topmost `.`.
pub(super) static VALUES: MapType = MapType {
    name: "common.Values",
    element: Type::Any,
    methods: values_method,
};

macro_rules! methods {
    ($($name:literal => $function:expr;)*) => {
        fn values_method(name: &str) -> Option<&'static Function> {
            match name {
                $($name => {
                    static METHOD: LazyLock<Function> = LazyLock::new(|| Function::method($function));
                    Some(&METHOD)
                })*
                _ => None,
            }
        }
    };
}

methods! {
    "YAML" => |own: Value| {
        own.to_yaml(MAX_DEPTH).map(|tree| yaml::encode(&tree)).unwrap_or_default()
    };
    "Table" => |own: Value, path: Str| table(&own, &path);
    "AsMap" => |own: Value| match own.as_map() {
        Some(map) if !map.is_empty() => map.with_type(MapType::ANY),
        _ => Map::new(),
    };
    // No template has a writer to give.
    "Encode" => |_own: Value, _writer: Value| {
        Err::<Value, _>(FuncError::new("values can only be written by the program"))
    };
    "PathValue" => |own: Value, path: Str| path_value(&own, &path);
}

fn table(own: &Value, path: &Str) -> Result<Value, FuncError> {
    let map = own.as_map().unwrap_or_default();
    values::table(&map, &path.to_str_lossy())
        .map(Value::Map)
        .map_err(|error| FuncError::new(error.to_string()))
}

fn path_value(own: &Value, path: &Str) -> Result<Value, FuncError> {
    if path.is_empty() {
        return Err(FuncError::new("YAML path cannot be empty"));
    }
    let map = own.as_map().unwrap_or_default();
    values::path_value(&map, &path.to_str_lossy())
        .map_err(|error| FuncError::new(error.to_string()))
}

/// `.Release`
pub(super) fn release(release: &Release) -> Map {
    let is_upgrade = release.operation == Operation::Upgrade;
    [
        ("Name", Value::from(release.name.as_str())),
        ("Namespace", Value::from(release.namespace.as_str())),
        ("IsUpgrade", Value::Bool(is_upgrade)),
        ("IsInstall", Value::Bool(!is_upgrade)),
        ("Revision", Value::int(release.revision)),
        ("Service", Value::from("Helm")),
    ]
    .into_iter()
    .collect()
}

/// `.Chart`: the metadata under the names that Go's struct has.
pub(super) fn chart(chart: &Chart, is_root: bool) -> Map {
    let metadata = &chart.metadata;
    let annotations = match &metadata.annotations {
        None => Map::nil(MapType::STRINGS),
        Some(annotations) => Map::from_entries(
            MapType::STRINGS,
            annotations
                .iter()
                .map(|(key, value)| (Str::from(key), Value::from(value.as_str())))
                .collect(),
        ),
    };
    let maintainers = metadata.maintainers.iter().flatten().map(|maintainer| {
        record([
            ("Name", &maintainer.name),
            ("Email", &maintainer.email),
            ("URL", &maintainer.url),
        ])
    });
    let dependencies = metadata.dependencies.iter().flatten().map(|dependency| {
        let entries: Map = [
            ("Name", Value::from(dependency.name.as_str())),
            ("Version", Value::from(dependency.version.as_str())),
            ("Repository", Value::from(dependency.repository.as_str())),
            ("Condition", Value::from(dependency.condition.as_str())),
            ("Tags", texts(&dependency.tags)),
            ("Enabled", Value::Bool(dependency.enabled)),
            ("ImportValues", import_values(&dependency.import_values)),
            ("Alias", Value::from(dependency.alias.as_str())),
        ]
        .into_iter()
        .collect();
        Value::Map(entries)
    });
    [
        ("Name", Value::from(metadata.name.as_str())),
        ("Home", Value::from(metadata.home.as_str())),
        ("Sources", texts(&metadata.sources)),
        ("Version", Value::from(metadata.version.as_str())),
        ("Description", Value::from(metadata.description.as_str())),
        ("Keywords", texts(&metadata.keywords)),
        ("Maintainers", Value::list(maintainers.collect())),
        ("Icon", Value::from(metadata.icon.as_str())),
        ("APIVersion", Value::from(metadata.api_version.as_str())),
        ("Condition", Value::from(metadata.condition.as_str())),
        ("Tags", Value::from(metadata.tags.as_str())),
        ("AppVersion", Value::from(metadata.app_version.as_str())),
        ("Deprecated", Value::Bool(metadata.deprecated)),
        ("Annotations", Value::Map(annotations)),
        ("KubeVersion", Value::from(metadata.kube_version.as_str())),
        ("Dependencies", Value::list(dependencies.collect())),
        ("Type", Value::from(metadata.kind.as_str())),
        ("IsRoot", Value::Bool(is_root)),
    ]
    .into_iter()
    .collect()
}

fn record<const N: usize>(entries: [(&str, &String); N]) -> Value {
    let map: Map = entries
        .into_iter()
        .map(|(key, value)| (key, value.as_str()))
        .collect();
    Value::Map(map)
}

fn texts(items: &[String]) -> Value {
    Value::list(
        items
            .iter()
            .map(|item| Value::from(item.as_str()))
            .collect(),
    )
}

/// After their processing these are `map[string]string`.
fn import_values(items: &[yaml::Value]) -> Value {
    let items = items
        .iter()
        .map(|item| match Value::from_yaml(item, Numbers::Floats) {
            Value::Map(map) => Value::Map(Map::from_entries(MapType::STRINGS, map.to_vec())),
            other => other,
        });
    Value::List(List::new(items.collect()))
}
