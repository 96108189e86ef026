//! Calling a Receiver, as a git server or a registry does.

use anyhow::bail;
use ring::hmac;
use testing::http::post;

use crate::charts::hex;

/// Posts a signed body to the address of a Receiver of type `generic-hmac`.
///
/// # Errors
/// When the Receiver does not take it.
pub(crate) async fn call(url: &str, token: &str, body: String) -> anyhow::Result<()> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, token.as_bytes());
    let signature = format!("sha256={}", hex(hmac::sign(&key, body.as_bytes())));
    let answer = post(url, &[("X-Signature", &signature)], body).await?;
    if answer.status != 200 {
        bail!("the webhook {url} was answered with {}", answer.status);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use testing::http::Sink;

    use super::*;

    /// The signature was taken down from `openssl dgst -sha256 -hmac key`.
    #[tokio::test]
    async fn a_call_carries_the_signature_of_its_body() {
        let sink = Sink::start().await.unwrap();
        let url = format!("{}/hook/1", sink.url());
        call(&url, "key", "{}".to_owned()).await.unwrap();
        let received = &sink.received()[0];
        assert_eq!(
            (received.uri.path(), &received.body[..]),
            ("/hook/1", &b"{}"[..])
        );
        assert_eq!(
            received.headers["x-signature"],
            "sha256=a777724d943eb48dc69bca8a4a6d57a04db3f9ec7e1de4e581e860265bdf3032"
        );
    }

    #[tokio::test]
    async fn a_call_that_is_not_taken_is_an_error() {
        let sink = Sink::start().await.unwrap();
        sink.answer_with(StatusCode::NOT_FOUND);
        let refused = call(sink.url(), "key", String::new()).await;
        assert!(
            refused
                .unwrap_err()
                .to_string()
                .ends_with("answered with 404")
        );
    }
}
