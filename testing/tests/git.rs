//! The git server, asked by the real git program.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use testing::Dir;
use testing::git::{Auth, Fault, Gate, Repository, Server, Stage, Transport};
use testing::proxy::{Protocol, Proxy};

/// Runs `git -c … clone --depth 1 URL`, in an environment without settings and proxies.
async fn clone(url: &str, settings: &[&str], target: &Path) -> Output {
    #[expect(clippy::disallowed_methods, reason = "git is the client under test")]
    let mut command = tokio::process::Command::new("git");
    for setting in settings {
        command.args(["-c", setting]);
    }
    command
        .args(["clone", "--quiet", "--depth=1", url])
        .arg(target);
    // Proxies and certificates of the machine must not decide.
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap());
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    command
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null());
    command.kill_on_drop(true).output().await.unwrap()
}

struct Setup {
    server: Server,
    repository: Repository,
    dir: Dir,
}

async fn setup(transport: Transport, auth: Auth) -> Setup {
    let server = Server::start_with(transport, auth).await.unwrap();
    let repository = server.create("fleet").unwrap();
    repository
        .commit("main")
        .file("app.yaml", "kind: App\n")
        .write()
        .unwrap();
    Setup {
        server,
        repository,
        dir: Dir::new("git-test").unwrap(),
    }
}

impl Setup {
    async fn clone(&self, settings: &[&str]) -> Output {
        self.clone_from(&self.server.url("fleet"), settings).await
    }

    async fn clone_from(&self, url: &str, settings: &[&str]) -> Output {
        let target = self.dir.path().join("clone");
        let output = clone(url, settings, &target).await;
        if output.status.success() {
            let text = std::fs::read_to_string(target.join("app.yaml")).unwrap();
            assert_eq!(text, "kind: App\n");
            std::fs::remove_dir_all(&target).unwrap();
        }
        output
    }
}

#[track_caller]
fn assert_cloned(output: &Output) {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[track_caller]
fn assert_failed(output: &Output, reason: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && stderr.contains(reason),
        "{stderr}"
    );
}

#[tokio::test]
async fn a_clone_over_http_is_logged() {
    let setup = setup(Transport::Http, Auth::None).await;
    assert_cloned(&setup.clone(&[]).await);
    let requests = setup.server.requests();
    assert_eq!(requests[0].path, "/fleet.git/info/refs");
    assert_eq!(requests[0].query, "service=git-upload-pack");
    assert_eq!(requests[0].headers["git-protocol"], "version=2");
    assert!(
        requests
            .iter()
            .all(|request| request.status == 200 && !request.has_credentials())
    );
    let missing = setup.clone_from(&setup.server.url("other"), &[]).await;
    assert_failed(&missing, "not found");
}

#[tokio::test]
async fn basic_credentials_are_needed_and_checked() {
    let auth = Auth::Basic("robot".to_owned(), "secret".to_owned());
    let setup = setup(Transport::Http, auth).await;
    assert_failed(&setup.clone(&[]).await, "could not read Username");
    let host = setup.server.address();
    let wrong = format!("http://robot:wrong@{host}/fleet.git");
    assert_failed(
        &setup.clone_from(&wrong, &[]).await,
        "Authentication failed",
    );
    let right = format!("http://robot:secret@{host}/fleet.git");
    assert_cloned(&setup.clone_from(&right, &[]).await);
}

#[tokio::test]
async fn a_bearer_token_is_needed_and_checked() {
    let setup = setup(Transport::Http, Auth::Bearer("t0ken".to_owned())).await;
    assert_failed(
        &setup
            .clone(&["http.extraHeader=Authorization: Bearer no"])
            .await,
        "",
    );
    assert_cloned(
        &setup
            .clone(&["http.extraHeader=Authorization: Bearer t0ken"])
            .await,
    );
}

#[tokio::test]
async fn a_private_authority_has_to_be_known() {
    let setup = setup(Transport::Tls, Auth::None).await;
    assert_failed(&setup.clone(&[]).await, "certificate");
    let ca = setup.dir.path().join("ca.crt");
    std::fs::write(&ca, setup.server.ca().unwrap()).unwrap();
    assert_cloned(
        &setup
            .clone(&[&format!("http.sslCAInfo={}", ca.display())])
            .await,
    );
}

