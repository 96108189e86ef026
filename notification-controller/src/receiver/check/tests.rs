use axum::http::{HeaderName, HeaderValue};
use ring::hmac;

use super::*;
use crate::hex;

const TOKEN: &str = "token";
const BODY: &str = r#"{"a": 1}"#;

fn headers(entries: &[(&str, &str)]) -> HeaderMap {
    entries
        .iter()
        .map(|(name, value)| {
            (
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_str(value).unwrap(),
            )
        })
        .collect()
}

/// What comes of a call: the body that filters see, or why not.
fn checked(
    kind: &str,
    entries: &[(&str, &str)],
    body: &str,
    (token, events): (&str, &[&str]),
) -> Result<String, Rejection> {
    let headers = headers(entries);
    let events: Vec<String> = events.iter().map(ToString::to_string).collect();
    let call = Call {
        headers: &headers,
        body: body.as_bytes(),
    };
    let expected = Expected {
        token: token.as_bytes(),
        events: &events,
    };
    let accepted = check(&ReceiverType::from(kind), call, expected)?;
    Ok(String::from_utf8(accepted.body.into_owned()).unwrap())
}

fn sign(algorithm: hmac::Algorithm, body: &str) -> String {
    let key = hmac::Key::new(algorithm, TOKEN.as_bytes());
    hex::encode(hmac::sign(&key, body.as_bytes()).as_ref())
}

fn forged(outcome: Result<String, Rejection>) -> bool {
    matches!(outcome, Err(Rejection::Forged(_)))
}

fn unusable(outcome: Result<String, Rejection>) -> bool {
    matches!(outcome, Err(Rejection::Unusable(_)))
}

#[test]
fn section_9_generic_takes_every_call() {
    assert_eq!(
        checked("generic", &[], "anything", (TOKEN, &["push"])),
        Ok("anything".to_owned())
    );
}

