//! Commits that are made here and pushed, over http and over ssh, and what git itself says of the result (G5, G6, G11, G12).

use std::os::unix::fs::PermissionsExt as _;

use git::commit::Author;
use git::push::{self, Destination, Lease};
use git::{NewCommit, PushError};
use testing::git::{Auth, Fault, Repository, Server, SshKey, SshServer, Stage, Transport};

use super::*;

const AUTHOR_SECONDS: i64 = 1_780_000_000;

fn author() -> Author {
    Author {
        name: "Bot".to_owned(),
        email: "bot@example.dev".to_owned(),
        seconds: AUTHOR_SECONDS,
    }
}

fn files(pairs: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    let pairs = pairs.iter();
    pairs
        .map(|(path, content)| ((*path).to_owned(), content.as_bytes().to_vec()))
        .collect()
}

fn fixture(repository: &Repository) -> String {
    repository
        .commit("main")
        .file("a.yaml", "image: a:1\n")
        .file("deep/er/b.yaml", "image: b:1\n")
        .file("deep/er.txt", "sorts before the folder of the same name\n")
        .file("deep/er-", "and this one before both\n")
        .executable("run.sh", "#!/bin/sh\n")
        .symlink("link", "a.yaml")
        .submodule("module", "0123456789abcdef0123456789abcdef01234567")
        .write()
        .unwrap()
}

impl Client {
    /// Makes a commit of these files on top of a branch.
    async fn make(&self, branch: &str, pairs: &[(&str, &str)]) -> NewCommit {
        let fields = Fields {
            branch,
            ..Fields::default()
        };
        let checkout = self.checkout(fields).await.unwrap();
        let draft = checkout
            .draft(&files(pairs), &author(), "Update images\n\nbody")
            .unwrap();
        draft.expect("a change").finish().unwrap()
    }

    async fn push(
        &self,
        commit: &NewCommit,
        destinations: &[(&str, Lease)],
        options: &[(&str, &str)],
    ) -> Result<(), Error> {
        let (url, access, limits) = (
            RemoteUrl::parse(&self.url).unwrap(),
            self.access.clone(),
            self.limits.clone(),
        );
        let commit = commit.clone();
        let destinations: Vec<_> = destinations
            .iter()
            .map(|(reference, lease)| Destination {
                reference: (*reference).to_owned(),
                lease: lease.clone(),
            })
            .collect();
        let options: Vec<_> = options
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        tokio::task::spawn_blocking(move || {
            push::connect(&url, &access, &limits)?.send(&commit, &destinations, &options)
        })
        .await
        .unwrap()
    }
}

fn is_sound(repository: &Repository) {
    repository
        .git(["fsck", "--full", "--strict", "--no-dangling"])
        .unwrap();
}

fn hook(repository: &Repository, name: &str, script: &str) {
    let file = repository.path().join("hooks").join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
}

async fn check_push(client: &Client, repository: &Repository, base: &str) {
    let changes = [
        ("deep/er/b.yaml", "image: b:2\n"),
        ("run.sh", "#!/bin/sh\nnew\n"),
        ("new/c", "c\n"),
    ];
    let commit = client.make("main", &changes).await;
    client
        .push(&commit, &[("refs/heads/main", Lease::Parent)], &[])
        .await
        .unwrap();
    assert_eq!(repository.rev_parse("main").unwrap(), commit.hash());
    assert_eq!(repository.rev_parse("main^").unwrap(), base);
    is_sound(repository);
    let changed = repository
        .git(["diff-tree", "-r", "--name-status", "main^", "main"])
        .unwrap();
    assert_eq!(changed, "M\tdeep/er/b.yaml\nA\tnew/c\nM\trun.sh");
    let modes = repository
        .git(["ls-tree", "main", "run.sh", "link", "module"])
        .unwrap();
    let modes: Vec<_> = modes.lines().map(|line| &line[..6]).collect();
    assert_eq!(modes, ["120000", "160000", "100755"]);
    let about = repository
        .git(["log", "-1", "--format=%an|%ae|%at|%cn|%B", "main"])
        .unwrap();
    assert_eq!(
        about.trim_end(),
        "Bot|bot@example.dev|1780000000|Bot|Update images\n\nbody"
    );
    // A branch that is not there yet is made.
    client
        .push(&commit, &[("refs/heads/new", Lease::Parent)], &[])
        .await
        .unwrap();
    assert_eq!(repository.rev_parse("new").unwrap(), commit.hash());
    // Once more changes nothing.
    client
        .push(&commit, &[("refs/heads/new", Lease::Any)], &[])
        .await
        .unwrap();
}