#[tokio::test]
async fn a_client_certificate_is_needed_and_checked() {
    let setup = setup(Transport::MutualTls, Auth::None).await;
    let file = |name: &str, text: &str| {
        let path = setup.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let ca = format!(
        "http.sslCAInfo={}",
        file("ca.crt", setup.server.ca().unwrap())
    );
    assert_failed(&setup.clone(&[&ca]).await, "unable to access");
    let identity = setup.server.client_identity().unwrap();
    let certificate = format!("http.sslCert={}", file("client.crt", &identity.certificate));
    let key = format!("http.sslKey={}", file("client.key", &identity.key));
    assert_cloned(&setup.clone(&[&ca, &certificate, &key]).await);
}

#[tokio::test]
async fn a_redirect_leads_to_another_host() {
    let target = setup(Transport::Http, Auth::None).await;
    let old = Server::start().await.unwrap();
    old.fail(Stage::Any, Fault::Redirect(301, target.server.base_url()));
    assert_cloned(&target.clone_from(&old.url("fleet"), &[]).await);
    assert_eq!(old.requests().first().unwrap().status, 301);
    assert!(!target.server.requests().is_empty());
}

#[tokio::test]
async fn every_fault_ends_with_its_cause() {
    let setup = setup(Transport::Http, Auth::None).await;
    let noise: Vec<u8> = (0..20_000_u32)
        .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
        .collect();
    setup
        .repository
        .commit("main")
        .file("large", noise)
        .write()
        .unwrap();
    for (stage, fault) in [
        (Stage::Advertisement, Fault::Disconnect),
        (Stage::Advertisement, Fault::Status(500)),
        (Stage::Upload, Fault::Status(503)),
        (Stage::Advertisement, Fault::Truncate(50)),
        (Stage::Any, Fault::Disconnect),
    ] {
        setup.server.fail_next(stage, fault.clone());
        let output = setup.clone(&[]).await;
        assert!(
            !output.status.success(),
            "{stage:?} {fault:?} was not noticed"
        );
        setup.server.recover();
    }
    // The second upload request carries the pack.
    for fault in [Fault::Truncate(5000), Fault::Corrupt] {
        setup.server.fail(Stage::Upload, fault.clone());
        let output = setup.clone(&["protocol.version=0"]).await;
        assert!(!output.status.success(), "{fault:?} was not noticed");
        setup.server.recover();
    }
    assert_cloned(&setup.clone(&[]).await);
}

#[tokio::test]
async fn a_request_hangs_until_the_gate_opens() {
    let setup = setup(Transport::Http, Auth::None).await;
    let gate = Gate::default();
    setup
        .server
        .fail_next(Stage::Advertisement, Fault::Hang(gate.clone()));
    let clone = setup.clone(&[]);
    let open = async {
        gate.reached().await;
        assert!(
            setup.server.requests().is_empty(),
            "answered before the gate was opened"
        );
        gate.open();
    };
    let (output, ()) = tokio::join!(clone, open);
    assert_cloned(&output);
}

#[tokio::test]
async fn a_closed_server_refuses_and_an_opened_one_serves_again() {
    let mut setup = setup(Transport::Http, Auth::None).await;
    setup.server.close().await;
    assert_failed(&setup.clone(&[]).await, "onnect to");
    setup.server.open().await.unwrap();
    assert_cloned(&setup.clone(&[]).await);
}

#[tokio::test]
async fn a_push_arrives() {
    let setup = setup(Transport::Http, Auth::None).await;
    let work = setup.dir.path().join("work");
    assert_cloned(&clone(&setup.server.url("fleet"), &[], &work).await);
    let git = |args: Vec<&'static str>| {
        #[expect(clippy::disallowed_methods, reason = "git is the client under test")]
        let mut command = tokio::process::Command::new("git");
        command
            .args(["-c", "user.name=t", "-c", "user.email=t@example.dev"])
            .args(args);
        command
            .current_dir(&work)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
    };
    std::fs::write(work.join("new.yaml"), "kind: New\n").unwrap();
    assert_cloned(&git(vec!["add", "."]).await.unwrap());
    assert_cloned(
        &git(vec!["commit", "--quiet", "--message=New"])
            .await
            .unwrap(),
    );
    assert_cloned(
        &git(vec!["push", "--quiet", "origin", "main"])
            .await
            .unwrap(),
    );
    assert_eq!(
        setup.repository.git(["show", "main:new.yaml"]).unwrap(),
        "kind: New"
    );
}

