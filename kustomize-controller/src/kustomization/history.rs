//! The last few outcomes of an object (K3.5 to K3.7).

use std::collections::BTreeMap;
use std::time::Duration;

use common::reconcile::Pass;
use crds::meta::{HISTORY_LIMIT, History, Snapshot, Time};
use jiff::Timestamp;

use super::Kustomizations;

impl Kustomizations {
    /// Records the outcome of this pass.
    pub(super) fn remember(pass: &mut Pass<Self>, status: &str) {
        let Some(built) = &pass.state.built else {
            return;
        };
        let took = pass
            .state
            .started
            .map(|started| started.elapsed())
            .unwrap_or_default();
        let source = pass.state.source();
        let mut metadata =
            BTreeMap::from([("revision".to_owned(), source.artifact.revision.clone())]);
        metadata.extend(
            source
                .origin_revision()
                .map(|origin| ("originRevision".to_owned(), origin)),
        );
        let outcome = Outcome {
            digest: &built.digest,
            status,
            at: Timestamp::now(),
            took,
            metadata,
        };
        record(&mut pass.object.status.history, outcome);
    }
}

/// How a pass ended.
struct Outcome<'a> {
    digest: &'a str,
    status: &'a str,
    at: Timestamp,
    took: Duration,
    metadata: BTreeMap<String, String>,
}

/// The same digest with the same status moves to the front and counts up; anything else is new in front. The oldest go.
fn record(history: &mut History, outcome: Outcome<'_>) {
    let now = Time::from(outcome.at);
    let same = |known: &Snapshot| {
        known.digest == outcome.digest && known.last_reconciled_status == outcome.status
    };
    let mut snapshot = match history.iter().position(same) {
        Some(position) => history.remove(position),
        None => Snapshot {
            digest: outcome.digest.to_owned(),
            first_reconciled: now,
            last_reconciled_status: outcome.status.to_owned(),
            ..Snapshot::default()
        },
    };
    snapshot.last_reconciled = now;
    snapshot.last_reconciled_duration = outcome.took.into();
    snapshot.total_reconciliations += 1;
    snapshot.metadata = outcome.metadata;
    history.insert(0, snapshot);
    history.truncate(HISTORY_LIMIT);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome<'a>(digest: &'a str, status: &'a str, second: i64) -> Outcome<'a> {
        Outcome {
            digest,
            status,
            at: Timestamp::from_second(second).unwrap(),
            took: Duration::from_millis(1500),
            metadata: BTreeMap::from([("revision".to_owned(), format!("r{second}"))]),
        }
    }

    #[test]
    fn k3_5_a_repeat_moves_to_the_front_and_counts() {
        let mut history = History::default();
        record(&mut history, outcome("a", "ReconciliationSucceeded", 1));
        record(&mut history, outcome("b", "ReconciliationSucceeded", 2));
        record(&mut history, outcome("a", "ReconciliationSucceeded", 3));
        let summary: Vec<_> = history
            .iter()
            .map(|s| {
                (
                    s.digest.as_str(),
                    s.total_reconciliations,
                    s.metadata["revision"].as_str(),
                )
            })
            .collect();
        assert_eq!(summary, [("a", 2, "r3"), ("b", 1, "r2")]);
        assert_eq!(
            history[0].first_reconciled,
            Time(Timestamp::from_second(1).unwrap())
        );
        assert_eq!(
            history[0].last_reconciled,
            Time(Timestamp::from_second(3).unwrap())
        );
        assert_eq!(history[0].last_reconciled_duration.to_string(), "1.5s");
    }

    #[test]
    fn k3_5_another_status_of_the_same_digest_is_another_entry() {
        let mut history = History::default();
        record(&mut history, outcome("a", "ReconciliationSucceeded", 1));
        record(&mut history, outcome("a", "HealthCheckFailed", 2));
        assert_eq!(history.len(), 2);
    }

    #[test]
    fn k3_5_five_are_kept() {
        let mut history = History::default();
        for (second, digest) in ["a", "b", "c", "d", "e", "f"].iter().enumerate() {
            record(
                &mut history,
                outcome(
                    digest,
                    "ReconciliationSucceeded",
                    i64::try_from(second).unwrap(),
                ),
            );
        }
        let digests: Vec<_> = history.iter().map(|s| s.digest.as_str()).collect();
        assert_eq!(digests, ["f", "e", "d", "c", "b"]);
    }
}
