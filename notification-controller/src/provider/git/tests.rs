use common::redact::Secret;
use serde_json::{Value, json};

use super::super::message::Missing;
use super::super::{Delivery, Lookup, Message, Settings, notifier};
use super::*;
use crate::event::tests::sample;
use crate::provider::settings::Secrets;

const SHA: &str = "5394cb7f48332b2de7c17dd8b8384bbc84b7e738";
const STATUS: &str = "kustomization/webapp/0c9c2e41";

fn settings(kind: &str, address: &str, token: &str) -> Settings {
    let provider =
        serde_json::from_value(json!({"spec": {"type": kind, "address": address}})).unwrap();
    let mut settings = Settings::new(&provider, Secrets::default(), STATUS.into()).unwrap();
    settings.token = Secret::new(token.into());
    settings
}

fn event(severity: &str) -> Event {
    sample(severity, &[("revision", &format!("main@sha1:{SHA}"))])
}

fn delivery(settings: &Settings, event: &Event) -> Delivery {
    notifier(settings).unwrap().delivery(event).unwrap()
}

/// Question and message of a delivery.
fn exchange(settings: &Settings, event: &Event) -> (Lookup, Message) {
    match delivery(settings, event) {
        Delivery::Unless { lookup, message } => (*lookup, *message),
        other => panic!("{other:?}"),
    }
}

fn body(message: &Message) -> Value {
    serde_json::from_slice(&message.body).unwrap()
}

fn header<'a>(message: &'a Message, name: &str) -> &'a str {
    message
        .headers
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

fn refused(kind: &str, address: &str, token: &str) -> String {
    notifier(&settings(kind, address, token))
        .err()
        .unwrap()
        .to_string()
}

#[test]
fn g3_the_default_id_has_kind_name_and_the_beginning_of_the_providers_id_in_lower_case() {
    let uid = "0C9C2E41-D2F9-4F9B-9C41-BEBC1984D67A";
    assert_eq!(default_status(uid, &event("info")), STATUS);
    let mut settings = settings("github", "https://github.com/o/r", "t");
    settings.commit_status = String::new();
    assert_eq!(
        notifier(&settings).err().unwrap().to_string(),
        "commit status cannot be empty"
    );
}

#[test]
fn x2_an_expression_sees_event_alert_and_provider() {
    let alert = serde_json::from_value(json!({"metadata": {"name": "a"}})).unwrap();
    let provider = serde_json::from_value(json!({"metadata": {"name": "p"}})).unwrap();
    let by = |expression: &str| status_by_expression(expression, &event("info"), &alert, &provider);
    assert_eq!(
        by(
            "alert.metadata.name + '/' + provider.metadata.name + '/' + event.involvedObject.kind.lowerAscii()"
        ),
        Ok("a/p/kustomization".to_owned())
    );
    assert_eq!(
        by("string(event.metadata.revision)"),
        Ok(format!("main@sha1:{SHA}"))
    );
    let prefix = "failed to evaluate the spec.commitStatusExpr CEL expression for the event: ";
    for (expression, cause) in [
        ("event.metadata.revision", "expected string, got dyn"),
        ("'a' +", "failed to compile expression"),
        ("string(event.metadata.missing)", "no such key"),
    ] {
        let error = by(expression).unwrap_err();
        assert!(
            error.starts_with(prefix) && error.contains(cause),
            "{error}"
        );
    }
}

#[test]
fn section_6_github() {
    let settings = settings("github", "https://github.com/owner/repo.git", "hunter2");
    let (lookup, message) = exchange(&settings, &event("info"));
    let commits = "https://api.github.com/repos/owner/repo";
    assert_eq!(
        lookup.question.url.as_str(),
        format!("{commits}/commits/{SHA}/statuses?per_page=50")
    );
    assert_eq!(message.url.as_str(), format!("{commits}/statuses/{SHA}"));
    assert_eq!(
        body(&message),
        json!({"state": "success", "context": STATUS, "description": "reconciliation succeeded"})
    );
    assert_eq!(header(&message, "authorization"), "Bearer hunter2");
    assert_eq!(
        header(&lookup.question, "accept"),
        "application/vnd.github.v3+json"
    );
    let (_, failure) = exchange(&settings, &event("error"));
    assert_eq!(body(&failure)["state"], "failure");
}

#[test]
fn section_6_github_enterprise_has_its_api_below_its_host() {
    for address in [
        "https://ghe.example.com:8443/owner/repo",
        "ssh://git@ghe.example.com:8443/owner/repo.git",
    ] {
        let (_, message) = exchange(&settings("github", address, "t"), &event("info"));
        let expected =
            format!("https://ghe.example.com:8443/api/v3/repos/owner/repo/statuses/{SHA}");
        assert_eq!(message.url.as_str(), expected);
    }
}

