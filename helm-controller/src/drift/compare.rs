//! What differs between the release and the cluster, and whether anybody wants to know (H18.2, H18.3).

use apply::{IgnoreRules, Object, SelectorError};
use crds::helm::HelmReleaseSpec;
use crds::helm::well_known::DRIFT_DETECTION;
use crds::well_known::DISABLED;
use serde_json::{Map, Value};

use super::patch::{self, Operation, Patch};

/// How the cluster has one object of a release.
#[derive(Clone, Debug, PartialEq)]
pub enum Difference {
    /// As it should be.
    None,
    /// Not at all.
    Missing,
    /// Otherwise: the patch that makes it right.
    Changed(Patch),
    /// Nobody looks.
    Excluded,
}

/// One object of a release, and how the cluster has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Diff {
    /// As it should be.
    pub desired: Object,
    /// How it is.
    pub difference: Difference,
}

/// All objects of a release, in the order of its manifest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DiffSet(pub Vec<Diff>);

impl DiffSet {
    /// Whether anything is missing or changed.
    pub fn has_changes(&self) -> bool {
        let is_change = |diff: &Diff| {
            matches!(
                diff.difference,
                Difference::Missing | Difference::Changed(_)
            )
        };
        self.0.iter().any(is_change)
    }
}

/// The compiled `driftDetection.ignore` of a spec.
///
/// # Errors
///
/// A selector that cannot be read.
pub fn rules(spec: &HelmReleaseSpec) -> Result<IgnoreRules, SelectorError> {
    let rules = spec
        .drift_detection
        .as_ref()
        .map_or(&[][..], |drift| &drift.ignore);
    IgnoreRules::compile(&common::ignore_rules::of(rules))
}

/// Whether a label or annotation takes the object out of the comparison. Asked of the desired object and of the
/// live one; those taken out need no dry run.
pub fn is_marked(object: &Object) -> bool {
    let marks = [
        object.label(DRIFT_DETECTION),
        object.annotation(DRIFT_DETECTION),
    ];
    marks
        .into_iter()
        .flatten()
        .any(|mark| mark.eq_ignore_ascii_case(DISABLED))
}

/// How the cluster has one object: `live` is what is there, `dry_run` what the server would make of the desired
/// object.
///
/// Of labels and annotations only those count that are missing or of another value; of the rest everything but the
/// status, without the paths that the rules ignore. A rule with an empty path takes the object out.
pub fn compare(
    desired: Object,
    live: Option<&Object>,
    dry_run: &Object,
    rules: &IgnoreRules,
) -> Diff {
    let difference =
        if is_marked(&desired) || live.is_some_and(is_marked) || rules.exclude(&desired) {
            Difference::Excluded
        } else {
            match live.filter(|_| !dry_run.resource_version().is_empty()) {
                None => Difference::Missing,
                Some(live) => changes(&desired, live, dry_run, rules),
            }
        };
    Diff {
        desired,
        difference,
    }
}

fn changes(desired: &Object, live: &Object, dry_run: &Object, rules: &IgnoreRules) -> Difference {
    let (mut live, mut merged) = (live.clone(), dry_run.clone());
    apply::normalize_dry_run(&mut merged);
    rules.strip(desired, &mut live);
    rules.strip(desired, &mut merged);
    let mut patch = metadata(&live, &merged);
    let (live, merged) = (fields(live.as_value()), fields(merged.as_value()));
    patch.extend(patch::of_fields("", live, merged, &["metadata", "status"]));
    if patch.is_empty() {
        Difference::None
    } else {
        Difference::Changed(patch)
    }
}

/// What is missing or other in labels and annotations. What others have added stays.
fn metadata(live: &Object, merged: &Object) -> Patch {
    let part = |object: &Object| {
        let metadata = fields(&object.as_value()["metadata"]);
        let kept = ["annotations", "labels"].map(|name| (name, metadata.get(name)));
        let kept = kept
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.clone())));
        kept.collect::<Map<_, _>>()
    };
    let mut patch = patch::of_fields("/metadata", &part(live), &part(merged), &[]);
    patch.retain(|operation| !matches!(operation, Operation::Remove { .. }));
    patch
}

