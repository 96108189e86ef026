//! What is pushed.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The type of an OCI image manifest.
pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// A layer.
#[derive(Debug, Clone)]
pub struct Layer {
    /// What it is.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Words about it.
    pub annotations: Vec<(String, String)>,
}

/// An artifact: layers, and a few words about them.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// What its configuration is.
    pub config_type: String,
    /// Its configuration.
    pub config: Vec<u8>,
    /// Its content.
    pub layers: Vec<Layer>,
    /// Words about it.
    pub annotations: Vec<(String, String)>,
    /// The manifest that it refers to: its bytes.
    pub subject: Option<Vec<u8>>,
}

impl Artifact {
    /// An artifact of one layer.
    pub fn of(media_type: &str, bytes: Vec<u8>) -> Self {
        Self {
            config_type: "application/vnd.oci.empty.v1+json".to_owned(),
            config: b"{}".to_vec(),
            layers: vec![Layer {
                media_type: media_type.to_owned(),
                bytes,
                annotations: Vec::new(),
            }],
            annotations: Vec::new(),
            subject: None,
        }
    }

    /// Adds a layer.
    #[must_use]
    pub fn and(mut self, media_type: &str, bytes: Vec<u8>) -> Self {
        self.layers.push(Layer {
            media_type: media_type.to_owned(),
            bytes,
            annotations: Vec::new(),
        });
        self
    }

    /// Adds words about it.
    #[must_use]
    pub fn annotated(mut self, key: &str, value: &str) -> Self {
        self.annotations.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Adds words about the last layer.
    #[must_use]
    pub fn with_layer_annotation(mut self, key: &str, value: &str) -> Self {
        if let Some(layer) = self.layers.last_mut() {
            layer.annotations.push((key.to_owned(), value.to_owned()));
        }
        self
    }

    /// The bytes of its manifest.
    pub fn manifest(&self) -> Vec<u8> {
        let layers: Vec<Value> = self
            .layers
            .iter()
            .map(|layer| {
                let mut descriptor = descriptor(&layer.media_type, &layer.bytes);
                if !layer.annotations.is_empty() {
                    descriptor["annotations"] = words(&layer.annotations);
                }
                descriptor
            })
            .collect();
        let mut manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": descriptor(&self.config_type, &self.config),
            "layers": layers,
            "annotations": words(&self.annotations),
        });
        if let Some(subject) = &self.subject {
            manifest["subject"] = descriptor(MANIFEST, subject);
        }
        manifest.to_string().into_bytes()
    }
}

fn words(pairs: &[(String, String)]) -> Value {
    pairs
        .iter()
        .map(|(key, value)| (key.clone(), json!(value)))
        .collect::<serde_json::Map<String, Value>>()
        .into()
}

fn descriptor(media_type: &str, bytes: &[u8]) -> Value {
    json!({ "mediaType": media_type, "digest": digest(bytes), "size": bytes.len() })
}

/// `sha256:<hex>` of some bytes.
pub(super) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}
