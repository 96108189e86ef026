//! Addresses of services.

use reqwest::Url;

use super::SettingsError;
use super::settings::Settings;

/// The address of a service, which upstream's messages call `what` (`Slack hook`).
///
/// The address itself is not shown: those of chats are credentials.
pub(super) fn parse(settings: &Settings, what: &'static str) -> Result<Url, SettingsError> {
    let address = settings.address.expose();
    let invalid = |cause: &str| SettingsError::Address {
        what,
        cause: cause.to_owned(),
    };
    if address.is_empty() {
        return Err(invalid("empty url"));
    }
    let url = Url::parse(address).map_err(|error| invalid(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid("expected http:// or https://"));
    }
    Ok(url)
}

/// An address with these segments added to its path.
pub(super) fn join<'a>(base: &Url, segments: impl IntoIterator<Item = &'a str>) -> Url {
    let mut url = base.clone();
    // Only addresses without a host have no segments, and those were refused.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}
