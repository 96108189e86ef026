use serde_json::json;

use super::*;
use crate::provider::samples::{data, named};

fn provider(spec: serde_json::Value) -> Provider {
    serde_json::from_value(json!({"metadata": {"uid": "u-1"}, "spec": spec})).unwrap()
}

#[test]
fn b1_the_secret_beats_the_spec_and_the_proxy_secret_beats_both() {
    let provider = provider(json!({
        "type": "slack", "address": "https://spec/", "username": "spec", "proxy": "http://spec:1",
        "channel": "c", "timeout": "3s",
    }));
    let secret = data(&[
        ("address", "https://secret/"),
        ("username", "secret"),
        ("password", "p"),
        ("proxy", " http://secret:1 "),
    ]);
    let proxy = data(&[("address", "http://proxy:1")]);
    let mut secrets = Secrets::default();
    let settings = Settings::new(&provider, secrets, String::new()).unwrap();
    assert_eq!(settings.address.expose(), "https://spec/");
    assert_eq!(settings.transport.proxy.unwrap().expose(), "http://spec:1");
    assert_eq!(
        (settings.timeout, &*settings.username),
        (Duration::from_secs(3), "spec")
    );
    secrets.provider = Some(named(&secret));
    let settings = Settings::new(&provider, secrets, String::new()).unwrap();
    assert_eq!(settings.address.expose(), "https://secret/");
    assert_eq!(
        settings.transport.proxy.unwrap().expose(),
        "http://secret:1"
    );
    assert_eq!(
        (&*settings.username, settings.password.expose().as_str()),
        ("secret", "p")
    );
    secrets.proxy = Some(named(&proxy));
    let settings = Settings::new(&provider, secrets, String::new()).unwrap();
    assert_eq!(
        settings.transport.proxy.unwrap().expose(),
        "http://proxy:1/"
    );
}

#[test]
fn b3_half_a_pair_silently_sends_no_token_but_fails_a_commit_status() {
    let half = data(&[
        ("token", "t"),
        ("username", "u"),
        ("address", "https://a/b/c"),
    ]);
    let secrets = Secrets {
        provider: Some(named(&half)),
        ..Secrets::default()
    };
    let chat = Settings::new(&provider(json!({"type": "slack"})), secrets, String::new()).unwrap();
    assert_eq!(chat.token.expose(), "");
    assert_eq!(chat.address.expose(), "https://a/b/c");
    let error =
        Settings::new(&provider(json!({"type": "gitlab"})), secrets, "s".into()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "failed to get TLS config: secret 'ns/s': malformed basic auth - has 'username' but missing 'password'"
    );
}

#[test]
fn b4_certificates_beside_the_token_count_for_commit_statuses_alone() {
    let authority = testing::pki::Authority::new("a").unwrap();
    let own = data(&[("token", "t"), ("ca.crt", authority.pem())]);
    let secrets = Secrets {
        provider: Some(named(&own)),
        ..Secrets::default()
    };
    let tls = |kind: &str, secrets| {
        let provider = provider(json!({"type": kind}));
        Settings::new(&provider, secrets, String::new())
            .unwrap()
            .transport
            .tls
    };
    assert!(tls("gitea", secrets).is_some());
    assert!(tls("slack", secrets).is_none());
    let certificates = data(&[("ca.crt", authority.pem())]);
    let secrets = Secrets {
        certificates: Some(named(&certificates)),
        ..Secrets::default()
    };
    assert!(tls("slack", secrets).is_some());
    // Section 12: Discord takes none.
    assert!(tls("discord", secrets).is_none());
}

#[test]
fn section_4_types_without_a_proxy_go_without() {
    let proxy = |kind: &str| {
        let provider = provider(json!({"type": kind, "proxy": "http://p:1"}));
        let settings = Settings::new(&provider, Secrets::default(), String::new()).unwrap();
        settings.transport.proxy.is_some()
    };
    for kind in [
        "generic",
        "slack",
        "discord",
        "telegram",
        "gitea",
        "pagerduty",
    ] {
        assert!(proxy(kind), "{kind}");
    }
    for kind in ["matrix", "gitlab", "bitbucket", "github"] {
        assert!(!proxy(kind), "{kind}");
    }
}

#[test]
fn broken_secrets_are_told_without_their_content() {
    let provider = provider(json!({"type": "generic", "proxy": "hunter2"}));
    let error = Settings::new(&provider, Secrets::default(), String::new()).unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");
    let secret = data(&[("token", "hunter2")]);
    let secrets = Secrets {
        certificates: Some(named(&secret)),
        ..Secrets::default()
    };
    let provider = self::provider(json!({"type": "generic"}));
    let error = Settings::new(&provider, secrets, String::new())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("'ca.crt'") && !error.contains("hunter2"),
        "{error}"
    );
}

#[test]
fn everything_secret_is_listed_the_longest_first() {
    let secret = data(&[
        ("token", " user:hunter2\n"),
        ("headers", "X: abc"),
        ("address", "https://x/y"),
    ]);
    let secrets = Secrets {
        provider: Some(named(&secret)),
        ..Secrets::default()
    };
    let settings = Settings::new(
        &provider(json!({"type": "generic"})),
        secrets,
        String::new(),
    )
    .unwrap();
    let all: Vec<String> = settings
        .secrets()
        .iter()
        .map(|s| s.expose().clone())
        .collect();
    for value in [
        " user:hunter2\n",
        "user:hunter2",
        "hunter2",
        "abc",
        "https://x/y",
    ] {
        assert!(all.iter().any(|one| one == value), "{value}");
    }
    assert!(all.is_sorted_by_key(|one| std::cmp::Reverse(one.len())));
    assert!(!format!("{settings:?}").contains("hunter2"));
}
