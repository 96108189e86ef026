//! Order between units.

use std::time::Duration;

use e2e::Scenario;
use e2e::manifests::config_map;
use serde_json::json;
use tokio::time::Instant;

const LINKS: usize = 10;

/// For the whole chain to follow a commit, on the release binaries. A machine that is busy with something else may miss it; not every
/// time.
const BAR: Duration = Duration::from_secs(3);
const TRIES: usize = 8;

fn release_binaries() -> bool {
    std::env::var_os("SLUICE_BIN").is_some()
}

/// A chain: every unit depends on the one before it.
async fn chain(story: &Scenario) {
    for link in 0..LINKS {
        let more = match link {
            0 => json!({}),
            _ => json!({ "dependsOn": [{ "name": format!("link-{}", link - 1) }] }),
        };
        story
            .unit(&format!("link-{link}"), &format!("./link-{link}"), more)
            .await;
    }
}

fn files(version: &str) -> Vec<(String, String)> {
    let file = |link| {
        (
            format!("link-{link}/map.yaml"),
            config_map(&format!("link-{link}"), "version", version),
        )
    };
    (0..LINKS).map(file).collect()
}

fn push(story: &Scenario, version: &str) -> String {
    let files = files(version);
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (path.as_str(), Some(text.as_str())))
        .collect();
    story.push(&files)
}

#[tokio::test]
async fn a_chain_of_ten_follows_a_commit_within_three_seconds() {
    let story = Scenario::new("chain").await;
    let first = push(&story, "1");
    story.source().await;
    chain(&story).await;
    story
        .ready("Kustomization", &format!("link-{}", LINKS - 1), &first)
        .await;

    let mut tries = Vec::new();
    let most = if release_binaries() { TRIES } else { 1 };
    while tries.len() < most && tries.last().is_none_or(|took| *took >= BAR) {
        let version = (tries.len() + 2).to_string();
        let revision = push(&story, &version);
        let noticed = Instant::now();
        story.sync(&version).await;
        for link in 0..LINKS {
            story
                .ready("Kustomization", &format!("link-{link}"), &revision)
                .await;
        }
        tries.push(noticed.elapsed());
    }
    println!("ten links took {tries:.2?}");
    // Other programs run beside a debug build, which is slow: there the chain follows in its order, and nobody sleeps.
    if release_binaries() {
        let shortest = tries.iter().min().unwrap();
        assert!(*shortest < BAR, "ten links took {tries:?}");
    }
    let mut applied = Vec::new();
    for link in 0..LINKS {
        let unit = story
            .get("Kustomization", &format!("link-{link}"))
            .await
            .unwrap();
        let entry = unit.data["status"]["history"][0].clone();
        applied.push(entry["firstReconciled"].as_str().unwrap().to_owned());
    }
    assert!(applied.is_sorted(), "the order of the chain: {applied:?}");
}

#[tokio::test]
async fn k18_5_units_in_a_cycle_wait_and_say_for_what() {
    let story = Scenario::new("cycle").await;
    story.push(&[
        ("a/a.yaml", Some(&config_map("a", "k", "v"))),
        ("b/b.yaml", Some(&config_map("b", "k", "v"))),
        ("c/c.yaml", Some(&config_map("c", "k", "v"))),
    ]);
    story.source().await;
    story
        .unit("a", "./a", json!({ "dependsOn": [{ "name": "b" }] }))
        .await;
    story
        .unit("b", "./b", json!({ "dependsOn": [{ "name": "a" }] }))
        .await;
    story.unit("c", "./c", json!({})).await;
    for (unit, other) in [("a", "b"), ("b", "a")] {
        let message = story
            .condition(
                "Kustomization",
                unit,
                ("Ready", "False", "DependencyNotReady"),
            )
            .await;
        assert_eq!(
            message,
            format!("dependency '{}/{other}' is not ready", story.namespace)
        );
        assert!(story.get("ConfigMap", unit).await.is_none());
    }
    story
        .wait("ConfigMap", "c", "applied beside the cycle", |_| true)
        .await;
}

#[tokio::test]
async fn a_missing_dependency_is_named_and_its_arrival_wakes_the_dependent() {
    let story = Scenario::new("missing").await;
    let revision = story.push(&[
        ("late/l.yaml", Some(&config_map("late", "k", "v"))),
        ("app/a.yaml", Some(&config_map("app", "k", "v"))),
    ]);
    story.source().await;
    story
        .unit("app", "./app", json!({ "dependsOn": [{ "name": "late" }] }))
        .await;
    let message = story
        .condition(
            "Kustomization",
            "app",
            ("Ready", "False", "DependencyNotReady"),
        )
        .await;
    assert!(
        message.contains(&format!("dependency '{}/late' not found", story.namespace)),
        "{message}"
    );
    story.unit("late", "./late", json!({})).await;
    story.ready("Kustomization", "app", &revision).await;
}

#[tokio::test]
async fn k18_4_a_ready_expression_decides_instead_and_a_bad_one_is_terminal() {
    let story = Scenario::new("expression").await;
    let revision = story.push(&[
        ("base/b.yaml", Some(&config_map("base", "k", "v"))),
        ("app/a.yaml", Some(&config_map("app", "k", "v"))),
        ("bad/b.yaml", Some(&config_map("bad", "k", "v"))),
    ]);
    story.source().await;
    story.unit("base", "./base", json!({})).await;
    let expression =
        "dep.metadata.name == 'base' && dep.status.conditions.exists(c, c.type == 'Ready')";
    let depends =
        |expression: &str| json!({ "dependsOn": [{ "name": "base", "readyExpr": expression }] });
    story.unit("app", "./app", depends(expression)).await;
    story.unit("bad", "./bad", depends("dep.status.(")).await;
    story.ready("Kustomization", "app", &revision).await;
    let message = story
        .condition(
            "Kustomization",
            "bad",
            ("Stalled", "True", "InvalidCELExpression"),
        )
        .await;
    assert!(
        message.starts_with("Reconciliation failed terminally due to configuration error"),
        "{message}"
    );
}
