//! Which files may hold markers at all.

/// What a file must contain to be parsed (F2).
const TOKEN: &[u8] = b"\"$imagepolicy\"";

/// Whether a file with this path is looked into (F1): `*.yaml`, `*.yml`, and `Kustomization` as it is.
pub fn is_candidate(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    matches!(extension, Some("yaml" | "yml")) || name == "Kustomization"
}

/// Whether the bytes can hold a marker; other files are never parsed.
pub(crate) fn has_token(bytes: &[u8]) -> bool {
    bytes.windows(TOKEN.len()).any(|window| window == TOKEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f1_candidates_are_yaml_files_and_kustomizations() {
        for path in [
            "a.yaml",
            "x/y.yml",
            "Kustomization",
            "x/Kustomization",
            ".yaml",
            "a.b.yml",
        ] {
            assert!(is_candidate(path), "{path}");
        }
        for path in [
            "kustomization",
            "a.json",
            "a.YAML",
            "yaml",
            "Kustomization.txt",
            "x.yaml/readme",
            "",
        ] {
            assert!(!is_candidate(path), "{path}");
        }
    }

    #[test]
    fn f2_the_token_needs_both_double_quotes() {
        assert!(has_token(br#"a: b # {"$imagepolicy": "x:y"}"#));
        assert!(!has_token(br"a: b # {'$imagepolicy': 'x:y'}"));
        assert!(!has_token(br#"a: b # {"$imagepolicy : "x:y"}"#));
    }
}
