//! Bitbucket, server and cloud.

use super::{Accepted, Call, Expected, Rejection, hub_signature};

pub(super) fn check<'a>(call: Call<'a>, expected: Expected<'_>) -> Result<Accepted<'a>, Rejection> {
    let body = hub_signature::verified(call, expected, "Bitbucket server")?;
    let event = call.header("x-event-key");
    expected.wants("Bitbucket server", event)?;
    Ok(Accepted {
        body,
        about: format!("handling Bitbucket server event: {event}"),
    })
}