#[test]
fn section_6_github_looks_at_the_newest_status_of_the_same_context() {
    let (lookup, _) = exchange(
        &settings("github", "https://github.com/o/r", "t"),
        &event("info"),
    );
    let status = |context: &str, state: &str| json!({"context": context, "state": state, "description": "reconciliation succeeded"});
    for (statuses, known) in [
        (json!([]), false),
        (
            json!([
                status("other", "success"),
                status(STATUS, "success"),
                status(STATUS, "failure")
            ]),
            true,
        ),
        (
            json!([status(STATUS, "failure"), status(STATUS, "success")]),
            false,
        ),
        (
            json!([{"context": STATUS, "state": "failure", "description": null}, status(STATUS, "success")]),
            true,
        ),
        (
            json!([{"context": STATUS, "state": "success", "description": "other"}]),
            false,
        ),
    ] {
        assert_eq!((lookup.known)(&statuses), known, "{statuses}");
    }
}

#[test]
fn section_6_gitlab_has_nested_projects_and_looks_at_every_status() {
    let settings = settings(
        "gitlab",
        "https://gitlab.example.com/group/sub/repo",
        "hunter2",
    );
    let (lookup, message) = exchange(&settings, &event("error"));
    let project = "https://gitlab.example.com/api/v4/projects/group%2Fsub%2Frepo";
    assert_eq!(
        lookup.question.url.as_str(),
        format!(
            "{project}/repository/commits/{SHA}/statuses?name=kustomization%2Fwebapp%2F0c9c2e41"
        )
    );
    assert_eq!(message.url.as_str(), format!("{project}/statuses/{SHA}"));
    assert_eq!(
        body(&message),
        json!({"state": "failed", "name": STATUS, "description": "reconciliation succeeded"})
    );
    assert_eq!(header(&message, "private-token"), "hunter2");
    let status = |sha: &str, status: &str| json!({"sha": sha, "status": status, "description": "reconciliation succeeded", "name": STATUS});
    assert!((lookup.known)(&json!([
        status(SHA, "success"),
        status(SHA, "failed")
    ])));
    assert!(!(lookup.known)(&json!([
        status("other", "failed"),
        status(SHA, "success")
    ])));
}

#[test]
fn section_6_gitea_shows_work_under_way_as_pending() {
    let settings = settings("gitea", "http://gitea:3000/owner/repo", "hunter2");
    let (lookup, message) = exchange(&settings, &event("info"));
    let repository = "http://gitea:3000/api/v1/repos/owner/repo";
    assert_eq!(
        lookup.question.url.as_str(),
        format!("{repository}/commits/{SHA}/statuses?limit=50")
    );
    assert_eq!(message.url.as_str(), format!("{repository}/statuses/{SHA}"));
    assert_eq!(
        body(&message),
        json!({"state": "success", "target_url": "", "context": STATUS, "description": "reconciliation succeeded"})
    );
    assert_eq!(header(&message, "authorization"), "token hunter2");
    let known = json!([{"context": STATUS, "status": "success", "description": "reconciliation succeeded"}]);
    assert!((lookup.known)(&known));
    let mut under_way = event("info");
    under_way.reason = "Progressing".into();
    assert_eq!(body(&exchange(&settings, &under_way).1)["state"], "pending");
}

#[test]
fn section_6_bitbucket() {
    let settings = settings(
        "bitbucket",
        "https://bitbucket.org/owner/repo",
        "user:hunter2",
    );
    let (lookup, message) = exchange(&settings, &event("info"));
    let key = "4abc3ba6f171924ecece234c03192982da12888b";
    let commit = format!(
        "https://api.bitbucket.org/2.0/repositories/owner/repo/commit/{SHA}/statuses/build"
    );
    assert_eq!(lookup.question.url.as_str(), format!("{commit}/{key}"));
    assert_eq!(message.url.as_str(), commit);
    assert_eq!(
        body(&message),
        json!({
            "state": "SUCCESSFUL", "key": key, "name": "kustomization/webapp",
            "description": "reconciliation succeeded", "url": "https://bitbucket.org",
        })
    );
    assert_eq!(header(&message, "authorization"), "Basic dXNlcjpodW50ZXIy");
    assert_eq!(lookup.missing, Missing::Nothing);
    assert!((lookup.known)(
        &json!({"state": "SUCCESSFUL", "description": "reconciliation succeeded"})
    ));
    assert!(!(lookup.known)(
        &json!({"state": "FAILED", "description": "reconciliation succeeded"})
    ));
    for token in ["user", "a:b:c"] {
        let error = refused("bitbucket", "https://bitbucket.org/o/r", token);
        assert_eq!(
            error,
            "invalid token format, expected to be <user>:<password>"
        );
    }
}

