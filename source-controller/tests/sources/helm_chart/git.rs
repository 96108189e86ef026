//! Charts of a git repository.

use common::reconcile::Notice;
use crds::source::{GitRepository, HelmChart};
use helm::chart::Chart;
use serde_json::{Value, json};
use testing::git::{Repository, Server};
use testing::http::Files;
use testing::is_like;
use testing::registry::{Artifact, Registry};

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

/// The metadata of a chart that needs these.
fn needs(dependencies: &str) -> String {
    format!("apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies: [{dependencies}]\n")
}

#[tokio::test]
async fn c9_charts_that_are_needed_are_read_from_the_same_source() {
    let local = needs(
        "{name: sub, version: '1.x', repository: 'file://../sub'}, \
         {name: sub, version: '>=1', repository: 'file://../sub', alias: twin}, \
         {name: there, version: '*', repository: 'https://h.test'}",
    );
    let git = Git::with(&[
        ("charts/app/Chart.yaml", local.as_str()),
        (
            "charts/app/charts/there/Chart.yaml",
            "name: there\nversion: 1.0.0\n",
        ),
        ("charts/sub/Chart.yaml", "name: sub\nversion: 1.2.3\n"),
        ("charts/sub/values.yaml", "a: 1\n"),
        (
            "old/Chart.yaml",
            "apiVersion: v1\nname: old\nversion: 1.0.0\n",
        ),
        (
            "old/requirements.yaml",
            "dependencies: [{name: sub, version: '*', repository: 'file://../charts/sub'}]\n",
        ),
    ])
    .await;
    for (name, chart, expected) in [
        ("app", "charts/app", &["sub", "there", "twin"][..]),
        ("old", "old", &["sub"][..]),
    ] {
        git.create(name, json!({ "chart": chart })).await;
        let object = git.world.wait_ready(name).await;
        let loaded = git.world.load(&object.status.artifact.unwrap());
        let mut names: Vec<&str> = loaded.dependencies.iter().map(Chart::name).collect();
        names.sort_unstable();
        assert_eq!(names, expected);
    }
    git.world
        .told(
            "ResolvedDependencies",
            Notice::Trace,
            "resolved 2 chart dependencies",
        )
        .await;
}

#[tokio::test]
async fn c9_charts_that_are_needed_are_downloaded() {
    let git = Git::with(&[]).await;
    // For everybody, from an index that nobody stored; the lock counts.
    let open = Files::start().await.unwrap();
    // With credentials, as a HelmRepository has them.
    let world = &git.world;
    world.files.guard("me", "hush");
    for files in [&open, &world.files] {
        for version in ["1.0.0", "1.1.0"] {
            files.put(&format!("/sub-{version}.tgz"), chart("sub", version, &[]));
        }
        files.put("/index.yaml", "apiVersion: v1\nentries:\n  sub:\n  - {name: sub, version: 1.0.0, apiVersion: v2, urls: [sub-1.0.0.tgz]}\n  - {name: sub, version: 1.1.0, apiVersion: v2, urls: [sub-1.1.0.tgz]}\n");
    }
    let login = json!({ "username": "me", "password": "hush" });
    world.secret("login", login).await;
    world
        .repository(json!({ "secretRef": { "name": "login" } }))
        .await;
    // And from a registry.
    let registry = Registry::start().await.unwrap();
    let mut artifact = Artifact::of(
        "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
        chart("image", "3.0.0", &[]),
    );
    "application/vnd.cncf.helm.config.v1+json".clone_into(&mut artifact.config_type);
    registry
        .push("charts/image", "3.0.0", &artifact)
        .await
        .unwrap();
    let (open, closed) = (open.url(), world.files.url());
    let needed = needs(&format!(
        "{{name: sub, version: '*', repository: '{open}'}}, {{name: sub, version: '*', repository: '{closed}/', alias: mine}}, \
         {{name: image, version: '*', repository: '{}'}}",
        registry.url("charts")
    ));
    let lock = format!(
        "dependencies: [{{name: sub, version: 1.0.0, repository: '{open}'}}, {{name: sub, version: '*', repository: '{closed}', alias: mine}}, \
         {{name: image, version: 3.0.0, repository: '{}'}}]\n",
        registry.url("charts")
    );
    git.commit(
        "1.0.0",
        &[
            ("charts/app/Chart.yaml", &*needed),
            ("charts/app/Chart.lock", &*lock),
        ],
    );
    let _: GitRepository = world.reconcile_of("r", "1").await;
    git.create("app", json!({})).await;
    let object = world.wait_ready("app").await;
    let loaded = world.load(&object.status.artifact.unwrap());
    let mut found: Vec<(&str, &str)> = loaded
        .dependencies
        .iter()
        .map(|one| (one.name(), one.metadata.version.as_str()))
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [("image", "3.0.0"), ("mine", "1.1.0"), ("sub", "1.0.0")]
    );
}

