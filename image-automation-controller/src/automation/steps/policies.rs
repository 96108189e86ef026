//! Which policies are followed, and what they chose (U3, U4).

use common::kube::Api;
use common::kube::api::ListParams;
use common::object::Object as _;
use common::reconcile::{Flow, Pass, Stop};
use crds::image::{ImagePolicy, ImageRef};
use crds::meta::{LabelSelector, LabelSelectorRequirement, Time};
use setters::{Image, Policy};

use super::super::{Automations, Error, Extent};

/// Runs the step.
pub async fn run(_: &Automations, pass: &mut Pass<Automations>) -> Result<Flow, Stop> {
    // Of every attempt, failed ones too (U2).
    pass.object.status.last_automation_run_time = Some(Time(jiff::Timestamp::now()));
    let namespace = pass.object.key().namespace.to_string();
    let selector = match &pass.object.spec.policy_selector {
        None => String::new(),
        Some(selector) => text(selector).map_err(Error::Selector)?,
    };
    let api: Api<ImagePolicy> = Api::namespaced(pass.context.client.clone(), &namespace);
    let listed = api.list(&ListParams::default().labels(&selector)).await;
    let listed = listed.map_err(|error| match error {
        common::kube::Error::Api(status) if status.code == 400 => Error::Selector(status.message),
        error => Error::Policies(Box::new(error)),
    })?;
    for policy in listed.items {
        let Some(latest) = policy.status.latest_ref else {
            continue;
        };
        let name = policy.metadata.name.unwrap_or_default();
        let digest = latest.digest.clone().unwrap_or_default();
        pass.state.policies.push(Policy {
            namespace: namespace.clone(),
            name: name.clone(),
            latest: Image {
                name: latest.name.clone(),
                tag: latest.tag.clone(),
                digest: digest.clone(),
            },
        });
        let digest = Some(digest).filter(|digest| !digest.is_empty());
        let observed = ImageRef { digest, ..latest };
        pass.state.observed.insert(name, observed);
    }
    if pass.object.status.observed_policies != pass.state.observed {
        pass.state.extent = Extent::Full;
    }
    Ok(Flow::Next)
}

/// A selector in the form of a request.
fn text(selector: &LabelSelector) -> Result<String, String> {
    let labels = selector.match_labels.iter();
    let labels = labels.map(|(key, value)| Ok(format!("{key}={value}")));
    let requirements = selector.match_expressions.iter().map(requirement);
    let all: Result<Vec<_>, String> = labels.chain(requirements).collect();
    Ok(all?.join(","))
}

fn requirement(requirement: &LabelSelectorRequirement) -> Result<String, String> {
    let LabelSelectorRequirement {
        key,
        operator,
        values,
    } = requirement;
    let list = values.join(",");
    match (operator.as_str(), values.is_empty()) {
        ("In", false) => Ok(format!("{key} in ({list})")),
        ("NotIn", false) => Ok(format!("{key} notin ({list})")),
        ("Exists", true) => Ok(key.clone()),
        ("DoesNotExist", true) => Ok(format!("!{key}")),
        ("In" | "NotIn", true) => Err(format!(
            "values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty (key {key})"
        )),
        ("Exists" | "DoesNotExist", false) => Err(format!(
            "values: Invalid value: [{list}]: values set must be empty for exists and does not exist (key {key})"
        )),
        (other, _) => Err(format!("{other:?} is not a valid label selector operator")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expression(operator: &str, values: &[&str]) -> LabelSelector {
        LabelSelector {
            match_expressions: vec![LabelSelectorRequirement {
                key: "k".to_owned(),
                operator: operator.to_owned(),
                values: values.iter().map(|&value| value.to_owned()).collect(),
            }],
            match_labels: [("a".to_owned(), "b".to_owned())].into(),
        }
    }

    #[test]
    fn u3_selectors_are_sent_as_the_server_reads_them() {
        for (operator, values, expected) in [
            ("In", &["x", "y"][..], "a=b,k in (x,y)"),
            ("NotIn", &["x"], "a=b,k notin (x)"),
            ("Exists", &[], "a=b,k"),
            ("DoesNotExist", &[], "a=b,!k"),
        ] {
            assert_eq!(text(&expression(operator, values)).unwrap(), expected);
        }
        assert_eq!(text(&LabelSelector::default()).unwrap(), "");
    }

    #[test]
    fn u3_selectors_that_make_no_sense_are_told() {
        assert_eq!(
            text(&expression("Like", &[])).unwrap_err(),
            "\"Like\" is not a valid label selector operator"
        );
        assert!(
            text(&expression("In", &[]))
                .unwrap_err()
                .contains("can't be empty")
        );
        assert!(
            text(&expression("Exists", &["x"]))
                .unwrap_err()
                .contains("must be empty")
        );
    }
}
