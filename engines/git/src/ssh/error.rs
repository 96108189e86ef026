//! Why an ssh connection failed. The first words of messages are those that users know from Go's ssh client.

/// Why an ssh connection failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SshError {
    /// The host cannot be reached.
    #[error("dial tcp {address}: {message}")]
    Dial {
        /// Host and port.
        address: String,
        /// Why.
        message: String,
    },
    /// The proxy does not lead there.
    #[error("unable to connect through proxy: {0}")]
    Proxy(String),
    /// `known_hosts` has no key of this host.
    #[error(
        "ssh: handshake failed: knownhosts: key is unknown: host '{host}' shows {key}; add its key to 'known_hosts' if it is to be trusted"
    )]
    UnknownHost {
        /// As `known_hosts` would name it.
        host: String,
        /// Type and fingerprint.
        key: String,
    },
    /// `known_hosts` has another key of this host.
    #[error(
        "ssh: handshake failed: knownhosts: key mismatch: host '{host}' shows {key}, which is not among its keys in 'known_hosts'"
    )]
    KeyMismatch {
        /// As `known_hosts` would name it.
        host: String,
        /// Type and fingerprint.
        key: String,
    },
    /// `known_hosts` says that the key is not to be used any more.
    #[error("ssh: handshake failed: knownhosts: key is revoked: host '{host}' shows {key}")]
    Revoked {
        /// As `known_hosts` would name it.
        host: String,
        /// Type and fingerprint.
        key: String,
    },
    /// The two sides do not agree on how to speak.
    #[error(
        "ssh: handshake failed: ssh: no common algorithm for {kind}; client offered: [{ours}], peer offered: [{theirs}]"
    )]
    NoCommonAlgorithm {
        /// What for.
        kind: &'static str,
        /// What we would do.
        ours: String,
        /// What they would do.
        theirs: String,
    },
    /// Anything else before we are logged in.
    #[error("ssh: handshake failed: {0}")]
    Handshake(String),
    /// Our key is not welcome.
    #[error(
        "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain: user '{user}' may not log in with {key}"
    )]
    Unauthorized {
        /// The user.
        user: String,
        /// Type and fingerprint.
        key: String,
    },
    /// The repository is not there, or not for us.
    #[error("repository not found: {0}")]
    NotFound(String),
    /// What the remote program says.
    #[error("remote command failed: {0}")]
    Command(String),
    /// The connection broke.
    #[error("ssh: {0}")]
    Broken(String),
}

/// How programs and hosting services say that there is no such repository.
const NOT_FOUND: &[&str] = &[
    "does not appear to be a git repository",
    "Repository not found",
    "repository does not exist",
    "Repository does not exist",
    "The project you were looking for could not be found",
];

/// The longest text of the remote side that is shown.
const MAX_SHOWN: usize = 512;

impl SshError {
    /// What the program on the other side wrote before it gave up.
    pub(super) fn of_command(text: &str, status: Option<u32>) -> Self {
        let shown: String = text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .filter(|letter| !letter.is_control())
            .take(MAX_SHOWN)
            .collect();
        if NOT_FOUND.iter().any(|phrase| shown.contains(phrase)) {
            return Self::NotFound(shown);
        }
        match (shown.is_empty(), status) {
            (false, _) => Self::Command(shown),
            (true, Some(status)) => Self::Command(format!("exit status {status}")),
            (true, None) => Self::Command("it ended without an answer".to_owned()),
        }
    }
}

impl From<russh::Error> for SshError {
    fn from(error: russh::Error) -> Self {
        match error {
            russh::Error::NoCommonAlgo { kind, ours, theirs } => Self::NoCommonAlgorithm {
                kind: match kind {
                    russh::AlgorithmKind::Kex => "key exchange",
                    russh::AlgorithmKind::Key => "host key",
                    russh::AlgorithmKind::Cipher => "cipher",
                    russh::AlgorithmKind::Mac => "MAC",
                    russh::AlgorithmKind::Compression => "compression",
                },
                ours: ours.join(" "),
                theirs: theirs.join(" "),
            },
            other => Self::Handshake(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_remote_program_says_is_told_on_one_line() {
        let error =
            SshError::of_command("ERROR: Repository not found.\nfatal: x\u{1b}[31m\n", None);
        assert_eq!(
            error.to_string(),
            "repository not found: ERROR: Repository not found. fatal: x[31m"
        );
        let long = SshError::of_command(&"a".repeat(5000), Some(1)).to_string();
        assert!(long.len() < 600);
        assert_eq!(
            SshError::of_command(" ", Some(128)).to_string(),
            "remote command failed: exit status 128"
        );
    }
}
