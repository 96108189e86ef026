//! Signatures made by `gpg` and `ssh-keygen`, over git objects.
#![allow(clippy::unwrap_used)]

use signature::{Error, Signed, pgp, ssh};

/// A day in 2027.
const NOW: u64 = 1_800_000_000;

/// An hour after the key that has expired was made.
const WHEN_OLD_WAS_YOUNG: u64 = 1_577_840_400;

fn data(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

fn text(name: &str) -> String {
    String::from_utf8(data(name)).unwrap()
}

fn by_pgp(commit: &str, rings: &[&str], now: u64) -> Result<String, Error> {
    let signed = Signed::commit(&data(commit));
    let rings: Vec<String> = rings.iter().map(|name| text(name)).collect();
    pgp::verify(&signed.signature, &signed.payload, &rings, now)
}

fn by_ssh(signed: &Signed, keys: &[&str]) -> Result<String, Error> {
    let keys: Vec<String> = keys.iter().map(|name| text(name)).collect();
    ssh::verify(&signed.signature, &signed.payload, &keys)
}

#[test]
fn g10_pgp_commits_by_primary_keys_and_signing_subkeys() {
    for (commit, ring, id) in [
        ("commit_pgp_ed", "ed.asc", "2D96C8F2E351B370"),
        ("commit_pgp_rsa", "rsa.asc", "F4BB521FBDE76968"),
        ("commit_pgp_sub", "sub.asc", "789A98C742BECDED"),
    ] {
        assert_eq!(by_pgp(commit, &[ring], NOW).unwrap(), id, "{commit}");
    }
    let all = ["rsa.asc", "ed25519.sshpub", "ed.asc"];
    assert_eq!(
        by_pgp("commit_pgp_ed", &all, NOW).unwrap(),
        "2D96C8F2E351B370",
        "what is no ring is passed over"
    );
}

#[test]
fn g10_other_revoked_and_expired_keys_do_not_count() {
    let no_match = Err(Error::NoMatch("key rings"));
    assert_eq!(by_pgp("commit_pgp_ed", &["rsa.asc"], NOW), no_match);
    assert_eq!(by_pgp("commit_pgp_gone", &["gone.asc"], NOW), no_match);
    assert_eq!(by_pgp("commit_pgp_old", &["old.asc"], NOW), no_match);
    assert!(by_pgp("commit_pgp_old", &["old.asc"], WHEN_OLD_WAS_YOUNG).is_ok());
    assert!(matches!(
        by_pgp("commit_pgp_ed", &["ed25519.sshpub"], NOW),
        Err(Error::KeyRing(_))
    ));
}

#[test]
fn g10_ssh_commits_by_keys_of_each_kind() {
    for (kind, fingerprint) in [
        (
            "ed25519",
            "SHA256:Ye7W0GFhWti/fXT0AD+p2dV5uDEck+PqdZWANnC22Xs",
        ),
        ("rsa", "SHA256:8zg27bSJwgmge8e7FkxOcCCpyEXb785V/L/V3h/YbhM"),
        (
            "ecdsa",
            "SHA256:T/kCd/4y3xWe8VokiUo4eZ/+OrR1STqbDYTmp5fFiGQ",
        ),
    ] {
        let signed = Signed::commit(&data(&format!("commit_ssh_{kind}")));
        let key = format!("{kind}.sshpub");
        assert_eq!(by_ssh(&signed, &[&key]).unwrap(), fingerprint);
        let others: Vec<&str> = ["ed25519.sshpub", "rsa.sshpub", "ecdsa.sshpub"]
            .into_iter()
            .filter(|other| *other != key)
            .collect();
        assert_eq!(
            by_ssh(&signed, &others),
            Err(Error::NoMatch("authorized keys"))
        );
    }
}

#[test]
fn g10_what_was_signed_for_something_else_or_changed_does_not_count() {
    let other = Signed::commit(&data("commit_ssh_namespace"));
    assert!(by_ssh(&other, &["ed25519.sshpub"]).is_err());
    for (commit, changed) in [("commit_ssh_ed25519", true), ("commit_pgp_ed", false)] {
        let mut signed = Signed::commit(&data(commit));
        signed.payload.push(b'\n');
        let refused = if changed {
            by_ssh(&signed, &["ed25519.sshpub"]).is_err()
        } else {
            pgp::verify(&signed.signature, &signed.payload, &[text("ed.asc")], NOW).is_err()
        };
        assert!(refused, "{commit}");
    }
    let commit = Signed::commit(&data("commit_ssh_ed25519"));
    assert!(by_ssh(&commit, &["ed.asc"]).is_err());
}

#[test]
fn g10_tags() {
    let signed = Signed::tag(&data("tag_ssh_ed25519"));
    assert!(by_ssh(&signed, &["ed25519.sshpub"]).is_ok());
    let signed = Signed::tag(&data("tag_pgp_ed"));
    let ring = [text("ed.asc")];
    assert!(pgp::verify(&signed.signature, &signed.payload, &ring, NOW).is_ok());
}
