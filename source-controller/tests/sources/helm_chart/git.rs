//! Charts of a git repository.

use common::reconcile::Notice;
use crds::source::{GitRepository, HelmChart};
use serde_json::{Value, json};
use testing::git::{Repository, Server};

use super::world::{World, chart, files};
use crate::plane::{is, says};

/// A git server beside the world.
struct Git {
    world: World,
    repository: Repository,
    server: Server,
}

impl Git {
    /// A repository with a chart in `charts/app`, and more files.
    async fn with(more: &[(&str, &str)]) -> Self {
        let server = Server::start().await.unwrap();
        let repository = server.create("r").unwrap();
        let git = Self {
            world: World::new().await,
            repository,
            server,
        };
        git.commit("1.0.0", more);
        let spec =
            json!({ "url": git.server.url("r"), "interval": "1h", "ref": { "branch": "main" } });
        git.world.create_of::<GitRepository>("r", spec).await;
        git.world.wait_ready_of::<GitRepository>("r").await;
        git
    }

    fn commit(&self, version: &str, more: &[(&str, &str)]) {
        let mut commit = self.repository.commit("main");
        for (path, text) in files("app", version, &[]) {
            commit = commit.file(&format!("charts/{path}"), text);
        }
        for (path, text) in more {
            commit = commit.file(path, *text);
        }
        commit.message("change").write().unwrap();
    }

    async fn create(&self, name: &str, more: Value) {
        let mut spec = json!({
            "chart": "./charts/app",
            "sourceRef": { "kind": "GitRepository", "name": "r" },
        });
        crate::plane::merge(&mut spec, more);
        self.world.create(name, spec).await;
    }
}

#[tokio::test]
async fn e5_c5_c9_a_directory_is_packaged_and_told() {
    let git = Git::with(&[
        ("charts/app/.helmignore", "*.md\n"),
        ("charts/app/x.md", ""),
    ])
    .await;
    git.create("app", json!({})).await;
    let object = git.world.wait_ready("app").await;
    let message = "packaged 'app' chart with version '1.0.0'";
    assert_eq!(
        says(&object, "Ready"),
        ("ChartPackageSucceeded".to_owned(), message.to_owned())
    );
    git.world
        .told("ChartPackageSucceeded", Notice::Info, message)
        .await;
    let artifact = object.status.artifact.unwrap();
    let loaded = git.world.load(&artifact);
    assert_eq!(loaded.name(), "app");
    assert!(loaded.files.iter().all(|file| file.name != "x.md"));
}

#[tokio::test]
async fn c7_c8_values_files_lie_in_the_repository_and_revisions_in_the_version() {
    let git = Git::with(&[("env/prod.yaml", "replicas: 3\n")]).await;
    let values = json!({ "valuesFiles": ["charts/app/values.yaml", "env/prod.yaml"] });
    git.create("values", values).await;
    let object = git.world.wait_ready("values").await;
    let artifact = object.status.artifact.unwrap();
    assert_eq!(artifact.revision, "1.0.0+1");
    assert!(
        git.world
            .text(&artifact, "values.yaml")
            .ends_with("replicas: 3\n")
    );

    git.create("revision", json!({ "reconcileStrategy": "Revision" }))
        .await;
    let first = git.world.wait_ready("revision").await.status;
    let revision = first.observed_source_artifact_revision.unwrap();
    let hash = revision.split_once("@sha1:").unwrap().1;
    let version = first.artifact.unwrap().revision;
    assert_eq!(version, format!("1.0.0+{}", &hash[..12]));

    // Another commit makes another chart where each does (C1), and none where the version decides.
    git.create("version", json!({})).await;
    let stored = git.world.wait_ready("version").await.status.artifact;
    git.commit("1.0.0", &[("other", "x")]);
    let _: GitRepository = git.world.reconcile_of("r", "1").await;
    git.world
        .wait("revision", "at the new commit", |object: &HelmChart| {
            let artifact = object.status.artifact.as_ref();
            artifact.is_some_and(|artifact| artifact.revision != version)
        })
        .await;
    let object = git
        .world
        .wait("version", "seen the new commit", |object: &HelmChart| {
            object.status.observed_source_artifact_revision.as_deref() != Some(&*revision)
                && is(object, "Ready", "True")
        })
        .await;
    assert_eq!(object.status.artifact, stored);

    let missing = json!({ "valuesFiles": ["../none.yaml"] });
    git.create("missing", missing).await;
    let object = git.world.wait_failed("missing", "ValuesFilesError").await;
    assert_eq!(
        says(&object, "BuildFailed").1,
        "values files merge error: no values file found at path '/none.yaml' (reference '../none.yaml')"
    );
}

#[tokio::test]
async fn c9_c10_what_is_no_chart_stalls_until_the_source_changes() {
    let git = Git::with(&[("broken/Chart.yaml", "name: broken\n")]).await;
    for (name, path) in [
        ("none", "nowhere"),
        ("broken", "broken"),
        ("file", "charts/app/values.yaml"),
    ] {
        git.create(name, json!({ "chart": path })).await;
        let object = git.world.wait_failed(name, "InvalidChartReference").await;
        let message = says(&object, "FetchFailed").1;
        assert!(
            message.starts_with("invalid chart reference: "),
            "{message}"
        );
        assert!(is(&object, "Stalled", "True"));
    }
    git.commit(
        "1.0.0",
        &[("broken/Chart.yaml", "name: broken\nversion: 1.0.0\n")],
    );
    let _: GitRepository = git.world.reconcile_of("r", "1").await;
    git.world.wait_ready("broken").await;
}

#[tokio::test]
async fn c9_charts_that_are_needed_lie_beside_it_or_are_named() {
    let needs = "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies: [{name: sub, version: '*', repository: 'https://h.test'}]\n";
    let git = Git::with(&[("charts/app/Chart.yaml", needs)]).await;
    git.create("app", json!({})).await;
    let object = git.world.wait_failed("app", "DependencyBuildError").await;
    let message = says(&object, "BuildFailed").1;
    assert!(message.ends_with("commit charts/ for: sub"), "{message}");
    git.commit(
        "1.0.0",
        &[
            ("charts/app/Chart.yaml", needs),
            (
                "charts/app/charts/sub/Chart.yaml",
                "name: sub\nversion: 1.0.0\n",
            ),
        ],
    );
    let _: GitRepository = git.world.reconcile_of("r", "1").await;
    let object = git.world.wait_ready("app").await;
    let loaded = git.world.load(&object.status.artifact.unwrap());
    assert_eq!(loaded.dependencies.len(), 1);
}

#[tokio::test]
async fn c5_a_packaged_chart_is_kept_as_it_is() {
    let git = Git::with(&[]).await;
    let archive = chart("packed", "1.0.0", &[]);
    git.repository
        .commit("main")
        .file("packed-1.0.0.tgz", archive.clone())
        .write()
        .unwrap();
    let _: GitRepository = git.world.reconcile_of("r", "1").await;
    let spec = json!({ "ignore": "# nothing\n!*.tgz\n" });
    git.world.change_of::<GitRepository>("r", spec).await;
    git.world.wait_ready_of::<GitRepository>("r").await;
    git.create("packed", json!({ "chart": "packed-1.0.0.tgz" }))
        .await;
    let object = git.world.wait_ready("packed").await;
    assert_eq!(
        says(&object, "Ready").1,
        "pulled 'packed' chart with version '1.0.0'"
    );
    let published = std::fs::read(git.world.file(&object.status.artifact.unwrap())).unwrap();
    assert_eq!(published, archive);
}
