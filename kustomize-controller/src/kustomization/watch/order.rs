//! Dependencies before dependents (K20.2).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use common::dependency;
use common::object::{Object as _, ObjectKey};
use crds::kustomize::Kustomization;

/// The keys of the objects so that each comes after those it depends on, as far as they are among the objects.
///
/// Objects in a cycle come last, where each finds its dependency not ready and says so; the others are not held up by them.
pub(super) fn topological(objects: &[Arc<Kustomization>]) -> Vec<ObjectKey> {
    let mut needs: BTreeMap<ObjectKey, BTreeSet<ObjectKey>> = objects
        .iter()
        .map(|object| {
            let own = object.key();
            let references = object.spec.depends_on.iter();
            (
                own.clone(),
                references
                    .map(|reference| dependency::key(reference, &own.namespace))
                    .collect(),
            )
        })
        .collect();
    let listed: BTreeSet<ObjectKey> = needs.keys().cloned().collect();
    for keys in needs.values_mut() {
        keys.retain(|key| listed.contains(key));
    }
    let mut sorted = Vec::with_capacity(objects.len());
    loop {
        let free: Vec<ObjectKey> = needs
            .iter()
            .filter(|(_, keys)| keys.is_empty())
            .map(|(key, _)| key.clone())
            .collect();
        if free.is_empty() {
            break;
        }
        for key in &free {
            needs.remove(key);
        }
        for keys in needs.values_mut() {
            keys.retain(|key| !free.contains(key));
        }
        sorted.extend(free);
    }
    if !needs.is_empty() {
        let names: Vec<String> = needs.keys().map(ToString::to_string).collect();
        tracing::error!(objects = names.join(", "), "circular dependency detected");
        sorted.extend(needs.into_keys());
    }
    sorted
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(name: &str, needs: &[&str]) -> Arc<Kustomization> {
        let needs: Vec<_> = needs.iter().map(|name| json!({"name": name})).collect();
        let object =
            json!({"metadata": {"name": name, "namespace": "ns"}, "spec": {"dependsOn": needs}});
        Arc::new(serde_json::from_value(object).unwrap())
    }

    fn order(objects: &[Arc<Kustomization>]) -> Vec<String> {
        topological(objects)
            .iter()
            .map(|key| key.name.to_string())
            .collect()
    }

    #[test]
    fn k20_2_dependencies_come_first() {
        let objects = [
            object("a", &["c"]),
            object("b", &["a"]),
            object("c", &[]),
            object("d", &["elsewhere"]),
        ];
        assert_eq!(order(&objects), ["c", "d", "a", "b"]);
    }

    #[test]
    fn a_cycle_comes_last_and_stops_nobody() {
        let objects = [
            object("a", &["b"]),
            object("b", &["a"]),
            object("c", &["a"]),
            object("d", &[]),
            object("e", &["e"]),
        ];
        assert_eq!(order(&objects), ["d", "a", "b", "c", "e"]);
    }
}
