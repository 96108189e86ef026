//! One version of a chart in an index.

use helm::chart::rules::{self, Facts, Named, Repeated, sanitize};
use helm::chart::{Dependency, Maintainer, Metadata};
use jiff::Timestamp;
use select::semver::Version;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::Unknown;

/// The time of an entry that has none.
const ZERO_TIME: &str = "0001-01-01T00:00:00Z";

/// A version of a chart, with the fields in the order in which they are written.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Entry {
    /// The chart.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "lenient")]
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "lenient")]
    home: String,
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    sources: Vec<String>,
    /// Its version, as written.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "lenient")]
    pub version: String,
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "lenient")]
    description: String,
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    keywords: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "nullable")]
    maintainers: Vec<Value>,
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "lenient")]
    icon: String,
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "lenient")]
    api_version: String,
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "lenient")]
    condition: String,
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "lenient")]
    tags: String,
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "lenient")]
    app_version: String,
    #[serde(skip_serializing_if = "is_false", deserialize_with = "nullable")]
    deprecated: bool,
    #[serde(
        skip_serializing_if = "Map::is_empty",
        deserialize_with = "annotations"
    )]
    annotations: Map<String, Value>,
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "lenient")]
    kube_version: String,
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "nullable")]
    dependencies: Vec<Value>,
    #[serde(
        rename = "type",
        skip_serializing_if = "String::is_empty",
        deserialize_with = "lenient"
    )]
    kind: String,
    /// Where the archive is; absolute, or relative to the repository.
    #[serde(deserialize_with = "texts")]
    pub urls: Vec<String>,
    /// When it was added (RFC 3339).
    #[serde(deserialize_with = "lenient")]
    pub created: String,
    #[serde(skip_serializing_if = "is_false", deserialize_with = "nullable")]
    removed: bool,
    /// SHA-256 of the archive in hex; often empty.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "lenient")]
    pub digest: String,
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "lenient")]
    checksum: String,
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "lenient")]
    engine: String,
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "lenient")]
    tiller_version: String,
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "lenient")]
    url: String,
}

/// The fields of an entry beside those of its chart's metadata.
const OWN_FIELDS: [&str; 8] = [
    "urls",
    "created",
    "removed",
    "digest",
    "checksum",
    "engine",
    "tillerVersion",
    "url",
];

impl Entry {
    /// Reads an entry; null is none.
    pub(super) fn read(value: Value, unknown: Unknown) -> Result<Option<Self>, String> {
        if value.is_null() {
            return Ok(None);
        }
        if unknown == Unknown::Refused {
            check_fields(&value, &[&Metadata::FIELDS, &OWN_FIELDS])?;
            let lists = [
                ("maintainers", &Maintainer::FIELDS[..]),
                ("dependencies", &Dependency::FIELDS),
            ];
            for (list, fields) in lists {
                for item in value
                    .get(list)
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                {
                    check_fields(item, &[fields])?;
                }
            }
        }
        let mut entry: Self =
            serde_json::from_value(value).map_err(|error| format!("invalid entry: {error}"))?;
        entry.created = time(&Value::String(entry.created))?;
        Ok(Some(entry))
    }

    /// The entry with its text cleaned, and its version; none if it breaks a rule for charts.
    pub(super) fn validated(mut self) -> Option<(Self, Version)> {
        self.sanitize();
        // An index may leave it out, a chart may not.
        if self.api_version.is_empty() {
            "v1".clone_into(&mut self.api_version);
        }
        let facts = Facts {
            api_version: &self.api_version,
            name: &self.name,
            version: &self.version,
            kind: &self.kind,
            maintainers: self
                .maintainers
                .iter()
                .map(|one| match one {
                    Value::Null => rules::Entry::Empty,
                    _ => rules::Entry::Filled(()),
                })
                .collect(),
            dependencies: self.dependencies.iter().map(named).collect(),
        };
        let version = facts.check(Repeated::Allowed).ok()?;
        Some((self, version))
    }

