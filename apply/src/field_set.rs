//! Sets of field paths in the form of `fieldsV1` (KEP-555, structured-merge-diff `fieldpath/serialize.go`).
//!
//! A set is a trie: keys name a step (`f:field`, `k:{…}` for a list item by key, `v:…` by value, `i:…` by index).
//! A node belongs to the set when it has no children, or when it holds the key `.`.

use serde_json::{Map, Value};

/// The union of two sets.
pub(crate) fn union(a: &Map<String, Value>, b: &Map<String, Value>) -> Map<String, Value> {
    let mut merged = a.clone();
    for (step, theirs) in b {
        match merged.get_mut(step) {
            None => {
                merged.insert(step.clone(), theirs.clone());
            }
            Some(ours) => *ours = union_nodes(ours, theirs),
        }
    }
    merged
}

fn union_nodes(a: &Value, b: &Value) -> Value {
    let empty = Map::new();
    let (a, b) = (
        a.as_object().unwrap_or(&empty),
        b.as_object().unwrap_or(&empty),
    );
    let is_member = |node: &Map<String, Value>| node.is_empty() || node.contains_key(".");
    let member = is_member(a) || is_member(b);
    let children = |node: &Map<String, Value>| {
        let mut node = node.clone();
        node.remove(".");
        node
    };
    let mut merged = union(&children(a), &children(b));
    if member && !merged.is_empty() {
        merged.insert(".".to_owned(), Value::Object(Map::new()));
    }
    Value::Object(merged)
}

/// Whether the path, a list of steps, is in the trie: as a member or on the way to one.
pub(crate) fn contains(set: &Map<String, Value>, path: &[String]) -> bool {
    !path.is_empty() && node(set, path).is_some()
}

/// The children of the node at a path.
pub(crate) fn node<'a>(
    set: &'a Map<String, Value>,
    path: &[String],
) -> Option<&'a Map<String, Value>> {
    path.iter()
        .try_fold(set, |node, step| node.get(step)?.as_object())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(a: Value, b: Value, want: &Value) {
        let (Value::Object(a), Value::Object(b)) = (a, b) else {
            panic!("not sets")
        };
        assert_eq!(&Value::Object(union(&a, &b)), want);
        assert_eq!(&Value::Object(union(&b, &a)), want);
    }

    #[test]
    fn union_holds_the_paths_of_both() {
        check(
            json!({"f:data": {"f:a": {}}}),
            json!({"f:data": {"f:b": {}}, "f:type": {}}),
            &json!({"f:data": {"f:a": {}, "f:b": {}}, "f:type": {}}),
        );
        check(json!({}), json!({"f:a": {}}), &json!({"f:a": {}}));
    }

    #[test]
    fn a_member_that_gains_children_stays_a_member() {
        check(
            json!({"f:a": {}}),
            json!({"f:a": {"f:b": {}}}),
            &json!({"f:a": {".": {}, "f:b": {}}}),
        );
        check(
            json!({"f:a": {".": {}, "f:b": {}}}),
            json!({"f:a": {"f:c": {}}}),
            &json!({"f:a": {".": {}, "f:b": {}, "f:c": {}}}),
        );
        check(json!({"f:a": {}}), json!({"f:a": {}}), &json!({"f:a": {}}));
    }

    #[test]
    fn a_path_is_found_by_its_steps() {
        let Value::Object(set) = json!({"f:spec": {"k:{\"name\":\"a\"}": {".": {}}}}) else {
            panic!()
        };
        let path = |steps: &[&str]| {
            steps
                .iter()
                .map(|step| (*step).to_owned())
                .collect::<Vec<_>>()
        };
        assert!(contains(&set, &path(&["f:spec", "k:{\"name\":\"a\"}"])));
        assert!(contains(&set, &path(&["f:spec"])));
        assert!(!contains(&set, &path(&["f:spec", "f:replicas"])));
        assert!(!contains(&set, &[]));
    }
}
