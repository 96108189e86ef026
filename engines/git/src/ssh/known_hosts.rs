//! The keys of hosts, in the form of OpenSSH's `known_hosts` (sshd(8), section `SSH_KNOWN_HOSTS FILE FORMAT`): plain and
//! hashed names, wildcards, negation, ports, `@cert-authority` and `@revoked`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::hmac;
use russh::keys::ssh_key::certificate::CertType;
use russh::keys::{Algorithm, Certificate, HashAlg, PublicKey, PublicKeyOrCertificate};

use super::error::SshError;

/// The port that names without one stand for.
const DEFAULT_PORT: u16 = 22;

/// The keys of hosts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownHosts {
    entries: Vec<Entry>,
    revoked: Vec<PublicKey>,
}

/// A line is none of a `known_hosts` file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("knownhosts: line {line}: {message}")]
pub struct KnownHostsError {
    line: usize,
    message: String,
}

/// Who is connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host {
    /// Without brackets, in lower case.
    pub name: String,
    pub port: u16,
}

/// Of which types the keys of a host are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct HostKeyTypes {
    keys: Vec<Algorithm>,
    authorities: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    hosts: Hosts,
    key: PublicKey,
    role: Role,
}

/// What a key is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The host shows it.
    Host,
    /// It signs the host's certificate.
    Authority,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Hosts {
    Patterns(Vec<Pattern>),
    Hashed { salt: Vec<u8>, hash: Vec<u8> },
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    sense: Sense,
    name: String,
    port: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sense {
    Matches,
    Excludes,
}

impl KnownHosts {
    /// Reads a file.
    pub fn parse(text: &str) -> Result<Self, KnownHostsError> {
        let mut known = Self::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            known.add(line).map_err(|message| KnownHostsError {
                line: index + 1,
                message,
            })?;
        }
        Ok(known)
    }

    fn add(&mut self, line: &str) -> Result<(), String> {
        let mut words = line.split_ascii_whitespace().peekable();
        let marker = words.next_if(|word| word.starts_with('@'));
        let hosts = words.next().ok_or("missing host pattern")?;
        words.next().ok_or("missing key type")?;
        let key = words.next().ok_or("missing key")?;
        let key = BASE64
            .decode(key)
            .map_err(|error| format!("key is no base64: {error}"))?;
        // The type stands in the key as well, and that one counts.
        let key = PublicKey::from_bytes(&key).map_err(|error| format!("no public key: {error}"))?;
        let role = match marker {
            Some("@revoked") => {
                self.revoked.push(key);
                return Ok(());
            }
            Some("@cert-authority") => Role::Authority,
            Some(other) => return Err(format!("unknown marker '{other}'")),
            None => Role::Host,
        };
        let hosts = Hosts::parse(hosts)?;
        self.entries.push(Entry { hosts, key, role });
        Ok(())
    }

    /// Of which types the keys of a host are.
    pub(super) fn types(&self, host: &Host) -> HostKeyTypes {
        let mut types = HostKeyTypes::default();
        for entry in self.of(host) {
            match entry.role {
                Role::Host => types.keys.push(entry.key.algorithm()),
                Role::Authority => types.authorities += 1,
            }
        }
        types
    }

    /// Whether a host is who it says. `now` is in seconds since the Unix epoch.
    pub(super) fn check(
        &self,
        host: &Host,
        shown: &PublicKeyOrCertificate,
        now: u64,
    ) -> Result<(), SshError> {
        let key = shown.public_key();
        let refused = |make: fn(String, String) -> SshError| make(host.to_string(), describe(&key));
        if self.is_revoked(&key) {
            return Err(refused(|host, key| SshError::Revoked { host, key }));
        }
        if let Some(certificate) = shown.certificate()
            && self.certifies(host, certificate, now)
        {
            return Ok(());
        }
        let mut known = self
            .of(host)
            .filter(|entry| entry.role == Role::Host)
            .peekable();
        if known.peek().is_none() {
            return Err(refused(|host, key| SshError::UnknownHost { host, key }));
        }
        if known.any(|entry| entry.key.key_data() == key.key_data()) {
            return Ok(());
        }
        Err(refused(|host, key| SshError::KeyMismatch { host, key }))
    }

    /// Whether an authority of this host made its certificate, for this host and this time.
    fn certifies(&self, host: &Host, certificate: &Certificate, now: u64) -> bool {
        let authorities: Vec<_> = self
            .of(host)
            .filter(|entry| entry.role == Role::Authority && !self.is_revoked(&entry.key))
            .map(|entry| entry.key.fingerprint(HashAlg::Sha256))
            .collect();
        let principals = certificate.valid_principals();
        let is_for_host = principals.is_empty()
            || principals
                .iter()
                .any(|name| matches(&name.to_ascii_lowercase(), &host.name));
        certificate.cert_type() == CertType::Host
            && certificate.critical_options().is_empty()
            && is_for_host
            && certificate.validate_at(now, &authorities).is_ok()
    }

    fn is_revoked(&self, key: &PublicKey) -> bool {
        self.revoked
            .iter()
            .any(|revoked| revoked.key_data() == key.key_data())
    }

    fn of<'a>(&'a self, host: &'a Host) -> impl Iterator<Item = &'a Entry> {
        self.entries
            .iter()
            .filter(|entry| entry.hosts.contain(host))
    }
}