#[tokio::test]
async fn proxies_lead_to_hosts_that_only_they_know() {
    let setup = setup(Transport::Http, Auth::None).await;
    let url = "http://git.example.invalid/fleet.git";
    for (protocol, scheme) in [(Protocol::Http, "http"), (Protocol::Socks5, "socks5h")] {
        let proxy = Proxy::start_for(protocol, "user", "pass").await.unwrap();
        proxy.route("git.example.invalid:80", setup.server.address());
        let host = proxy.url().split_once("://").unwrap().1.to_owned();
        let wrong = format!("http.proxy={scheme}://user:wrong@{host}");
        assert_failed(&setup.clone_from(url, &[&wrong]).await, "unable to access");
        assert!(proxy.targets().is_empty());
        let right = format!("http.proxy={scheme}://user:pass@{host}");
        assert_cloned(&setup.clone_from(url, &[&right]).await);
        assert_eq!(proxy.targets()[0], "git.example.invalid:80", "{protocol:?}");
    }
}

#[tokio::test]
async fn an_http_proxy_tunnels_tls() {
    let setup = setup(Transport::Tls, Auth::None).await;
    let proxy = Proxy::start(Protocol::Http).await.unwrap();
    proxy.route("git.example.dev:443", setup.server.address());
    let ca = setup.dir.path().join("ca.crt");
    std::fs::write(&ca, setup.server.ca().unwrap()).unwrap();
    let ca = format!("http.sslCAInfo={}", ca.display());
    let proxied = format!("http.proxy={}", proxy.url());
    let url = "https://git.example.dev/fleet.git";
    assert_cloned(&setup.clone_from(url, &[&ca, &proxied]).await);
    assert_eq!(proxy.targets()[0], "git.example.dev:443");
}

/// Runs git in `dir` in a process group of its own.
fn start_git(dir: &Path, args: &[&str]) -> tokio::process::Child {
    #[expect(clippy::disallowed_methods, reason = "git is the client under test")]
    let mut command = tokio::process::Command::new("git");
    command
        .args(args)
        .current_dir(dir)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// A host calls its webhooks for what it has taken, whatever became of the one who pushed.
#[tokio::test]
async fn a_push_whose_client_is_killed_is_taken_and_told() {
    let setup = setup(Transport::Http, Auth::None).await;
    let before = setup.repository.rev_parse("refs/heads/main").unwrap();
    let marks = setup.dir.path();
    let (taken, go) = (marks.join("taken"), marks.join("go"));
    let script = format!(
        "touch {}; while [ ! -e {} ]; do sleep 0.02; done",
        taken.display(),
        go.display()
    );
    setup.repository.hook("post-receive", &script).unwrap();
    let clone = marks.join("clone");
    let url = setup.server.url("fleet");
    for args in [
        vec!["clone", "--quiet", &url, "clone"],
        vec![
            "-C",
            "clone",
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b.c",
            "commit",
            "--quiet",
            "--allow-empty",
            "-m",
            "next",
        ],
    ] {
        let ended = start_git(marks, &args).wait().await.unwrap();
        assert!(ended.success(), "{args:?}");
    }
    let mut pushes = setup.server.pushes();
    let mut push = start_git(&clone, &["push", "--quiet", "origin", "main"]);
    while !taken.exists() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let group = format!("-{}", push.id().unwrap());
    #[expect(clippy::disallowed_methods, reason = "the client under test is killed")]
    let mut kill = tokio::process::Command::new("kill");
    let killed = kill.args(["-KILL", "--", &group]).status().await.unwrap();
    assert!(killed.success());
    assert!(!push.wait().await.unwrap().success());
    std::fs::write(&go, "").unwrap();
    let told = tokio::time::timeout(Duration::from_mins(1), pushes.changed());
    told.await.expect("nobody was told of the push").unwrap();
    assert_ne!(
        setup.repository.rev_parse("refs/heads/main").unwrap(),
        before
    );
}
