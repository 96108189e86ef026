//! Which objects a rule is about (compat K2.1).

use crate::object::Object;
use regex::Regex;
use std::fmt;

/// The selector of a rule: anchored regular expressions and label selectors, empty for "any".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    pub group: String,
    pub version: String,
    pub kind: String,
    pub namespace: String,
    pub name: String,
    pub label_selector: String,
    pub annotation_selector: String,
}

/// A selector that cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectorError {
    #[error("invalid {field} regex: {reason}")]
    Regex { field: &'static str, reason: String },
    #[error("invalid {field}: {reason}")]
    Labels { field: &'static str, reason: String },
}

#[derive(Clone)]
pub(crate) struct Matcher {
    group: Option<Regex>,
    version: Option<Regex>,
    kind: Option<Regex>,
    namespace: Option<Regex>,
    name: Option<Regex>,
    labels: Vec<Requirement>,
    annotations: Vec<Requirement>,
}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matcher")
            .field("kind", &self.kind)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Matcher {
    pub fn compile(selector: &Selector) -> Result<Self, SelectorError> {
        let regex = |field, pattern: &str| {
            if pattern.is_empty() {
                return Ok(None);
            }
            Regex::new(&format!("^(?:{pattern})$"))
                .map(Some)
                .map_err(|error| SelectorError::Regex {
                    field,
                    reason: error.to_string(),
                })
        };
        let labels = |field, text: &str| {
            parse_requirements(text).map_err(|reason| SelectorError::Labels { field, reason })
        };
        Ok(Self {
            group: regex("group", &selector.group)?,
            version: regex("version", &selector.version)?,
            kind: regex("kind", &selector.kind)?,
            namespace: regex("namespace", &selector.namespace)?,
            name: regex("name", &selector.name)?,
            labels: labels("label selector", &selector.label_selector)?,
            annotations: labels("annotation selector", &selector.annotation_selector)?,
        })
    }

    pub fn matches(&self, object: &Object) -> bool {
        let is = |regex: &Option<Regex>, text: &str| {
            regex.as_ref().is_none_or(|regex| regex.is_match(text))
        };
        let gvk = object.gvk();
        is(&self.group, &gvk.group)
            && is(&self.version, &gvk.version)
            && is(&self.kind, &gvk.kind)
            && is(&self.namespace, object.namespace())
            && is(&self.name, object.name())
            && self
                .labels
                .iter()
                .all(|rule| rule.holds(object.label(&rule.key)))
            && self
                .annotations
                .iter()
                .all(|rule| rule.holds(object.annotation(&rule.key)))
    }
}

/// One requirement of a label selector.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: String,
    operator: Operator,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Operator {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    Absent,
}

impl Requirement {
    /// An absent key satisfies `!=` and `notin`, as in the API.
    fn holds(&self, value: Option<&str>) -> bool {
        let is_one_of =
            |values: &[String]| value.is_some_and(|v| values.iter().any(|one| one == v));
        match &self.operator {
            Operator::In(values) => is_one_of(values),
            Operator::NotIn(values) => !is_one_of(values),
            Operator::Exists => value.is_some(),
            Operator::Absent => value.is_none(),
        }
    }
}

/// Reads `a=b,c!=d,e in (x,y),f notin (z),g,!h` (apimachinery `labels.Parse`).
fn parse_requirements(text: &str) -> Result<Vec<Requirement>, String> {
    split_outside_parentheses(text)?
        .into_iter()
        .map(parse_requirement)
        .collect()
}

fn split_outside_parentheses(text: &str) -> Result<Vec<&str>, String> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return Err(format!("unexpected ')' in {text:?}")),
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if depth != 0 {
        return Err(format!("missing ')' in {text:?}"));
    }
    if !text.trim().is_empty() {
        parts.push(&text[start..]);
    }
    Ok(parts)
}

fn parse_requirement(part: &str) -> Result<Requirement, String> {
    let part = part.trim();
    let requirement = |key: &str, operator| {
        let key = key.trim();
        if key.is_empty() || key.contains(|c: char| c.is_whitespace() || "=!(),".contains(c)) {
            return Err(format!("unable to parse requirement {part:?}"));
        }
        Ok(Requirement {
            key: key.to_owned(),
            operator,
        })
    };
    if let Some(key) = part.strip_prefix('!') {
        return requirement(key, Operator::Absent);
    }
    for (sign, negative) in [("!=", true), ("==", false), ("=", false)] {
        if let Some((key, value)) = part.split_once(sign) {
            let values = vec![value.trim().to_owned()];
            let operator = if negative {
                Operator::NotIn(values)
            } else {
                Operator::In(values)
            };
            return requirement(key, operator);
        }
    }
    let Some((head, list)) = part.split_once('(') else {
        return requirement(part, Operator::Exists);
    };
    let list = list
        .strip_suffix(')')
        .ok_or_else(|| format!("unable to parse requirement {part:?}"))?;
    let values = list
        .split(',')
        .map(|value| value.trim().to_owned())
        .collect();
    match head.trim_end().rsplit_once(char::is_whitespace) {
        Some((key, "in")) => requirement(key, Operator::In(values)),
        Some((key, "notin")) => requirement(key, Operator::NotIn(values)),
        _ => Err(format!("unable to parse requirement {part:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object() -> Object {
        Object::from_response(json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "web-1", "namespace": "a", "labels": {"tier": "front"}},
        }))
    }

    #[track_caller]
    fn check(selector: &Selector, want: bool) {
        assert_eq!(
            Matcher::compile(selector).unwrap().matches(&object()),
            want,
            "{selector:?}"
        );
    }

    #[test]
    fn k2_1_expressions_are_anchored_and_empty_ones_match_all() {
        check(&Selector::default(), true);
        check(
            &Selector {
                name: "web-.*".into(),
                ..Selector::default()
            },
            true,
        );
        check(
            &Selector {
                name: "web".into(),
                ..Selector::default()
            },
            false,
        );
        check(
            &Selector {
                kind: "Pod|Deployment".into(),
                ..Selector::default()
            },
            true,
        );
        check(
            &Selector {
                group: "apps".into(),
                version: "v2".into(),
                ..Selector::default()
            },
            false,
        );
    }

    #[test]
    fn k2_1_label_selectors_know_all_operators() {
        for (text, want) in [
            ("tier=front", true),
            ("tier == front, !other", true),
            ("tier!=front", false),
            ("other!=x", true),
            ("tier in (back, front)", true),
            ("tier notin (front),other", false),
            ("tier", true),
            ("other", false),
        ] {
            check(
                &Selector {
                    label_selector: text.into(),
                    ..Selector::default()
                },
                want,
            );
        }
    }

    #[test]
    fn k2_1_a_selector_that_cannot_be_read_says_which_part() {
        let error = |selector: Selector| Matcher::compile(&selector).unwrap_err().to_string();
        let text = error(Selector {
            kind: "(".into(),
            ..Selector::default()
        });
        assert!(text.starts_with("invalid kind regex: "), "{text}");
        for bad in ["a in b", "a in (b", "a)", "=b", "a b"] {
            let text = error(Selector {
                label_selector: bad.into(),
                ..Selector::default()
            });
            assert!(
                text.starts_with("invalid label selector: "),
                "{bad}: {text}"
            );
        }
    }
}
