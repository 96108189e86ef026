//! The data of Secrets, and what is read from it.

use std::collections::BTreeMap;
use std::fmt;

use crate::error::TransportError;

/// The data of a Secret: keys and raw bytes.
pub type SecretData = BTreeMap<String, Vec<u8>>;

/// A value that is not shown.
#[derive(Clone, PartialEq, Eq, Default, Hash)]
pub struct Hidden(String);

impl Hidden {
    /// The value, for the place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Hidden {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A user name and password.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Basic {
    /// Who.
    pub username: String,
    /// May be empty.
    pub password: Hidden,
}

/// The value of a key, if it is there.
pub fn text(data: &SecretData, key: &'static str) -> Result<Option<String>, TransportError> {
    data.get(key)
        .map(|bytes| String::from_utf8(bytes.clone()).map_err(|_| TransportError::NotText(key)))
        .transpose()
}

/// The value of a key, if it is there and not empty.
pub fn filled(data: &SecretData, key: &'static str) -> Result<Option<String>, TransportError> {
    Ok(text(data, key)?.filter(|value| !value.is_empty()))
}

/// The value of a key, or of the one that stood for it in older Secrets (P1).
pub fn filled_or_legacy(
    data: &SecretData,
    key: &'static str,
    legacy: &'static str,
) -> Result<Option<String>, TransportError> {
    if data.contains_key(key) {
        filled(data, key)
    } else {
        filled(data, legacy)
    }
}
