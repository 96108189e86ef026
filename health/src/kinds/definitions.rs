//! `CustomResourceDefinition`: usable once its names are accepted and it is served.

use crate::Health;
use crate::conditions::Condition;

pub(super) fn custom_resource_definition(conditions: &[Condition<'_>]) -> Health {
    for condition in conditions {
        match condition.kind {
            "NamesAccepted" if condition.is_false() => return Health::failed(condition.message),
            "Established" if condition.is_true() => return Health::current("CRD is established"),
            "Established" if condition.is_false() && condition.reason != "Installing" => {
                return Health::failed(condition.message);
            }
            _ => {}
        }
    }
    Health::in_progress("Install in progress")
}
