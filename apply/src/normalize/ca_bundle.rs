//! Certificate bundles of conversion webhooks that the API server would refuse (compat K14.7).

use crate::object::Object;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

const CLIENT_CONFIG: &str = "/spec/conversion/webhook/clientConfig";

/// Removes the `caBundle` of a definition when it holds no certificate: placeholders are common, and whoever injects
/// the real one comes later.
pub(super) fn drop_invalid(object: &mut Object) {
    if !object.is_custom_resource_definition() {
        return;
    }
    let Some(config) = object
        .value_mut()
        .pointer_mut(CLIENT_CONFIG)
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    let invalid = config
        .get("caBundle")
        .and_then(Value::as_str)
        .is_some_and(|bundle| !bundle.is_empty() && !holds_certificates(bundle));
    if invalid {
        config.shift_remove("caBundle");
    }
}

/// Whether base64 text decodes to nothing, or to PEM with at least one certificate.
fn holds_certificates(bundle: &str) -> bool {
    let Ok(pem) = STANDARD.decode(bundle) else {
        return false;
    };
    let Ok(pem) = String::from_utf8(pem) else {
        return false;
    };
    if pem.is_empty() {
        return true;
    }
    let mut found = false;
    let mut rest = pem.as_str();
    while let Some((_, after)) = rest.split_once("-----BEGIN CERTIFICATE-----") {
        let Some((body, after)) = after.split_once("-----END CERTIFICATE-----") else {
            break;
        };
        let body: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        // A certificate is a DER sequence.
        if !STANDARD
            .decode(body)
            .is_ok_and(|der| der.first() == Some(&0x30))
        {
            return false;
        }
        found = true;
        rest = after;
    }
    found
}
