//! Harbor, which sends the token itself.

use super::{Accepted, Call, Expected, Rejection, proof};

pub(super) fn check<'a>(call: Call<'a>, expected: Expected<'_>) -> Result<Accepted<'a>, Rejection> {
    if !proof::same(call.header("authorization").as_bytes(), expected.token) {
        return Err(Rejection::Forged(
            "the Harbor Authorization header value does not match the receiver token".to_owned(),
        ));
    }
    Ok(call.accept("handling Harbor event".to_owned()))
}
