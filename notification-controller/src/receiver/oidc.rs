//! The shape of `spec.oidcProviders`, checked again for API servers that do not know the rules of the definition (P5).

use crds::notification::{OidcProvider, Receiver, ReceiverType};

/// The rules across fields.
///
/// # Errors
/// Which one is broken.
pub fn check_fields(receiver: &Receiver) -> Result<(), &'static str> {
    let spec = &receiver.spec;
    let by_token = spec.r#type == ReceiverType::GenericOidc;
    match (
        by_token,
        spec.oidc_providers.is_empty(),
        spec.secret_ref.is_some(),
    ) {
        (true, true, _) => Err("generic-oidc receiver requires at least one oidcProvider"),
        (false, false, _) => Err("oidcProviders can only be set when type is generic-oidc"),
        (true, _, true) => Err("secretRef cannot be set when type is generic-oidc"),
        (false, _, false) => Err("secretRef is required when type is not generic-oidc"),
        _ => Ok(()),
    }
}

/// The rules of each provider.
///
/// # Errors
/// Which provider breaks which.
pub fn check_providers(providers: &[OidcProvider]) -> Result<(), String> {
    for (index, provider) in providers.iter().enumerate() {
        let url = provider.issuer_url.as_str();
        if url.is_empty() {
            return Err(format!("oidcProviders[{index}]: issuerURL is required"));
        }
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(format!(
                "oidcProviders[{index}]: issuerURL {url:?} must start with http:// or https://"
            ));
        }
        if providers[..index]
            .iter()
            .any(|other| other.issuer_url == url)
        {
            return Err(format!(
                "oidcProviders[{index}]: duplicate issuerURL {url:?}"
            ));
        }
        let here = format!("oidcProviders[{index}] (issuerURL={url:?})");
        if provider.validations.is_empty() {
            return Err(format!(
                "{here}: at least one validation is required; without validations any caller able to obtain a token from this issuer can trigger the Receiver"
            ));
        }
        for (index, variable) in provider.variables.iter().enumerate() {
            if variable.name.is_empty() {
                return Err(format!("{here}: variables[{index}]: name is required"));
            }
            if variable.expression.is_empty() {
                let name = &variable.name;
                return Err(format!(
                    "{here}: variables[{index}] (name={name:?}): expression is required"
                ));
            }
        }
        for (index, validation) in provider.validations.iter().enumerate() {
            if validation.expression.is_empty() {
                return Err(format!(
                    "{here}: validations[{index}]: expression is required"
                ));
            }
            if validation.message.is_empty() {
                return Err(format!("{here}: validations[{index}]: message is required"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn receiver(spec: Value) -> Receiver {
        serde_json::from_value(json!({"spec": spec})).unwrap()
    }

    #[test]
    fn p5_tokens_of_issuers_and_secrets_exclude_each_other() {
        let one = json!([{"issuerURL": "https://i", "validations": [{"expression": "true", "message": "m"}]}]);
        for (spec, expected) in [
            (
                json!({"type": "generic-oidc"}),
                Some("requires at least one oidcProvider"),
            ),
            (
                json!({"type": "github", "oidcProviders": one, "secretRef": {"name": "s"}}),
                Some("only be set"),
            ),
            (
                json!({"type": "generic-oidc", "oidcProviders": one, "secretRef": {"name": "s"}}),
                Some("cannot be set"),
            ),
            (json!({"type": "github"}), Some("secretRef is required")),
            (json!({"type": "generic-oidc", "oidcProviders": one}), None),
            (json!({"type": "github", "secretRef": {"name": "s"}}), None),
        ] {
            let found = check_fields(&receiver(spec.clone())).err();
            match expected {
                Some(text) => assert!(found.unwrap().contains(text), "{spec}"),
                None => assert_eq!(found, None, "{spec}"),
            }
        }
    }

    #[test]
    fn p5_every_provider_needs_an_issuer_of_its_own_and_validations() {
        let check = |providers: Value| {
            let receiver = receiver(json!({"oidcProviders": providers}));
            check_providers(&receiver.spec.oidc_providers)
                .err()
                .unwrap_or_default()
        };
        let good = json!({"issuerURL": "https://i", "validations": [{"expression": "true", "message": "m"}]});
        assert_eq!(check(json!([good])), "");
        assert_eq!(
            check(json!([good, good])),
            "oidcProviders[1]: duplicate issuerURL \"https://i\""
        );
        for (provider, expected) in [
            (json!({}), "issuerURL is required"),
            (
                json!({"issuerURL": "ftp://i"}),
                "must start with http:// or https://",
            ),
            (
                json!({"issuerURL": "https://i"}),
                "at least one validation is required",
            ),
            (
                json!({"issuerURL": "https://i", "validations": [{"message": "m"}]}),
                "validations[0]: expression is required",
            ),
            (
                json!({"issuerURL": "https://i", "validations": [{"expression": "e"}]}),
                "validations[0]: message is required",
            ),
            (
                json!({"issuerURL": "https://i", "validations": [{"expression": "e", "message": "m"}], "variables": [{"name": "n"}]}),
                "variables[0] (name=\"n\"): expression is required",
            ),
        ] {
            let found = check(json!([provider]));
            assert!(found.contains(expected), "{found}");
        }
    }
}
