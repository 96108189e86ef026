//! Nexus, whose signature is bare digits.

use ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY;
use serde::Deserialize;

use super::{Accepted, Call, Expected, Rejection, proof};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Payload {
    repository_name: String,
}

pub(super) fn check<'a>(call: Call<'a>, expected: Expected<'_>) -> Result<Accepted<'a>, Rejection> {
    let signature = call.header("x-nexus-webhook-signature");
    if signature.is_empty() {
        return Err(Rejection::Forged(
            "the Nexus signature is missing from header".to_owned(),
        ));
    }
    // Digits in capitals were never sent, so they are none (upstream compares the text).
    let lower = !signature.bytes().any(|byte| byte.is_ascii_uppercase());
    let algorithm = HMAC_SHA1_FOR_LEGACY_USE_ONLY;
    let proved = proof::tagged(algorithm, signature, call.body, expected.token);
    if !lower || proved.is_err() {
        return Err(Rejection::Forged("invalid Nexus signature".to_owned()));
    }
    // Here nothing may follow the first value.
    let payload: Payload = serde_json::from_slice(call.body).map_err(|error| {
        Rejection::Unusable(format!("cannot decode Nexus webhook payload: {error}"))
    })?;
    Ok(call.accept(format!(
        "handling Nexus event from {}",
        payload.repository_name
    )))
}
