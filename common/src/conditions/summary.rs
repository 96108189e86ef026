//! Deriving Ready from the other conditions.

use super::{Condition, ConditionType, Polarity, RECONCILING, STALLED, Status, find};

/// How a kind derives Ready, as data (source.md R8 is one value of it, kustomize-controller.md section 4 another).
///
/// With an empty `order` nothing is derived: Ready then says what the pass itself concluded.
#[derive(Debug, Clone, Copy)]
pub struct Summary {
    /// The conditions that count, the most telling first. Stalled and Reconciling count as negative, after these.
    pub order: &'static [ConditionType],
    /// Conditions whose False replaces Ready's reason and message at the very end, the first such one winning.
    pub overriding: &'static [ConditionType],
}

impl Summary {
    /// Ready says what the pass concluded, nothing else counts.
    pub const VERDICT: Self = Self {
        order: &[],
        overriding: &[],
    };
}

/// Derives status, reason and message of Ready, or nothing when no condition in scope is there.
///
/// A True negative one wins, then a False positive one, then a True positive one, then a False negative one, then
/// Unknown; among equals the first in order gives reason and message (`runtime/conditions/merge.go`).
pub fn summarize(list: &[Condition], summary: &Summary) -> Option<(Status, String, String)> {
    if summary.order.is_empty() {
        return None;
    }
    let scope = summary
        .order
        .iter()
        .map(|kind| (kind.name(), kind.polarity()))
        .chain([
            (STALLED, Polarity::Negative),
            (RECONCILING, Polarity::Negative),
        ]);
    let (grade, top) = scope
        .filter_map(|(name, polarity)| {
            find(list, name).map(|condition| (Grade::of(condition, polarity), condition))
        })
        .min_by_key(|(grade, _)| *grade)?;
    let mut status = grade.ready();
    let mut top = top;
    for kind in summary.overriding {
        if let Some(failed) = find(list, kind.name()).filter(|condition| condition.is_false()) {
            (status, top) = (Status::False, failed);
            break;
        }
    }
    Some((status, top.reason.clone(), top.message.clone()))
}

/// How telling a condition is; smaller comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Grade {
    Trouble,
    Missing,
    Good,
    NoTrouble,
    Unknown,
}

impl Grade {
    fn of(condition: &Condition, polarity: Polarity) -> Self {
        match (condition.status, polarity) {
            (Status::True, Polarity::Negative) => Self::Trouble,
            (Status::False, Polarity::Positive) => Self::Missing,
            (Status::True, Polarity::Positive) => Self::Good,
            (Status::False, Polarity::Negative) => Self::NoTrouble,
            (Status::Unknown, _) => Self::Unknown,
        }
    }

    const fn ready(self) -> Status {
        match self {
            Self::Trouble | Self::Missing => Status::False,
            Self::Good | Self::NoTrouble => Status::True,
            Self::Unknown => Status::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::set;
    use super::*;

    const FETCH_FAILED: ConditionType = ConditionType::negative("FetchFailed");
    const OUTDATED: ConditionType = ConditionType::negative("ArtifactOutdated");
    const IN_STORAGE: ConditionType = ConditionType::positive("ArtifactInStorage");
    const VERIFIED: ConditionType = ConditionType::positive("SourceVerified");
    const SOURCE: Summary = Summary {
        order: &[FETCH_FAILED, OUTDATED, IN_STORAGE, VERIFIED],
        overriding: &[VERIFIED],
    };

    /// What there is, and what Ready becomes.
    type Case = (&'static [(&'static str, Status)], Status, &'static str);

    fn ready(entries: &[(&str, Status)]) -> Option<(Status, String)> {
        let mut list = Vec::new();
        for (kind, status) in entries {
            set(
                &mut list,
                kind,
                *status,
                &format!("{kind}Reason"),
                "m",
                1,
                Timestamp::UNIX_EPOCH,
            );
        }
        summarize(&list, &SOURCE).map(|(status, reason, _)| (status, reason))
    }

    #[test]
    fn r8_summary_order() {
        use Status::{False, True, Unknown};
        let table: &[Case] = &[
            (
                &[("ArtifactInStorage", True)],
                True,
                "ArtifactInStorageReason",
            ),
            (
                &[("ArtifactInStorage", True), ("SourceVerified", True)],
                True,
                "ArtifactInStorageReason",
            ),
            (
                &[("ArtifactInStorage", True), ("FetchFailed", True)],
                False,
                "FetchFailedReason",
            ),
            (
                &[("ArtifactOutdated", True), ("FetchFailed", True)],
                False,
                "FetchFailedReason",
            ),
            (
                &[("ArtifactOutdated", True), ("Reconciling", True)],
                False,
                "ArtifactOutdatedReason",
            ),
            (
                &[("ArtifactInStorage", True), ("Reconciling", True)],
                False,
                "ReconcilingReason",
            ),
            (
                &[("Stalled", True), ("ArtifactInStorage", True)],
                False,
                "StalledReason",
            ),
            (
                &[("ArtifactInStorage", False), ("SourceVerified", True)],
                False,
                "ArtifactInStorageReason",
            ),
            (
                &[("FetchFailed", True), ("SourceVerified", False)],
                False,
                "SourceVerifiedReason",
            ),
            (
                &[("ArtifactInStorage", Unknown)],
                Unknown,
                "ArtifactInStorageReason",
            ),
            (&[("FetchFailed", False)], True, "FetchFailedReason"),
        ];
        for (entries, status, reason) in table {
            assert_eq!(
                ready(entries),
                Some((*status, (*reason).to_owned())),
                "{entries:?}"
            );
        }
    }

    #[test]
    fn nothing_in_scope_gives_nothing() {
        assert_eq!(ready(&[("Other", Status::True)]), None);
        assert!(summarize(&[], &Summary::VERDICT).is_none());
    }
}
