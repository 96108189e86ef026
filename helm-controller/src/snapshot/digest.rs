//! Digests of releases, of values, and of the changes to what a chart renders (H5.2 to H5.4, H4.1).

use artifact::{Algorithm, Digest};
use crds::helm::{HelmReleaseSpec, PostRenderer};
use crds::meta::CommonMetadata;
use helm::release::{Observation, Release, values_text};
use serde::Serialize;
use yaml::Map;

/// The digest of a record without its tests (H5.2). `oci_digest` is that of the artifact the chart came
/// in, or empty.
pub fn of_release(release: &Release, oci_digest: &str, algorithm: Algorithm) -> String {
    let text = Observation::new(release, oci_digest).to_json();
    algorithm.digest(text.as_bytes()).to_string()
}

/// The digest of values (H5.4).
pub fn of_values(values: &Map, algorithm: Algorithm) -> String {
    algorithm.digest(values_text(values).as_bytes()).to_string()
}

/// Whether values have this digest, whatever its algorithm (H5.3). A text that is no digest fits nothing.
pub fn values_match(digest: &str, values: &Map) -> bool {
    parse(digest)
        .is_some_and(|wanted| wanted.algorithm().digest(values_text(values).as_bytes()) == wanted)
}

/// Reads a digest, which must name its algorithm.
pub(super) fn parse(text: &str) -> Option<Digest> {
    text.contains(':')
        .then(|| Digest::parse(text).ok())
        .flatten()
}

/// The digest of the changes to the rendering, none when there are none (H4.1).
pub fn of_post_renderers(spec: &HelmReleaseSpec, algorithm: Algorithm) -> Option<String> {
    let renderers: &[PostRenderer] = &spec.post_renderers;
    (!renderers.is_empty()).then(|| of_go_json(&renderers, algorithm))
}

/// The digest of the common metadata, none when there is none (H4.1).
pub fn of_common_metadata(spec: &HelmReleaseSpec, algorithm: Algorithm) -> Option<String> {
    let metadata = spec.common_metadata.as_ref();
    metadata.map(|metadata: &CommonMetadata| of_go_json(metadata, algorithm))
}

/// The digest of a value as Go's JSON encoder writes it, line feed included.
fn of_go_json<T: Serialize + ?Sized>(value: &T, algorithm: Algorithm) -> String {
    // Texts and maps of texts always have a JSON form.
    let json = serde_json::to_string(value).unwrap_or_default();
    let mut text = String::with_capacity(json.len() + 1);
    for char in json.chars() {
        match char {
            '<' => text.push_str("\\u003c"),
            '>' => text.push_str("\\u003e"),
            '&' => text.push_str("\\u0026"),
            '\u{2028}' => text.push_str("\\u2028"),
            '\u{2029}' => text.push_str("\\u2029"),
            other => text.push(other),
        }
    }
    text.push('\n');
    algorithm.digest(text.as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec(value: serde_json::Value) -> HelmReleaseSpec {
        serde_json::from_value(value).unwrap()
    }
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Case {
        spec: serde_json::Value,
        post_renderers: Option<String>,
        common_metadata: Option<String>,
    }

    #[test]
    fn h4_1_digests_of_the_rendering_are_those_of_go_json() {
        // Digests that Flux's own code has computed.
        let cases: Vec<Case> = serde_json::from_str(include_str!("data/rendering.json")).unwrap();
        assert_eq!(cases.len(), 5);
        for case in cases {
            let shown = case.spec.to_string();
            let spec = spec(case.spec);
            assert_eq!(
                of_post_renderers(&spec, Algorithm::Sha256),
                case.post_renderers,
                "{shown}"
            );
            assert_eq!(
                of_common_metadata(&spec, Algorithm::Sha256),
                case.common_metadata,
                "{shown}"
            );
        }
        assert_eq!(of_post_renderers(&spec(json!({})), Algorithm::Sha256), None);
    }

    #[test]
    fn h5_3_values_are_known_again_whatever_the_algorithm() {
        let mut values = Map::new();
        values.insert("b", 1.0_f64);
        values.insert("a", "x");
        for algorithm in Algorithm::ALL {
            let digest = of_values(&values, algorithm);
            assert!(values_match(&digest, &values), "{digest}");
            assert!(!values_match(&digest, &Map::new()), "{digest}");
        }
        for digest in ["", "sha256", "sha256:0", "md5:00", &"0".repeat(64)] {
            assert!(!values_match(digest, &values), "{digest}");
        }
        // The digest of nothing.
        let nothing = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert!(values_match(nothing, &Map::new()));
    }
}
