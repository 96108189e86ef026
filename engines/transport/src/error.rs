//! What can be wrong with the way to a server.

/// A Secret or setting cannot be used. No message shows a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// A value is no text.
    #[error("value of key '{0}' is not valid UTF-8")]
    NotText(&'static str),
    /// Half of a pair is missing.
    #[error("contains '{present}' but missing '{missing}'")]
    HalfPair {
        /// The key that is there.
        present: &'static str,
        /// The key that is not.
        missing: &'static str,
    },
    /// A Secret for certificates holds none.
    #[error("must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'")]
    NoCertificates,
    /// The PEM cannot be read.
    #[error("cannot read {0}: expected PEM")]
    Pem(&'static str),
    /// The proxy Secret lacks its address.
    #[error("invalid proxy secret: key 'address' is missing")]
    NoProxyAddress,
    /// The address cannot be used.
    #[error("invalid proxy address: {0}")]
    ProxyAddress(String),
    /// The HTTP client cannot be made.
    #[error("failed to create HTTP client: {0}")]
    Client(String),
}

/// An error with all its causes, since the outermost one alone says too little.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Link {
        text: &'static str,
        source: Option<Box<Link>>,
    }

    #[test]
    fn causes_are_told_once() {
        let link = |text, source: Option<Link>| Link {
            text,
            source: source.map(Box::new),
        };
        let error = link(
            "a",
            Some(link("b: c", Some(link("c", Some(link("d", None)))))),
        );
        assert_eq!(chain(&error), "a: b: c: d");
    }
}
