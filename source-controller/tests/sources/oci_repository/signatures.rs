//! Artifacts signed by key, in both forms that cosign has (O6).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crds::source::OciRepository;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use testing::registry::{Artifact, Registry};

use super::world::{CONTENT, World, tarball};
use crate::plane::{find, is, says};

const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// A key of cosign.
pub struct Key(EcdsaKeyPair);

impl Key {
    pub fn new() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap())
    }

    pub fn public(&self) -> String {
        let mut der = vec![
            0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
            0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
        ];
        der.extend_from_slice(self.0.public_key().as_ref());
        let text = STANDARD.encode(der);
        format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n")
    }

    fn sign(&self, bytes: &[u8]) -> String {
        STANDARD.encode(self.0.sign(&SystemRandom::new(), bytes).unwrap())
    }

    /// The older form: a payload under a tag of its own.
    pub async fn sign_by_tag(&self, registry: &Registry, repository: &str, digest: &str) {
        let payload = format!(
            r#"{{"critical":{{"identity":{{"docker-reference":"x"}},"image":{{"docker-manifest-digest":"{digest}"}},"type":"cosign container image signature"}},"optional":null}}"#
        );
        let kind = "application/vnd.dev.cosign.simplesigning.v1+json";
        let signature = self.sign(payload.as_bytes());
        let artifact = Artifact::of(kind, payload.into_bytes())
            .with_layer_annotation("dev.cosignproject.cosign/signature", &signature);
        let tag = format!("{}.sig", digest.replacen(':', "-", 1));
        registry.push(repository, &tag, &artifact).await.unwrap();
    }

    /// The newer form: a bundle that refers to the artifact.
    async fn sign_by_bundle(&self, world: &World, subject: Vec<u8>, digest: &str) {
        let hex = digest.strip_prefix("sha256:").unwrap();
        let statement = format!(
            r#"{{"_type":"https://in-toto.io/Statement/v1","subject":[{{"digest":{{"sha256":"{hex}"}}}}],"predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{{}}}}"#
        );
        let kind = "application/vnd.in-toto+json";
        let signed = format!(
            "DSSEv1 {} {kind} {} {statement}",
            kind.len(),
            statement.len()
        );
        let bundle = json!({
            "mediaType": BUNDLE,
            "dsseEnvelope": {
                "payload": STANDARD.encode(&statement),
                "payloadType": kind,
                "signatures": [{ "sig": self.sign(signed.as_bytes()) }],
            },
        });
        let mut artifact = Artifact::of(BUNDLE, bundle.to_string().into_bytes());
        BUNDLE.clone_into(&mut artifact.config_type);
        artifact.subject = Some(subject);
        // The registry has no list of referrers, so that the tag stands for it.
        let manifest = artifact.manifest();
        let pushed = world
            .registry
            .push("apps", "bundle", &artifact)
            .await
            .unwrap();
        let index = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [{
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "artifactType": BUNDLE,
                "digest": pushed,
                "size": manifest.len(),
            }],
        });
        world
            .registry
            .push_manifest(
                "apps",
                &digest.replacen(':', "-", 1),
                "application/vnd.oci.image.index.v1+json",
                index.to_string().into_bytes(),
            )
            .await
            .unwrap();
    }
}

fn verify(secret: &str) -> Value {
    json!({ "verify": { "provider": "cosign", "secretRef": { "name": secret } } })
}

#[tokio::test]
async fn o6_signed_artifacts_are_published_and_verified_when_it_is_due() {
    let world = World::new().await;
    let (key, other) = (Key::new(), Key::new());
    let keys = json!({ "other.pub": other.public(), "key.pub": key.public(), "note": "x" });
    world.secret("keys", keys).await;
    let artifact = Artifact::of(CONTENT, tarball(&[("a", "1")]));
    let digest = world
        .registry
        .push("apps", "latest", &artifact)
        .await
        .unwrap();
    key.sign_by_tag(&world.registry, "apps", &digest).await;
    world.create("tag", verify("keys")).await;
    let object = world.wait_ready("tag").await;
    let expected = format!("verified signature of revision latest@{digest}");
    assert_eq!(
        says(&object, "SourceVerified"),
        ("Succeeded".to_owned(), expected)
    );
    let seen = world.registry.requests().unwrap().len();
    world.reconcile("tag", "1").await;
    let asked = world.registry.requests().unwrap().split_off(seen);
    assert!(
        asked.iter().all(|one| !one.path.contains(".sig")),
        "what was verified is not verified again: {asked:?}"
    );

    // A new revision by a bundle.
    let artifact = Artifact::of(CONTENT, tarball(&[("a", "2")]));
    let digest = world
        .registry
        .push("apps", "latest", &artifact)
        .await
        .unwrap();
    other
        .sign_by_bundle(&world, artifact.manifest(), &digest)
        .await;
    let object = world.reconcile("tag", "2").await;
    assert!(
        is(&object, "Ready", "True"),
        "{:?}",
        object.status.conditions
    );
    assert!(says(&object, "SourceVerified").1.ends_with(&digest));
    world.change("tag", json!({ "verify": null })).await;
    let object = world.wait_ready("tag").await;
    assert!(find(&object, "SourceVerified").is_none());
}

#[tokio::test]
async fn o6_r8_what_is_not_signed_by_a_trusted_key_is_not_published() {
    let world = World::new().await;
    let (key, other) = (Key::new(), Key::new());
    world
        .secret("keys", json!({ "key.pub": key.public() }))
        .await;
    let digest = world.push("latest", &[("a", "1")]).await;
    other.sign_by_tag(&world.registry, "apps", &digest).await;
    world.create("apps", verify("keys")).await;
    let object = world.wait_failed("apps", "VerificationError").await;
    let message = format!(
        "failed to verify the signature using provider 'cosign': no matching signatures were found for '{}/apps@{digest}'",
        world.registry.host()
    );
    assert_eq!(
        says(&object, "SourceVerified"),
        ("VerificationError".to_owned(), message.clone())
    );
    assert_eq!(says(&object, "Ready").1, message);
    assert!(object.status.artifact.is_none() && find(&object, "FetchFailed").is_none());

    key.sign_by_tag(&world.registry, "apps", &digest).await;
    world.wait_ready("apps").await;

    world.create("gone", verify("gone")).await;
    let object = world.wait_failed("gone", "VerificationError").await;
    let message = says(&object, "SourceVerified").1;
    assert!(
        message.starts_with(
            "failed to verify the signature using provider 'cosign': failed to get secret"
        ),
        "{message}"
    );
    world.secret("none", json!({ "key": key.public() })).await;
    world.create("none", verify("none")).await;
    let object: OciRepository = world.wait_failed("none", "VerificationError").await;
    assert!(object.status.artifact.is_none());
}
