//! Input that cannot be used, row by row (section 6, section 12).

use crds::source::GitRepository;
use serde_json::{Value, json};
use testing::git::{Fault, Server, Stage, Transport};
use testing::http::Files;

use super::world::World;
use crate::table::{End, Row, row, run};

const GIT: &str = "GitOperationFailed";
const LOGIN: &str = "AuthenticationFailed";
const CHECKOUT: &str = "failed to checkout and determine revision: ";

/// The rows beside a repository that is fine.
async fn check(world: &World, rows: Vec<Row>) {
    world.commit(&[("a", "1"), ("dir/b", "2")]);
    let usual = json!({ "url": world.git.url("r"), "interval": "1h", "ref": { "branch": "main" } });
    run::<GitRepository>(world, usual, rows).await;
}

/// A remote that always fails in this way.
async fn faulty(transport: Transport, stage: Stage, fault: Fault) -> (Server, Value) {
    let server = Server::start_with(transport, testing::git::Auth::None)
        .await
        .unwrap();
    let repository = server.create("r").unwrap();
    repository.commit("main").file("a", "1").write().unwrap();
    server.fail(stage, fault);
    let spec = json!({ "url": server.url("r") });
    (server, spec)
}

#[tokio::test(flavor = "multi_thread")]
async fn g13_remotes_that_do_not_answer_as_they_should() {
    let world = World::new().await;
    let files = Files::start().await.unwrap();
    files.put("/r/info/refs", "<html>");
    let tls = Server::start_with(Transport::Tls, testing::git::Auth::None)
        .await
        .unwrap();
    tls.create("r")
        .unwrap()
        .commit("main")
        .file("a", "1")
        .write()
        .unwrap();
    let refused = faulty(Transport::Http, Stage::Any, Fault::Status(500)).await;
    let silent = faulty(Transport::Http, Stage::Any, Fault::Disconnect).await;
    let short = faulty(Transport::Http, Stage::Upload, Fault::Truncate(40)).await;
    let corrupt = faulty(Transport::Http, Stage::Upload, Fault::Corrupt).await;
    let listing = |url: &str| format!("{CHECKOUT}unable to list remote for '{url}': …");
    let url = |url: &str| json!({ "url": url });
    let stalls = |name, text: &str| {
        row(name)
            .spec(url(text))
            .ends(End::Stall)
            .fails("URLInvalid", "failed to parse url '…': …")
    };
    let rows = vec![
        stalls("url-no-host", "https:///r"),
        stalls("url-port", "https://example.com:99999/r"),
        stalls("url-brackets", "https://[::1/r"),
        stalls("url-space", "https://me:hush@exa mple.com/r"),
        row("remote-refuses-connections")
            .spec(url("http://127.0.0.1:1/r"))
            .fails(GIT, &listing("http://127.0.0.1:1/r")),
        row("remote-no-repository")
            .spec(url(&world.git.url("none")))
            .fails(
                GIT,
                &format!(
                    "{CHECKOUT}unable to list remote for '{}': repository not found",
                    world.git.url("none")
                ),
            ),
        row("remote-no-git")
            .spec(url(&format!("{}/r", files.url())))
            .fails(GIT, &listing(&format!("{}/r", files.url()))),
        row("remote-unknown-authority")
            .spec(url(&tls.url("r")))
            .fails(GIT, &listing(&tls.url("r"))),
        row("remote-error")
            .spec(refused.1.clone())
            .fails(GIT, &format!("{CHECKOUT}…500…")),
        row("remote-hangs-up")
            .spec(silent.1.clone())
            .fails(GIT, &format!("{CHECKOUT}…")),
        row("remote-truncates")
            .spec(short.1.clone())
            .fails(GIT, &format!("{CHECKOUT}…")),
        row("remote-corrupts")
            .spec(corrupt.1.clone())
            .fails(GIT, &format!("{CHECKOUT}…")),
        row("timeout-of-nothing")
            .spec(json!({ "timeout": "0s" }))
            .fails(GIT, &format!("{CHECKOUT}…timed out after 0s")),
    ];
    check(&world, rows).await;
    let text = format!("{:?}", world.events());
    assert!(!text.contains("hush"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn g1_g4_g5_references_that_lead_nowhere() {
    let world = World::new().await;
    let reference = |fields: Value| json!({ "ref": fields });
    let nowhere = "0123456789abcdef0123456789abcdef01234567";
    let no_reference = |name: &str| format!("{CHECKOUT}…couldn't find remote ref \"{name}\"");
    let no_name =
        |name: &str| format!("{CHECKOUT}ref {name:?} is invalid: not a valid Git reference name");
    let rows = vec![
        row("branch-missing")
            .spec(reference(json!({ "branch": "none" })))
            .fails(GIT, &no_reference("refs/heads/none")),
        row("branch-default-missing")
            .spec(reference(json!({})))
            .fails(GIT, &no_reference("refs/heads/master")),
        row("branch-no-name")
            .spec(reference(json!({ "branch": "a b" })))
            .fails(GIT, &no_name("a b")),
        row("tag-missing")
            .spec(reference(json!({ "tag": "v1" })))
            .fails(GIT, &no_reference("refs/tags/v1")),
        row("tag-no-name")
            .spec(reference(json!({ "tag": "v1..2" })))
            .fails(GIT, &no_name("v1..2")),
        row("name-missing")
            .spec(reference(json!({ "name": "refs/pull/1/head" })))
            .fails(GIT, &format!("{CHECKOUT}…refs/pull/1/head…")),
        row("name-slash")
            .spec(reference(json!({ "name": "refs/heads/main/" })))
            .fails(GIT, &format!("{CHECKOUT}ref refs/heads/main/ is invalid; Git refs cannot begin or end with a slash '/'")),
        row("name-no-name")
            .spec(reference(json!({ "name": "refs/heads/x.lock" })))
            .fails(GIT, &no_name("refs/heads/x.lock")),
        row("commit-no-hash")
            .spec(reference(json!({ "commit": "abc" })))
            .fails(GIT, &format!("{CHECKOUT}invalid commit 'abc': expected 40 hexadecimal digits")),
        row("commit-missing")
            .spec(reference(json!({ "commit": nowhere })))
            .fails(GIT, &format!("{CHECKOUT}…{nowhere}…")),
        row("commit-of-no-branch")
            .spec(reference(json!({ "commit": nowhere, "branch": "none" })))
            .fails(GIT, &no_reference("refs/heads/none")),
        row("semver-broken")
            .spec(reference(json!({ "semver": "newest" })))
            .fails(GIT, &format!("{CHECKOUT}semver parse error: …")),
        row("semver-no-match")
            .spec(reference(json!({ "semver": ">=9.0.0" })))
            .fails(GIT, &format!("{CHECKOUT}no match found for semver: >=9.0.0")),
        row("sparse-missing")
            .spec(json!({ "sparseCheckout": ["dir", "none"] }))
            .fails(GIT, "failed to sparse checkout directories : sparse checkout dir 'none' does not exist in repository"),
    ];
    check(&world, rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_p1_p3_secrets_that_do_not_hold_what_they_should() {
    let world = World::new().await;
    let https = json!({ "url": "https://127.0.0.1:1/r" });
    let options = "failed to configure authentication options: ";
    let proxy = "failed to configure proxy options: ";
    let missing = |name: &str| json!({ name: { "name": "nobody" } });
    let rows = vec![
        row("secret-missing")
            .spec(missing("secretRef"))
            .fails(LOGIN, "failed to get secret '{ns}/nobody': …secrets \"nobody\" not found…"),
        row("secret-password-alone")
            .secret("secretRef", json!({ "password": "p" }))
            .fails(LOGIN, &format!("{options}invalid 'http' auth option: 'password' requires 'username' to be set")),
        row("secret-two-logins")
            .secret("secretRef", json!({ "bearerToken": "t" }))
            .spec(json!({ "url": "https://me:hush@127.0.0.1:1/r" }))
            .fails(LOGIN, &format!("{options}basic auth and bearer token cannot be set at the same time")),
        row("secret-token-lines")
            .secret("secretRef", json!({ "bearerToken": "hush\nhush" }))
            .fails(LOGIN, &format!("{options}value of key 'bearerToken' holds characters that cannot be sent in a header")),
        row("secret-half-a-pair")
            .secret("secretRef", json!({ "tls.crt": "hush" }))
            .spec(https.clone())
            .fails(LOGIN, &format!("{options}'tls.crt' and 'tls.key' must be set together: 'tls.key' is missing")),
        row("secret-broken-authority")
            .secret("secretRef", json!({ "ca.crt": "hush" }))
            .spec(https.clone())
            .fails(GIT, &format!("{CHECKOUT}cannot read certificate authority: expected PEM")),
        row("secret-broken-pair")
            .secret("secretRef", json!({ "tls.crt": "hush", "tls.key": "hush" }))
            .spec(https)
            .fails(GIT, &format!("{CHECKOUT}cannot read client certificate and key: expected PEM")),
        row("secret-of-github")
            .secret("secretRef", json!({ "githubAppID": "1" }))
            .fails("InvalidProviderConfiguration", "secretRef '{ns}/secret-of-github' has github app data but provider is not set to github"),
        row("proxy-missing")
            .spec(missing("proxySecretRef"))
            .fails(LOGIN, &format!("{proxy}failed to get secret '{{ns}}/nobody': …")),
        row("proxy-no-address")
            .secret("proxySecretRef", json!({ "username": "me" }))
            .fails(LOGIN, &format!("{proxy}invalid proxy secret: key 'address' is missing")),
        row("proxy-scheme")
            .secret("proxySecretRef", json!({ "address": "ftp://h" }))
            .fails(LOGIN, &format!("{proxy}…")),
        row("proxy-no-url")
            .secret("proxySecretRef", json!({ "address": "http://[::1" }))
            .fails(LOGIN, &format!("{proxy}…")),
        row("proxy-long")
            .secret("proxySecretRef", json!({ "address": format!("http://{}", "h".repeat(2048)) }))
            .fails(LOGIN, &format!("{proxy}…")),
        row("proxy-unreachable")
            .secret("proxySecretRef", json!({ "address": "http://me:hush@127.0.0.1:1" }))
            .fails(GIT, &format!("{CHECKOUT}unable to list remote for '…': …")),
        row("provider-github-without-secret")
            .spec(json!({ "provider": "github" }))
            .ends(End::Stall)
            .fails("InvalidProviderConfiguration", "secretRef with github app data must be specified when provider is set to github"),
        row("provider-account-gate")
            .spec(json!({ "provider": "aws", "serviceAccountName": "x" }))
            .ends(End::Stall)
            .fails("FeatureGateDisabled", "to use spec.serviceAccountName for provider authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller"),
    ];
    check(&world, rows).await;
    let text = format!("{:?}", world.events());
    assert!(!text.contains("hush"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn g10_verification_that_cannot_be_done() {
    let world = World::new().await;
    let verify = |mode: &str, secret: &str| json!({ "verify": { "mode": mode, "secretRef": { "name": secret } } });
    world
        .secret("no-keys", json!({ "a.asc": "hush", "b.sshpub": "hush" }))
        .await;
    world.commit(&[("a", "1")]);
    let hash = world.repository.rev_parse("main").unwrap();
    world.repository.tag("light", &hash).unwrap();
    world
        .repository
        .annotated_tag("plain", &hash, "not signed")
        .unwrap();
    let verified = |row: Row| row.condition("SourceVerified", "False");
    let rows = vec![
        verified(row("verify-no-secret").spec(verify("HEAD", "nobody")))
            .fails("VerificationError", "public keys secret error: failed to get secret '{ns}/nobody': secrets \"nobody\" not found"),
        verified(row("verify-unsigned-commit").spec(verify("HEAD", "no-keys")))
            .fails("InvalidCommitSignature", "signature verification of commit '…' failed: …"),
        verified(row("verify-tag-of-a-branch").spec(verify("Tag", "no-keys")))
            .ends(End::Stall)
            .fails("InvalidVerificationMode", "cannot verify tag object's signature if a tag reference is not specified"),
        verified(row("verify-unsigned-tag").spec(verify("Tag", "no-keys")))
            .spec(json!({ "ref": { "tag": "plain" } }))
            .fails("InvalidGitObject", "cannot verify signature of tag 'plain@…' since it is not signed"),
        verified(row("verify-lightweight-tag").spec(verify("TagAndHEAD", "no-keys")))
            .spec(json!({ "ref": { "tag": "light" } }))
            .fails(
                "InvalidGitObject",
                "cannot verify signature of tag 'light' since it is not signed",
            ),
    ];
    check(&world, rows).await;
    let text = format!("{:?}", world.events());
    assert!(!text.contains("hush"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_includes_that_cannot_be_copied() {
    let world = World::new().await;
    world.commit(&[("a", "1"), ("dir/b", "2")]);
    world.create("part", json!({})).await;
    world.wait_ready("part").await;
    let include = |fields: Value| json!({ "include": [fields] });
    let of = |name: &str, from: &str, to: &str| {
        include(json!({ "repository": { "name": name }, "fromPath": from, "toPath": to }))
    };
    let waits = |row: Row| row.condition("IncludeUnavailable", "True").ends(End::Wait);
    let copies = |row: Row| row.condition("StorageOperationFailed", "True");
    let rows = vec![
        waits(row("include-missing").spec(of("nobody", "", "")))
            .fails("NotFound", "could not get resource for include 'nobody': …"),
        waits(row("include-of-itself").spec(of("include-of-itself", "", ""))).fails(
            "NoArtifact",
            "no artifact available for include 'include-of-itself'",
        ),
        copies(row("include-from-nowhere").spec(of("part", "none", "x"))).fails(
            "CopyFailure",
            "failed to copy 'part' include from none to x: …",
        ),
        copies(row("include-onto-files").spec(of("part", "", "dir"))).fails(
            "CopyFailure",
            "failed to copy 'part' include from  to dir: …",
        ),
        copies(row("include-below-a-file").spec(of("part", "", "a/x"))).fails(
            "CopyFailure",
            "failed to copy 'part' include from  to a/x: …",
        ),
    ];
    check(&world, rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_g2_repositories_over_the_budget() {
    let mut world = World::new().await;
    world.stop().await;
    world.options.budget.pack = 64 << 10;
    world.options.budget.files = 64 << 10;
    world.start().await;
    // What does not compress is too large as a pack, what does is too large once it is unpacked.
    let mut state = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[0]
    })
    .take(200_000)
    .collect();
    let commit = world.repository.commit("noise").file("x", noise);
    commit.write().unwrap();
    let commit = world
        .repository
        .commit("large")
        .file("x", vec![b'x'; 200_000]);
    commit.write().unwrap();
    let rows = vec![
        row("pack-over-budget")
            .spec(json!({ "ref": { "branch": "noise" } }))
            .fails(GIT, &format!("{CHECKOUT}…65536 bytes…")),
        row("files-over-budget")
            .spec(json!({ "ref": { "branch": "large" } }))
            .condition("StorageOperationFailed", "True")
            .fails(
                "ArchiveOperationFailed",
                "unable to archive artifact to storage: …65536 bytes…",
            ),
    ];
    check(&world, rows).await;
}
