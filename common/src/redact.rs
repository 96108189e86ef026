//! Values that must not reach a log line, an event, a condition or a metric.
//!
//! Redaction is a type, not a habit: what is secret is held in a [`Secret`], whose `Debug` and `Display` print a
//! placeholder, and a URL that is about to be shown goes through [`url`].

use std::fmt;

/// What is printed in place of a secret.
pub const PLACEHOLDER: &str = "*****";

/// A value that does not print. [`Secret::expose`] is the only way to it, so that every use can be found by name.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret<T = String>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for the one place that needs it (a header, a key file).
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PLACEHOLDER)
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PLACEHOLDER)
    }
}

/// A URL fit to be shown: without userinfo, query and fragment.
///
/// Works on any text that holds `scheme://`, valid URL or not, because a broken URL is the one that ends up in an
/// error message.
pub fn url(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.split(['?', '#']).next().unwrap_or_default().to_owned();
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = match rest.find('/') {
        Some(slash) => rest.split_at(slash),
        None => (rest, ""),
    };
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// Replaces every occurrence of the given secrets in a message; empty and one-letter secrets are left alone, since
/// replacing them would tell more than it hides.
pub fn scrub<'a>(message: &str, secrets: impl IntoIterator<Item = &'a Secret<String>>) -> String {
    let mut message = message.to_owned();
    for secret in secrets {
        if secret.expose().len() > 1 && message.contains(secret.expose()) {
            message = message.replace(secret.expose(), PLACEHOLDER);
        }
    }
    message
}

/// Replaces every `scheme://…` URL inside a longer message by its [`url`] form.
pub fn urls_in(message: &str) -> String {
    let mut shown = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(mark) = rest.find("://") {
        let start = rest[..mark]
            .rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-')))
            .map_or(0, |i| {
                i + rest[i..].chars().next().map_or(1, char::len_utf8)
            });
        let end = rest[mark..]
            .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`' | ')'))
            .map_or(rest.len(), |i| mark + i);
        shown.push_str(&rest[..start]);
        // A colon that ends a URL belongs to the sentence ("fetch http://h/p: refused").
        let (address, tail) = match rest[start..end].strip_suffix(':') {
            Some(address) => (address, ":"),
            None => (&rest[start..end], ""),
        };
        shown.push_str(&url(address));
        shown.push_str(tail);
        rest = &rest[end..];
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(
            format!("{secret} {secret:?} {:?}", Some(&secret)),
            "***** ***** Some(*****)"
        );
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn a_shown_url_has_no_userinfo_query_or_fragment() {
        for (text, shown) in [
            (
                "https://user:pa@ss@example.com/r.git?token=1#f",
                "https://example.com/r.git",
            ),
            ("https://example.com", "https://example.com"),
            ("ssh://git@example.com:22/r", "ssh://example.com:22/r"),
            ("http://user@", "http://"),
            ("not a url?secret", "not a url"),
            ("https://h?sig=1", "https://h"),
        ] {
            assert_eq!(url(text), shown, "{text}");
        }
    }

    #[test]
    fn urls_inside_a_message_are_redacted() {
        assert_eq!(
            urls_in(
                "Get \"https://u:p@h/x?t=1\": refused by http://a:b@proxy:3128, see é https://h/?q"
            ),
            "Get \"https://h/x\": refused by http://proxy:3128, see é https://h/"
        );
        assert_eq!(
            urls_in("fetch http://u:p@h/p: refused"),
            "fetch http://h/p: refused"
        );
        assert_eq!(urls_in("no url here: ://"), "no url here: ://");
    }

    #[test]
    fn known_secrets_are_scrubbed() {
        let secrets = [
            Secret::new("tok".to_owned()),
            Secret::new(String::new()),
            Secret::new("a".to_owned()),
        ];
        assert_eq!(scrub("bad tok at tok", &secrets), "bad ***** at *****");
    }
}
