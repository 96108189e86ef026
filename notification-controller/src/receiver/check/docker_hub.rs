//! Docker Hub, which proves nothing: who knows the path may call.

use serde::Deserialize;

use super::{Accepted, Call, Expected, Rejection};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Payload {
    push_data: PushData,
    repository: Repository,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PushData {
    tag: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Repository {
    repo_url: String,
}

pub(super) fn check<'a>(call: Call<'a>, _: Expected<'_>) -> Result<Accepted<'a>, Rejection> {
    let payload: Payload = call.decode("DockerHub")?;
    Ok(call.accept(format!(
        "handling DockerHub event from {} for tag {}",
        payload.repository.repo_url, payload.push_data.tag
    )))
}