    fn sanitize(&mut self) {
        for text in [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ] {
            sanitize(text);
        }
        self.sources.iter_mut().for_each(sanitize);
        self.keywords.iter_mut().for_each(sanitize);
        for maintainer in &mut self.maintainers {
            sanitize_fields(maintainer, &Maintainer::FIELDS);
        }
        for dependency in &mut self.dependencies {
            let fields = ["name", "version", "repository", "condition", "tags"];
            sanitize_fields(dependency, &fields);
        }
    }

    /// When it was added.
    pub fn created_at(&self) -> Timestamp {
        self.created.parse().unwrap_or(Timestamp::MIN)
    }
}

/// How a dependency is called.
fn named(value: &Value) -> rules::Entry<Named<'_>> {
    let Some(dependency) = value.as_object() else {
        return rules::Entry::Empty;
    };
    let text = |field| dependency.get(field).and_then(Value::as_str);
    rules::Entry::Filled(Named {
        name: text("name").unwrap_or_default(),
        alias: text("alias").unwrap_or_default(),
    })
}

/// Cleans the texts in some fields of an object, and those in lists there.
fn sanitize_fields(value: &mut Value, fields: &[&str]) {
    for field in fields {
        match value.get_mut(field) {
            Some(Value::String(text)) => sanitize(text),
            Some(Value::Array(items)) => {
                for item in items {
                    if let Value::String(text) = item {
                        sanitize(text);
                    }
                }
            }
            _ => {}
        }
    }
}

fn check_fields(value: &Value, known: &[&[&str]]) -> Result<(), String> {
    let names = value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name);
    for name in names {
        // Go matches names whatever their case.
        let mut fields = known.iter().copied().flatten();
        if !fields.any(|field| field.eq_ignore_ascii_case(name)) {
            return Err(unknown_field(name));
        }
    }
    Ok(())
}

pub(super) fn unknown_field(name: &str) -> String {
    format!("error unmarshaling JSON: while decoding JSON: json: unknown field \"{name}\"")
}

/// A text; numbers and truth values are taken for the text that they are written with.
pub(super) fn text(value: Value) -> Result<String, serde_json::Error> {
    Ok(match value {
        Value::Null => String::new(),
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(float) => yaml::encode(&yaml::Value::Float(float))
                .trim_end()
                .to_owned(),
            None => number.to_string(),
        },
        Value::Bool(value) => value.to_string(),
        other => serde_json::from_value(other)?,
    })
}

/// A time of RFC 3339 as Go prints it; the year 1 where there is none.
pub(super) fn time(value: &Value) -> Result<String, String> {
    let text = value.as_str().unwrap_or_default();
    if text.is_empty() {
        return Ok(ZERO_TIME.to_owned());
    }
    let parsed: Result<Timestamp, _> = text.parse();
    let has_date_and_time = text.as_bytes().get(10) == Some(&b'T');
    if text != ZERO_TIME && (parsed.is_err() || !has_date_and_time) {
        return Err(format!("parsing time \"{text}\" as RFC 3339: invalid time"));
    }
    let (seconds, rest) = text.split_at(text.len().min(19));
    let digits = rest.strip_prefix('.').map_or(0, |rest| {
        1 + rest.bytes().take_while(u8::is_ascii_digit).count()
    });
    let (fraction, zone) = rest.split_at(digits);
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    let zone = if zone == "+00:00" { "Z" } else { zone };
    Ok(format!("{seconds}{fraction}{zone}"))
}

fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    text(Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let values: Option<Vec<Value>> = Option::deserialize(deserializer)?;
    let texts: Result<_, _> = values.unwrap_or_default().into_iter().map(text).collect();
    texts.map_err(serde::de::Error::custom)
}

/// In the order of their names, as Go writes maps.
fn annotations<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    let map: Option<std::collections::BTreeMap<String, Value>> = Option::deserialize(deserializer)?;
    map.unwrap_or_default()
        .into_iter()
        .map(|(key, value)| Ok((key, Value::String(text(value)?))))
        .collect::<Result<_, serde_json::Error>>()
        .map_err(serde::de::Error::custom)
}

fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the shape that serde asks for"
)]
fn is_false(value: &bool) -> bool {
    !value
}
