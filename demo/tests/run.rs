//! `make run` as a user sees it: the real control plane, the real controllers, the printed lines.
//!
//! The controllers have to be built beside the demo: `cargo build --workspace --bins`, as `make test` does.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use testing::process::{Process, Program};
use testing::{ControlPlane, Dir, Parts, git};

/// Two cores may be shared by several tests.
const LONG: Duration = Duration::from_mins(4);

struct Run {
    process: Process,
    dir: Dir,
}

/// Starts the demo with these variables, in a temporary folder of its own.
fn start(variables: &[(&str, &str)]) -> Run {
    let dir = Dir::new("demo-test").unwrap();
    let temporary = dir.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let mut program = Program::new(env!("CARGO_BIN_EXE_demo"))
        .env("TMPDIR", &temporary)
        .log(dir.path().join("log"));
    for (name, value) in variables {
        program = program.env(name, value);
    }
    Run {
        process: program.start().unwrap(),
        dir,
    }
}

impl Run {
    fn temporary_files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.dir.path().join("tmp")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// Ends it as Ctrl-C and a closed terminal do, and checks that nothing stays behind.
    fn end_and_check_clean(mut self) {
        let status = self.process.terminate(Duration::from_mins(1)).unwrap();
        assert!(status.success(), "{}", self.process.log_tail(40));
        self.check_clean();
    }

