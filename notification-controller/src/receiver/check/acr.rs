//! Azure Container Registry, which proves nothing: who knows the path may call.

use serde::Deserialize;

use super::{Accepted, Call, Expected, Rejection};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Payload {
    #[serde(rename = "action")]
    _action: String,
    target: Target,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Target {
    repository: String,
    tag: String,
}

pub(super) fn check<'a>(call: Call<'a>, _: Expected<'_>) -> Result<Accepted<'a>, Rejection> {
    let Payload { target, .. } = call.decode("ACR")?;
    Ok(call.accept(format!(
        "handling ACR event from {} for tag {}",
        target.repository, target.tag
    )))
}
