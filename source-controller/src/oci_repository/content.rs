//! What is published of an OCI artifact, and whether it still is what is asked for (O3, O8).

use std::collections::BTreeMap;
use std::fmt;

use artifact::Digest;
use crds::source::{OciLayerOperation, OciLayerSelector, OciRepository};
use oci::{Descriptor, Manifest};

use super::Error;

/// What the registry has: a digest, and the tag that led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// None where the spec names the digest itself.
    pub tag: Option<String>,
    /// Of the manifest or index.
    pub digest: Digest,
}

/// A pulled layer.
pub struct Layer {
    /// Its bytes, compressed as they came.
    pub file: tempfile::NamedTempFile,
    /// Its digest, which the bytes have.
    pub digest: Digest,
    /// What the manifest says about the artifact.
    pub annotations: BTreeMap<String, String>,
}

/// As in `status.artifact.revision` (S1).
impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.tag {
            Some(tag) => write!(f, "{tag}@{}", self.digest),
            None => self.digest.fmt(f),
        }
    }
}

/// Whether the fields of the spec that shape an artifact's content differ from those that it was made with.
pub fn changed(object: &OciRepository) -> bool {
    let (spec, status) = (&object.spec, &object.status);
    spec.ignore != status.observed_ignore || spec.layer_selector != status.observed_layer_selector
}

/// What to do with the layer.
pub fn operation(selector: Option<&OciLayerSelector>) -> OciLayerOperation {
    selector
        .and_then(|selector| selector.operation.clone())
        .unwrap_or(OciLayerOperation::Extract)
}

/// The type of layer that is asked for.
pub fn media_type(object: &OciRepository) -> Option<&str> {
    let selector = object.spec.layer_selector.as_ref()?;
    selector.media_type.as_deref()
}

/// The first layer of the type, or the first of all (O3).
pub fn select<'a>(
    manifest: &'a Manifest,
    media_type: Option<&str>,
) -> Result<&'a Descriptor, Error> {
    let first = manifest.layers.first().ok_or(Error::NoLayers)?;
    match media_type {
        None => Ok(first),
        Some(wanted) => manifest
            .layers
            .iter()
            .find(|layer| layer.media_type == wanted)
            .ok_or_else(|| Error::NoSuchLayer(wanted.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o8_ignore_and_layer_selector_shape_the_content() {
        let object = |change: fn(&mut OciRepository)| {
            let mut object = OciRepository::default();
            change(&mut object);
            object
        };
        assert!(!changed(&object(|_| {})));
        assert!(changed(&object(|o| o.spec.ignore = Some(String::new()))));
        assert!(changed(&object(|o| {
            o.spec.layer_selector = Some(OciLayerSelector::default());
        })));
        assert!(!changed(&object(|o| o.spec.url = "oci://other".into())));
    }

    #[test]
    fn o3_layers_are_selected_by_type() {
        let layer = |kind: &str, hex: char| {
            format!(
                r#"{{"mediaType": "{kind}", "digest": "sha256:{}"}}"#,
                hex.to_string().repeat(64)
            )
        };
        let manifest: Manifest = serde_json::from_str(&format!(
            r#"{{"layers": [{}, {}, {}]}}"#,
            layer("a", '1'),
            layer("b", '2'),
            layer("b", '3')
        ))
        .unwrap();
        let last = |wanted| {
            select(&manifest, wanted)
                .map(|found| found.digest.to_string().pop().unwrap())
                .map_err(|error| error.to_string())
        };
        assert_eq!(last(None), Ok('1'));
        assert_eq!(last(Some("b")), Ok('2'));
        assert_eq!(
            last(Some("c")).unwrap_err(),
            "failed to find layer with media type 'c' in artifact"
        );
        let empty: Manifest = serde_json::from_str("{}").unwrap();
        assert_eq!(
            select(&empty, None).unwrap_err().to_string(),
            "no layers found in artifact"
        );
    }
}