#[tokio::test]
async fn a_commit_is_pushed_over_http() {
    let auth = Auth::Basic("u".to_owned(), "p".to_owned());
    let server = Server::start_with(Transport::Http, auth).await.unwrap();
    let repository = server.create("r").unwrap();
    let base = fixture(&repository);
    let client = Client::new(server.url("r")).with_secret(&[("username", "u"), ("password", "p")]);
    server.forget_requests();
    check_push(&client, &repository, &base).await;
    let without: Vec<_> = server
        .requests()
        .into_iter()
        .filter(|one| !one.has_credentials())
        .collect();
    assert!(without.is_empty(), "{without:?}");
}

#[tokio::test]
async fn a_commit_is_pushed_over_ssh() {
    let key = SshKey::ed25519().unwrap();
    let server = SshServer::start(&key).await.unwrap();
    let repository = server.create("r").unwrap();
    let base = fixture(&repository);
    let known_hosts = server.known_hosts();
    let url = RemoteUrl::parse(&server.url("r")).unwrap();
    let data = secret(&[("identity", &key.private), ("known_hosts", &known_hosts)]);
    let access = Access::from_secret(&url, &data).unwrap();
    let client = Client {
        url: server.url("r"),
        access,
        limits: limits(),
    };
    check_push(&client, &repository, &base).await;
}

#[tokio::test]
async fn only_new_objects_are_sent_and_no_change_is_no_commit() {
    let server = Server::start().await.unwrap();
    let repository = server.create("r").unwrap();
    fixture(&repository);
    let client = Client::new(server.url("r"));
    let checkout = client.checkout(MAIN).await.unwrap();
    let same = files(&[("a.yaml", "image: a:1\n")]);
    assert!(checkout.draft(&same, &author(), "x").unwrap().is_none());
    let before = repository.git(["count-objects", "-v"]).unwrap();
    let commit = client
        .make(
            "main",
            &[("a.yaml", "image: x\n"), ("b.yaml", "image: x\n")],
        )
        .await;
    client
        .push(&commit, &[("refs/heads/main", Lease::Parent)], &[])
        .await
        .unwrap();
    let count = |text: &str| -> usize {
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap().trim().parse::<usize>().unwrap()
        };
        field("count:") + field("in-pack:")
    };
    let after = repository.git(["count-objects", "-v"]).unwrap();
    // One blob for both files, one tree, one commit.
    assert_eq!(count(&after) - count(&before), 3);
    is_sound(&repository);
}

#[tokio::test]
async fn links_and_folders_are_not_written_over() {
    let server = Server::start().await.unwrap();
    fixture(&server.create("r").unwrap());
    let checkout = Client::new(server.url("r")).checkout(MAIN).await.unwrap();
    for path in ["link", "deep", "module"] {
        let error = checkout
            .draft(&files(&[(path, "x")]), &author(), "x")
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("unable to make commit: '{path}' is no plain file")
        );
    }
}

#[tokio::test]
async fn a_hook_that_refuses_is_told_with_its_words() {
    let server = Server::start().await.unwrap();
    let repository = server.create("r").unwrap();
    let base = fixture(&repository);
    hook(
        &repository,
        "pre-receive",
        "echo 'no commits on Friday' >&2; exit 1",
    );
    let client = Client::new(server.url("r"));
    let commit = client.make("main", &[("a.yaml", "image: a:2\n")]).await;
    let error = client
        .push(&commit, &[("refs/heads/main", Lease::Parent)], &[])
        .await
        .unwrap_err();
    assert!(!error.is_lost_race());
    assert_eq!(
        error.to_string(),
        "failed to push to remote: command error on refs/heads/main: pre-receive hook declined: no commits on Friday"
    );
    assert_eq!(repository.rev_parse("main").unwrap(), base);
}

#[tokio::test]
async fn a_lost_race_is_noticed_before_and_by_the_remote() {
    let server = Server::start().await.unwrap();
    let repository = server.create("r").unwrap();
    let base = fixture(&repository);
    let client = Client::new(server.url("r"));
    let commit = client.make("main", &[("a.yaml", "image: a:2\n")]).await;
    // While the push is on its way: what was listed has moved when the pack arrives.
    let objects = repository.path().join("racing");
    std::fs::create_dir_all(&objects).unwrap();
    let other = repository.commit("other").file("o", "o\n").write().unwrap();
    hook(
        &repository,
        "pre-receive",
        &format!("unset GIT_QUARANTINE_PATH; git update-ref refs/heads/main {other}"),
    );
    let lease = || Lease::Exactly(Some(base.clone()));
    let error = client
        .push(&commit, &[("refs/heads/main", lease())], &[])
        .await
        .unwrap_err();
    assert!(error.is_lost_race(), "{error}");
    assert_eq!(repository.rev_parse("main").unwrap(), other);
    // Before: what is listed is another commit already.
    hook(&repository, "pre-receive", "exit 0");
    let error = client
        .push(&commit, &[("refs/heads/main", lease())], &[])
        .await
        .unwrap_err();
    assert!(error.is_lost_race(), "{error}");
    let error = client
        .push(&commit, &[("refs/heads/main", Lease::Parent)], &[])
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::Push(PushError::NotFastForward(_))),
        "{error}"
    );
    assert_eq!(repository.rev_parse("main").unwrap(), other);
    // By force, if that is asked for.
    client
        .push(&commit, &[("refs/heads/main", Lease::Any)], &[])
        .await
        .unwrap();
    assert_eq!(repository.rev_parse("main").unwrap(), commit.hash());
}