#[test]
fn g4_the_password_stands_in_for_a_token() {
    for kind in ["github", "gitlab", "gitea"] {
        let mut settings = settings(kind, "https://h/o/r", "");
        assert!(notifier(&settings).is_err(), "{kind}");
        settings.password = Secret::new("hunter2".into());
        let (_, message) = exchange(&settings, &event("info"));
        let sent = format!(
            "{} {}",
            header(&message, "authorization"),
            header(&message, "private-token")
        );
        assert!(sent.contains("hunter2"), "{kind}");
    }
    assert_eq!(
        refused("bitbucket", "https://h/o/r", ""),
        "bitbucket token cannot be empty"
    );
    assert_eq!(
        refused("github", "https://h/o/r", ""),
        "github token or github app details must be specified"
    );
}

#[test]
fn section_6_work_under_way_is_skipped_and_traces_have_no_state() {
    for (kind, token) in [("github", "t"), ("gitlab", "t"), ("bitbucket", "u:p")] {
        let settings = settings(kind, "https://h/o/r", token);
        let mut under_way = sample("info", &[]);
        under_way.reason = "Progressing".into();
        assert!(
            matches!(delivery(&settings, &under_way), Delivery::Skip),
            "{kind}"
        );
        let error = notifier(&settings)
            .unwrap()
            .delivery(&event("trace"))
            .unwrap_err();
        assert_eq!(error.to_string(), format!("can't convert to {kind} state"));
        let error = notifier(&settings)
            .unwrap()
            .delivery(&sample("error", &[]))
            .unwrap_err();
        assert_eq!(error.to_string(), "missing revision metadata");
    }
}

#[test]
fn g2_addresses_without_owner_and_name_are_refused() {
    for (kind, token) in [("github", "t"), ("gitea", "t"), ("bitbucket", "u:p")] {
        for address in ["https://h/owner", "https://h/a/b/c"] {
            let error = refused(kind, address, token);
            assert!(
                error.starts_with("invalid repository id"),
                "{kind} {address}: {error}"
            );
        }
    }
}

#[test]
fn section_6_bitbucket_server_keeps_the_path_before_the_repository() {
    let settings = settings(
        "bitbucketserver",
        "https://user:hunter2@bb.example.com:7990/context/scm/PRJ/repo.git",
        "hunter2",
    );
    let (lookup, message) = exchange(&settings, &event("error"));
    let key = "4abc3ba6f171924ecece234c03192982da12888b";
    let builds = format!(
        "https://bb.example.com:7990/context/rest/api/latest/projects/PRJ/repos/repo/commits/{SHA}/builds"
    );
    assert_eq!(lookup.question.url.as_str(), format!("{builds}?key={key}"));
    assert_eq!(message.url.as_str(), builds);
    let said = json!({
        "key": key, "state": "FAILED", "name": "kustomization/webapp [reconciliation succeeded]",
        "description": "reconciliation succeeded",
        "url": "https://bb.example.com:7990/context/scm/PRJ/repo.git",
    });
    assert_eq!(body(&message), said);
    assert_eq!(header(&message, "authorization"), "Bearer hunter2");
    assert_eq!(header(&message, "x-atlassian-token"), "no-check");
    assert_eq!(header(&message, "x-requested-with"), "XMLHttpRequest");
    assert!((lookup.known)(&said) && !(lookup.known)(&json!(null)));
}

#[test]
fn section_6_bitbucket_server_needs_the_address_of_a_clone_and_credentials() {
    let kind = "bitbucketserver";
    for (address, cause) in [
        (
            "https://bb/projects/PRJ/repos/repo",
            "not http(s) git clone url",
        ),
        ("ssh://git@bb/scm/PRJ/repo", "expected http:// or https://"),
        ("https://bb/scm/PRJ", "invalid repository id"),
    ] {
        let error = refused(kind, address, "t");
        assert!(error.contains(cause), "{error}");
    }
    let mut settings = settings(kind, "https://bb/scm/PRJ/repo", "");
    assert!(notifier(&settings).is_err());
    (settings.username, settings.password) = ("u".into(), Secret::new("p".into()));
    let (_, message) = exchange(&settings, &event("info"));
    assert_eq!(header(&message, "authorization"), "Basic dTpw");
}
