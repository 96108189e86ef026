//! The metadata that a provider sees: that of the event and that of the alert, combined (section 3.6).

use std::collections::BTreeMap;

use crds::notification::Alert;

use crate::event::{Event, key};

/// Where values come from, as the event about conflicts names it (E26).
const ANNOTATIONS: &str = "involved object annotations";
const EVENT_METADATA: &str = "Alert object .spec.eventMetadata";
const SUMMARY: &str = "Alert object .spec.summary";
const CONTROLLER: &str = "involved object controller metadata";

/// The text of the event about conflicts.
pub const CONFLICT: &str = "metadata key conflicts detected (please refer to the Alert API docs and Flux RFC 0008 for more information)";

/// What came of combining.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Combined {
    /// By bare keys, the most specific source winning (E27).
    pub metadata: BTreeMap<String, String>,
    /// Keys that more than one source has, with the sources from the lowest to the highest, joined by commas.
    pub conflicts: BTreeMap<String, String>,
}

/// Combines the sources from the lowest to the highest: annotations of the object, `spec.eventMetadata` and `spec.summary` of
/// the alert, metadata of the object's controller.
pub fn combine(event: &Event, alert: &Alert) -> Combined {
    let group = format!("{}/", event.group());
    let under = |prefix: &str, source| {
        let prefix = prefix.to_owned();
        event.metadata.iter().filter_map(move |(name, value)| {
            let bare = name.strip_prefix(prefix.as_str())?;
            Some((bare.to_owned(), value.clone(), source))
        })
    };
    let of_alert = alert
        .spec
        .event_metadata
        .iter()
        .map(|(name, value)| (name.clone(), value.clone(), EVENT_METADATA));
    let summary = alert
        .spec
        .summary
        .iter()
        .map(|summary| (key::SUMMARY.to_owned(), summary.clone(), SUMMARY));
    let mut combined = Combined::default();
    let mut sources: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let all = under(key::EVENT_GROUP, ANNOTATIONS)
        .chain(of_alert)
        .chain(summary)
        .chain(under(&group, CONTROLLER));
    for (name, value, source) in all {
        sources.entry(name.clone()).or_default().push(source);
        combined.metadata.insert(name, value);
    }
    combined.conflicts = sources
        .into_iter()
        .filter(|(_, sources)| sources.len() > 1)
        .map(|(name, sources)| (name, sources.join(", ")))
        .collect();
    combined
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::event::tests::sample;

    const OWN: &str = "kustomize.toolkit.fluxcd.io";

    #[test]
    fn e26_the_most_specific_source_wins_and_conflicts_name_all_of_them() {
        let alert: Alert = serde_json::from_value(json!({
            "spec": {"eventMetadata": {"cluster": "a", "revision": "alert", "summary": "m"}, "summary": "s"},
        }))
        .unwrap();
        let event = sample(
            "info",
            &[
                ("event.toolkit.fluxcd.io/cluster", "annotation"),
                ("event.toolkit.fluxcd.io/team", "x"),
                ("kustomize.toolkit.fluxcd.io/revision", "main@sha1:1"),
            ],
        );
        let Combined {
            metadata,
            conflicts,
        } = combine(&event, &alert);
        assert_eq!(
            json!(metadata),
            json!({"cluster": "a", "revision": "main@sha1:1", "summary": "s", "team": "x"})
        );
        assert_eq!(
            json!(conflicts),
            json!({
                "cluster": "involved object annotations, Alert object .spec.eventMetadata",
                "revision": "Alert object .spec.eventMetadata, involved object controller metadata",
                "summary": "Alert object .spec.eventMetadata, Alert object .spec.summary",
            })
        );
    }

    #[test]
    fn e27_keys_are_bare_and_without_sources_nothing_is_combined() {
        let event = sample("info", &[(&format!("{OWN}/originRevision"), "o")]);
        let combined = combine(&event, &Alert::default());
        assert_eq!(json!(combined.metadata), json!({"originRevision": "o"}));
        assert_eq!(
            combine(&sample("info", &[]), &Alert::default()),
            Combined::default()
        );
    }
}
