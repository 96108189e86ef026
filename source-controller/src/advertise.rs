//! The address under which artifacts are found (S1, S10).

use artifact::store::ArtifactPath;

/// What stands before the path of an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advertised(String);

/// There is no address to advertise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdvertiseError {
    /// The address to listen on has no port.
    #[error("invalid --storage-addr '{0}': expected [host]:port")]
    NoPort(String),
    /// The host that stands for all addresses has no name.
    #[error("cannot tell the host name to advertise: set --storage-adv-addr")]
    NoHostName,
}

impl Advertised {
    /// Takes `--storage-adv-addr`, or derives it from `--storage-addr`: no host is `localhost`, `0.0.0.0` is the name of
    /// this host (S10).
    pub fn new(
        advertised: &str,
        listening: &str,
        host_name: Option<&str>,
    ) -> Result<Self, AdvertiseError> {
        if !advertised.is_empty() {
            return Ok(Self(advertised.to_owned()));
        }
        let (host, port) = listening
            .rsplit_once(':')
            .filter(|(_, port)| port.parse::<u16>().is_ok())
            .ok_or_else(|| AdvertiseError::NoPort(listening.to_owned()))?;
        let host = match host {
            "" => "localhost",
            "0.0.0.0" => host_name
                .filter(|name| !name.is_empty())
                .ok_or(AdvertiseError::NoHostName)?,
            other => other,
        };
        Ok(Self(format!("{host}:{port}")))
    }

    /// The URL of a stable link: always over http (S1).
    pub fn link_url(&self, link: &ArtifactPath) -> String {
        let host = self.0.strip_prefix("http://");
        let host = host.or_else(|| self.0.strip_prefix("https://"));
        format!("http://{}/{link}", host.unwrap_or(&self.0))
    }

    /// The URL of an artifact (S1).
    pub fn artifact_url(&self, path: &ArtifactPath) -> String {
        let prefix = &self.0;
        if prefix.starts_with("http://") || prefix.starts_with("https://") {
            format!("{prefix}/{path}")
        } else {
            format!("http://{prefix}/{path}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s10_address_is_derived_from_the_one_listened_on() {
        let derive = |listening| Advertised::new("", listening, Some("pod-1")).unwrap().0;
        assert_eq!(derive(":9090"), "localhost:9090");
        assert_eq!(derive("0.0.0.0:9090"), "pod-1:9090");
        assert_eq!(derive("127.0.0.1:80"), "127.0.0.1:80");
        assert_eq!(derive("[::1]:80"), "[::1]:80");
        assert_eq!(
            Advertised::new("", "0.0.0.0:1", None),
            Err(AdvertiseError::NoHostName)
        );
        assert!(Advertised::new("", "9090", None).is_err());
        assert!(Advertised::new("", ":port", None).is_err());
    }

    #[test]
    fn s1_scheme_is_kept_and_a_trailing_dot_too() {
        let path = ArtifactPath::parse("gitrepository/ns/name/f.tar.gz").unwrap();
        let url = |advertised| {
            Advertised::new(advertised, ":1", None)
                .unwrap()
                .artifact_url(&path)
        };
        assert_eq!(
            url("sc.flux-system.svc.cluster.local."),
            "http://sc.flux-system.svc.cluster.local./gitrepository/ns/name/f.tar.gz"
        );
        let link = Advertised::new("https://cdn.example", ":1", None)
            .unwrap()
            .link_url(&path);
        assert_eq!(link, "http://cdn.example/gitrepository/ns/name/f.tar.gz");
        assert_eq!(
            url("https://cdn.example/x"),
            "https://cdn.example/x/gitrepository/ns/name/f.tar.gz"
        );
    }
}
