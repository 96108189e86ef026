//! Digests of artifacts: the algorithms of S7, their text form, and hashing on the way through a reader or writer.

use std::fmt;
use std::io::{self, Read, Write};
use std::str::FromStr;

use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// A hash function for artifacts (S7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// `sha1`, 40 hex digits.
    Sha1,
    /// `sha256`, 64 hex digits: the default.
    #[default]
    Sha256,
    /// `sha384`, 96 hex digits.
    Sha384,
    /// `sha512`, 128 hex digits.
    Sha512,
    /// `blake3`, 64 hex digits.
    Blake3,
}

impl Algorithm {
    /// All of them, in the order in which help texts list them.
    pub const ALL: [Self; 5] = [
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
        Self::Blake3,
        Self::Sha1,
    ];

    /// The name that stands before the colon.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
            Self::Blake3 => "blake3",
        }
    }

    const fn hex_length(self) -> usize {
        match self {
            Self::Sha1 => 40,
            Self::Sha256 | Self::Blake3 => 64,
            Self::Sha384 => 96,
            Self::Sha512 => 128,
        }
    }

    /// A fresh hasher.
    pub fn hasher(self) -> Hasher {
        Hasher(match self {
            Self::Sha1 => State::Sha1(Sha1::new()),
            Self::Sha256 => State::Sha256(Sha256::new()),
            Self::Sha384 => State::Sha384(Sha384::new()),
            Self::Sha512 => State::Sha512(Sha512::new()),
            Self::Blake3 => State::Blake3(Box::default()),
        })
    }

    /// The digest of `bytes`.
    pub fn digest(self, bytes: &[u8]) -> Digest {
        let mut hasher = self.hasher();
        hasher.update(bytes);
        hasher.finish()
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Algorithm {
    type Err = ParseError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
            .ok_or_else(|| ParseError::Algorithm(name.to_owned()))
    }
}

/// A digest with its algorithm; its text is `<algorithm>:<lower case hex>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    algorithm: Algorithm,
    hex: String,
}

/// The text is no digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The algorithm is unknown.
    #[error("unsupported digest algorithm `{0}`: use sha256, sha384, sha512, blake3 or sha1")]
    Algorithm(String),
    /// The part after the colon has the wrong length or characters.
    #[error("invalid {algorithm} digest `{text}`: expected {expected} lower case hex digits")]
    Hex {
        /// The algorithm that was named.
        algorithm: Algorithm,
        /// The text that was given.
        text: String,
        /// How many hex digits it should have.
        expected: usize,
    },
}

impl Digest {
    /// Reads `<algorithm>:<hex>`; hex without an algorithm is taken as sha256 (T3, K9.2).
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let (algorithm, hex) = match text.split_once(':') {
            Some((name, hex)) => (name.parse::<Algorithm>()?, hex),
            None => (Algorithm::Sha256, text),
        };
        let expected = algorithm.hex_length();
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if hex.len() != expected || !hex.bytes().all(is_hex) {
            return Err(ParseError::Hex {
                algorithm,
                text: text.to_owned(),
                expected,
            });
        }
        Ok(Self {
            algorithm,
            hex: hex.to_owned(),
        })
    }

    /// The hash function.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The hex digits alone.
    pub fn hex(&self) -> &str {
        &self.hex
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm, self.hex)
    }
}

impl FromStr for Digest {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// A hash in the making.
#[derive(Clone)]
pub struct Hasher(State);

#[derive(Clone)]
enum State {
    Sha1(Sha1),
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
    Blake3(Box<blake3::Hasher>),
}

impl Hasher {
    /// Takes in more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Sha1(state) => state.update(bytes),
            State::Sha256(state) => state.update(bytes),
            State::Sha384(state) => state.update(bytes),
            State::Sha512(state) => state.update(bytes),
            State::Blake3(state) => {
                state.update(bytes);
            }
        }
    }

    /// The digest of everything taken in.
    pub fn finish(self) -> Digest {
        let (algorithm, hex) = match self.0 {
            State::Sha1(state) => (Algorithm::Sha1, to_hex(&state.finalize())),
            State::Sha256(state) => (Algorithm::Sha256, to_hex(&state.finalize())),
            State::Sha384(state) => (Algorithm::Sha384, to_hex(&state.finalize())),
            State::Sha512(state) => (Algorithm::Sha512, to_hex(&state.finalize())),
            State::Blake3(state) => (Algorithm::Blake3, to_hex(state.finalize().as_bytes())),
        };
        Digest { algorithm, hex }
    }
}

fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| {
            [
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]
        })
        .map(char::from)
        .collect()
}

/// Hashes and counts what passes through a reader or writer.
pub struct Hashing<T> {
    inner: T,
    hasher: Hasher,
    bytes: u64,
}

impl<T> Hashing<T> {
    /// Wraps a reader or writer.
    pub fn new(inner: T, algorithm: Algorithm) -> Self {
        Self {
            inner,
            hasher: algorithm.hasher(),
            bytes: 0,
        }
    }

    /// The digest and number of the bytes that passed, and the wrapped value.
    pub fn finish(self) -> (Digest, u64, T) {
        (self.hasher.finish(), self.bytes, self.inner)
    }

    fn passed(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.passed(&buffer[..count]);
        Ok(count)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(buffer)?;
        self.passed(&buffer[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s7_each_algorithm_gives_the_known_digest_of_abc() {
        for (algorithm, expected) in [
            (
                Algorithm::Sha1,
                "sha1:a9993e364706816aba3e25717850c26c9cd0d89d",
            ),
            (
                Algorithm::Sha256,
                "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
            (
                Algorithm::Sha384,
                "sha384:cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
            ),
            (
                Algorithm::Sha512,
                "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            ),
            (
                Algorithm::Blake3,
                "blake3:6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85",
            ),
        ] {
            let digest = algorithm.digest(b"abc");
            assert_eq!(digest.to_string(), expected);
            assert_eq!(Digest::parse(expected).unwrap(), digest);
            assert_eq!(algorithm.name().parse::<Algorithm>().unwrap(), algorithm);
        }
    }

    #[test]
    fn t3_bare_hex_is_sha256() {
        let digest = Algorithm::Sha256.digest(b"");
        assert_eq!(Digest::parse(digest.hex()).unwrap(), digest);
    }

    #[test]
    fn bad_digests_are_told_apart() {
        assert_eq!(
            Digest::parse("md5:00").unwrap_err().to_string(),
            "unsupported digest algorithm `md5`: use sha256, sha384, sha512, blake3 or sha1"
        );
        assert_eq!(
            Digest::parse("sha1:A9").unwrap_err().to_string(),
            "invalid sha1 digest `sha1:A9`: expected 40 lower case hex digits"
        );
        let upper = format!("sha256:{}", "A".repeat(64));
        assert!(Digest::parse(&upper).is_err());
        assert!(Digest::parse("").is_err());
    }

    #[test]
    fn hashing_sees_what_passes_both_ways() {
        let mut reader = Hashing::new(&b"abc"[..], Algorithm::Sha256);
        let mut writer = Hashing::new(Vec::new(), Algorithm::Sha256);
        io::copy(&mut reader, &mut writer).unwrap();
        let (read, read_bytes, _) = reader.finish();
        let (written, written_bytes, content) = writer.finish();
        assert_eq!(read, written);
        assert_eq!(
            (read_bytes, written_bytes, content.as_slice()),
            (3, 3, &b"abc"[..])
        );
        assert_eq!(read, Algorithm::Sha256.digest(b"abc"));
    }
}
