//! The HelmChart that is made for a release (H7.4, H7.5).

use apply::cluster::DeleteRequest;
use apply::{Cluster as _, Gvk, Object, ObjectRef};
use common::access::{CrossNamespace, check_reference};
use common::cluster::{Conflicts, Validation, Writing};
use common::k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use common::kube::Api;
use common::object::{ObjectKey, ObjectReference};
use common::reconcile::{Class, Flow, Notice, Pass, Stop};
use crds::helm::{HelmChartTemplate, HelmRelease};
use crds::source::HelmChart;
use serde_json::{Map, Value, json};

use crate::FIELD_MANAGER;
use crate::action::Env;
use crate::helm_release::HelmReleases;
use crate::names;

const API_VERSION: &str = "source.toolkit.fluxcd.io/v1";
const KIND: &str = "HelmChart";
/// What the API server fills in.
const DEFAULTS: [(&str, &str); 2] = [("version", "*"), ("reconcileStrategy", "ChartVersion")];
/// The fields of the spec that are written here.
const FIELDS: [&str; 8] = [
    "chart",
    "version",
    "sourceRef",
    "interval",
    "reconcileStrategy",
    "valuesFiles",
    "ignoreMissingValuesFiles",
    "verify",
];

impl HelmReleases {
    /// Writes the HelmChart where it is not as the template says, and deletes the one of another template.
    pub(in crate::helm_release) async fn chart_template(
        &self,
        pass: &mut Pass<Self>,
    ) -> Result<Flow, Stop> {
        let wanted = pass.object.spec.chart.is_some().then(|| {
            let namespace = names::chart_namespace(&pass.object);
            ObjectKey::new(namespace, &names::chart_name(&pass.object))
        });
        let made = pass.object.status.helm_chart.clone();
        if let Some(made) = made
            && wanted
                .as_ref()
                .is_none_or(|wanted| wanted.to_string() != made)
        {
            self.delete_chart(pass, &made).await?;
        }
        if let (Some(template), Some(key)) = (pass.object.spec.chart.clone(), wanted) {
            let chart = self.write_chart(pass, &template, &key).await?;
            pass.state.helm_chart = Some(chart);
            pass.object.status.helm_chart = Some(key.to_string());
        }
        Ok(Flow::Next)
    }

    async fn write_chart(
        &self,
        pass: &Pass<Self>,
        template: &HelmChartTemplate,
        key: &ObjectKey,
    ) -> Result<HelmChart, Stop> {
        self.may_use(pass, KIND, key)
            .map_err(|denied| raw(&denied))?;
        let failed = |error: String| {
            let text = format!("failed to run server-side apply: {error}");
            pass.event(Notice::Trace, "HelmChartSyncErr", &text, &[]);
            raw(&text)
        };
        let wanted = chart_of(&pass.object, template, key);
        let seen = self.settings.chart_objects.get(key);
        let live = match seen {
            Some(seen) if !is_edited(&pass.object) && is_as_wanted(&seen, &wanted) => {
                return Ok(HelmChart::clone(&seen));
            }
            // Neither made nor seen by anybody: the apply makes it.
            None if pass.object.status.helm_chart.is_none() => None,
            _ => match read(pass, key).await.map_err(failed)? {
                Some(live) if is_as_wanted(&live, &wanted) => return Ok(live),
                live => live,
            },
        };
        let writing = Writing {
            manager: FIELD_MANAGER,
            validation: Validation::Ignore,
        };
        let written = self
            .settings
            .identities
            .own()
            .apply_strictly(&wanted, writing, Conflicts::Force)
            .await
            .map_err(|error| failed(error.to_string()))?;
        let was = live.and_then(|live| live.metadata.resource_version);
        let moved = was.as_deref() != Some(written.resource_version());
        if moved {
            let (word, reason) = if was.is_none() {
                ("Created", "HelmChartCreated")
            } else {
                ("Configured", "HelmChartConfigured")
            };
            let text = format!(
                "{word} HelmChart/{key} with SourceRef '{}/{}/{}'",
                template.spec.source_ref.kind.as_str(),
                key.namespace,
                template.spec.source_ref.name
            );
            tracing::info!("{text}");
            pass.event(Notice::Trace, reason, &text, &[]);
        }
        serde_json::from_value(written.into_value()).map_err(|error| failed(error.to_string()))
    }

