//! Private keys.

use dsa::Components;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::pkcs8::DecodePrivateKey as _;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use rsa::pkcs1::{DecodeRsaPrivateKey as _, EncodeRsaPrivateKey as _, EncodeRsaPublicKey as _};
use rsa::rand_core::RngCore as _;
use rsa::sha2::{Digest as _, Sha256};
use rsa::{Pkcs1v15Sign, RsaPrivateKey};

use super::super::world::random;
use super::primes::{self, Group, Size};
use super::{SLOW_STEPS, Source, der, pem};
use crate::exec::{Context, FuncError, Functions};
use crate::value::Str;

pub(super) fn add(functions: &mut Functions) {
    functions.add("genPrivateKey", |context: &mut Context, kind: Str| {
        context.spend_steps(match &*kind {
            b"" | b"rsa" | b"dsa" => 8 * SLOW_STEPS,
            _ => SLOW_STEPS / 100,
        })?;
        let mut source = Source(random(context)?);
        Ok::<_, FuncError>(match generate(&kind, &mut source) {
            Ok(key) => key.to_pem(),
            Err(text) => text,
        })
    });
}

const RSA_ENCRYPTION: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1];
const SHA256_WITH_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11];
const EC_PUBLIC_KEY: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1];
const CURVE_P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];
const ECDSA_WITH_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2];
const ED25519: &[u8] = &[0x2B, 0x65, 0x70];

/// A private key of one of the kinds that sprig makes.
pub(super) enum PrivateKey {
    Rsa(Box<RsaPrivateKey>),
    Ecdsa(p256::SecretKey),
    Ed25519 {
        seed: [u8; 32],
        pair: Ed25519KeyPair,
    },
    /// Version, p, q, g, y and x, as the file has them. It signs nothing.
    Dsa(Vec<u8>),
}

/// A key of a kind; the error is the text that stands in its place.
fn generate(kind: &[u8], source: &mut Source) -> Result<PrivateKey, String> {
    match kind {
        b"" | b"rsa" => PrivateKey::rsa(Size::Bits4096, source)
            .map_err(|error| format!("failed to generate private key: {error}")),
        b"dsa" => PrivateKey::dsa(source)
            .map_err(|error| format!("failed to generate private key: {error}")),
        b"ecdsa" => Ok(PrivateKey::Ecdsa(p256::SecretKey::random(source))),
        b"ed25519" => {
            let mut seed = [0; 32];
            source.fill_bytes(&mut seed);
            PrivateKey::ed25519(seed)
                .map_err(|error| format!("failed to generate private key: {error}"))
        }
        _ => Err(format!("Unknown type {}", String::from_utf8_lossy(kind))),
    }
}

impl PrivateKey {
    /// A new RSA key.
    pub fn rsa(size: Size, source: &mut Source) -> Result<Self, String> {
        primes::key(size, source).map(|key| Self::Rsa(Box::new(key)))
    }

    fn dsa(source: &mut Source) -> Result<Self, String> {
        let Group { p, q, g } = primes::group(source)?;
        let components = Components::from_components(p, q, g).map_err(|error| error.to_string())?;
        let key = dsa::SigningKey::generate(source, components);
        let public = key.verifying_key();
        let components = public.components();
        let numbers = [
            components.p(),
            components.q(),
            components.g(),
            public.y(),
            key.x(),
        ];
        let mut parts = der::integer(&[0]);
        for number in numbers {
            parts.extend(der::integer(&number.to_bytes_be()));
        }
        Ok(Self::Dsa(der::sequence(&[&parts])))
    }

