//! What is known of every object: one row each.

use std::fmt::Write;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::row::{Key, Ready, Row};

/// All rows, in the order in which they appeared.
#[derive(Debug)]
pub(crate) struct Board {
    rows: Vec<Row>,
    start: Instant,
}

impl Board {
    /// An empty board whose clock starts at `start`.
    pub(crate) fn new(start: Instant) -> Self {
        Self {
            rows: Vec::new(),
            start,
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
        let old = self.rows.iter_mut().find(|old| old.key == row.key);
        row.ready_after = old.as_ref().and_then(|old| old.ready_after);
        if row.ready == Ready::True && row.ready_after.is_none() {
            row.ready_after = Some(now - self.start);
        }
        row.failing_since = match (row.ready, &old) {
            (Ready::Unknown, Some(old)) => old.failing_since,
            (Ready::False, Some(old)) if old.failing_since.is_some() => old.failing_since,
            (Ready::False, _) if !row.waits_for_dependency() => Some(now),
            _ => None,
        };
        match old {
            None => {
                self.rows.push(row);
                true
            }
            Some(old) => {
                let different = !old.looks_like(&row);
                *old = row;
                different
            }
        }
    }

    /// Takes out a deleted object.
    pub(crate) fn remove(&mut self, key: &Key) {
        self.rows.retain(|row| row.key != *key);
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

    /// Whether there are objects and all are Ready; those that follow the repository at `commit`, where one is given.
    pub(crate) fn all_ready(&self, commit: Option<&str>) -> bool {
        let at = |row: &Row| commit.is_none_or(|commit| row.revision.ends_with(commit));
        let ready = |row: &Row| row.ready == Ready::True && (!row.follows_repository || at(row));
        !self.rows.is_empty() && self.rows.iter().all(ready)
    }

    /// Whether something fails for `patience` in spite of its retries: waiting longer will not help.
    pub(crate) fn stuck(&self, patience: Duration, now: Instant) -> bool {
        let long = |since: Instant| now - since >= patience;
        self.rows
            .iter()
            .any(|row| row.ready == Ready::False && row.failing_since.is_some_and(long))
    }

    /// Every object that is not Ready, with its conditions.
    pub(crate) fn failures(&self) -> String {
        let mut text = String::new();
        for row in self.rows.iter().filter(|row| row.ready != Ready::True) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{} is not Ready:\n{}", row.key, row.conditions());
        }
        if self.rows.is_empty() {
            text += "no object was seen\n";
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::{IMAGE_POLICY, KUSTOMIZATION};

    fn key(name: &str) -> Key {
        Key::of(KUSTOMIZATION, name)
    }

    fn object(generation: u64, status: &str, revision: &str) -> Value {
        object_with_reason(generation, status, "R", revision)
    }

    fn object_with_reason(generation: u64, status: &str, reason: &str, revision: &str) -> Value {
        json!({
            "metadata": { "generation": generation },
            "spec": { "sourceRef": { "kind": "GitRepository", "name": "demo" } },
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
        let policy = Key::of(IMAGE_POLICY, "a");
        board.update(policy.clone(), object(1, "True", ""), start);
        assert!(board.all_ready(Some("2")), "a policy has no commit");
        board.update(policy, object(1, "False", ""), start);
        assert!(!board.all_ready(Some("2")));
    }

    #[test]
    fn a_status_of_an_older_generation_is_not_ready() {
        let mut board = Board::new(Instant::now());
        board.update(key("a"), object(2, "True", "main@sha1:1"), Instant::now());
        assert_eq!(board.rows()[0].ready, Ready::Unknown);
    }

    #[test]
    fn stuck_means_failing_for_long_in_spite_of_retries() {
        let (start, patience) = (Instant::now(), Duration::from_secs(20));
        let second = |count: u64| start + Duration::from_secs(count);
        let mut board = Board::new(start);
        board.update(key("a"), object(1, "Unknown", ""), second(0));
        assert!(!board.stuck(patience, second(100)), "at work");
        board.update(key("a"), object(1, "False", ""), second(100));
        assert!(!board.stuck(patience, second(101)), "failed just now");
        board.update(key("a"), object(1, "Unknown", ""), second(115));
        assert!(!board.stuck(patience, second(125)), "a retry is under way");
        board.update(key("a"), object(1, "False", ""), second(126));
        assert!(board.stuck(patience, second(126)));
    }

    #[test]
    fn success_ends_a_failure() {
        let (start, patience) = (Instant::now(), Duration::from_secs(20));
        let mut board = Board::new(start);
        board.update(key("a"), object(1, "False", ""), start);
        board.update(key("a"), object(1, "True", ""), start + patience);
        board.update(key("a"), object(1, "False", ""), start + patience * 2);
        assert!(!board.stuck(patience, start + patience * 2));
    }

    #[test]
    fn waiting_for_a_dependency_is_not_stuck() {
        let (start, patience) = (Instant::now(), Duration::from_secs(20));
        let mut board = Board::new(start);
        let waiting = object_with_reason(1, "False", "DependencyNotReady", "");
        board.update(key("a"), waiting, start);
        assert!(!board.stuck(patience, start + patience));
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
        board.remove(&key("b"));
        assert!(board.rows().is_empty());
    }
}
