//! Which events an Alert wants: its sources, its severity and its lists (E16, E18).

use std::collections::BTreeMap;

use crds::notification::{Alert, EventSeverity, EventSource};

use super::go_regex;
use crate::event::Event;

/// Whether a source is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meant<'a> {
    /// It is not.
    No,
    /// It is.
    Yes,
    /// It is if the object has these labels.
    Labelled(&'a BTreeMap<String, String>),
}

/// Whether a source of an alert means the object of an event (E15, E16). Its API version does not count.
pub fn source<'a>(source: &'a EventSource, alert: &Alert, event: &Event) -> Meant<'a> {
    let involved = &event.involved_object;
    let own = alert.metadata.namespace.as_deref().unwrap_or_default();
    let namespace = source.namespace.as_deref().unwrap_or(own);
    let fits = namespace == involved.namespace
        && source.kind.as_str() == involved.kind
        && severity(alert, event)
        && (source.name == "*" || source.name == involved.name);
    match &source.match_labels {
        _ if !fits => Meant::No,
        None => Meant::Yes,
        Some(labels) => Meant::Labelled(labels),
    }
}

/// Alerts for errors see only errors, the others see all.
fn severity(alert: &Alert, event: &Event) -> bool {
    match &alert.spec.event_severity {
        None | Some(EventSeverity::Info) => true,
        Some(wanted) => wanted.as_str() == event.severity,
    }
}

/// What the lists of an alert say to a message.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// Whether the message passes.
    pub passes: bool,
    /// Complaints about expressions that were skipped on the way.
    pub invalid: Vec<String>,
}

/// Asks the inclusion list, then the exclusion list (E18). An expression is compiled when it is its turn, as upstream does,
/// so one that comes after a match is not complained about.
pub fn lists(alert: &Alert, message: &str) -> Lists {
    let mut invalid = Vec::new();
    let included = alert.spec.inclusion_list.is_empty()
        || any(
            &alert.spec.inclusion_list,
            "inclusion",
            message,
            &mut invalid,
        );
    let passes = included
        && !any(
            &alert.spec.exclusion_list,
            "exclusion",
            message,
            &mut invalid,
        );
    Lists { passes, invalid }
}

fn any(expressions: &[String], list: &str, message: &str, invalid: &mut Vec<String>) -> bool {
    expressions
        .iter()
        .any(|expression| match go_regex::compile(expression) {
            Ok(regex) => regex.is_match(message),
            Err(error) => {
                tracing::error!(%error, "failed to compile {list} regex: {expression}");
                invalid.push(format!("failed to compile {list} regex: {expression}"));
                false
            }
        })
}

/// Whether labels are fit to be looked for; a selector of others is refused by the API server too (E17).
pub fn labels_are_valid(labels: &BTreeMap<String, String>) -> bool {
    labels.iter().all(|(key, value)| {
        !value.contains([',', '(', ')', '=', '!'])
            && common::flags::label_selector(&format!("{key}={value}")).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::event::tests::sample;

    fn alert(spec: Value) -> Alert {
        let object = json!({"metadata": {"name": "a", "namespace": "flux-system"}, "spec": spec});
        serde_json::from_value(object).unwrap()
    }

    fn meant(spec: Value, severity: &str) -> bool {
        let alert = alert(spec);
        let event = sample(severity, &[]);
        alert
            .spec
            .event_sources
            .iter()
            .any(|one| source(one, &alert, &event) == Meant::Yes)
    }

    #[test]
    fn e16_namespace_kind_severity_and_name_decide() {
        for (one, expected) in [
            (json!({"kind": "Kustomization", "name": "webapp"}), true),
            (json!({"kind": "Kustomization", "name": "*"}), true),
            (json!({"kind": "Kustomization", "name": "web*"}), false),
            (json!({"kind": "HelmRelease", "name": "*"}), false),
            (
                json!({"kind": "Kustomization", "name": "*", "namespace": "flux-system"}),
                true,
            ),
            (
                json!({"kind": "Kustomization", "name": "*", "namespace": "apps"}),
                false,
            ),
            (
                json!({"kind": "Kustomization", "name": "*", "apiVersion": "other/v9"}),
                true,
            ),
        ] {
            assert_eq!(
                meant(json!({"eventSources": [one]}), "info"),
                expected,
                "{one}"
            );
        }
    }

    #[test]
    fn e16_alerts_for_errors_see_only_errors_and_the_others_all() {
        let spec = |severity: Value| json!({"eventSeverity": severity, "eventSources": [{"kind": "Kustomization", "name": "*"}]});
        for (wanted, of, expected) in [
            (json!("info"), "info", true),
            (json!("info"), "error", true),
            (json!("info"), "trace", true),
            (json!("error"), "error", true),
            (json!("error"), "info", false),
            (json!(null), "error", true),
        ] {
            assert_eq!(meant(spec(wanted.clone()), of), expected, "{wanted} {of}");
        }
    }

    #[test]
    fn e17_labels_are_asked_for_whenever_they_are_given_even_none() {
        let one = |labels: Value| {
            let alert = alert(
                json!({"eventSources": [{"kind": "Kustomization", "name": "webapp", "matchLabels": labels}]}),
            );
            match source(&alert.spec.event_sources[0], &alert, &sample("info", &[])) {
                Meant::Labelled(labels) => Some(labels.len()),
                _ => None,
            }
        };
        assert_eq!(one(json!({"team": "a"})), Some(1));
        assert_eq!(one(json!({})), Some(0));
        assert_eq!(one(json!(null)), None);
    }

    #[test]
    fn e18_lists_decide_by_any_match_and_skip_what_does_not_compile() {
        let ask = |spec: Value| {
            let Lists { passes, invalid } = lists(&alert(spec), "Health check passed");
            (passes, invalid)
        };
        assert_eq!(ask(json!({})), (true, vec![]));
        assert_eq!(
            ask(json!({"inclusionList": ["nope", "check"]})),
            (true, vec![])
        );
        assert_eq!(ask(json!({"inclusionList": ["nope"]})), (false, vec![]));
        assert_eq!(ask(json!({"exclusionList": ["^check"]})), (true, vec![]));
        assert_eq!(
            ask(json!({"inclusionList": ["check"], "exclusionList": ["passed"]})),
            (false, vec![])
        );
        let complaint = |list: &str| vec![format!("failed to compile {list} regex: (")];
        assert_eq!(
            ask(json!({"inclusionList": ["("]})),
            (false, complaint("inclusion"))
        );
        assert_eq!(
            ask(json!({"inclusionList": ["(", "check"]})),
            (true, complaint("inclusion"))
        );
        assert_eq!(
            ask(json!({"inclusionList": ["check", "("]})),
            (true, vec![])
        );
        assert_eq!(
            ask(json!({"exclusionList": ["("]})),
            (true, complaint("exclusion"))
        );
    }

    #[test]
    fn e17_labels_that_no_object_can_have_are_told_apart() {
        let valid = |key: &str, value: &str| {
            labels_are_valid(&BTreeMap::from([(key.to_owned(), value.to_owned())]))
        };
        assert!(valid("app.kubernetes.io/name", "web") && valid("team", ""));
        assert!(!valid("a b", "x") && !valid("team", "a b") && !valid("team", "a,b"));
        assert!(!valid("", "x") && !valid("team", &"x".repeat(64)));
    }
}
