//! The comments that ask for a value (M1, M2).

use std::collections::BTreeMap;

use serde_json::Value;
use yaml::node::Node;

/// The key of the short form, whose value is `<namespace>:<policy>[:<part>]`.
const SHORT: &str = "$imagepolicy";

/// What the value of `$ref` in the long form starts with; the rest is as in the short form.
const LONG: &str = "#/definitions/io.k8s.cli.setters.";

/// The setter that the comments of a scalar name, among those that `knows` accepts. The comment on the line counts; the
/// one above it only where there is none on the line (`fieldmeta.FieldMeta.Read` of kyaml).
pub(crate) fn setter_of(node: &Node, knows: impl Fn(&str) -> bool) -> Option<String> {
    let comments = [&node.comments.line, &node.comments.head];
    let comment = comments.into_iter().find(|comment| !comment.is_empty())?;
    read(comment.trim_start_matches('#'), knows)
}

/// The whole comment must be one JSON object. The short form wants strings throughout; what it does not know may still
/// be named by the long form.
fn read(comment: &str, knows: impl Fn(&str) -> bool) -> Option<String> {
    let object: BTreeMap<String, Value> = serde_json::from_str(comment).ok()?;
    let strings = object
        .values()
        .all(|value| value.is_string() || value.is_null());
    let text = |key: &str| object.get(key).and_then(Value::as_str);
    let short = text(SHORT).filter(|name| strings && knows(name));
    let long = || text("$ref")?.strip_prefix(LONG).filter(|name| knows(name));
    short.or_else(long).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(comment: &str) -> Option<String> {
        read(comment, |name| name == "ns:p" || name == "ns:p:tag")
    }

    #[test]
    fn m2_the_whole_comment_is_a_json_object_of_strings() {
        for comment in [
            r#" {"$imagepolicy": "ns:p"}"#,
            r#"{"$imagepolicy":"ns:p"}"#,
            "\t{ \"$imagepolicy\" :\t\"ns:p\" } ",
            r#" {"note": "x", "$imagepolicy": "ns:p", "none": null}"#,
            r#" {"$imagepolicy": "other:p", "$imagepolicy": "ns:p"}"#,
            r#" {"$imagepolicy": "\u006es:p"}"#,
        ] {
            assert_eq!(found(comment).as_deref(), Some("ns:p"), "{comment}");
        }
        for comment in [
            r#" {"$imagepolicy": "ns:p"} trailing"#,
            r#" text {"$imagepolicy": "ns:p"}"#,
            r#" {"$imagepolicy": "ns:p", "count": 1}"#,
            r#" {"$imagepolicy": "ns:p:digests"}"#,
            r#" {"$imagepolicy": "other:p"}"#,
            r#" {"$imagepolicy": ["ns:p"]}"#,
            r#" {"$imagepolicy": ""}"#,
            r#" ["$imagepolicy", "ns:p"]"#,
            r#" {"$imagePolicy": "ns:p"}"#,
            " {\"$imagepolicy\": \"ns:p\"}\n# more",
            "",
        ] {
            assert_eq!(found(comment), None, "{comment}");
        }
    }

    #[test]
    fn m2_the_long_form_names_a_setter_too() {
        let long = r##" {"$ref": "#/definitions/io.k8s.cli.setters.ns:p:tag"}"##;
        assert_eq!(found(long).as_deref(), Some("ns:p:tag"));
        let both = r##"{"$imagepolicy": "no:p", "$ref": "#/definitions/io.k8s.cli.setters.ns:p"}"##;
        assert_eq!(found(both).as_deref(), Some("ns:p"));
        assert_eq!(
            found(r##"{"$ref": "#/definitions/io.k8s.cli.substitutions.ns:p"}"##),
            None
        );
    }
}