    fn ed25519(seed: [u8; 32]) -> Result<Self, String> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|error| error.to_string())?;
        Ok(Self::Ed25519 { seed, pair })
    }

    /// Reads a key from a PEM block.
    pub fn from_pem(text: &str) -> Result<Self, String> {
        let Some(block) = pem::decode(text) else {
            return Err("no PEM data in input".to_owned());
        };
        if block.label == "PRIVATE KEY" {
            return Self::from_pkcs8(&block.bytes)
                .map_err(|error| format!("decoding PEM as PKCS#8: {error}"));
        }
        match block.label.strip_suffix(" PRIVATE KEY") {
            None => Err(format!(
                "no private key data in PEM block of type {}",
                block.label
            )),
            Some("RSA") => RsaPrivateKey::from_pkcs1_der(&block.bytes)
                .map(|key| Self::Rsa(Box::new(key)))
                .map_err(|error| format!("parsing RSA private key from PEM: {error}")),
            Some("EC") => p256::SecretKey::from_sec1_der(&block.bytes)
                .map(Self::Ecdsa)
                .map_err(|error| format!("parsing EC private key from PEM: {error}")),
            Some("DSA") => match der::next(&block.bytes) {
                Some((sequence, _)) if sequence.tag == der::SEQUENCE => {
                    Ok(Self::Dsa(sequence.whole.to_vec()))
                }
                _ => Err("parsing DSA private key from PEM: asn1: syntax error".to_owned()),
            },
            Some(_) => Err(format!("invalid private key type {}", block.label)),
        }
    }

    fn from_pkcs8(bytes: &[u8]) -> Result<Self, String> {
        if let Ok(key) = RsaPrivateKey::from_pkcs8_der(bytes) {
            return Ok(Self::Rsa(Box::new(key)));
        }
        if let Ok(key) = p256::SecretKey::from_pkcs8_der(bytes) {
            return Ok(Self::Ecdsa(key));
        }
        let seed = ed25519_seed(bytes).ok_or("x509: failed to parse private key")?;
        Self::ed25519(seed)
    }

    /// As the PEM block of its kind.
    pub fn to_pem(&self) -> String {
        match self {
            Self::Rsa(key) => match key.to_pkcs1_der() {
                Ok(document) => pem::encode("RSA PRIVATE KEY", document.as_bytes()),
                Err(error) => error.to_string(),
            },
            Self::Dsa(bytes) => pem::encode("DSA PRIVATE KEY", bytes),
            Self::Ecdsa(key) => {
                let curve = der::value(der::OBJECT_ID, CURVE_P256);
                let document = der::sequence(&[
                    &der::integer(&[1]),
                    &der::value(der::OCTET_STRING, &key.to_bytes()),
                    &der::value(der::context(0), &curve),
                    &der::value(der::context(1), &der::bit_string(&self.public_bits())),
                ]);
                pem::encode("EC PRIVATE KEY", &document)
            }
            Self::Ed25519 { seed, .. } => {
                let algorithm = der::sequence(&[&der::value(der::OBJECT_ID, ED25519)]);
                let key = der::value(der::OCTET_STRING, seed);
                let document = der::sequence(&[
                    &der::integer(&[0]),
                    &algorithm,
                    &der::value(der::OCTET_STRING, &key),
                ]);
                pem::encode("PRIVATE KEY", &document)
            }
        }
    }

    /// The public key, without the name of its algorithm.
    pub fn public_bits(&self) -> Vec<u8> {
        match self {
            Self::Rsa(key) => key
                .to_public_key()
                .to_pkcs1_der()
                .map(|document| document.as_bytes().to_vec())
                .unwrap_or_default(),
            Self::Ecdsa(key) => key.public_key().to_encoded_point(false).as_bytes().to_vec(),
            Self::Ed25519 { pair, .. } => pair.public_key().as_ref().to_vec(),
            Self::Dsa(_) => Vec::new(),
        }
    }

    /// The public key as certificates hold it; a DSA key cannot be in one.
    pub fn public_info(&self) -> Option<Vec<u8>> {
        let name = |oid| der::value(der::OBJECT_ID, oid);
        let algorithm = match self {
            Self::Rsa(_) => der::sequence(&[&name(RSA_ENCRYPTION), &der::value(der::NULL, &[])]),
            Self::Ecdsa(_) => der::sequence(&[&name(EC_PUBLIC_KEY), &name(CURVE_P256)]),
            Self::Ed25519 { .. } => der::sequence(&[&name(ED25519)]),
            Self::Dsa(_) => return None,
        };
        let bits = der::bit_string(&self.public_bits());
        Some(der::sequence(&[&algorithm, &bits]))
    }

    /// The algorithm that it signs with.
    pub fn signature_algorithm(&self) -> Vec<u8> {
        let name = |oid| der::value(der::OBJECT_ID, oid);
        match self {
            Self::Rsa(_) => der::sequence(&[&name(SHA256_WITH_RSA), &der::value(der::NULL, &[])]),
            Self::Ecdsa(_) => der::sequence(&[&name(ECDSA_WITH_SHA256)]),
            Self::Ed25519 { .. } | Self::Dsa(_) => der::sequence(&[&name(ED25519)]),
        }
    }

    /// Signs a message.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        use p256::ecdsa::signature::Signer as _;
        match self {
            Self::Rsa(key) => key
                .sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message))
                .map_err(|error| error.to_string()),
            Self::Ecdsa(key) => {
                let signature: p256::ecdsa::DerSignature =
                    p256::ecdsa::SigningKey::from(key).sign(message);
                Ok(signature.as_bytes().to_vec())
            }
            Self::Ed25519 { pair, .. } => Ok(pair.sign(message).as_ref().to_vec()),
            Self::Dsa(_) => {
                Err("x509: certificate private key does not implement crypto.Signer".to_owned())
            }
        }
    }
}

/// The seed in a PKCS#8 document for Ed25519.
fn ed25519_seed(bytes: &[u8]) -> Option<[u8; 32]> {
    let (document, _) = der::next(bytes)?;
    let parts = der::elements(document.content)?;
    let algorithm = der::elements(parts.get(1)?.content)?;
    if algorithm.first()?.content != ED25519 {
        return None;
    }
    let (key, _) = der::next(parts.get(2)?.content)?;
    key.content.try_into().ok()
}
