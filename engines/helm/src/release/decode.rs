//! Records from JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use yaml::{Map, Value};

use super::{
    ApplyMethod, File, Hook, HookPhase, HookRun, Info, RecordedChart, Release, Status, Time,
};
use crate::chart::{Lock, Metadata};
use crate::json::{self, Json};

/// Why a record cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The payload is no base64.
    #[error("release record is not base64: {0}")]
    Base64(String),
    /// The payload cannot be unpacked.
    #[error("release record cannot be unpacked: {0}")]
    Gzip(String),
    /// Unpacked, the record is larger than the budget, in bytes.
    #[error("release record is larger than {0} bytes")]
    TooLarge(u64),
    /// The record is no JSON.
    #[error("release record is not JSON: {0}")]
    Json(String),
    /// A field holds something else than Helm writes.
    #[error("release record: {field} is not {wanted}")]
    Field {
        /// The field, by its path.
        field: String,
        /// What it should be.
        wanted: &'static str,
    },
}

type Decoded<T> = Result<T, DecodeError>;

/// The record in a JSON text.
pub(super) fn release(text: &[u8]) -> Decoded<Release> {
    let json = json::parse(text).map_err(|error| DecodeError::Json(error.to_string()))?;
    let root = Object::of(&json, "record")?;
    let mut release = Release {
        name: root.text("name")?,
        manifest: root.text("manifest")?,
        version: root.number("version")?,
        namespace: root.text("namespace")?,
        apply_method: ApplyMethod::from(root.text("apply_method")?.as_str()),
        config: root.map("config")?.unwrap_or_default(),
        hooks: root.list("hooks", hook)?,
        ..Release::default()
    };
    if let Some(found) = root.object("info")? {
        release.info = info(&found)?;
    }
    if let Some(found) = root.object("chart")? {
        release.chart = Some(chart(&found)?);
    }
    Ok(release)
}

fn info(object: &Object<'_>) -> Decoded<Info> {
    Ok(Info {
        first_deployed: object.time("first_deployed")?,
        last_deployed: object.time("last_deployed")?,
        deleted: object.time("deleted")?,
        description: object.text("description")?,
        status: Status::from(object.text("status")?.as_str()),
        rollback_revision: object.number("rollback_revision")?,
        notes: object.text("notes")?,
    })
}

fn hook(object: &Object<'_>) -> Decoded<Hook> {
    let last_run = match object.object("last_run")? {
        Some(run) => HookRun {
            started_at: run.time("started_at")?,
            completed_at: run.time("completed_at")?,
            phase: HookPhase::from(run.text("phase")?.as_str()),
        },
        None => HookRun::default(),
    };
    Ok(Hook {
        name: object.text("name")?,
        kind: object.text("kind")?,
        path: object.text("path")?,
        manifest: object.text("manifest")?,
        events: object.texts("events")?,
        last_run,
        weight: object.number("weight")?,
        delete_policies: object.texts("delete_policies")?,
        output_log_policies: object.texts("output_log_policies")?,
    })
}

fn chart(object: &Object<'_>) -> Decoded<RecordedChart> {
    Ok(RecordedChart {
        metadata: object.read("metadata", "chart metadata", Metadata::from_value)?,
        lock: object.read("lock", "a chart lock", Lock::from_value)?,
        templates: object.list("templates", file)?,
        values: object.map("values")?,
        schema: object.bytes("schema")?,
        schema_modified: object.time("schemamodtime")?,
        files: object.list("files", file)?,
        modified: object.time("modtime")?,
    })
}

fn file(object: &Object<'_>) -> Decoded<File> {
    Ok(File {
        name: object.text("name")?,
        data: object.bytes("data")?.unwrap_or_default(),
        modified: object.time("modtime")?,
    })
}

/// An object with the path that led to it. Fields that are null are as good as missing.
struct Object<'j> {
    path: String,
    entries: &'j BTreeMap<String, Json>,
}

