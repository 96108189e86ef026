//! Texts, conditions and events of drift (H18.4, H18.5).

use std::fmt::Write as _;

use apply::{ChangeSet, Object};
use common::conditions::{READY, reasons};
use common::reconcile::Notice;
use crds::helm::HelmRelease;
use crds::helm::well_known::{condition, reason};
use jiff::Timestamp;

use super::correct::Failure;
use super::{DiffSet, Difference, Operation};
use crate::report::{Event, Marker, metadata, reason as texts};
use crate::snapshot::{full_name, history};

/// `Kind/namespace/name changed (1 additions, 0 changes, 0 removals)`, `… removed` or `… excluded`, a line for each
/// object that is not as it should be.
pub fn lines(set: &DiffSet) -> String {
    let mut lines = String::new();
    for diff in &set.0 {
        let what = match &diff.difference {
            Difference::None => continue,
            Difference::Missing => "removed".to_owned(),
            Difference::Excluded => "excluded".to_owned(),
            Difference::Changed(patch) => {
                let count =
                    |is: fn(&Operation) -> bool| patch.iter().filter(|change| is(change)).count();
                format!(
                    "changed ({} additions, {} changes, {} removals)",
                    count(|change| matches!(change, Operation::Add { .. })),
                    count(|change| matches!(change, Operation::Replace { .. })),
                    count(|change| matches!(change, Operation::Remove { .. })),
                )
            }
        };
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{} {what}", subject(&diff.desired));
    }
    lines.trim().to_owned()
}

/// `removed: 1, changed: 2, excluded: 0`, for logs.
pub fn brief(set: &DiffSet) -> String {
    let count =
        |is: fn(&Difference) -> bool| set.0.iter().filter(|diff| is(&diff.difference)).count();
    format!(
        "removed: {}, changed: {}, excluded: {}",
        count(|difference| matches!(difference, Difference::Missing)),
        count(|difference| matches!(difference, Difference::Changed(_))),
        count(|difference| matches!(difference, Difference::Excluded)),
    )
}

/// `Kind/namespace/name`.
pub(super) fn subject(object: &Object) -> String {
    object.subject()
}

/// The cluster was found to differ. Every pass says so again (H18.6); this event carries no facts.
pub fn detected(object: &mut HelmRelease, set: &DiffSet, now: Timestamp) -> Event {
    let text = format!(
        "Cluster state of release {} has drifted from the desired state:\n{}",
        latest(object),
        lines(set)
    );
    Marker::new(object, now).mark_true(condition::DRIFTED, reason::DRIFT_DETECTED, &text);
    Event {
        notice: Notice::Error,
        reason: reason::DRIFT_DETECTED,
        message: text,
        metadata: Vec::new(),
    }
}

/// The correction begins.
pub fn correcting(object: &mut HelmRelease, now: Timestamp) {
    let mut marker = Marker::new(object, now);
    marker.mark_unknown(READY, reasons::PROGRESSING, "correcting cluster drift");
}

/// The correction has ended; none when nothing was done.
pub fn corrected(object: &HelmRelease, changes: &ChangeSet, failures: &[Failure]) -> Option<Event> {
    let name = latest(object);
    let facts = || history::latest(&object.status.history).map(metadata::of_snapshot);
    if failures.is_empty() {
        if changes.is_empty() {
            return None;
        }
        return Some(Event {
            notice: Notice::Info,
            reason: texts::DRIFT_CORRECTED,
            message: format!("Cluster state of release {name} has been corrected:\n{changes}"),
            metadata: facts().unwrap_or_default(),
        });
    }
    let partially = if changes.is_empty() { "" } else { "partially " };
    let failed: Vec<String> = failures.iter().map(ToString::to_string).collect();
    let mut message = format!(
        "Failed to {partially}correct cluster state of release {name}:\n{}",
        failed.join("\n")
    );
    if !changes.is_empty() {
        // Writing to a string cannot fail.
        let _ = write!(message, "\n\nSuccessful corrections:\n{changes}");
    }
    Some(Event {
        notice: Notice::Error,
        reason: texts::DRIFT_CORRECTION_FAILED,
        message,
        metadata: facts().unwrap_or_default(),
    })
}