    /// Deletes the HelmChart that was made for the object.
    pub(super) async fn delete_chart(&self, pass: &mut Pass<Self>, made: &str) -> Result<(), Stop> {
        let (namespace, name) = made.split_once('/').unwrap_or_default();
        let key = ObjectKey::new(namespace, name);
        self.may_use(pass, KIND, &key)
            .map_err(|denied| raw(&denied))?;
        let target = ObjectRef {
            gvk: Gvk::new(API_VERSION, KIND),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        };
        let cluster = self.settings.identities.own();
        match cluster.delete(&target, &DeleteRequest::default()).await {
            Ok(()) => {
                let text = format!("deleted HelmChart '{made}'");
                pass.event(Notice::Trace, "HelmChartDeleted", &text, &[]);
            }
            Err(error) if error.is_not_found() => {}
            Err(error) => {
                return Err(raw(&format!(
                    "failed to delete HelmChart '{made}': {error}"
                )));
            }
        }
        pass.object.status.helm_chart = None;
        Ok(())
    }

    /// Whether the object may refer to a source; the text says that it may not.
    pub(super) fn may_use(
        &self,
        pass: &Pass<Self>,
        kind: &str,
        key: &ObjectKey,
    ) -> Result<(), String> {
        let rule: CrossNamespace = self.settings.cross_namespace;
        let target = ObjectReference {
            kind: kind.to_owned(),
            namespace: key.namespace.to_string(),
            name: key.name.to_string(),
            ..ObjectReference::default()
        };
        check_reference(rule, &pass.key().namespace, &target).map_err(|_| {
            format!("cross-namespace references are not allowed: cannot access {kind} {key}")
        })
    }
}

/// Whether the release was tried with another spec before: its template may have lost a label, and only the server knows whose
/// that is.
fn is_edited(object: &HelmRelease) -> bool {
    let tried = object.status.last_attempted_generation;
    tried != 0 && object.metadata.generation != Some(tried)
}

/// The HelmChart as it is on the server, if it is there.
async fn read(pass: &Pass<HelmReleases>, key: &ObjectKey) -> Result<Option<HelmChart>, String> {
    let charts = Api::<HelmChart>::namespaced(pass.context.client.clone(), &key.namespace);
    let live = charts.get_opt(&key.name).await;
    live.map_err(|error| error.to_string())
}

/// An error that says nothing about the release itself: tried again, without a word in conditions (H8.3).
fn raw(text: &str) -> Stop {
    Stop::new(Class::Backoff, "HelmChartSyncErr", text)
        .with_notice(Notice::None)
        .keeping_ready()
}

/// The HelmChart as the template has it.
fn chart_of(object: &HelmRelease, template: &HelmChartTemplate, key: &ObjectKey) -> Object {
    let spec = &template.spec;
    let interval = spec.interval.as_ref().unwrap_or(&object.spec.interval);
    let mut fields = Map::new();
    let mut set = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    set("chart", json!(spec.chart));
    if let Some(version) = &spec.version {
        set("version", json!(version));
    }
    let source = &spec.source_ref;
    set(
        "sourceRef",
        json!({"kind": source.kind.as_str(), "name": source.name}),
    );
    set("interval", json!(interval));
    if let Some(strategy) = &spec.reconcile_strategy {
        set("reconcileStrategy", json!(strategy.as_str()));
    }
    if !spec.values_files.is_empty() {
        set("valuesFiles", json!(spec.values_files));
    }
    if spec.ignore_missing_values_files {
        set("ignoreMissingValuesFiles", json!(true));
    }
    if let Some(verify) = &spec.verify {
        set("verify", json!(verify));
    }
    let mut chart = Object::from_response(json!({
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {"name": key.name.to_string(), "namespace": key.namespace.to_string()},
        "spec": fields,
    }));
    if let Some(metadata) = &template.metadata {
        for (label, value) in &metadata.labels {
            chart.set_label(label, value);
        }
        for (annotation, value) in &metadata.annotations {
            chart.set_annotation(annotation, value);
        }
    }
    let name = object.metadata.name.as_deref().unwrap_or_default();
    let namespace = object.metadata.namespace.as_deref().unwrap_or_default();
    Env::owner().mark(&mut chart, name, namespace);
    chart
}

