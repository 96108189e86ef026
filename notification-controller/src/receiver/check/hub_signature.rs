//! Signatures in the headers `X-Hub-Signature-256` and `X-Hub-Signature`, which GitHub began and Bitbucket took over.

use std::borrow::Cow;

use super::{Call, Expected, Rejection, media_type, proof};

/// The body that the caller means: that of a form is in its field `payload`.
///
/// A token that is there but empty lets calls without a signature in (section 13.21).
pub(super) fn verified<'a>(
    call: Call<'a>,
    expected: Expected<'_>,
    service: &str,
) -> Result<Cow<'a, [u8]>, Rejection> {
    let invalid = |why: &str| format!("the {service} signature header is invalid, err: {why}");
    let signature = match call.header("x-hub-signature-256") {
        "" => call.header("x-hub-signature"),
        stronger => stronger,
    };
    if !expected.token.is_empty() || !signature.is_empty() {
        proof::signed(signature, call.body, expected.token)
            .map_err(|why| Rejection::Forged(invalid(why)))?;
    }
    match media_type(call.header("content-type")).as_str() {
        "application/json" => Ok(Cow::Borrowed(call.body)),
        "application/x-www-form-urlencoded" => field(call.body, "payload")
            .map(Cow::Owned)
            .ok_or_else(|| Rejection::Unusable(invalid("the form cannot be read"))),
        other => Err(Rejection::Unusable(invalid(&format!(
            "webhook request has unsupported Content-Type {other:?}"
        )))),
    }
}

/// The first value of a field of a form; empty when it is not there, nothing when the form is none.
fn field(form: &[u8], name: &str) -> Option<Vec<u8>> {
    let mut found = None;
    for pair in form
        .split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
    {
        let (key, value) = match pair.iter().position(|byte| *byte == b'=') {
            Some(mark) => (&pair[..mark], &pair[mark + 1..]),
            None => (pair, &[][..]),
        };
        let (key, value) = (unescape(key)?, unescape(value)?);
        if key == name.as_bytes() {
            found.get_or_insert(value);
        }
    }
    Some(found.unwrap_or_default())
}

fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'%' => {
                let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
                plain.extend(crate::hex::decode(digits)?);
                rest = &tail[2..];
            }
            b'+' => plain.push(b' '),
            b';' => return None,
            other => plain.push(other),
        }
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_as_browsers_send_them() {
        let read =
            |form: &str| field(form.as_bytes(), "payload").map(|b| String::from_utf8(b).unwrap());
        assert_eq!(
            read("payload=%7B%22a%22%3A+1%7D&x=y"),
            Some("{\"a\": 1}".to_owned())
        );
        assert_eq!(read("x=y&payload=a&payload=b"), Some("a".to_owned()));
        assert_eq!(read("x=y"), Some(String::new()));
        for broken in ["payload=%7", "payload=%zz", "a;b"] {
            assert_eq!(read(broken), None, "{broken}");
        }
    }
}
