//! Labels and annotations that the controller adds to every object (K8.1, K11.5).

use apply::{Object, Owner};
use crds::kustomize::{GROUP, well_known};
use crds::meta::CommonMetadata;

/// Who applies the objects of Kustomizations.
pub fn owner() -> Owner {
    Owner {
        field_manager: well_known::FIELD_MANAGER.to_owned(),
        group: GROUP.to_owned(),
    }
}

/// Puts the owner labels on the objects, then the common metadata over whatever is there, owner labels included (K23.9).
pub fn mark(objects: &mut [Object], name: &str, namespace: &str, common: Option<&CommonMetadata>) {
    let owner = owner();
    for object in objects {
        owner.mark(object, name, namespace);
        if let Some(common) = common {
            common
                .labels
                .iter()
                .for_each(|(key, value)| object.set_label(key, value));
            common
                .annotations
                .iter()
                .for_each(|(key, value)| object.set_annotation(key, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn k11_5_common_metadata_wins_over_owner_labels_and_leaves_templates_alone() {
        let mut objects = [Object::new(json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "d", "labels": {"team": "a", "kept": "x"}},
            "spec": {"template": {"metadata": {"labels": {"team": "a"}}}},
        }))
        .unwrap()];
        let common = CommonMetadata {
            labels: [("team", "b"), (well_known::OWNER_NAME_LABEL, "mine")]
                .map(|(k, v)| (k.into(), v.into()))
                .into(),
            annotations: [("note", "n")].map(|(k, v)| (k.into(), v.into())).into(),
        };
        mark(&mut objects, "apps", "flux-system", Some(&common));
        assert_eq!(
            objects[0].as_value()["metadata"],
            json!({
                "name": "d",
                "labels": {
                    "team": "b", "kept": "x",
                    "kustomize.toolkit.fluxcd.io/name": "mine",
                    "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
                },
                "annotations": {"note": "n"},
            })
        );
        assert_eq!(
            objects[0].as_value()["spec"]["template"]["metadata"]["labels"],
            json!({"team": "a"})
        );
    }
}
