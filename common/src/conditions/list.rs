//! Writing one condition into a list.

use std::cmp::Ordering;

use crds::meta::Time;
use jiff::Timestamp;

use super::{Condition, READY, RECONCILING, STALLED, Status};

/// The longest message that is stored, in bytes (K4.2).
pub const MAX_MESSAGE: usize = 32_768;

/// The condition of the given type.
pub fn find<'a>(list: &'a [Condition], kind: &str) -> Option<&'a Condition> {
    list.iter().find(|condition| condition.r#type == kind)
}

/// Whether the condition is there and True.
pub fn is_true(list: &[Condition], kind: &str) -> bool {
    find(list, kind).is_some_and(Condition::is_true)
}

/// Whether the condition is there and False.
pub fn is_false(list: &[Condition], kind: &str) -> bool {
    find(list, kind).is_some_and(Condition::is_false)
}

/// Writes a condition and puts the list in order.
///
/// The observed generation always becomes `generation`. The transition time becomes `now`, cut to whole seconds, when
/// status, reason or message differ from what was there, and stays otherwise. The message is cut by [`truncate`].
/// Order: Stalled, Reconciling, Ready, then by higher observed generation, then by type (R9, K4.2).
pub fn set(
    list: &mut Vec<Condition>,
    kind: &str,
    status: Status,
    reason: &str,
    message: &str,
    generation: i64,
    now: Timestamp,
) {
    let message = truncate(message);
    match list.iter_mut().find(|condition| condition.r#type == kind) {
        Some(condition) => {
            let moved = condition.status != status
                || condition.reason != reason
                || condition.message != message;
            if moved {
                condition.status = status;
                reason.clone_into(&mut condition.reason);
                condition.message = message;
                condition.last_transition_time = Time(now).whole_seconds();
            }
            condition.observed_generation = generation;
        }
        None => list.push(Condition {
            last_transition_time: Time(now).whole_seconds(),
            message,
            observed_generation: generation,
            reason: reason.to_owned(),
            status,
            r#type: kind.to_owned(),
        }),
    }
    sort(list);
}

/// Drops a condition, if it is there.
pub fn remove(list: &mut Vec<Condition>, kind: &str) {
    list.retain(|condition| condition.r#type != kind);
}

/// Writes Reconciling=True, which ends Stalled (K4.1).
pub fn mark_reconciling(
    list: &mut Vec<Condition>,
    reason: &str,
    message: &str,
    generation: i64,
    now: Timestamp,
) {
    remove(list, STALLED);
    set(
        list,
        RECONCILING,
        Status::True,
        reason,
        message,
        generation,
        now,
    );
}

/// Writes Stalled=True, which ends Reconciling (K4.1).
pub fn mark_stalled(
    list: &mut Vec<Condition>,
    reason: &str,
    message: &str,
    generation: i64,
    now: Timestamp,
) {
    remove(list, RECONCILING);
    set(
        list,
        STALLED,
        Status::True,
        reason,
        message,
        generation,
        now,
    );
}

/// Cuts a message to [`MAX_MESSAGE`] bytes, on a character boundary, the last three being `...`.
pub fn truncate(message: &str) -> String {
    if message.len() <= MAX_MESSAGE {
        return message.to_owned();
    }
    let mut end = MAX_MESSAGE - 3;
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}...", &message[..end])
}

/// Puts a list in the order of [`set`].
pub(super) fn sort(list: &mut [Condition]) {
    list.sort_by(|a, b| match (rank(&a.r#type), rank(&b.r#type)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => b
            .observed_generation
            .cmp(&a.observed_generation)
            .then_with(|| a.r#type.cmp(&b.r#type)),
    });
}

fn rank(kind: &str) -> Option<usize> {
    [STALLED, RECONCILING, READY]
        .iter()
        .position(|first| *first == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::new(second, 999_000_000).unwrap()
    }

    fn types(list: &[Condition]) -> Vec<&str> {
        list.iter()
            .map(|condition| condition.r#type.as_str())
            .collect()
    }

    #[test]
    fn r9_order_is_stalled_reconciling_ready_then_generation_then_name() {
        let mut list = Vec::new();
        for (kind, generation) in [
            ("Zeta", 2),
            ("ArtifactInStorage", 1),
            (READY, 1),
            ("Alpha", 1),
            (RECONCILING, 1),
            (STALLED, 1),
        ] {
            set(&mut list, kind, Status::True, "R", "m", generation, at(1));
        }
        assert_eq!(
            types(&list),
            [
                "Stalled",
                "Reconciling",
                "Ready",
                "Zeta",
                "Alpha",
                "ArtifactInStorage"
            ]
        );
    }

    #[test]
    fn r9_transition_time_moves_with_status_reason_or_message_in_whole_seconds() {
        let mut list = Vec::new();
        set(&mut list, "A", Status::True, "R", "m", 1, at(10));
        assert_eq!(
            list[0].last_transition_time.0,
            Timestamp::from_second(10).unwrap()
        );

        set(&mut list, "A", Status::True, "R", "m", 2, at(20));
        assert_eq!(
            list[0].last_transition_time.0.as_second(),
            10,
            "same state keeps its time"
        );
        assert_eq!(
            list[0].observed_generation, 2,
            "the generation moves all the same"
        );

        for (step, (status, reason, message)) in [
            (Status::True, "R", "n"),
            (Status::True, "S", "n"),
            (Status::False, "S", "n"),
        ]
        .into_iter()
        .enumerate()
        {
            let second = 30 + i64::try_from(step).unwrap();
            set(&mut list, "A", status, reason, message, 2, at(second));
            assert_eq!(
                list[0].last_transition_time.0.as_second(),
                second,
                "{reason} {message}"
            );
        }
    }

    #[test]
    fn k4_1_reconciling_and_stalled_exclude_each_other() {
        let mut list = Vec::new();
        mark_stalled(&mut list, "R", "m", 1, at(1));
        mark_reconciling(&mut list, "R", "m", 1, at(1));
        assert_eq!(types(&list), [RECONCILING]);
        mark_stalled(&mut list, "R", "m", 1, at(1));
        assert_eq!(types(&list), [STALLED]);
    }

    #[test]
    fn k4_2_messages_are_cut_at_32768_with_dots() {
        assert_eq!(truncate(&"x".repeat(MAX_MESSAGE)).len(), MAX_MESSAGE);
        let cut = truncate(&"x".repeat(MAX_MESSAGE + 1));
        assert_eq!((cut.len(), &cut[MAX_MESSAGE - 4..]), (MAX_MESSAGE, "x..."));
        // The cut falls inside a two-byte character: one byte less, never half a character.
        let wide = format!("x{}", "é".repeat(MAX_MESSAGE));
        let cut = truncate(&wide);
        assert!(
            cut.len() <= MAX_MESSAGE && cut.ends_with("é..."),
            "{}",
            cut.len()
        );
    }
}
