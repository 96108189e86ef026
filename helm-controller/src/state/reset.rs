//! When failures are forgotten, and requests by annotation (H8.8, H19.1).

use artifact::Algorithm;
use crds::helm::{HelmRelease, HelmReleaseStatus};
use crds::well_known::annotation;
use yaml::Map;

use crate::snapshot::digest;

/// Why failures are forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reset {
    /// The spec changed.
    Generation,
    /// The chart changed.
    ChartVersion,
    /// The values changed.
    Values,
    /// Somebody asked for it.
    Requested,
}

impl Reset {
    /// The words in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Generation => "generation differs from last attempt",
            Self::ChartVersion => "chart version differs from last attempt",
            Self::Values => "values differ from last attempt",
            Self::Requested => "reset requested through annotation",
        }
    }
}

/// Whether the failures so far are of something else than what is wanted now. A request for a reset is
/// answered whatever comes out.
pub fn must_reset(object: &mut HelmRelease, chart_version: &str, values: &Map) -> Option<Reset> {
    let requested = is_requested(object, annotation::RESET_AT, |status| {
        &mut status.last_handled_reset_at
    });
    let status = &object.status;
    if status.last_attempted_generation != object.metadata.generation.unwrap_or_default() {
        return Some(Reset::Generation);
    }
    if status
        .last_attempted_revision
        .as_deref()
        .unwrap_or_default()
        != chart_version
    {
        return Some(Reset::ChartVersion);
    }
    let legacy = || {
        let checksum = status.last_attempted_values_checksum.as_ref();
        checksum.map(|checksum| format!("{}:{checksum}", Algorithm::Sha1.name()))
    };
    let attempted = status.last_attempted_config_digest.clone().or_else(legacy);
    if attempted.is_some_and(|attempted| !digest::values_match(&attempted, values)) {
        return Some(Reset::Values);
    }
    requested.then_some(Reset::Requested)
}

/// Whether a release is to be made even if nothing calls for it. The request is answered by asking: the next
/// call says no.
pub fn force_requested(object: &mut HelmRelease) -> bool {
    is_requested(object, annotation::FORCE_AT, |status| {
        &mut status.last_handled_force_at
    })
}

/// A request counts when its token is also that of a request to reconcile and neither was handled before. Its
/// token is noted as handled even where it does not count.
fn is_requested(
    object: &mut HelmRelease,
    annotation: &str,
    handled: impl Fn(&mut HelmReleaseStatus) -> &mut Option<String>,
) -> bool {
    let annotations = object.metadata.annotations.as_ref();
    let token = |name: &str| annotations.and_then(|all| all.get(name)).cloned();
    let Some(asked) = token(annotation) else {
        return false;
    };
    let reconcile = token(annotation::REQUESTED_AT);
    let before = handled(&mut object.status).replace(asked.clone());
    let answered = object
        .status
        .last_handled_reconcile_at
        .clone()
        .unwrap_or_default();
    reconcile.as_ref() == Some(&asked) && answered != asked && before.unwrap_or_default() != asked
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn object(annotations: &[(&str, &str)]) -> HelmRelease {
        let mut object = HelmRelease::default();
        let all = annotations
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        object.metadata.annotations = Some(all.collect::<BTreeMap<_, _>>());
        object.metadata.generation = Some(2);
        object.status.last_attempted_generation = 2;
        object.status.last_attempted_revision = Some("1.0.0".to_owned());
        object.status.last_attempted_config_digest =
            Some(digest::of_values(&Map::new(), Algorithm::Sha256));
        object
    }

    const RECONCILE: &str = annotation::REQUESTED_AT;
    const FORCE: &str = annotation::FORCE_AT;

    #[test]
    fn h19_1_a_request_counts_once_and_only_with_a_request_to_reconcile() {
        let mut asked = object(&[(RECONCILE, "t1"), (FORCE, "t1")]);
        assert!(force_requested(&mut asked));
        assert_eq!(asked.status.last_handled_force_at.as_deref(), Some("t1"));
        assert!(!force_requested(&mut asked), "answered");

        for annotations in [&[(FORCE, "t1")][..], &[(RECONCILE, "t2"), (FORCE, "t1")]] {
            let mut alone = object(annotations);
            assert!(!force_requested(&mut alone), "{annotations:?}");
            assert_eq!(
                alone.status.last_handled_force_at.as_deref(),
                Some("t1"),
                "noted all the same"
            );
        }

        let mut reconciled = object(&[(RECONCILE, "t1"), (FORCE, "t1")]);
        reconciled.status.last_handled_reconcile_at = Some("t1".to_owned());
        assert!(!force_requested(&mut reconciled));

        let mut none = object(&[(RECONCILE, "t1")]);
        assert!(!force_requested(&mut none));
        assert_eq!(none.status.last_handled_force_at, None);
    }

    #[test]
    fn h8_8_failures_are_forgotten_when_something_else_is_wanted() {
        let none = Map::new();
        let mut same = object(&[]);
        assert_eq!(must_reset(&mut same, "1.0.0", &none), None);
        assert_eq!(
            must_reset(&mut same, "1.0.1", &none),
            Some(Reset::ChartVersion)
        );
        let mut values = Map::new();
        values.insert("a", 1_i64);
        assert_eq!(must_reset(&mut same, "1.0.0", &values), Some(Reset::Values));
        same.status.last_attempted_config_digest = None;
        assert_eq!(
            must_reset(&mut same, "1.0.0", &values),
            None,
            "values of the last try are not known"
        );
        same.metadata.generation = Some(3);
        assert_eq!(
            must_reset(&mut same, "1.0.1", &values),
            Some(Reset::Generation)
        );
    }

    #[test]
    fn h8_8_a_checksum_of_old_counts_as_a_digest() {
        let mut old = object(&[]);
        old.status.last_attempted_config_digest = None;
        // The SHA-1 of nothing.
        old.status.last_attempted_values_checksum =
            Some("da39a3ee5e6b4b0d3255bfef95601890afd80709".to_owned());
        assert_eq!(must_reset(&mut old, "1.0.0", &Map::new()), None);
        let mut values = Map::new();
        values.insert("a", 1_i64);
        assert_eq!(must_reset(&mut old, "1.0.0", &values), Some(Reset::Values));
    }

    #[test]
    fn h19_1_a_reset_is_answered_even_where_another_reason_comes_first() {
        let mut asked = object(&[(RECONCILE, "t1"), (annotation::RESET_AT, "t1")]);
        assert_eq!(
            must_reset(&mut asked, "2.0.0", &Map::new()),
            Some(Reset::ChartVersion)
        );
        assert_eq!(asked.status.last_handled_reset_at.as_deref(), Some("t1"));
        assert_eq!(must_reset(&mut asked, "1.0.0", &Map::new()), None);
        let mut asked = object(&[(RECONCILE, "t1"), (annotation::RESET_AT, "t1")]);
        assert_eq!(
            must_reset(&mut asked, "1.0.0", &Map::new()),
            Some(Reset::Requested)
        );
    }
}