fn fields(value: &Value) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.as_object().unwrap_or(&NONE)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(metadata: Value, data: Value) -> Object {
        let mut metadata = metadata;
        metadata["name"] = json!("c");
        Object::from_response(json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data
        }))
    }

    fn stored(mut object: Object) -> Object {
        object.value_mut()["metadata"]["resourceVersion"] = json!("7");
        object
    }

    fn found(live: Option<Object>, dry_run: Object, ignore: Value) -> Difference {
        let spec = serde_json::from_value(json!({"driftDetection": {"ignore": ignore}})).unwrap();
        let desired = config(json!({}), json!({}));
        compare(desired, live.as_ref(), &dry_run, &rules(&spec).unwrap()).difference
    }

    #[track_caller]
    fn check(live: Object, dry_run: Object, ignore: Value, expected: Value) {
        match found(Some(stored(live)), stored(dry_run), ignore) {
            Difference::Changed(patch) => assert_eq!(patch::to_json(&patch), expected),
            Difference::None => assert_eq!(json!([]), expected),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn h18_2_missing_and_changed_metadata_counts_and_extra_does_not() {
        check(
            config(
                json!({"labels": {"a": "1", "other": "x"}, "annotations": {"n": "1"}, "generation": 1}),
                json!({}),
            ),
            config(
                json!({"labels": {"a": "2"}, "annotations": {"n": "1", "m": "2"}, "generation": 2}),
                json!({}),
            ),
            json!([]),
            json!([
                {"op": "add", "path": "/metadata/annotations/m", "value": "2"},
                {"op": "replace", "path": "/metadata/labels", "value": {"a": "2"}},
            ]),
        );
        check(
            config(json!({}), json!({})),
            config(json!({"labels": {"a": "1"}}), json!({})),
            json!([]),
            json!([{"op": "add", "path": "/metadata/labels", "value": {"a": "1"}}]),
        );
        check(
            config(json!({"labels": {"a": "1"}}), json!({})),
            config(json!({}), json!({})),
            json!([]),
            json!([]),
        );
    }

    #[test]
    fn h18_2_the_rest_counts_but_for_the_status() {
        let text = "text that is long enough not to be sent twice";
        let mut live = config(json!({}), json!({"a": "x", "b": text}));
        live.value_mut()["status"] = json!({"phase": "x"});
        let dry_run = config(json!({}), json!({"a": "y", "b": text}));
        check(live.clone(), live, json!([]), json!([]));
        check(
            config(json!({}), json!({"a": "x", "b": text})),
            dry_run,
            json!([]),
            json!([{"op": "replace", "path": "/data/a", "value": "y"}]),
        );
    }

    #[test]
    fn h18_3_ignored_paths_do_not_count_for_the_objects_that_are_selected() {
        let live = config(json!({}), json!({"a": "x"}));
        let dry_run = config(json!({}), json!({"a": "y"}));
        let all = json!([{"paths": ["/data/a", "/data/none"]}]);
        check(live.clone(), dry_run.clone(), all, json!([]));
        let others = json!([{"paths": ["/data/a"], "target": {"kind": "Secret"}}]);
        let patch = json!([{"op": "replace", "path": "/data/a", "value": "y"}]);
        check(live.clone(), dry_run.clone(), others, patch);
        let root = json!([{"paths": [""], "target": {"kind": "ConfigMap", "name": "c"}}]);
        assert_eq!(
            found(Some(stored(live)), stored(dry_run), root),
            Difference::Excluded
        );
    }

    #[test]
    fn h18_3_an_object_may_take_itself_out() {
        let marked = config(
            json!({"annotations": {DRIFT_DETECTION: "Disabled"}}),
            json!({"a": "x"}),
        );
        let dry_run = stored(config(json!({}), json!({"a": "y"})));
        assert_eq!(
            found(Some(stored(marked.clone())), dry_run.clone(), json!([])),
            Difference::Excluded
        );
        assert!(is_marked(&marked));
        assert!(is_marked(&config(
            json!({"labels": {DRIFT_DETECTION: "disabled"}}),
            json!({})
        )));
        assert!(!is_marked(&config(
            json!({"labels": {DRIFT_DETECTION: "enabled"}}),
            json!({})
        )));
    }

    #[test]
    fn h18_4_an_object_that_is_not_there_is_missing() {
        let dry_run = config(json!({}), json!({"a": "y"}));
        assert_eq!(found(None, dry_run, json!([])), Difference::Missing);
    }

    #[test]
    fn h18_3_a_selector_that_cannot_be_read_is_an_error() {
        let spec = serde_json::from_value(json!({
            "driftDetection": {"ignore": [{"paths": ["/a"], "target": {"kind": "("}}]},
        }))
        .unwrap();
        assert!(rules(&spec).is_err());
    }
}
