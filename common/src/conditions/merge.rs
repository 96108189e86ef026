//! Folding our condition changes into a list that somebody else has written meanwhile.

use super::{Condition, find, list};

/// Applies what changed between `before` and `after` to `latest`.
///
/// Conditions of a type in `owned` are as in `after`, whatever `latest` says. For any other type our change is applied
/// only when nobody else touched the condition since `before`; otherwise theirs stays (R10, K4.3).
pub fn merge(
    before: &[Condition],
    after: &[Condition],
    latest: &[Condition],
    owned: &[&str],
) -> Vec<Condition> {
    let mut merged = latest.to_vec();
    let kinds = before
        .iter()
        .chain(after)
        .map(|condition| condition.r#type.as_str());
    let mut seen: Vec<&str> = Vec::new();
    for kind in kinds {
        if seen.contains(&kind) {
            continue;
        }
        seen.push(kind);
        let (ours_before, ours) = (find(before, kind), find(after, kind));
        let theirs = find(latest, kind);
        let ours_wins = owned.contains(&kind) || (ours_before != ours && theirs == ours_before);
        if !ours_wins {
            continue;
        }
        list::remove(&mut merged, kind);
        merged.extend(ours.cloned());
    }
    list::sort(&mut merged);
    merged
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::{READY, Status, set};
    use super::*;

    fn conditions(entries: &[(&str, &str)]) -> Vec<Condition> {
        let mut list = Vec::new();
        for (kind, reason) in entries {
            set(
                &mut list,
                kind,
                Status::True,
                reason,
                "",
                1,
                Timestamp::UNIX_EPOCH,
            );
        }
        list
    }

    #[test]
    fn r10_owned_conditions_win_and_foreign_ones_survive() {
        let before = conditions(&[(READY, "Old"), ("Mine", "Old")]);
        let after = conditions(&[(READY, "New")]);
        let latest = conditions(&[(READY, "Theirs"), ("Mine", "Theirs"), ("Foreign", "Theirs")]);
        let merged = merge(&before, &after, &latest, &[READY, "Mine"]);
        assert_eq!(merged, conditions(&[(READY, "New"), ("Foreign", "Theirs")]));
    }

    #[test]
    fn r10_a_foreign_change_beats_ours_when_we_do_not_own_the_condition() {
        let before = conditions(&[("Shared", "Old"), ("Quiet", "Old")]);
        let after = conditions(&[("Shared", "Ours"), ("Quiet", "Ours")]);
        let latest = conditions(&[("Shared", "Theirs"), ("Quiet", "Old")]);
        let merged = merge(&before, &after, &latest, &[]);
        assert_eq!(
            merged,
            conditions(&[("Quiet", "Ours"), ("Shared", "Theirs")])
        );
    }

    #[test]
    fn nothing_of_ours_changed_keeps_the_latest() {
        let before = conditions(&[("A", "Old")]);
        let latest = conditions(&[("B", "New")]);
        assert_eq!(merge(&before, &before, &latest, &[]), latest);
    }
}