#[tokio::test]
async fn several_references_move_together_or_not_at_all() {
    let server = Server::start().await.unwrap();
    let repository = server.create("r").unwrap();
    let base = fixture(&repository);
    let client = Client::new(server.url("r"));
    let commit = client.make("main", &[("a.yaml", "image: a:2\n")]).await;
    let both = [
        ("refs/heads/main", Lease::Parent),
        ("refs/auto/x", Lease::Parent),
    ];
    hook(&repository, "update", "test \"$1\" != refs/auto/x");
    let error = client
        .push(&commit, &both, &[])
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("hook declined"), "{error}");
    assert_eq!(repository.rev_parse("main").unwrap(), base);
    hook(&repository, "update", "exit 0");
    client.push(&commit, &both, &[]).await.unwrap();
    assert_eq!(repository.rev_parse("refs/auto/x").unwrap(), commit.hash());
    assert_eq!(repository.rev_parse("main").unwrap(), commit.hash());
}

#[tokio::test]
async fn options_reach_the_hooks_of_remotes_that_take_them() {
    let server = Server::start().await.unwrap();
    let repository = server.create("r").unwrap();
    fixture(&repository);
    hook(
        &repository,
        "pre-receive",
        "echo \"$GIT_PUSH_OPTION_COUNT $GIT_PUSH_OPTION_0 $GIT_PUSH_OPTION_1\" > options",
    );
    let said = || std::fs::read_to_string(repository.path().join("options")).unwrap();
    let options = [("ci.skip", ""), ("topic", "images")];
    let client = Client::new(server.url("r"));
    let commit = client.make("main", &[("a.yaml", "image: a:2\n")]).await;
    client
        .push(&commit, &[("refs/heads/one", Lease::Parent)], &options)
        .await
        .unwrap();
    assert_eq!(said().trim(), "0");
    repository
        .git(["config", "receive.advertisePushOptions", "true"])
        .unwrap();
    client
        .push(&commit, &[("refs/heads/two", Lease::Parent)], &options)
        .await
        .unwrap();
    assert_eq!(said(), "2 ci.skip= topic=images\n");
}

#[tokio::test]
async fn a_push_that_breaks_off_is_told_as_such() {
    let server = Server::start().await.unwrap();
    let repository = server.create("r").unwrap();
    fixture(&repository);
    let client = Client::new(server.url("r"));
    let commit = client.make("main", &[("a.yaml", "image: a:2\n")]).await;
    let push = || client.push(&commit, &[("refs/heads/main", Lease::Parent)], &[]);
    server.fail_next(Stage::Receive, Fault::Status(503));
    let error = push().await.unwrap_err().to_string();
    assert!(error.contains("unexpected HTTP status 503"), "{error}");
    server.fail_next(Stage::Receive, Fault::Disconnect);
    let error = push().await.unwrap_err();
    assert!(
        matches!(error, Error::Push(PushError::Remote { .. })),
        "{error}"
    );
    server.fail_next(Stage::Receive, Fault::Truncate(10));
    let error = push().await.unwrap_err();
    assert!(
        matches!(error, Error::Push(PushError::Remote { .. })),
        "{error}"
    );
    assert_eq!(
        repository.rev_parse("main").unwrap(),
        commit.hash(),
        "the report was lost, not the commit"
    );
}

#[tokio::test]
async fn who_may_not_write_is_told() {
    let server = Server::start().await.unwrap();
    let repository = server.create("r").unwrap();
    fixture(&repository);
    let client = Client::new(server.url("r"));
    let commit = client.make("main", &[("a.yaml", "image: a:2\n")]).await;
    server.set_auth(Auth::Bearer("t".to_owned()));
    let error = client
        .push(&commit, &[("refs/heads/main", Lease::Parent)], &[])
        .await
        .unwrap_err();
    assert!(
        error.to_string().ends_with("authentication required"),
        "{error}"
    );
}
