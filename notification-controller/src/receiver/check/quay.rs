//! Quay, which proves nothing: who knows the path may call.

use serde::Deserialize;

use super::{Accepted, Call, Expected, Rejection};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Payload {
    docker_url: String,
    #[serde(rename = "updated_tags")]
    _updated_tags: Option<Vec<String>>,
}

pub(super) fn check<'a>(call: Call<'a>, _: Expected<'_>) -> Result<Accepted<'a>, Rejection> {
    let payload: Payload = call.decode("Quay")?;
    Ok(call.accept(format!("handling Quay event from {}", payload.docker_url)))
}
