//! In which order differences are undone (H18.5).

use std::fmt;

use apply::Object;

use super::{Diff, DiffSet, Difference, Operation};

/// One correction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Correction<'a> {
    /// The object is created.
    Create(&'a Object),
    /// The object is patched.
    Patch(&'a Object, &'a [Operation]),
}

/// The corrections of a set: what is missing first, then what has changed, each in the order of kinds. One that
/// fails does not keep the others from being made.
pub fn corrections(set: &DiffSet) -> Vec<Correction<'_>> {
    let mut diffs: Vec<&Diff> = set.0.iter().collect();
    diffs.sort_by(|a, b| apply::compare(&a.desired.id(), &b.desired.id()));
    let missing = diffs.iter().filter_map(|diff| match diff.difference {
        Difference::Missing => Some(Correction::Create(&diff.desired)),
        _ => None,
    });
    let changed = diffs.iter().filter_map(|diff| match &diff.difference {
        Difference::Changed(patch) => Some(Correction::Patch(&diff.desired, patch)),
        _ => None,
    });
    missing.chain(changed).collect()
}

/// A correction that failed. Its text must show no value of a Secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    subject: String,
    what: &'static str,
    error: String,
}

impl Failure {
    /// Of a creation; `subject` is `Kind/namespace/name`.
    pub fn create(subject: impl Into<String>, error: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            what: "creation",
            error: error.into(),
        }
    }

    /// Of a patch; `subject` is `Kind/namespace/name`.
    pub fn patch(subject: impl Into<String>, error: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            what: "patch",
            error: error.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} failure: {}", self.subject, self.what, self.error)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn h18_5_missing_objects_come_first_each_in_the_order_of_kinds() {
        let diff = |kind: &str, name: &str, difference| {
            let desired =
                Object::new(json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}}));
            Diff {
                desired: desired.unwrap(),
                difference,
            }
        };
        let changed = || {
            Difference::Changed(vec![Operation::Add {
                path: "/a".to_owned(),
                value: json!(1),
            }])
        };
        let set = DiffSet(vec![
            diff("Service", "b", changed()),
            diff("Deployment", "d", Difference::Missing),
            diff("Service", "a", changed()),
            diff("ConfigMap", "x", Difference::Excluded),
            diff("ConfigMap", "c", Difference::Missing),
            diff("ConfigMap", "same", Difference::None),
        ]);
        let order: Vec<String> = corrections(&set)
            .iter()
            .map(|correction| match correction {
                Correction::Create(object) => format!("create {}", object.subject()),
                Correction::Patch(object, patch) => {
                    format!("patch {} {}", object.subject(), patch.len())
                }
            })
            .collect();
        assert_eq!(
            order,
            [
                "create ConfigMap/c",
                "create Deployment/d",
                "patch Service/a 1",
                "patch Service/b 1"
            ]
        );
        assert_eq!(
            Failure::patch("Service/a", "no").to_string(),
            "Service/a patch failure: no"
        );
    }
}
