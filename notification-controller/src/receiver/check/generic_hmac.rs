//! Any service that signs its calls.

use super::{Accepted, Call, Expected, Rejection, proof};

pub(super) fn check<'a>(call: Call<'a>, expected: Expected<'_>) -> Result<Accepted<'a>, Rejection> {
    proof::signed(call.header("x-signature"), call.body, expected.token)
        .map_err(|why| Rejection::Forged(format!("unable to validate HMAC signature: {why}")))?;
    Ok(call.accept("handling generic event".to_owned()))
}
