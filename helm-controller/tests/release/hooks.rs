//! Hooks and tests of releases.

use serde_json::{Value, json};

use crate::support::{Fixture, MAP, condition, history};

/// A Job that is a hook; kwok completes Jobs.
fn job(name: &str, annotations: &str) -> String {
    format!(
        "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: {name}\n  annotations:\n{annotations}spec:\n  \
         backoffLimit: 0\n  template:\n    spec:\n      restartPolicy: Never\n      containers:\n      \
         - name: main\n        image: example.com/none\n"
    )
}

/// A ConfigMap that is a hook, which the API server refuses.
const REFUSED: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: refused\n  annotations:\n    \
    helm.sh/hook: test\nnonsense: true\n";

fn phases(object: &crds::helm::HelmRelease) -> Value {
    let latest = &object.status.history[0];
    let hooks = latest.test_hooks.as_ref().unwrap();
    hooks
        .iter()
        .map(|(name, hook)| json!([name, hook.phase]))
        .collect()
}

#[tokio::test]
async fn h17_5_hooks_run_around_the_objects_and_go_by_their_policies() {
    let fixture = Fixture::new("hooks").await;
    let before = job("before", "    helm.sh/hook: pre-install,pre-upgrade\n");
    let after = job(
        "after",
        "    helm.sh/hook: post-install\n    helm.sh/hook-delete-policy: hook-succeeded\n",
    );
    let files = [
        MAP,
        ("templates/before.yaml", before.as_str()),
        ("templates/after.yaml", after.as_str()),
    ];
    fixture.publish("1.0.0", &files).await;
    fixture.create("web", json!({})).await;
    fixture.ready("web", "1.0.0").await;
    let stored = fixture.stored("web").await;
    let runs: Vec<(&str, &str)> = stored[0]
        .hooks
        .iter()
        .map(|hook| (hook.name.as_str(), hook.last_run.phase.as_str()))
        .collect();
    assert_eq!(runs, [("after", "Succeeded"), ("before", "Succeeded")]);
    let jobs: common::kube::Api<common::k8s_openapi::api::batch::v1::Job> =
        common::kube::Api::namespaced(fixture.client.clone(), &fixture.namespace);
    let first = jobs.get("before").await.unwrap().metadata.uid;
    assert!(
        jobs.get_opt("after")
            .await
            .unwrap()
            .is_none_or(|job| job.metadata.deletion_timestamp.is_some())
    );
    fixture
        .patch("web", json!({"values": {"value": "two"}}))
        .await;
    fixture
        .wait("web", "the second revision", |object| {
            history(object)
                .first()
                .is_some_and(|latest| latest.0 == 2 && latest.1 == "deployed")
        })
        .await;
    assert_ne!(jobs.get("before").await.unwrap().metadata.uid, first);
}

#[tokio::test]
async fn h17_5_a_failing_hook_fails_the_release_before_its_objects() {
    let fixture = Fixture::new("hook-fails").await;
    let refused = REFUSED.replace("hook: test", "hook: pre-install");
    fixture
        .publish("1.0.0", &[MAP, ("templates/refused.yaml", &refused)])
        .await;
    fixture.create("web", json!({})).await;
    let (_, text) = fixture.failed("web", "InstallFailed").await;
    assert!(
        text.contains(
            "failed pre-install: warning: Hook pre-install demo/templates/refused.yaml failed"
        ),
        "{text}"
    );
    assert!(
        fixture
            .config_maps()
            .get_opt("web-map")
            .await
            .unwrap()
            .is_none()
    );
    let revisions = fixture.revisions("web").await;
    assert_eq!((revisions[0].0, revisions[0].1.as_str()), (1, "failed"));
    assert!(
        revisions[0]
            .2
            .starts_with("Release \"web\" failed: failed pre-install")
    );
}

#[tokio::test]
async fn h12_5_tests_run_after_the_install_and_their_results_are_kept() {
    let fixture = Fixture::new("tests").await;
    let test = job("probe", "    helm.sh/hook: test\n");
    let skipped = job("skipped", "    helm.sh/hook: test\n");
    let files = [
        MAP,
        ("templates/tests/probe.yaml", test.as_str()),
        ("templates/tests/skipped.yaml", skipped.as_str()),
    ];
    fixture.publish("1.0.0", &files).await;
    let filters = json!([{"name": "skipped", "exclude": true}]);
    fixture
        .create("web", json!({"test": {"enable": true, "filters": filters}}))
        .await;
    let object = fixture.ready("web", "1.0.0").await;
    let ready = condition(&object, "Ready").unwrap();
    assert_eq!(ready.1, "TestSucceeded");
    assert!(
        ready.2.ends_with("1 test hook completed successfully"),
        "{}",
        ready.2
    );
    assert_eq!(phases(&object), json!([["probe", "Succeeded"]]));
    assert_eq!(fixture.revisions("web").await.len(), 1);
    fixture
        .event("web", "TestSucceeded", "Helm test succeeded")
        .await;
}

#[tokio::test]
async fn h12_5_a_failing_test_fails_the_release_and_is_remediated() {
    let fixture = Fixture::new("test-fails").await;
    fixture
        .publish("1.0.0", &[MAP, ("templates/refused.yaml", REFUSED)])
        .await;
    let spec = json!({
        "test": {"enable": true},
        "install": {"remediation": {"retries": 0, "remediateLastFailure": true}},
    });
    fixture.create("web", spec).await;
    let object = fixture
        .wait("web", "stalled", |object| {
            condition(object, "Stalled").is_some()
        })
        .await;
    let test = condition(&object, "TestSuccess").unwrap();
    assert_eq!((test.0.as_str(), test.1.as_str()), ("False", "TestFailed"));
    let remediated = condition(&object, "Remediated").unwrap();
    assert_eq!(remediated.1, "UninstallSucceeded");
    // Ready says what failed, not what was done about it.
    assert_eq!(condition(&object, "Ready").unwrap().1, "TestFailed");
    assert_eq!(
        history(&object)[0].1,
        "uninstalled",
        "{:?}",
        history(&object)
    );
    assert!(
        fixture
            .config_maps()
            .get_opt("web-map")
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(fixture.revisions("web").await, []);
}

#[tokio::test]
async fn h6_1_failing_tests_that_are_ignored_leave_the_release_ready() {
    let fixture = Fixture::new("test-ignored").await;
    fixture
        .publish("1.0.0", &[MAP, ("templates/refused.yaml", REFUSED)])
        .await;
    fixture
        .create(
            "web",
            json!({"test": {"enable": true, "ignoreFailures": true}}),
        )
        .await;
    let object = fixture.ready("web", "1.0.0").await;
    assert_eq!(condition(&object, "Ready").unwrap().1, "InstallSucceeded");
    assert_eq!(condition(&object, "TestSuccess").unwrap().0, "False");
}
