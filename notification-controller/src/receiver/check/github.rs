//! GitHub.

use super::{Accepted, Call, Expected, Rejection, hub_signature};

pub(super) fn check<'a>(call: Call<'a>, expected: Expected<'_>) -> Result<Accepted<'a>, Rejection> {
    let body = hub_signature::verified(call, expected, "GitHub")?;
    let event = call.header("x-github-event");
    expected.wants("GitHub", event)?;
    Ok(Accepted {
        body,
        about: format!("handling GitHub event: {event}"),
    })
}