fn latest(object: &HelmRelease) -> String {
    history::latest(&object.status.history)
        .map(full_name)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use apply::{Action, Change, ObjectId};
    use crds::helm::ReleaseSnapshot;
    use serde_json::json;

    use super::*;
    use crate::drift::Diff;

    fn released() -> HelmRelease {
        let mut object = HelmRelease::default();
        object.status.history.push(ReleaseSnapshot {
            name: "web".to_owned(),
            namespace: "prod".to_owned(),
            version: 2,
            chart_version: "1.0.0".to_owned(),
            ..ReleaseSnapshot::default()
        });
        object
    }

    fn diff(kind: &str, namespace: &str, name: &str, difference: Difference) -> Diff {
        let desired = Object::new(json!({
            "apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": namespace},
        }));
        Diff {
            desired: desired.unwrap(),
            difference,
        }
    }

    fn drifted() -> DiffSet {
        let add = |path: &str| Operation::Add {
            path: path.to_owned(),
            value: json!("s3cr3t"),
        };
        let patch = vec![
            add("/data/a"),
            add("/data/b"),
            Operation::Remove {
                path: "/data/c".to_owned(),
                old: json!("old"),
            },
        ];
        DiffSet(vec![
            diff("Secret", "prod", "s", Difference::Changed(patch)),
            diff("ClusterRole", "", "r", Difference::Missing),
            diff("ConfigMap", "prod", "same", Difference::None),
            diff("ConfigMap", "prod", "out", Difference::Excluded),
        ])
    }

    #[test]
    fn h18_4_drift_is_told_object_by_object_and_shows_no_value() {
        let mut object = released();
        let event = detected(&mut object, &drifted(), Timestamp::UNIX_EPOCH);
        assert_eq!(
            event.message,
            "Cluster state of release prod/web.v2 has drifted from the desired state:\n\
             Secret/prod/s changed (2 additions, 0 changes, 1 removals)\n\
             ClusterRole/r removed\n\
             ConfigMap/prod/out excluded"
        );
        let drifted = &object.status.conditions[0];
        assert_eq!(
            (drifted.reason.as_str(), &drifted.message),
            ("DriftDetected", &event.message)
        );
        assert!(drifted.is_true() && event.metadata.is_empty());
    }

    #[test]
    fn h18_4_logs_have_the_counts() {
        assert_eq!(brief(&drifted()), "removed: 1, changed: 1, excluded: 1");
        assert!(drifted().has_changes());
        assert!(!DiffSet(drifted().0.split_off(2)).has_changes());
    }

    #[test]
    fn h18_5_a_correction_tells_what_it_did_and_what_it_could_not_do() {
        let object = released();
        let changes = ChangeSet {
            changes: vec![Change {
                id: ObjectId::new("prod", "s", "", "Secret"),
                version: "v1".to_owned(),
                action: Action::Configured,
            }],
            ..ChangeSet::default()
        };
        let none = ChangeSet::default();
        let failure = Failure::create("ClusterRole/r", "forbidden");
        assert_eq!(corrected(&object, &none, &[]), None);
        let event = corrected(&object, &changes, &[]).unwrap();
        assert_eq!(
            event.message,
            "Cluster state of release prod/web.v2 has been corrected:\nSecret/prod/s configured"
        );
        assert_eq!(event.metadata[0].1, "1.0.0");
        let event = corrected(&object, &none, std::slice::from_ref(&failure)).unwrap();
        assert_eq!(
            event.message,
            "Failed to correct cluster state of release prod/web.v2:\n\
             ClusterRole/r creation failure: forbidden"
        );
        let event = corrected(&object, &changes, &[failure]).unwrap();
        assert_eq!(
            event.message,
            "Failed to partially correct cluster state of release prod/web.v2:\n\
             ClusterRole/r creation failure: forbidden\n\nSuccessful corrections:\nSecret/prod/s configured"
        );
    }
}
