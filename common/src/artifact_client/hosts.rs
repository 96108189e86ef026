//! Other addresses for the file servers, for controllers that run outside the cluster (K9.4).

/// `host[:port]` to use in place of the one in an artifact's URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostOverrides {
    /// From `SOURCE_CONTROLLER_LOCALHOST`.
    pub source_controller: Option<String>,
    /// From `SOURCE_WATCHER_LOCALHOST`, for URLs that contain `//source-watcher`.
    pub source_watcher: Option<String>,
}

impl HostOverrides {
    /// Reads the two variables through `lookup`; what is empty counts as unset.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name| lookup(name).filter(|value| !value.is_empty());
        Self {
            source_controller: set("SOURCE_CONTROLLER_LOCALHOST"),
            source_watcher: set("SOURCE_WATCHER_LOCALHOST"),
        }
    }

    /// The address to ask instead of `url`.
    pub(super) fn apply(&self, url: &str) -> Result<reqwest::Url, String> {
        let mut parsed: reqwest::Url = url.parse().map_err(|error| format!("{error}"))?;
        let host = if url.contains("//source-watcher") {
            &self.source_watcher
        } else {
            &self.source_controller
        };
        if let Some(host) = host {
            let authority: http::uri::Authority = host
                .parse()
                .map_err(|error| format!("host override {host:?}: {error}"))?;
            parsed
                .set_host(Some(authority.host()))
                .map_err(|error| format!("host override {host:?}: {error}"))?;
            // A host without a port means the scheme's own.
            let _ = parsed.set_port(authority.port_u16());
        }
        Ok(parsed)
    }
}