    fn check_clean(&self) {
        assert_eq!(self.temporary_files(), Vec::<PathBuf>::new());
        // Whatever it started has inherited TMPDIR.
        let marker = self.dir.path().to_str().unwrap();
        let end = Instant::now() + Duration::from_mins(1);
        loop {
            let left = processes_that_mention(marker);
            if left.is_empty() {
                return;
            }
            assert!(Instant::now() < end, "still running: {left:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The processes in whose environment `text` is, by command line.
fn processes_that_mention(text: &str) -> Vec<String> {
    let read =
        |path: PathBuf| Some(String::from_utf8_lossy(&std::fs::read(path).ok()?).into_owned());
    let entries = std::fs::read_dir("/proc").unwrap();
    let matching = entries.filter_map(|entry| {
        let process = entry.ok()?.path();
        let environment = read(process.join("environ"))?;
        environment
            .contains(text)
            .then(|| read(process.join("cmdline")))?
    });
    matching.map(|line| line.replace('\0', " ")).collect()
}

async fn git(dir: &Path, args: &[&str]) -> String {
    #[expect(clippy::disallowed_methods, reason = "the user's git")]
    let mut command = tokio::process::Command::new("git");
    command
        .args(["-c", "user.name=t", "-c", "user.email=t@example.dev"])
        .args(args);
    let output = command.current_dir(dir).output().await.unwrap();
    assert!(
        output.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The steps from a tag and charts to applied objects and messages.
fn check_circle(log: &str) {
    for step in [
        "ImagePolicy storefront chose 4.3.0",
        "ImageUpdateAutomation demo pushed a commit",
        "GitRepository has the artifact of the commit",
        "Deployment storefront runs 4.3.0",
        "a message about Kustomization shop at the commit arrived",
        "HelmRelease cache was upgraded to 1.1.0",
        "HelmRelease cache 1.1.0 passed its tests",
        "HelmRelease queue was upgraded to 1.1.0",
        "HelmRelease queue 1.1.0 passed its tests",
    ] {
        assert!(
            log.contains(&format!("circle: {step}, after ")),
            "{step}: {log}"
        );
    }
    for said in [
        "from the push of the tag to the Deployment that has it: ",
        "the circle has closed after ",
        "message: GitRepository flux-system/demo NewArtifact: stored artifact for commit 'Ship storefront 4.3.0'",
    ] {
        assert!(log.contains(said), "{said}: {log}");
    }
}

#[tokio::test]
async fn the_demo_converges_applies_a_push_and_leaves_nothing_behind() {
    let mut run = start(&[]);
    let log = run.process.wait_log("Ctrl-C ends it", LONG).await.unwrap();
    assert!(log.contains("all 17 objects are Ready"), "{log}");
    for name in ["demo", "infrastructure", "shop", "blog"] {
        let line = format!("Kustomization flux-system/{name} Ready main@sha1:");
        assert!(log.contains(&line), "{log}");
    }

    check_circle(&log);

    // What the demo says one can do.
    let clone = log
        .lines()
        .find_map(|line| line.trim().strip_prefix("git clone "))
        .unwrap();
    let url = clone.split_once(' ').unwrap().0;
    git(run.dir.path(), &["clone", "--quiet", url, "fleet"]).await;
    let fleet = run.dir.path().join("fleet");
    let file = fleet.join("apps/shop/overlays/demo/kustomization.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("newTag: 1.9.3", "newTag: 1.9.4")).unwrap();
    git(&fleet, &["commit", "--quiet", "--all", "--message=Ship"]).await;
    git(&fleet, &["push", "--quiet"]).await;
    let commit = git(&fleet, &["rev-parse", "HEAD"]).await;
    let applied = format!(
        "Kustomization flux-system/shop Ready main@sha1:{}",
        &commit[..8]
    );
    run.process.wait_log(&applied, LONG).await.unwrap();

    run.end_and_check_clean();
}

#[tokio::test]
async fn once_ends_with_0_when_the_circle_has_closed() {
    let mut run = start(&[("ONCE", "1")]);
    let status = run.process.wait(LONG).unwrap();
    let log = run.process.log_text().unwrap();
    assert_eq!(status.code(), Some(0), "{log}");
    check_circle(&log);
    run.check_clean();
}

#[tokio::test]
async fn a_subset_starts_only_its_controllers_and_creates_only_what_they_serve() {
    let subset = "source-controller,kustomize-controller";
    let mut run = start(&[("ONCE", "1"), ("COMPONENTS", subset)]);
    let status = run.process.wait(LONG).unwrap();
    let log = run.process.log_text().unwrap();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(
        log.contains("source-controller and kustomize-controller are ready"),
        "{log}"
    );
    assert!(log.contains("all 5 objects are Ready"), "{log}");
    for absent in ["circle:", "message:", "HelmRelease", "ImagePolicy"] {
        assert!(!log.contains(absent), "{absent}: {log}");
    }
    run.check_clean();
}

#[tokio::test]
async fn an_unknown_component_is_refused_with_the_nearest() {
    let mut run = start(&[("COMPONENTS", "source-controller,kustomise-controller")]);
    let status = run.process.wait(LONG).unwrap();
    let log = run.process.log_text().unwrap();
    assert_ne!(status.code(), Some(0), "{log}");
    assert!(log.contains("did you mean kustomize-controller?"), "{log}");
    run.check_clean();
}

#[tokio::test]
async fn components_without_work_in_a_repository_are_refused() {
    let repo = ("REPO", "https://git.example.dev/fleet.git");
    let mut run = start(&[("COMPONENTS", "notification-controller"), repo]);
    let status = run.process.wait(LONG).unwrap();
    let log = run.process.log_text().unwrap();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("add source-controller"), "{log}");
    run.check_clean();
}

#[tokio::test]
async fn once_ends_with_1_and_the_conditions_of_what_failed() {
    let dir = Dir::new("demo-test").unwrap();
    let repository = git::Repository::create(dir.path().join("fleet.git")).unwrap();
    let commit = repository
        .commit("main")
        .file("fleet/map.yaml", "kind: ConfigMap\nmetadata: [\n");
    commit.write().unwrap();
    let repo = repository.path().to_str().unwrap().to_owned();
    let mut run = start(&[("ONCE", "1"), ("REPO", &repo), ("REPO_PATH", "fleet")]);
    let status = run.process.wait(LONG).unwrap();
    let log = run.process.log_text().unwrap();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(
        log.contains("Kustomization flux-system/demo is not Ready:"),
        "{log}"
    );
    assert!(log.contains("Ready=False BuildFailed"), "{log}");
    assert!(
        !log.contains("GitRepository flux-system/demo is not Ready"),
        "{log}"
    );
    run.check_clean();
}

#[tokio::test]
async fn a_cluster_of_ones_own_is_used_only_with_consent_and_left_as_it_was() {
    let plane = ControlPlane::start(Parts::Pods).await.unwrap();
    let kubeconfig = plane.kubeconfig_path().to_str().unwrap();
    let dir = Dir::new("demo-test").unwrap();
    let repository = git::Repository::create(dir.path().join("fleet.git")).unwrap();
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: applied\n  namespace: default\n";
    repository
        .commit("main")
        .file("map.yaml", map)
        .write()
        .unwrap();
    let repo = repository.path().to_str().unwrap();

    let mut refused = start(&[("KUBECONFIG", kubeconfig), ("REPO", repo)]);
    let status = refused.process.wait(LONG).unwrap();
    let log = refused.process.log_text().unwrap();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("add YES=1 to agree beforehand"), "{log}");
    let client = plane.client().await;
    let groups = client.list_api_groups().await.unwrap();
    assert!(
        groups
            .groups
            .iter()
            .all(|group| !group.name.ends_with("fluxcd.io")),
        "touched"
    );

    let agreed = [
        ("KUBECONFIG", kubeconfig),
        ("REPO", repo),
        ("YES", "1"),
        ("ONCE", "1"),
    ];
    let mut run = start(&agreed);
    let status = run.process.wait(LONG).unwrap();
    assert_eq!(status.code(), Some(0), "{}", run.process.log_tail(60));
    run.check_clean();
    let maps: kube::Api<k8s_openapi::api::core::v1::ConfigMap> =
        kube::Api::namespaced(client, "default");
    assert!(
        maps.get_opt("applied").await.unwrap().is_none(),
        "what was applied stays behind"
    );
}
