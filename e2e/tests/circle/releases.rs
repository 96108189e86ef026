//! Releases that fail: conditions and messages say where, the release beside them is left alone, and what is put right heals.

use e2e::Scenario;
use e2e::manifests::config_map;
use serde_json::{Value, json};
use testing::charts::Charts;
use testing::http::Sink;

use crate::support::{chat, ready_version, story, told, untouched};

/// A Job that completes, or, where the values say so, is taken by no node and fails at its deadline.
fn failing_job(hook: &str) -> String {
    let only_if_it_fails = |text: &str| format!("{{{{ if .Values.fails }}}}{text}{{{{ end }}}}");
    let deadline = only_if_it_fails("activeDeadlineSeconds: 1");
    let nowhere = only_if_it_fails("nodeSelector: { is: nowhere }");
    format!(
        "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: {{{{ .Release.Name }}}}-job\n  annotations:\n    \
         helm.sh/hook: {hook}\nspec:\n  backoffLimit: 0\n  {deadline}\n  template:\n    spec:\n      \
         restartPolicy: Never\n      {nowhere}\n      containers:\n        - name: main\n          image: example/none:1\n"
    )
}

/// A repository with a chart `web` of a ConfigMap and these files, a release `good` of it, and who is told.
struct Releases {
    story: Scenario,
    chat: Sink,
    good: String,
    _charts: Charts,
}

impl Releases {
    async fn start(name: &str, files: &[(&str, &str)]) -> Self {
        let story = story(name).await;
        let charts = Charts::start().await.unwrap();
        let map = config_map("{{ .Release.Name }}-map", "value", "{{ .Values.value }}");
        let mut all = vec![
            ("templates/map.yaml", map.as_str()),
            ("values.yaml", "value: one\nfails: false\n"),
        ];
        all.extend(files);
        charts.publish("web", "1.0.0", &all).unwrap();
        let chat = chat(&story, &["HelmRelease", "HelmChart"]).await;
        let spec = json!({ "interval": "1h", "url": charts.url() });
        story.create("HelmRepository", "charts", spec).await;
        let mut releases = Self {
            story,
            chat,
            good: String::new(),
            _charts: charts,
        };
        releases.create("good", "web", json!({})).await;
        releases.good = ready_version(&releases.story, "HelmRelease", "good").await;
        let told = told(&releases.chat, "good", "info", "Helm install succeeded").await;
        assert_eq!(told["reason"], "InstallSucceeded");
        releases
    }

    async fn create(&self, name: &str, chart: &str, more: Value) {
        let source = json!({ "kind": "HelmRepository", "name": "charts" });
        let chart = json!({ "chart": chart, "version": "1.0.0", "sourceRef": source });
        let mut spec = json!({
            "interval": "1h", "timeout": "5m", "chart": { "spec": chart },
        });
        for (key, value) in more.as_object().unwrap() {
            spec[key] = value.clone();
        }
        self.story.create("HelmRelease", name, spec).await;
    }

    async fn condition(&self, kind: &str, status: &str, reason: &str) -> String {
        let wanted = (kind, status, reason);
        self.story.condition("HelmRelease", "bad", wanted).await
    }

    async fn map(&self) -> bool {
        self.story.get("ConfigMap", "bad-map").await.is_some()
    }

    /// The release beside the one that failed is as it was.
    async fn good_is_left_alone(&self) {
        untouched(&self.story, "HelmRelease", "good", &self.good).await;
    }
}

#[tokio::test]
async fn a_missing_chart_is_named_and_found_later() {
    let releases = Releases::start("missing-chart", &[]).await;
    releases.create("bad", "none", json!({})).await;
    let story = &releases.story;
    let chart = format!("{}-bad", story.namespace);
    let wanted = ("FetchFailed", "True", "InvalidChartReference");
    let message = story.condition("HelmChart", &chart, wanted).await;
    let missing = "no chart name found";
    assert!(message.contains(missing), "{message}");
    told(&releases.chat, &chart, "error", missing).await;
    let message = releases.condition("Ready", "False", "SourceNotReady").await;
    assert!(
        message.starts_with(&format!(
            "HelmChart '{}/{chart}' is not ready",
            story.namespace
        )),
        "{message}"
    );
    releases.good_is_left_alone().await;
    let named = json!({ "chart": { "spec": { "chart": "web" } } });
    story.change("HelmRelease", "bad", named).await;
    ready_version(story, "HelmRelease", "bad").await;
    assert!(releases.map().await);
}

