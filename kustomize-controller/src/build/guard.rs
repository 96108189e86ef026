//! No encrypted Secret reaches the cluster (K12.9, K23.16).

use apply::Object;
use crds::kustomize::well_known;

/// An encrypted Secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} is SOPS encrypted, configuring decryption is required for this secret to be reconciled"
)]
pub struct Encrypted(pub String);

/// Refuses Secrets that carry the metadata of SOPS, unless they are annotated to be applied as they are.
///
/// # Errors
/// [`Encrypted`], for the first one.
pub fn check(objects: &[Object]) -> Result<(), Encrypted> {
    match objects
        .iter()
        .find(|object| is_encrypted(object) && !opted_out(object))
    {
        Some(object) => Err(Encrypted(object.subject())),
        None => Ok(()),
    }
}

fn is_encrypted(object: &Object) -> bool {
    object.kind() == "Secret"
        && object.api_version() == "v1"
        && object.as_value().get("sops").is_some()
}

fn opted_out(object: &Object) -> bool {
    object
        .annotation(well_known::DECRYPT)
        .is_some_and(|value| value.eq_ignore_ascii_case("disabled"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn secret(value: serde_json::Value) -> Object {
        let mut object = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "n"}});
        for (key, value) in value.as_object().unwrap() {
            object[key] = value.clone();
        }
        Object::new(object).unwrap()
    }

    #[test]
    fn k12_9_an_encrypted_secret_is_refused_by_name() {
        let objects = [
            secret(json!({})),
            secret(json!({"sops": {"mac": "ENC[...]"}})),
        ];
        assert_eq!(
            check(&objects).unwrap_err().to_string(),
            "Secret/n/s is SOPS encrypted, configuring decryption is required for this secret to be reconciled"
        );
    }

    #[test]
    fn k12_9_the_annotation_lets_it_pass_and_the_label_does_not() {
        let marks = json!({well_known::DECRYPT: "Disabled"});
        let annotated = json!({"sops": {}, "metadata": {"name": "s", "annotations": marks}});
        assert_eq!(check(&[secret(annotated)]), Ok(()));
        let labelled = json!({"sops": {}, "metadata": {"name": "s", "labels": marks}});
        assert!(check(&[secret(labelled)]).is_err());
    }

    #[test]
    fn k12_9_other_kinds_with_such_a_field_pass() {
        let other = json!({"kind": "ConfigMap", "sops": {}});
        assert_eq!(check(&[secret(other)]), Ok(()));
    }
}