#[test]
fn section_9_generic_hmac_takes_every_algorithm_and_nothing_unsigned() {
    let call = |signature: &str| {
        checked(
            "generic-hmac",
            &[("x-signature", signature)],
            BODY,
            (TOKEN, &[]),
        )
    };
    for (name, algorithm) in [
        ("sha1", hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        ("sha256", hmac::HMAC_SHA256),
        ("sha512", hmac::HMAC_SHA512),
    ] {
        assert_eq!(
            call(&format!("{name}={}", sign(algorithm, BODY))),
            Ok(BODY.to_owned())
        );
        assert!(forged(call(&format!(
            "{name}={}",
            sign(algorithm, "other")
        ))));
    }
    let right = sign(hmac::HMAC_SHA256, BODY);
    for signature in [
        "",
        &right,
        "md5=00",
        "sha256=",
        "sha256=zz",
        "sha256",
        &format!("sha1={right}"),
        &format!("sha256={}", &right[..62]),
    ] {
        assert!(forged(call(signature)), "{signature}");
    }
    assert!(forged(checked("generic-hmac", &[], BODY, (TOKEN, &[]))));
    // An empty token does not switch the check off here.
    assert!(forged(checked("generic-hmac", &[], BODY, ("", &[]))));
}

#[test]
fn section_9_github_prefers_the_stronger_signature_and_reads_forms() {
    let strong = format!("sha256={}", sign(hmac::HMAC_SHA256, BODY));
    let weak = format!("sha1={}", sign(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, BODY));
    let call = |entries: &[(&str, &str)], body: &str| {
        let json = ("content-type", "application/json; charset=utf-8");
        checked("github", &[&[json], entries].concat(), body, (TOKEN, &[]))
    };
    assert_eq!(
        call(&[("x-hub-signature-256", &strong)], BODY),
        Ok(BODY.to_owned())
    );
    assert_eq!(
        call(&[("x-hub-signature", &weak)], BODY),
        Ok(BODY.to_owned())
    );
    assert!(forged(call(
        &[
            ("x-hub-signature-256", "sha256=00"),
            ("x-hub-signature", &weak)
        ],
        BODY
    )));
    assert!(forged(call(&[("x-hub-signature-256", &strong)], "other")));
    assert!(forged(call(&[], BODY)));
    let form = "payload=%7B%22a%22%3A1%7D";
    let signed = format!("sha256={}", sign(hmac::HMAC_SHA256, form));
    let with_type = |kind: &str| {
        let entries = [("content-type", kind), ("x-hub-signature-256", &signed)];
        checked("github", &entries, form, (TOKEN, &[]))
    };
    assert_eq!(
        with_type("application/x-www-form-urlencoded"),
        Ok(r#"{"a":1}"#.to_owned())
    );
    assert!(unusable(with_type("text/plain")) && unusable(with_type("")));
}

#[test]
fn section_9_events_are_compared_whatever_their_case_and_after_the_proof() {
    let signature = format!("sha256={}", sign(hmac::HMAC_SHA256, BODY));
    for (kind, header, proof) in [
        (
            "github",
            "x-github-event",
            ("x-hub-signature-256", signature.as_str()),
        ),
        (
            "bitbucket",
            "x-event-key",
            ("x-hub-signature", signature.as_str()),
        ),
        ("gitlab", "x-gitlab-event", ("x-gitlab-token", TOKEN)),
    ] {
        let call = |proof: (&str, &str), event: &str, events: &[&str]| {
            let entries = [("content-type", "application/json"), proof, (header, event)];
            checked(kind, &entries, BODY, (TOKEN, events))
        };
        assert!(
            call(proof, "Push Hook", &["ping", "push hook"]).is_ok(),
            "{kind}"
        );
        assert!(call(proof, "Push Hook", &[]).is_ok(), "{kind}");
        assert!(unusable(call(proof, "Push", &["push hook"])), "{kind}");
        assert!(
            forged(call((proof.0, "wrong"), "Push", &["other"])),
            "{kind}"
        );
    }
}

#[test]
fn section_13_an_empty_token_lets_unsigned_calls_of_github_and_bitbucket_in() {
    for kind in ["github", "bitbucket"] {
        let json = ("content-type", "application/json");
        assert!(checked(kind, &[json], BODY, ("", &[])).is_ok(), "{kind}");
        let signed = [json, ("x-hub-signature", "sha1=00")];
        assert!(forged(checked(kind, &signed, BODY, ("", &[]))), "{kind}");
    }
}

#[test]
fn section_9_gitlab_and_harbor_send_the_token_itself() {
    for (kind, header) in [("gitlab", "x-gitlab-token"), ("harbor", "authorization")] {
        let call = |value: &str| checked(kind, &[(header, value)], BODY, (TOKEN, &[]));
        assert_eq!(call(TOKEN), Ok(BODY.to_owned()), "{kind}");
        for wrong in ["", "toke", "token ", "Bearer token", "TOKEN"] {
            assert!(forged(call(wrong)), "{kind} {wrong}");
        }
        assert!(forged(checked(kind, &[], BODY, (TOKEN, &[]))), "{kind}");
    }
}

#[test]
fn section_9_registries_without_proof_must_send_what_they_send() {
    for (kind, body) in [
        (
            "dockerhub",
            r#"{"push_data":{"tag":"1"},"repository":{"repo_url":"https://r"}}"#,
        ),
        ("quay", r#"{"docker_url":"quay.io/r","updated_tags":["1"]}"#),
        (
            "acr",
            r#"{"action":"push","target":{"repository":"r","tag":"1"}}"#,
        ),
    ] {
        assert_eq!(
            checked(kind, &[], body, (TOKEN, &["x"])),
            Ok(body.to_owned()),
            "{kind}"
        );
        assert!(
            checked(kind, &[], "{} trailing", (TOKEN, &[])).is_ok(),
            "{kind}"
        );
        for wrong in ["", "{", "[1]", "7"] {
            assert!(
                unusable(checked(kind, &[], wrong, (TOKEN, &[]))),
                "{kind} {wrong}"
            );
        }
    }
    let wrong = r#"{"push_data":{"tag":1}}"#;
    assert!(unusable(checked("dockerhub", &[], wrong, (TOKEN, &[]))));
}

#[test]
fn section_9_nexus_signs_with_bare_digits() {
    let call = |signature: &str, body: &str| {
        checked(
            "nexus",
            &[("x-nexus-webhook-signature", signature)],
            body,
            (TOKEN, &[]),
        )
    };
    let sha1 = |body: &str| sign(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, body);
    assert_eq!(call(&sha1(BODY), BODY), Ok(BODY.to_owned()));
    for signature in [
        "",
        "00",
        &format!("sha1={}", sha1(BODY)),
        &sha1("other"),
        &sha1(BODY).to_uppercase(),
    ] {
        assert!(forged(call(signature, BODY)), "{signature}");
    }
    assert!(unusable(call(&sha1("{"), "{")));
}

#[test]
fn types_without_a_check_are_refused_and_the_others_have_one() {
    let without: Vec<&str> = ReceiverType::ALL
        .iter()
        .filter(|kind| !is_supported(kind))
        .map(ReceiverType::as_str)
        .collect();
    assert_eq!(without, ["generic-oidc", "gcr", "cdevents"]);
    assert!(unusable(checked("gcr", &[], BODY, (TOKEN, &[]))));
}