#[tokio::test]
async fn a_failing_hook_fails_the_install_before_its_objects() {
    let hook = failing_job("pre-install");
    let releases = Releases::start("failing-hook", &[("templates/hook.yaml", &hook)]).await;
    let fails = json!({ "values": { "fails": true } });
    releases.create("bad", "web", fails).await;
    let message = releases
        .condition("Released", "False", "InstallFailed")
        .await;
    assert!(message.contains("failed pre-install: "), "{message}");
    let message = releases
        .condition("Stalled", "True", "RetriesExceeded")
        .await;
    assert_eq!(message, "Failed to install after 1 attempt(s)");
    assert!(!releases.map().await);
    let text = "Helm install failed for release";
    let told = told(&releases.chat, "bad", "error", text).await;
    assert_eq!(told["reason"], "InstallFailed");
    releases
        .story
        .event("HelmRelease", "bad", "Warning InstallFailed: ")
        .await;
    releases.good_is_left_alone().await;
    let heals = json!({ "values": { "fails": false } });
    releases.story.change("HelmRelease", "bad", heals).await;
    ready_version(&releases.story, "HelmRelease", "bad").await;
    assert!(releases.map().await);
}

#[tokio::test]
async fn a_failing_test_is_remediated_and_a_passing_one_beside_it_is_told() {
    let test = failing_job("test");
    let releases = Releases::start("failing-test", &[("templates/test.yaml", &test)]).await;
    let spec = |fails: bool| {
        json!({
            "values": { "fails": fails }, "test": { "enable": true },
            "install": { "remediation": { "retries": 0, "remediateLastFailure": true } },
        })
    };
    releases.create("passes", "web", spec(false)).await;
    releases.create("bad", "web", spec(true)).await;
    let passes = ready_version(&releases.story, "HelmRelease", "passes").await;
    told(
        &releases.chat,
        "passes",
        "info",
        "1 test hook completed successfully",
    )
    .await;
    let message = releases
        .condition("TestSuccess", "False", "TestFailed")
        .await;
    assert!(
        message.starts_with("Helm test failed for release"),
        "{message}"
    );
    releases
        .condition("Remediated", "True", "UninstallSucceeded")
        .await;
    releases
        .condition("Stalled", "True", "RetriesExceeded")
        .await;
    releases.story.gone("ConfigMap", "bad-map").await;
    told(&releases.chat, "bad", "error", "Helm test failed").await;
    told(&releases.chat, "bad", "info", "Helm uninstall remediation").await;
    untouched(&releases.story, "HelmRelease", "passes", &passes).await;
    releases.good_is_left_alone().await;
}

#[tokio::test]
async fn values_that_cannot_be_had_are_named_and_taken_once_they_are_there() {
    let releases = Releases::start("values", &[]).await;
    let reference = json!({ "valuesFrom": [{ "kind": "ConfigMap", "name": "absent" }] });
    releases.create("bad", "web", reference).await;
    let message = releases.condition("Ready", "False", "ValuesError").await;
    let namespace = &releases.story.namespace;
    let text = format!("could not resolve ConfigMap chart values reference '{namespace}/absent'");
    assert!(message.starts_with(&text), "{message}");
    told(&releases.chat, "bad", "error", &text).await;
    assert!(!releases.map().await);
    releases.good_is_left_alone().await;
    let data = json!({ "data": { "values.yaml": "value: two\n" } });
    releases.story.put("ConfigMap", "absent", data).await;
    releases.story.request("HelmRelease", "bad", "there").await;
    ready_version(&releases.story, "HelmRelease", "bad").await;
    let map = releases.story.get("ConfigMap", "bad-map").await.unwrap();
    assert_eq!(map.data["data"]["value"], "two");
    releases.good_is_left_alone().await;
}