#[tokio::test]
async fn c9_c10_charts_that_are_needed_and_cannot_be_had_are_named() {
    let git = Git::with(&[("sub/Chart.yaml", "name: sub\nversion: 1.2.3\n")]).await;
    let open = Files::start().await.unwrap();
    open.put("/index.yaml", "apiVersion: v1\nentries: {}\n");
    let open = open.url();
    let mut names = Vec::new();
    for (number, (dependency, expected)) in [
        ("{name: sub, version: '*', repository: 'file://../nowhere'}".to_owned(), "failed to add local dependency 'sub': no chart found at '/cases/nowhere' (reference 'file://../nowhere')".to_owned()),
        ("{name: sub, version: '*', repository: 'file://../../../../etc'}".to_owned(), "failed to add local dependency 'sub': no chart found at '/etc' (reference 'file://../../../../etc')".to_owned()),
        ("{name: sub, version: '2.x', repository: 'file://../../sub'}".to_owned(), "failed to add local dependency 'sub': can't get a valid version for constraint '2.x'".to_owned()),
        ("{name: sub, version: 'newest', repository: 'file://../../sub'}".to_owned(), "failed to add local dependency 'sub': invalid version/constraint format 'newest': …".to_owned()),
        ("{name: sub, version: '*', alias: other}".to_owned(), "failed to add local dependency 'other': no chart found at '…/charts/sub' (reference '')".to_owned()),
        ("{name: sub, version: '*', repository: '@mine'}".to_owned(), "failed to add remote dependency 'sub': aliased repository dependency is not supported: @mine".to_owned()),
        ("{name: sub, version: '*', repository: 's3://mine'}".to_owned(), "failed to add remote dependency 'sub': invalid dependency repository URL: s3://mine".to_owned()),
        (format!("{{name: sub, version: '*', repository: '{open}'}}"), format!("failed to add remote dependency 'sub': failed to get chart 'sub' version '*' from '{open}': no chart name found")),
        ("{name: sub, version: '*', repository: 'http://127.0.0.1:1'}".to_owned(), "failed to add remote dependency 'sub': failed to get chart 'sub' version '*' from 'http://127.0.0.1:1': …".to_owned()),
    ]
    .into_iter()
    .enumerate()
    {
        git.commit("1.0.0", &[(&format!("cases/{number}/Chart.yaml"), &*needs(&dependency))]);
        names.push((format!("case-{number}"), format!("cases/{number}"), expected));
    }
    let _: GitRepository = git.world.reconcile_of("r", "1").await;
    for (name, path, expected) in names {
        git.create(&name, json!({ "chart": path })).await;
        let object = git.world.wait_failed(&name, "DependencyBuildError").await;
        let message = says(&object, "BuildFailed").1;
        let expected = format!("dependency build error: {expected}");
        assert!(is_like(&expected, &message), "{name}: {message}");
        assert!(object.status.artifact.is_none());
    }
    git.create("good", json!({})).await;
    git.world.wait_ready("good").await;
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
