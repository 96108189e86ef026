//! What is known of every source and Kustomization: one row each.

use std::fmt::Write;
use std::time::{Duration, Instant};

use serde_json::Value;
use testing::wait::describe;

/// The identity of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) kind: &'static str,
    pub(crate) namespace: String,
    pub(crate) name: String,
}

/// What the condition Ready says, for the current generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ready {
    True,
    False,
    /// The controller is at work, or has not seen this generation yet.
    Unknown,
}

/// One object.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) key: Key,
    pub(crate) ready: Ready,
    pub(crate) reason: String,
    pub(crate) message: String,
    /// The revision that was fetched or applied last.
    pub(crate) revision: String,
    /// Objects in the inventory of a Kustomization.
    pub(crate) objects: Option<usize>,
    /// From the start to the moment it was Ready first.
    pub(crate) ready_after: Option<Duration>,
    object: Value,
    seen: bool,
}

/// All rows, in the order in which they appeared.
#[derive(Debug)]
pub(crate) struct Board {
    rows: Vec<Row>,
    start: Instant,
    changed: Instant,
}

impl Board {
    /// An empty board whose clock starts at `start`.
    pub(crate) fn new(start: Instant) -> Self {
        Self {
            rows: Vec::new(),
            start,
            changed: start,
        }
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(crate) fn get(&self, key: &Key) -> Option<&Row> {
        self.rows.iter().find(|row| row.key == *key)
    }

    /// Takes in the state of an object; `true` if its row looks different now.
    pub(crate) fn update(&mut self, key: Key, object: Value, now: Instant) -> bool {
        let mut row = Row::new(key, object);
        let old = self.rows.iter().position(|old| old.key == row.key);
        row.ready_after = old.and_then(|index| self.rows[index].ready_after);
        if row.ready == Ready::True && row.ready_after.is_none() {
            row.ready_after = Some(now - self.start);
        }
        let different = old.is_none_or(|index| !self.rows[index].looks_like(&row));
        match old {
            Some(index) => self.rows[index] = row,
            None => self.rows.push(row),
        }
        if different {
            self.changed = now;
        }
        different
    }

    /// Takes out a deleted object.
    pub(crate) fn remove(&mut self, key: &Key, now: Instant) {
        self.rows.retain(|row| row.key != *key);
        self.changed = now;
    }

    /// A list of this kind begins: what it does not name is gone.
    pub(crate) fn begin_list(&mut self, kind: &str) {
        for row in self.rows.iter_mut().filter(|row| row.key.kind == kind) {
            row.seen = false;
        }
    }

    /// The list of this kind is complete.
    pub(crate) fn end_list(&mut self, kind: &str) {
        self.rows.retain(|row| row.key.kind != kind || row.seen);
    }

    /// Whether there are objects and all are Ready, at `commit` where one is given.
    pub(crate) fn all_ready(&self, commit: Option<&str>) -> bool {
        !self.rows.is_empty()
            && self.rows.iter().all(|row| {
                row.ready == Ready::True
                    && commit.is_none_or(|commit| row.revision.ends_with(commit))
            })
    }

    /// Whether something has failed and nothing has moved for `quiet`: waiting longer will not help.
    pub(crate) fn stuck(&self, quiet: Duration, now: Instant) -> bool {
        now - self.changed >= quiet && self.rows.iter().any(Row::has_failed)
    }

    /// Every object that is not Ready, with its conditions.
    pub(crate) fn failures(&self) -> String {
        let mut text = String::new();
        for row in self.rows.iter().filter(|row| row.ready != Ready::True) {
            let Key {
                kind,
                namespace,
                name,
            } = &row.key;
            let described = describe(&row.object);
            let conditions: Vec<&str> = described
                .lines()
                .take_while(|line| line.starts_with("  "))
                .collect();
            let conditions = if conditions.is_empty() {
                "  no conditions: no controller has reported yet".to_owned()
            } else {
                conditions.join("\n")
            };
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{kind} {namespace}/{name} is not Ready:\n{conditions}"
            );
        }
        if self.rows.is_empty() {
            text += "no object was seen\n";
        }
        text
    }
}