/// Whether an apply would change nothing: what is written here is there, and nothing that was once.
fn is_as_wanted(live: &HelmChart, wanted: &Object) -> bool {
    let (Ok(spec), wanted) = (serde_json::to_value(&live.spec), wanted.as_value()) else {
        return false;
    };
    let same_spec = FIELDS.iter().all(|field| {
        let default = DEFAULTS.iter().find(|(name, _)| name == field);
        match (wanted["spec"].get(field), default) {
            (None, Some((_, default))) => spec[field] == *default,
            (wanted, _) => spec.get(field) == wanted,
        }
    });
    let meta = &live.metadata;
    let same_metadata = [("labels", &meta.labels), ("annotations", &meta.annotations)]
        .into_iter()
        .all(|(field, has)| {
            let wants = wanted["metadata"][field].as_object();
            let is_there = |(key, value): (&String, &Value)| {
                has.as_ref()
                    .and_then(|has| has.get(key))
                    .map(String::as_str)
                    == value.as_str()
            };
            wants.into_iter().flatten().all(is_there)
                && owned_keys(meta, field)
                    .all(|key| wants.is_some_and(|wants| wants.contains_key(key)))
        });
    same_spec && same_metadata && meta.deletion_timestamp.is_none()
}

/// The labels or annotations that this controller has applied.
fn owned_keys<'a>(live: &'a ObjectMeta, field: &str) -> impl Iterator<Item = &'a str> {
    let field = format!("f:{field}");
    let ours = live.managed_fields.iter().flatten().filter(|entry| {
        entry.manager.as_deref() == Some(FIELD_MANAGER)
            && entry.operation.as_deref() == Some("Apply")
    });
    ours.filter_map(move |entry| entry.fields_v1.as_ref()?.0["f:metadata"][&field].as_object())
        .flat_map(Map::keys)
        .filter_map(|key| key.strip_prefix("f:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(chart: Value) -> HelmRelease {
        serde_json::from_value(json!({
            "metadata": {"name": "web", "namespace": "team"},
            "spec": {"interval": "5m", "chart": chart},
        }))
        .unwrap()
    }

    fn wanted(chart: Value) -> Object {
        let release = release(chart);
        let template = release.spec.chart.clone().unwrap();
        let key = ObjectKey::new(
            names::chart_namespace(&release),
            &names::chart_name(&release),
        );
        chart_of(&release, &template, &key)
    }

    fn template() -> Value {
        json!({
            "metadata": {"labels": {"team": "x"}},
            "spec": {
                "chart": "podinfo", "valuesFiles": ["values.yaml"],
                "sourceRef": {"kind": "HelmRepository", "name": "repo", "namespace": "sources"},
            },
        })
    }

    #[test]
    fn h7_4_the_chart_copies_the_template() {
        let chart = wanted(template());
        assert_eq!(chart.subject(), "HelmChart/sources/team-web");
        assert_eq!(chart.label("team"), Some("x"));
        assert_eq!(chart.label("helm.toolkit.fluxcd.io/name"), Some("web"));
        assert_eq!(
            chart.label("helm.toolkit.fluxcd.io/namespace"),
            Some("team")
        );
        assert_eq!(
            chart.as_value()["spec"],
            json!({
                "chart": "podinfo", "interval": "5m", "valuesFiles": ["values.yaml"],
                "sourceRef": {"kind": "HelmRepository", "name": "repo"},
            })
        );
    }

    #[test]
    fn h7_4_an_unchanged_chart_is_not_written_and_a_changed_one_is() {
        let wanted = wanted(template());
        let mut live = wanted.as_value().clone();
        live["spec"]["version"] = json!("*");
        live["spec"]["reconcileStrategy"] = json!("ChartVersion");
        live["metadata"]["labels"]["theirs"] = json!("y");
        let of = |live: &Value| serde_json::from_value::<HelmChart>(live.clone()).unwrap();
        assert!(is_as_wanted(&of(&live), &wanted));
        let mut edited = live.clone();
        edited["spec"]["version"] = json!("1.0.0");
        assert!(!is_as_wanted(&of(&edited), &wanted));
        let mut relabelled = live.clone();
        relabelled["metadata"]["labels"]["team"] = json!("other");
        assert!(!is_as_wanted(&of(&relabelled), &wanted));
        // A label that the template once had is still ours.
        live["metadata"]["managedFields"] = json!([{
            "manager": FIELD_MANAGER, "operation": "Apply",
            "fieldsV1": {"f:metadata": {"f:labels": {"f:theirs": {}}}},
        }]);
        assert!(!is_as_wanted(&of(&live), &wanted));
    }
}
