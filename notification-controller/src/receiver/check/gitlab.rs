//! GitLab, which sends the token itself.

use super::{Accepted, Call, Expected, Rejection, proof};

pub(super) fn check<'a>(call: Call<'a>, expected: Expected<'_>) -> Result<Accepted<'a>, Rejection> {
    if !proof::same(call.header("x-gitlab-token").as_bytes(), expected.token) {
        return Err(Rejection::Forged(
            "the X-Gitlab-Token header value does not match the receiver token".to_owned(),
        ));
    }
    let event = call.header("x-gitlab-event");
    expected.wants("GitLab", event)?;
    Ok(call.accept(format!("handling GitLab event: {event}")))
}
