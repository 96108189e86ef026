//! Who may read and write.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;

/// Who may read and write.
#[derive(Debug, Clone, Default)]
pub enum Auth {
    /// Everybody.
    #[default]
    None,
    /// Whoever sends this user name and password.
    Basic(String, String),
    /// Whoever sends this token.
    Bearer(String),
}

impl Auth {
    /// The user name of good credentials; the empty name when none are asked for.
    pub(super) fn user(&self, headers: &HeaderMap) -> Option<String> {
        let sent = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        match self {
            Self::None => Some(String::new()),
            Self::Basic(user, password) => {
                let expected = BASE64_STANDARD.encode(format!("{user}:{password}"));
                (sent? == format!("Basic {expected}")).then(|| user.clone())
            }
            Self::Bearer(token) => (sent? == format!("Bearer {token}")).then(|| "token".to_owned()),
        }
    }

    pub(super) fn challenge(&self) -> &'static str {
        match self {
            Self::Bearer(_) => "Bearer realm=\"git\"",
            Self::None | Self::Basic(..) => "Basic realm=\"git\"",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(auth: &Auth, header: Option<&str>) -> Option<String> {
        let mut headers = HeaderMap::new();
        if let Some(header) = header {
            headers.insert(AUTHORIZATION, header.parse().unwrap());
        }
        auth.user(&headers)
    }

    #[test]
    fn only_the_exact_credentials_are_good() {
        let basic = Auth::Basic("me".to_owned(), "secret".to_owned());
        assert_eq!(
            user(&basic, Some("Basic bWU6c2VjcmV0")).as_deref(),
            Some("me")
        );
        for wrong in [
            None,
            Some("Basic bWU6bm8="),
            Some("Bearer bWU6c2VjcmV0"),
            Some("bWU6c2VjcmV0"),
        ] {
            assert_eq!(user(&basic, wrong), None, "{wrong:?}");
        }
        let bearer = Auth::Bearer("t".to_owned());
        assert!(
            user(&bearer, Some("Bearer t")).is_some() && user(&bearer, Some("Bearer tt")).is_none()
        );
        assert!(user(&Auth::None, None).is_some());
    }
}
