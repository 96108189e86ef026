//! Whether it is time for a scan, and why (R5).

use std::time::Duration;

use common::object::Object as _;
use crds::image::ImageRepository;
use jiff::Timestamp;

use super::tags::exclusions;

/// A scan that is due in less than this is due now.
const SOON: Duration = Duration::from_secs(1);

/// Why the image is scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    First,
    Requested,
    NewImage,
    NewExclusions,
    NoTags,
    Interval,
}

impl Reason {
    /// As Reconciling shows it.
    pub fn text(self) -> &'static str {
        match self {
            Self::First => "first scan",
            Self::Requested => "reconcile requested",
            Self::NewImage => "new image name",
            Self::NewExclusions => "updated exclusion list",
            Self::NoTags => "no tags in database",
            Self::Interval => "triggered by interval",
        }
    }
}

/// What in the object asks for a scan, the image being called `image` in full.
pub(super) fn asked(object: &ImageRepository, image: &str) -> Option<Reason> {
    let status = &object.status;
    if status.last_scan_result.is_none() {
        return Some(Reason::First);
    }
    let requested = object.requested_at();
    if requested.is_some() && requested != object.last_handled_reconcile_at() {
        return Some(Reason::Requested);
    }
    if status.canonical_image_name.as_deref() != Some(image) {
        return Some(Reason::NewImage);
    }
    (!same_members(&exclusions(object), &status.observed_exclusion_list))
        .then_some(Reason::NewExclusions)
}

/// Whether the interval has passed.
pub(super) fn passed(object: &ImageRepository, now: Timestamp) -> Option<Reason> {
    let interval = object.spec.interval.as_std();
    (interval.saturating_sub(elapsed(object, now)) < SOON).then_some(Reason::Interval)
}

/// How long until the next scan: what is left of the interval, or all of it where a scan is due already.
pub(super) fn remaining(object: &ImageRepository, now: Timestamp) -> Duration {
    let interval = object.spec.interval.as_std();
    let left = interval.saturating_sub(elapsed(object, now));
    if left < SOON { interval } else { left }
}

/// Since the last scan; no time at all where the clock says that it is yet to come.
fn elapsed(object: &ImageRepository, now: Timestamp) -> Duration {
    let last = object.status.last_scan_result.as_ref();
    last.map_or(Duration::MAX, |scan| {
        Duration::try_from(now.duration_since(scan.scan_time.0)).unwrap_or_default()
    })
}

/// Whether two lists are as long as each other, and every member of the first is in the second.
fn same_members(left: &[String], right: &[String]) -> bool {
    left.len() == right.len() && left.iter().all(|member| right.contains(member))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const IMAGE: &str = "ghcr.io/org/app";

    fn object(change: Value) -> ImageRepository {
        let mut object = json!({
            "metadata": {"annotations": {}},
            "spec": {"image": IMAGE, "interval": "5m"},
            "status": {
                "canonicalImageName": IMAGE,
                "observedExclusionList": [r"^.*\.sig$"],
                "lastScanResult": {"tagCount": 1, "scanTime": "2026-01-02T03:00:00Z"},
            },
        });
        merge(&mut object, change);
        serde_json::from_value(object).unwrap()
    }

    fn merge(into: &mut Value, change: Value) {
        match (into, change) {
            (Value::Object(into), Value::Object(change)) => {
                for (key, value) in change {
                    merge(into.entry(key).or_insert(Value::Null), value);
                }
            }
            (into, change) => *into = change,
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn r5_what_asks_for_a_scan() {
        let asked = |change| asked(&object(change), IMAGE);
        let request =
            |token: &str| json!({"annotations": {"reconcile.fluxcd.io/requestedAt": token}});
        assert_eq!(asked(json!({})), None);
        let never = json!({"status": {"lastScanResult": null}});
        assert_eq!(asked(never), Some(Reason::First));
        let requested = json!({"metadata": request("now")});
        assert_eq!(asked(requested), Some(Reason::Requested));
        let handled =
            json!({"metadata": request("now"), "status": {"lastHandledReconcileAt": "now"}});
        assert_eq!(asked(handled), None);
        let renamed = json!({"status": {"canonicalImageName": "ghcr.io/org/old"}});
        assert_eq!(asked(renamed), Some(Reason::NewImage));
        let excluded = json!({"spec": {"exclusionList": ["a", "b"]}});
        assert_eq!(asked(excluded), Some(Reason::NewExclusions));
        let in_another_order = json!({
            "spec": {"exclusionList": ["a", "b"]}, "status": {"observedExclusionList": ["b", "a"]},
        });
        assert_eq!(asked(in_another_order), None);
    }

    #[test]
    fn r5_a_scan_is_due_one_second_before_the_interval_ends() {
        let object = object(json!({}));
        assert_eq!(passed(&object, at("2026-01-02T03:04:59Z")), None);
        assert_eq!(
            passed(&object, at("2026-01-02T03:04:59.001Z")),
            Some(Reason::Interval)
        );
        let left = |now| remaining(&object, at(now));
        assert_eq!(left("2026-01-02T03:01:00Z"), Duration::from_mins(4));
        assert_eq!(left("2026-01-02T04:00:00Z"), Duration::from_mins(5));
        assert_eq!(left("2026-01-02T02:00:00Z"), Duration::from_mins(5));
    }
}