impl HostKeyTypes {
    pub(super) fn contains(&self, algorithm: &Algorithm) -> bool {
        self.keys.iter().any(|key| match (key, algorithm) {
            (Algorithm::Rsa { .. }, Algorithm::Rsa { .. }) => true,
            (key, algorithm) => key == algorithm,
        })
    }

    pub(super) fn has_authority(&self) -> bool {
        self.authorities > 0
    }
}

impl Hosts {
    fn parse(text: &str) -> Result<Self, String> {
        if let Some(hashed) = text.strip_prefix('|') {
            let parts: Vec<_> = hashed.split('|').collect();
            let [kind, salt, hash] = parts[..] else {
                return Err(format!("hashed host has {} parts, expected 3", parts.len()));
            };
            if kind != "1" {
                return Err(format!("hash type '{kind}', expected '1'"));
            }
            let decode = |text: &str| {
                let decoded = BASE64.decode(text);
                decoded.map_err(|error| format!("hashed host is no base64: {error}"))
            };
            return Ok(Self::Hashed {
                salt: decode(salt)?,
                hash: decode(hash)?,
            });
        }
        let patterns = text.split(',').filter(|text| !text.is_empty());
        patterns
            .map(Pattern::parse)
            .collect::<Result<_, _>>()
            .map(Self::Patterns)
    }

    fn contain(&self, host: &Host) -> bool {
        match self {
            Self::Hashed { salt, hash } => {
                let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, salt);
                // Programs differ in whether an IPv6 address of the default port has brackets.
                [host.to_string(), format!("[{}]", host.name)]
                    .iter()
                    .take(if host.name.contains(':') { 2 } else { 1 })
                    .any(|name| hmac::verify(&key, name.as_bytes(), hash).is_ok())
            }
            Self::Patterns(patterns) => {
                let mut matching = patterns
                    .iter()
                    .filter(|pattern| {
                        pattern.port == host.port && matches(&pattern.name, &host.name)
                    })
                    .peekable();
                matching.peek().is_some() && matching.all(|one| one.sense == Sense::Matches)
            }
        }
    }
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, String> {
        let (sense, text) = match text.strip_prefix('!') {
            Some(rest) => (Sense::Excludes, rest),
            None => (Sense::Matches, text),
        };
        if text.is_empty() {
            return Err("negation without following hostname".to_owned());
        }
        let (name, port) = if let Some(rest) = text.strip_prefix('[') {
            let (name, port) = rest.split_once(']').ok_or("'[' without ']'")?;
            (name, port.strip_prefix(':'))
        } else {
            match text.split_once(':') {
                // More than one colon is an IPv6 address.
                Some((name, port)) if !port.contains(':') => (name, Some(port)),
                _ => (text, None),
            }
        };
        let port = match port {
            None => DEFAULT_PORT,
            Some(port) => port.parse().map_err(|_| format!("invalid port '{port}'"))?,
        };
        Ok(Self {
            sense,
            name: name.to_ascii_lowercase(),
            port,
        })
    }
}

/// The form that `known_hosts` has: `name`, or `[name]:port` for any other port than 22.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            DEFAULT_PORT => f.write_str(&self.name),
            port => write!(f, "[{}]:{port}", self.name),
        }
    }
}

fn describe(key: &PublicKey) -> String {
    format!("{} {}", key.algorithm(), key.fingerprint(HashAlg::Sha256))
}

/// Whether a name matches a pattern of `*` and `?`, which match dots too. Takes time in the product of both lengths.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut at, mut here) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while here < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, here));
                at += 1;
            }
            Some(&letter) if letter == b'?' || letter == name[here] => {
                at += 1;
                here += 1;
            }
            _ => match star {
                Some((star_at, from)) => {
                    star = Some((star_at, from + 1));
                    at = star_at + 1;
                    here = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|letter| *letter == b'*')
}

#[cfg(test)]
mod tests;