impl Row {
    fn new(key: Key, object: Value) -> Self {
        let status = &object["status"];
        let conditions = status["conditions"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        let condition = conditions
            .iter()
            .find(|condition| condition["type"] == "Ready");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        // A status of an older generation says nothing about this one.
        let current = status["observedGeneration"] == object["metadata"]["generation"];
        let said = condition.map_or("Unknown", |c| c["status"].as_str().unwrap_or_default());
        let ready = match said {
            "True" if current => Ready::True,
            "False" => Ready::False,
            _ => Ready::Unknown,
        };
        let revision = match key.kind {
            "Kustomization" => &status["lastAppliedRevision"],
            _ => &status["artifact"]["revision"],
        };
        Self {
            ready,
            reason: condition.map(|c| text(&c["reason"])).unwrap_or_default(),
            message: condition.map(|c| text(&c["message"])).unwrap_or_default(),
            revision: text(revision),
            objects: status["inventory"]["entries"].as_array().map(Vec::len),
            ready_after: None,
            seen: true,
            key,
            object,
        }
    }

    /// Not Ready for a reason of its own: what waits for a dependency has not failed.
    fn has_failed(&self) -> bool {
        self.ready == Ready::False && !self.waits_for_dependency()
    }

    /// Whether it waits for another Kustomization.
    pub(crate) fn waits_for_dependency(&self) -> bool {
        self.reason == "DependencyNotReady"
    }

    fn looks_like(&self, other: &Self) -> bool {
        let face = |row: &Self| {
            (
                row.ready,
                row.reason.clone(),
                row.message.clone(),
                row.revision.clone(),
                row.objects,
            )
        };
        face(self) == face(other)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(name: &str) -> Key {
        Key {
            kind: "Kustomization",
            namespace: "flux-system".to_owned(),
            name: name.to_owned(),
        }
    }

    fn object(generation: u64, status: &str, revision: &str) -> Value {
        object_with_reason(generation, status, "R", revision)
    }

    fn object_with_reason(generation: u64, status: &str, reason: &str, revision: &str) -> Value {
        json!({
            "metadata": { "generation": generation },
            "status": {
                "observedGeneration": 1,
                "lastAppliedRevision": revision,
                "conditions": [{ "type": "Ready", "status": status, "reason": reason, "message": "M" }],
            },
        })
    }

    #[test]
    fn all_ready_needs_every_row_at_the_commit() {
        let start = Instant::now();
        let mut board = Board::new(start);
        assert!(!board.all_ready(None), "an empty board is not Ready");
        board.update(key("a"), object(1, "True", "main@sha1:1"), start);
        board.update(key("b"), object(1, "Unknown", "main@sha1:1"), start);
        assert!(!board.all_ready(None));
        board.update(key("b"), object(1, "True", "main@sha1:2"), start);
        assert!(board.all_ready(None) && !board.all_ready(Some("2")));
        board.update(key("a"), object(1, "True", "main@sha1:2"), start);
        assert!(board.all_ready(Some("2")));
    }

    #[test]
    fn a_status_of_an_older_generation_is_not_ready() {
        let mut board = Board::new(Instant::now());
        board.update(key("a"), object(2, "True", "main@sha1:1"), Instant::now());
        assert_eq!(board.rows()[0].ready, Ready::Unknown);
    }

    #[test]
    fn stuck_means_failed_and_quiet() {
        let (start, quiet) = (Instant::now(), Duration::from_secs(15));
        let mut board = Board::new(start);
        board.update(key("a"), object(1, "Unknown", ""), start);
        assert!(!board.stuck(quiet, start + quiet), "at work");
        board.update(key("a"), object(1, "False", ""), start + quiet);
        assert!(!board.stuck(quiet, start + quiet), "failed just now");
        // The same state again, as a retry reports it, is no movement.
        assert!(!board.update(key("a"), object(1, "False", ""), start + quiet * 2));
        assert!(board.stuck(quiet, start + quiet * 2));
    }

    #[test]
    fn waiting_for_a_dependency_is_not_stuck() {
        let (start, quiet) = (Instant::now(), Duration::from_secs(15));
        let mut board = Board::new(start);
        let waiting = object_with_reason(1, "False", "DependencyNotReady", "");
        board.update(key("a"), waiting, start);
        assert!(!board.stuck(quiet, start + quiet));
    }

    #[test]
    fn failures_show_the_conditions_of_what_is_not_ready() {
        let mut board = Board::new(Instant::now());
        board.update(key("good"), object(1, "True", ""), Instant::now());
        board.update(key("bad"), object(1, "False", ""), Instant::now());
        board.update(key("new"), json!({}), Instant::now());
        let failures = board.failures();
        assert!(
            failures.contains("flux-system/bad is not Ready:\n  Ready=False R: M"),
            "{failures}"
        );
        assert!(
            failures.contains("flux-system/new is not Ready:\n  no conditions"),
            "{failures}"
        );
        assert!(!failures.contains("good"), "{failures}");
    }

    #[test]
    fn a_new_list_drops_what_it_does_not_name() {
        let mut board = Board::new(Instant::now());
        board.update(key("a"), object(1, "True", ""), Instant::now());
        board.update(key("b"), object(1, "True", ""), Instant::now());
        board.begin_list("Kustomization");
        board.update(key("b"), object(1, "True", ""), Instant::now());
        board.end_list("Kustomization");
        assert_eq!(board.rows().len(), 1);
        board.remove(&key("b"), Instant::now());
        assert!(board.rows().is_empty());
    }
}
