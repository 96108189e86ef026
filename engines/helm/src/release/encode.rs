//! Records to JSON, field by field as Helm 4.3 writes them.

use yaml::{JsonEscape, Value};

use super::json_text::{Object, push_list};
use super::{File, Hook, Info, RecordedChart, Release, Time};
use crate::chart::{Dependency, Lock, Maintainer, Metadata};

/// The JSON text of a record.
pub(super) fn release(release: &Release) -> String {
    let mut out = String::with_capacity(release.manifest.len() * 2);
    Object::write(&mut out, |object| {
        object.text_if_any("name", &release.name);
        info(object.field("info"), &release.info);
        if let Some(recorded) = &release.chart {
            chart(object.field("chart"), recorded);
        }
        if !release.config.is_empty() {
            object.map("config", Some(&release.config));
        }
        object.text_if_any("manifest", &release.manifest);
        if !release.hooks.is_empty() {
            push_list(object.field("hooks"), &release.hooks, hook);
        }
        object.number_if_any("version", release.version);
        object.text_if_any("namespace", &release.namespace);
        object.text_if_any("apply_method", release.apply_method.as_str());
    });
    out
}

pub(super) fn info(out: &mut String, info: &Info) {
    Object::write(out, |object| {
        object.time_if_any("first_deployed", info.first_deployed.as_ref());
        object.time_if_any("last_deployed", info.last_deployed.as_ref());
        object.time_if_any("deleted", info.deleted.as_ref());
        object.text_if_any("description", &info.description);
        object.text_if_any("status", info.status.as_str());
        object.number_if_any("rollback_revision", info.rollback_revision);
        object.text_if_any("notes", &info.notes);
    });
}

pub(super) fn hook(out: &mut String, hook: &Hook) {
    Object::write(out, |object| {
        object.text_if_any("name", &hook.name);
        object.text_if_any("kind", &hook.kind);
        object.text_if_any("path", &hook.path);
        object.text_if_any("manifest", &hook.manifest);
        object.texts_if_any("events", &hook.events);
        Object::write(object.field("last_run"), |run| {
            run.time_if_any("started_at", hook.last_run.started_at.as_ref());
            run.time_if_any("completed_at", hook.last_run.completed_at.as_ref());
            run.text("phase", hook.last_run.phase.as_str());
        });
        object.number_if_any("weight", hook.weight);
        object.texts_if_any("delete_policies", &hook.delete_policies);
        object.texts_if_any("output_log_policies", &hook.output_log_policies);
    });
}

fn chart(out: &mut String, chart: &RecordedChart) {
    Object::write(out, |object| {
        or_null(object.field("metadata"), chart.metadata.as_ref(), metadata);
        or_null(object.field("lock"), chart.lock.as_ref(), lock);
        files(object.field("templates"), &chart.templates);
        object.map("values", chart.values.as_ref());
        object.bytes("schema", chart.schema.as_deref());
        object.time("schemamodtime", chart.schema_modified.as_ref());
        files(object.field("files"), &chart.files);
        object.time_if_any("modtime", chart.modified.as_ref());
    });
}

/// A list of files; null when there are none, since Helm never makes an empty one.
fn files(out: &mut String, files: &[File]) {
    if files.is_empty() {
        out.push_str("null");
        return;
    }
    push_list(out, files, |out, file| {
        Object::write(out, |object| {
            object.text("name", &file.name);
            object.bytes("data", Some(&file.data));
            object.time_if_any("modtime", file.modified.as_ref());
        });
    });
}

pub(super) fn metadata(out: &mut String, metadata: &Metadata) {
    Object::write(out, |object| {
        object.text_if_any("name", &metadata.name);
        object.text_if_any("home", &metadata.home);
        object.texts_if_any("sources", &metadata.sources);
        object.text_if_any("version", &metadata.version);
        object.text_if_any("description", &metadata.description);
        object.texts_if_any("keywords", &metadata.keywords);
        if !metadata.maintainers.is_empty() {
            let out = object.field("maintainers");
            push_list(out, &metadata.maintainers, |out, item| {
                or_null(out, item.as_ref(), maintainer);
            });
        }
        object.text_if_any("icon", &metadata.icon);
        object.text_if_any("apiVersion", &metadata.api_version);
        object.text_if_any("condition", &metadata.condition);
        object.text_if_any("tags", &metadata.tags);
        object.text_if_any("appVersion", &metadata.app_version);
        object.true_if("deprecated", metadata.deprecated.then_some(()));
        if let Some(annotations) = metadata.annotations.as_ref().filter(|map| !map.is_empty()) {
            let map = annotations
                .iter()
                .map(|(key, value)| (key.as_str(), Value::from(value.as_str())))
                .collect();
            object.map("annotations", Some(&map));
        }
        object.text_if_any("kubeVersion", &metadata.kube_version);
        if !metadata.dependencies.is_empty() {
            dependencies(object.field("dependencies"), &metadata.dependencies);
        }
        object.text_if_any("type", &metadata.kind);
    });
}

fn maintainer(out: &mut String, maintainer: &Maintainer) {
    Object::write(out, |object| {
        object.text_if_any("name", &maintainer.name);
        object.text_if_any("email", &maintainer.email);
        object.text_if_any("url", &maintainer.url);
    });
}

fn dependencies(out: &mut String, dependencies: &[Option<Dependency>]) {
    push_list(out, dependencies, |out, item| {
        or_null(out, item.as_ref(), dependency);
    });
}

fn dependency(out: &mut String, dependency: &Dependency) {
    Object::write(out, |object| {
        object.text("name", &dependency.name);
        object.text_if_any("version", &dependency.version);
        object.text("repository", &dependency.repository);
        object.text_if_any("condition", &dependency.condition);
        object.texts_if_any("tags", &dependency.tags);
        object.true_if("enabled", dependency.enabled.then_some(()));
        if !dependency.import_values.is_empty() {
            let out = object.field("import-values");
            push_list(out, &dependency.import_values, |out, value| {
                out.push_str(&value.to_go_json(JsonEscape::Html));
            });
        }
        object.text_if_any("alias", &dependency.alias);
    });
}

fn lock(out: &mut String, lock: &Lock) {
    Object::write(out, |object| {
        // What is no time was none for Helm either.
        let generated = Time::parse(&lock.generated).ok().flatten();
        object.time("generated", generated.as_ref());
        object.text("digest", &lock.digest);
        let out = object.field("dependencies");
        if lock.dependencies.is_empty() {
            out.push_str("null");
        } else {
            dependencies(out, &lock.dependencies);
        }
    });
}

fn or_null<T>(out: &mut String, value: Option<&T>, write: impl Fn(&mut String, &T)) {
    match value {
        Some(value) => write(out, value),
        None => push_null(out),
    }
}

fn push_null(out: &mut String) {
    out.push_str("null");
}
