//! `.Files`: the files of a chart that are neither templates nor metadata.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gotemplate::exec::Function;
use gotemplate::value::{List, Map, MapType, Str, Type, Value};

use super::glob::Glob;
use crate::chart::File;

/// Go's `engine.files`, a map of bytes by name.
static FILES: MapType = MapType {
    name: "engine.files",
    element: Type::Bytes,
    methods: method,
};

/// The object for a chart's files.
pub(super) fn object(files: &[File]) -> Map {
    if files.iter().any(|file| file.data.is_packed()) {
        let files = files.to_vec();
        return Map::filled_later(&FILES, move || entries(&files));
    }
    Map::from_entries(&FILES, entries(files))
}

fn entries(files: &[File]) -> Vec<(Str, Value)> {
    let entries = files.iter().map(|file| {
        let bytes = Str::from(file.data.shared());
        (Str::from(&file.name), Value::Bytes(bytes))
    });
    entries.collect()
}

macro_rules! methods {
    ($($name:literal => $function:expr;)*) => {
        fn method(name: &str) -> Option<&'static Function> {
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
    "Get" => |files: Value, name: Str| bytes(&files, &name);
    "GetBytes" => |files: Value, name: Str| Value::Bytes(bytes(&files, &name));
    "Glob" => |files: Value, pattern: Str| glob(&files, &pattern);
    "Lines" => |files: Value, name: Str| lines(&bytes(&files, &name));
    "AsConfig" => |files: Value| flat(&files, |bytes| String::from_utf8_lossy(bytes).into_owned());
    "AsSecrets" => |files: Value| flat(&files, |bytes| STANDARD.encode(bytes));
}

fn bytes(files: &Value, name: &Str) -> Str {
    match files.as_map().and_then(|files| files.get(name)) {
        Some(Value::Bytes(bytes)) => bytes,
        _ => Str::default(),
    }
}

/// Those files whose name matches; all of them when the pattern has no meaning.
fn glob(files: &Value, pattern: &Str) -> Value {
    let glob = Glob::parse(&pattern.to_str_lossy());
    let mut found = files
        .as_map()
        .map(|files| files.to_vec())
        .unwrap_or_default();
    if let Some(glob) = glob {
        found.retain(|(name, _)| glob.matches(&name.to_str_lossy()));
    }
    Value::Map(Map::from_entries(&FILES, found))
}

fn lines(text: &Str) -> Value {
    let text = text.as_bytes();
    if text.is_empty() {
        return Value::List(List::strings(Vec::<Str>::new()));
    }
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    Value::List(List::strings(text.split(|byte| *byte == b'\n')))
}

/// YAML of the contents by base name; the last of equal names stays.
fn flat(files: &Value, content: fn(&[u8]) -> String) -> Str {
    let files = files
        .as_map()
        .map(|files| files.to_vec())
        .unwrap_or_default();
    let tree: yaml::Map = files
        .iter()
        .filter_map(|(name, bytes)| {
            let Value::Bytes(bytes) = bytes else {
                return None;
            };
            let name = name.to_str_lossy();
            let base = name.rsplit('/').next().unwrap_or_default();
            Some((base.to_owned(), content(bytes)))
        })
        .collect();
    let text = yaml::encode(&yaml::Value::from(tree));
    Str::from(text.strip_suffix('\n').unwrap_or(&text))
}
