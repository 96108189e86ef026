//! Signed commits, verified by `git verify-commit` with `gpg` and `ssh-keygen` (G12).

use std::path::Path;
use std::process::Command;

use serde_json::json;
use testing::Dir;
use testing::git::{Form, SshKey};

use super::world::{World, git_spec};

/// Runs a program, and gives what it says.
fn run(program: &str, args: &[&str], home: &Path) -> Result<String, String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests verify signatures with the programs that users have"
    )]
    let output = Command::new(program)
        .args(args)
        .env("GNUPGHOME", home)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap_or_else(|error| panic!("cannot start {program}: {error}; install it: apt-get install gnupg openssh-client git"));
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    if output.status.success() {
        Ok(said)
    } else {
        Err(said)
    }
}

fn verify(world: &World, home: &Path, config: &str) -> Result<String, String> {
    let repository = world.repository.path().to_str().unwrap();
    run(
        "git",
        &["-C", repository, "-c", config, "verify-commit", "main"],
        home,
    )
}

fn signed_by(name: &str, kind: &str) -> serde_json::Value {
    let key = json!({ "secretRef": { "name": name }, "type": kind });
    json!({ "git": git_spec(json!({ "commit": { "signingKey": key } })) })
}

#[tokio::test(flavor = "multi_thread")]
async fn g12_pgp_signatures_of_keys_with_and_without_passphrase_verify() {
    for (algorithm, passphrase) in [("ed25519", ""), ("rsa2048", "open sesame")] {
        let home = Dir::new("gnupg").unwrap();
        // Hashing the passphrase millions of times takes a build without optimisation minutes where other programs run too.
        let agent = home.path().join("gpg-agent.conf");
        std::fs::write(agent, "s2k-count 65536\n").unwrap();
        let gpg = |args: &[&str]| {
            let quiet = [
                "--batch",
                "--pinentry-mode",
                "loopback",
                "--passphrase",
                passphrase,
            ];
            run("gpg", &[&quiet[..], args].concat(), home.path()).unwrap()
        };
        gpg(&[
            "--quick-gen-key",
            "Bot <bot@example.dev>",
            algorithm,
            "sign",
            "never",
        ]);
        let key = home.path().join("key.asc");
        gpg(&[
            "--armor",
            "--output",
            key.to_str().unwrap(),
            "--export-secret-keys",
        ]);
        let mut data = json!({ "git.asc": std::fs::read_to_string(&key).unwrap() });
        let world = World::new().await;
        if passphrase.is_empty() {
            world.secret("signing", data).await;
            world.automate(signed_by("signing", "gpg")).await;
        } else {
            world.secret("signing", data.clone()).await;
            world.automate(signed_by("signing", "gpg")).await;
            let message = world.wait_failed("SourceManagerFailed").await;
            assert_eq!(
                message,
                "failed configuring source manager: can not use passphrase protected signing key without 'passphrase' field present in secret signing"
            );
            data["passphrase"] = passphrase.into();
            world.secret("signing", data).await;
        }
        world.wait_pushed(None).await;
        let said = verify(&world, home.path(), "gpg.format=openpgp").unwrap();
        assert!(
            said.contains("Good signature from \"Bot <bot@example.dev>\""),
            "{said}"
        );
        let _ = run("gpgconf", &["--kill", "all"], home.path());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g12_ssh_signatures_of_every_kind_of_key_verify() {
    for (kind, passphrase, form) in [
        ("ed25519", "open sesame", Form::OpenSsh),
        ("ecdsa", "", Form::Pem),
        ("rsa", "", Form::Pkcs8),
    ] {
        let key = SshKey::generate(kind, passphrase, form).unwrap();
        let world = World::new().await;
        world
            .secret(
                "signing",
                json!({ "identity": key.private, "password": passphrase }),
            )
            .await;
        world.automate(signed_by("signing", "ssh")).await;
        world.wait_pushed(None).await;
        let home = Dir::new("signers").unwrap();
        let signers = home.path().join("allowed");
        std::fs::write(
            &signers,
            format!("bot@example.dev {}\n", key.public_words()),
        )
        .unwrap();
        let config = format!("gpg.ssh.allowedSignersFile={}", signers.display());
        let said = verify(&world, home.path(), &config).unwrap();
        assert!(
            said.contains("Good \"git\" signature for bot@example.dev"),
            "{kind}: {said}"
        );
        std::fs::write(
            &signers,
            format!(
                "bot@example.dev {}\n",
                SshKey::ed25519().unwrap().public_words()
            ),
        )
        .unwrap();
        verify(&world, home.path(), &config).unwrap_err();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g12_secrets_without_the_key_are_told() {
    let world = World::new().await;
    world.secret("signing", json!({ "other": "x" })).await;
    world.automate(signed_by("signing", "gpg")).await;
    let message = world.wait_failed("SourceManagerFailed").await;
    assert_eq!(
        message,
        "failed configuring source manager: signing key secret 'signing' does not contain a 'git.asc' key"
    );
    world
        .secret("signing", json!({ "git.asc": "nonsense" }))
        .await;
    world
        .wait("the key is no key", |object| {
            let ready = common::conditions::find(&object.status.conditions, "Ready");
            ready.is_some_and(|it| {
                it.message
                    .contains("could not read signing key from secret 'signing'")
            })
        })
        .await;
    assert_eq!(world.count("main"), 1);
}
