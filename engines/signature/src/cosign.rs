//! Signatures of OCI artifacts by key, as cosign makes them (O6).
//!
//! Two forms: a bundle that refers to the artifact, with a signed statement in it; and, older, a layer of a manifest
//! with a tag of its own, with the signature beside it in an annotation.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::error::Error;
use crate::public_key::PublicKey;

/// The type of a bundle, without its version.
pub const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";

/// The type of the layers of the older form.
pub const PAYLOAD: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// The annotation of such a layer that holds the signature.
pub const SIGNATURE: &str = "dev.cosignproject.cosign/signature";

/// What the older form says it is.
const CLAIM: &str = "cosign container image signature";

/// What a signed statement is.
const STATEMENT: &str = "application/vnd.in-toto+json";

/// The keys that are trusted.
pub struct Keys(Vec<PublicKey>);

#[derive(Deserialize)]
struct Claim {
    critical: Critical,
}

#[derive(Deserialize)]
struct Critical {
    image: Image,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Image {
    #[serde(rename = "docker-manifest-digest")]
    digest: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    dsse_envelope: Option<Envelope>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    payload: String,
    payload_type: String,
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Deserialize)]
struct EnvelopeSignature {
    sig: String,
}

#[derive(Deserialize)]
struct Statement {
    subject: Vec<Subject>,
}

#[derive(Deserialize)]
struct Subject {
    digest: std::collections::BTreeMap<String, String>,
}

impl Keys {
    /// Reads keys in PEM.
    pub fn read<'a>(pems: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, Error> {
        pems.into_iter()
            .map(PublicKey::from_pem)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a payload of the older form is signed by one of the keys, and speaks of this digest.
    pub fn verify_payload(&self, payload: &[u8], signature: &str, digest: &str) -> bool {
        let Ok(signature) = STANDARD.decode(signature.trim()) else {
            return false;
        };
        let is_signed = self.0.iter().any(|key| key.verifies(payload, &signature));
        // Nothing is read that is not signed.
        is_signed
            && serde_json::from_slice::<Claim>(payload).is_ok_and(|claim| {
                claim.critical.kind == CLAIM && claim.critical.image.digest == digest
            })
    }

    /// Whether a bundle holds a statement about this digest that is signed by one of the keys.
    pub fn verify_bundle(&self, bundle: &[u8], digest: &str) -> bool {
        self.statement(bundle).is_some_and(|statement| {
            let Some((algorithm, hex)) = digest.split_once(':') else {
                return false;
            };
            statement.subject.iter().any(|subject| {
                subject
                    .digest
                    .get(algorithm)
                    .is_some_and(|found| found == hex)
            })
        })
    }

    fn statement(&self, bundle: &[u8]) -> Option<Statement> {
        let envelope = serde_json::from_slice::<Bundle>(bundle)
            .ok()?
            .dsse_envelope?;
        let payload = STANDARD.decode(&envelope.payload).ok()?;
        let signed = pre_authentication(&envelope.payload_type, &payload);
        let is_signed = envelope.signatures.iter().any(|one| {
            STANDARD
                .decode(&one.sig)
                .is_ok_and(|signature| self.0.iter().any(|key| key.verifies(&signed, &signature)))
        });
        if !is_signed || envelope.payload_type != STATEMENT {
            return None;
        }
        serde_json::from_slice(&payload).ok()
    }
}

/// What is signed of an envelope (DSSE protocol, "PAE").
fn pre_authentication(kind: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};

    use super::*;

    const DIGEST: &str = "sha256:aaaa";

    /// A key, and its public half in PEM.
    fn key() -> (EcdsaKeyPair, String) {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap();
        let mut der = vec![
            0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
            0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
        ];
        der.extend_from_slice(pair.public_key().as_ref());
        let pem = format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            STANDARD.encode(der)
        );
        (pair, pem)
    }

    fn sign(pair: &EcdsaKeyPair, bytes: &[u8]) -> String {
        STANDARD.encode(pair.sign(&SystemRandom::new(), bytes).unwrap())
    }

    fn keys(pems: &[&str]) -> Keys {
        Keys::read(pems.iter().map(|pem| pem.as_bytes())).unwrap()
    }

    #[test]
    fn o6_payloads_count_by_a_trusted_key_and_for_their_digest_alone() {
        let ((pair, pem), (_, other)) = (key(), key());
        let payload = format!(
            r#"{{"critical":{{"identity":{{"docker-reference":""}},"image":{{"docker-manifest-digest":"{DIGEST}"}},"type":"{CLAIM}"}},"optional":null}}"#
        );
        let signature = sign(&pair, payload.as_bytes());
        let trusted = keys(&[&other, &pem]);
        assert!(trusted.verify_payload(payload.as_bytes(), &signature, DIGEST));
        assert!(!trusted.verify_payload(payload.as_bytes(), &signature, "sha256:bbbb"));
        assert!(!keys(&[&other]).verify_payload(payload.as_bytes(), &signature, DIGEST));
        assert!(!keys(&[]).verify_payload(payload.as_bytes(), &signature, DIGEST));
        let changed = payload.replace("null", "{}");
        assert!(!trusted.verify_payload(changed.as_bytes(), &signature, DIGEST));
        assert!(!trusted.verify_payload(payload.as_bytes(), "!", DIGEST));
        let nothing = sign(&pair, b"{}");
        assert!(!trusted.verify_payload(b"{}", &nothing, DIGEST));
    }

    #[test]
    fn o6_bundles_hold_signed_statements() {
        let ((pair, pem), (_, other)) = (key(), key());
        let statement = r#"{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"","digest":{"sha256":"aaaa"}}],"predicateType":"https://sigstore.dev/cosign/sign/v1"}"#;
        let bundle = |kind: &str, signature: &str| {
            format!(
                r#"{{"mediaType":"{BUNDLE}.v0.3+json","dsseEnvelope":{{"payload":"{}","payloadType":"{kind}","signatures":[{{"sig":"{signature}"}}]}}}}"#,
                STANDARD.encode(statement)
            )
        };
        let signature = sign(&pair, &pre_authentication(STATEMENT, statement.as_bytes()));
        let good = bundle(STATEMENT, &signature);
        assert!(keys(&[&pem]).verify_bundle(good.as_bytes(), DIGEST));
        assert!(!keys(&[&pem]).verify_bundle(good.as_bytes(), "sha256:bbbb"));
        assert!(!keys(&[&other]).verify_bundle(good.as_bytes(), DIGEST));
        let unsigned = sign(&pair, statement.as_bytes());
        assert!(!keys(&[&pem]).verify_bundle(bundle(STATEMENT, &unsigned).as_bytes(), DIGEST));
        assert!(!keys(&[&pem]).verify_bundle(b"{}", DIGEST));
    }
}
