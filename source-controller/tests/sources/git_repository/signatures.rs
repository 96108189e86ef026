//! Commits and tags signed by `gpg` and `ssh-keygen` (G10).

use common::reconcile::Notice;
use serde_json::{Value, json};

use super::world::{World, find, is, says};

const DATA: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../engines/signature/tests/data"
);
const PGP_KEY: &str = "2D96C8F2E351B370";
const SSH_KEY: &str = "SHA256:Ye7W0GFhWti/fXT0AD+p2dV5uDEck+PqdZWANnC22Xs";

fn text(name: &str) -> String {
    std::fs::read_to_string(format!("{DATA}/{name}")).unwrap()
}

/// Puts a signed object into the repository; its hash comes back.
fn store(world: &World, kind: &str, name: &str) -> String {
    let file = format!("{DATA}/{name}");
    let git = &world.repository;
    git.git(["hash-object", "-t", "tree", "-w", "/dev/null"])
        .unwrap();
    let hash = git.git(["hash-object", "-t", kind, "-w", &file]).unwrap();
    hash.trim().to_owned()
}

/// A world whose `main` is a signed commit, and the trusted keys in the Secret `keys`.
async fn world(commit: &str, keys: Value) -> (World, String) {
    let world = World::new().await;
    let hash = store(&world, "commit", commit);
    world.repository.set_branch("main", &hash).unwrap();
    world.secret("keys", keys).await;
    (world, hash)
}

fn verify(mode: &str) -> Value {
    json!({ "verify": { "mode": mode, "secretRef": { "name": "keys" } } })
}

#[tokio::test(flavor = "multi_thread")]
async fn g10_signed_commits_are_published_and_the_key_is_named() {
    let keys = json!({ "a.asc": text("ed.asc"), "b.sshpub": text("ed25519.sshpub") });
    for (commit, key) in [("commit_pgp_ed", PGP_KEY), ("commit_ssh_ed25519", SSH_KEY)] {
        let (world, hash) = world(commit, keys.clone()).await;
        world.create("r", verify("head")).await;
        let object = world.wait_ready("r").await;
        let message = format!("verified signature of\n\t- commit '{hash}' with key '{key}'");
        assert_eq!(
            says(&object, "SourceVerified"),
            ("Succeeded".to_owned(), message.clone())
        );
        let mode = object.status.source_verification_mode.as_ref().unwrap();
        assert_eq!(mode.as_str(), "HEAD");
        world.told("Succeeded", Notice::Trace, &message).await;

        // What was verified stays so without another fetch (R11); it goes with the wish for it.
        let object = world.reconcile("r", "1").await;
        assert!(is(&object, "SourceVerified", "True"));
        world.change("r", json!({ "verify": null })).await;
        let object = world.wait_ready("r").await;
        assert!(find(&object, "SourceVerified").is_none());
        assert!(object.status.source_verification_mode.is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g10_r8_r11_what_is_not_signed_by_a_trusted_key_is_not_published() {
    let keys = json!({ "a.asc": text("rsa.asc"), "b.sshpub": text("rsa.sshpub") });
    let (world, hash) = world("commit_pgp_ed", keys).await;
    world.create("r", verify("HEAD")).await;
    let object = world.wait_failed("r", "InvalidCommitSignature").await;
    let message = format!(
        "signature verification of commit '{hash}' failed: unable to verify Git commit: unable to verify payload with any of the given key rings: no matching key"
    );
    assert_eq!(
        says(&object, "SourceVerified"),
        ("InvalidCommitSignature".to_owned(), message.clone())
    );
    assert_eq!(says(&object, "Ready").1, message);
    assert!(object.status.artifact.is_none() && find(&object, "FetchFailed").is_none());

    // The right key heals it.
    world
        .secret("keys", json!({ "a.asc": text("ed.asc") }))
        .await;
    world.wait_ready("r").await;

    // An unsigned commit is told, and the old artifact stays.
    let before = world.wait_ready("r").await.status.artifact;
    world.commit(&[("a", "1")]);
    world.reconcile("r", "1").await;
    let object = world.wait_failed("r", "InvalidCommitSignature").await;
    assert!(
        says(&object, "Ready")
            .1
            .ends_with("as the provided signature is empty")
    );
    assert_eq!(object.status.artifact, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn g10_tags_are_verified_where_a_tag_is_followed() {
    let keys = json!({ "b.sshpub": text("ed25519.sshpub") });
    let (world, hash) = world("commit_ssh_ed25519", keys).await;
    let tag = store(&world, "tag", "tag_ssh_ed25519");
    world
        .repository
        .set_reference("refs/tags/v1.0.0", &tag)
        .unwrap();
    world.repository.tag("v0.1.0", &hash).unwrap();
    let with = |mode: &str, reference: Value| {
        let mut spec = verify(mode);
        spec["ref"] = reference;
        spec
    };
    world
        .create("both", with("TagAndHEAD", json!({ "tag": "v1.0.0" })))
        .await;
    let object = world.wait_ready("both").await;
    assert_eq!(
        says(&object, "SourceVerified").1,
        format!(
            "verified signature of\n\t- tag 'v1.0.0@{tag}' with key '{SSH_KEY}'\n\t- commit '{hash}' with key '{SSH_KEY}'"
        )
    );
    // Asking for less asks for nothing new (G11).
    world.change("both", verify("Tag")).await;
    let object = world.wait_ready("both").await;
    let mode = object.status.source_verification_mode.as_ref().unwrap();
    assert_eq!(mode.as_str(), "TagAndHEAD");

    world
        .create("light", with("Tag", json!({ "tag": "v0.1.0" })))
        .await;
    let object = world.wait_failed("light", "InvalidGitObject").await;
    assert_eq!(
        says(&object, "SourceVerified").1,
        "cannot verify signature of tag 'v0.1.0' since it is not signed"
    );
    world
        .create("branch", with("Tag", json!({ "branch": "main" })))
        .await;
    let object = world.wait_failed("branch", "InvalidVerificationMode").await;
    assert!(is(&object, "Stalled", "True"));

    world.secret("others", json!({ "x": "nonsense" })).await;
    let mut spec = with("Tag", json!({ "tag": "v1.0.0" }));
    spec["verify"]["secretRef"]["name"] = json!("others");
    world.create("nokeys", spec).await;
    world.wait_failed("nokeys", "InvalidTagSignature").await;
    let missing = json!({ "verify": { "secretRef": { "name": "gone" } } });
    world.create("gone", missing).await;
    let object = world.wait_failed("gone", "VerificationError").await;
    let message = says(&object, "SourceVerified").1;
    assert!(
        message.starts_with("public keys secret error: "),
        "{message}"
    );
}