impl<'j> Object<'j> {
    fn of(json: &'j Json, path: &str) -> Decoded<Self> {
        match json {
            Json::Object(entries) => Ok(Self {
                path: path.to_owned(),
                entries,
            }),
            _ => Err(DecodeError::Field {
                field: path.to_owned(),
                wanted: "an object",
            }),
        }
    }

    fn get(&self, name: &str) -> Option<&'j Json> {
        self.entries
            .get(name)
            .filter(|value| !matches!(value, Json::Null))
    }

    fn path_of(&self, name: &str) -> String {
        format!("{}.{name}", self.path)
    }

    fn misfit(&self, name: &str, wanted: &'static str) -> DecodeError {
        DecodeError::Field {
            field: self.path_of(name),
            wanted,
        }
    }

    fn text(&self, name: &str) -> Decoded<String> {
        match self.get(name) {
            None => Ok(String::new()),
            Some(Json::String(text)) => Ok(text.clone()),
            Some(_) => Err(self.misfit(name, "text")),
        }
    }

    fn number(&self, name: &str) -> Decoded<i64> {
        match self.get(name) {
            None => Ok(0),
            Some(Json::Number(digits)) => {
                digits.parse().map_err(|_| self.misfit(name, "an integer"))
            }
            Some(_) => Err(self.misfit(name, "an integer")),
        }
    }

    fn time(&self, name: &str) -> Decoded<Option<Time>> {
        Time::parse(&self.text(name)?).map_err(|_| self.misfit(name, "a time"))
    }

    fn bytes(&self, name: &str) -> Decoded<Option<Arc<[u8]>>> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::String(text)) => STANDARD
                .decode(text)
                .map(|bytes| Some(bytes.into()))
                .map_err(|_| self.misfit(name, "base64")),
            Some(_) => Err(self.misfit(name, "base64")),
        }
    }

    fn object(&self, name: &str) -> Decoded<Option<Object<'j>>> {
        match self.get(name) {
            None => Ok(None),
            Some(json) => Object::of(json, &self.path_of(name)).map(Some),
        }
    }

    fn map(&self, name: &str) -> Decoded<Option<Map>> {
        match self.get(name) {
            None => Ok(None),
            Some(json @ Json::Object(_)) => match json.to_value() {
                Ok(Value::Map(map)) => Ok(Some(Arc::unwrap_or_clone(map))),
                Ok(_) => Err(self.misfit(name, "an object")),
                Err(error) => Err(DecodeError::Json(error.to_string())),
            },
            Some(_) => Err(self.misfit(name, "an object")),
        }
    }

    /// What `read` makes of the value.
    fn read<T>(
        &self,
        name: &str,
        wanted: &'static str,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Decoded<Option<T>> {
        match self.get(name) {
            None => Ok(None),
            Some(json) => json
                .to_value()
                .map_err(|error| error.to_string())
                .and_then(|value| read(&value))
                .map(Some)
                .map_err(|_| self.misfit(name, wanted)),
        }
    }

    fn items(&self, name: &str) -> Decoded<&'j [Json]> {
        match self.get(name) {
            None => Ok(&[]),
            Some(Json::Array(items)) => Ok(items),
            Some(_) => Err(self.misfit(name, "a list")),
        }
    }

    fn texts(&self, name: &str) -> Decoded<Vec<String>> {
        self.items(name)?
            .iter()
            .map(|item| match item {
                Json::String(text) => Ok(text.clone()),
                Json::Null => Ok(String::new()),
                _ => Err(self.misfit(name, "a list of text")),
            })
            .collect()
    }

    /// The objects of a list, each read by `read`; nulls are skipped.
    fn list<T>(&self, name: &str, read: impl Fn(&Object<'j>) -> Decoded<T>) -> Decoded<Vec<T>> {
        self.items(name)?
            .iter()
            .filter(|item| !matches!(item, Json::Null))
            .map(|item| read(&Object::of(item, &self.path_of(name))?))
            .collect()
    }
}
