//! Files of values, merged from left to right (C7).

use yaml::{Budget, Dialect, Value};

use super::error::BuildError;

/// What became of a file that was asked for.
pub enum Found {
    /// Its bytes.
    Bytes(Vec<u8>),
    /// There is none; the text says so.
    Missing(String),
}

/// Whether missing files matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// They are an error.
    Refused,
    /// They are left out: `ignoreMissingValuesFiles`.
    Ignored,
}

/// Merges files into the text of a `values.yaml`, and tells which were there.
pub fn merge(
    files: &[String],
    missing: Missing,
    mut read: impl FnMut(&str) -> Result<Found, BuildError>,
) -> Result<(Vec<u8>, Vec<String>), BuildError> {
    let mut merged = Value::empty_map();
    let mut used = Vec::new();
    for path in files {
        let bytes = match read(path)? {
            Found::Bytes(bytes) => bytes,
            Found::Missing(_) if missing == Missing::Ignored => continue,
            Found::Missing(message) => return Err(BuildError::Values(message)),
        };
        let failed = |problem: String| {
            BuildError::Values(format!(
                "unmarshaling values from '{path}' failed: {problem}"
            ))
        };
        let decoded = yaml::decode_first(&bytes, Dialect::Kubernetes, &Budget::default());
        match decoded.map_err(|error| failed(error.to_string()))? {
            Some(values) if values.as_map().is_some() => overlay(&mut merged, values),
            None | Some(Value::Null) => {}
            Some(_) => return Err(failed("expected a mapping".to_owned())),
        }
        used.push(path.clone());
    }
    let is_empty = merged.as_map().is_none_or(yaml::Map::is_empty);
    let text = if is_empty {
        Vec::new()
    } else {
        yaml::encode(&merged).into_bytes()
    };
    Ok((text, used))
}

/// Mappings are merged, everything else is replaced; null is a value like others.
fn overlay(target: &mut Value, values: Value) {
    let (Some(into), Value::Map(from)) = (target.as_map_mut(), &values) else {
        *target = values;
        return;
    };
    for (key, value) in from.iter() {
        match into.get_mut(key) {
            Some(old) if old.as_map().is_some() && value.as_map().is_some() => {
                overlay(old, value.clone());
            }
            _ => {
                into.insert(key, value.clone());
            }
        }
    }
}

/// A path without `.` and empty parts; `..` at the top leads nowhere.
pub fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(files: &[(&str, &str)], ask: &[&str], missing: Missing) -> Result<String, String> {
        let ask: Vec<String> = ask.iter().map(ToString::to_string).collect();
        let read = |path: &str| {
            let found = files.iter().find(|(name, _)| *name == path);
            Ok(found.map_or_else(
                || Found::Missing(format!("no values file found at path '{path}'")),
                |(_, text)| Found::Bytes(text.as_bytes().to_vec()),
            ))
        };
        merge(&ask, missing, read)
            .map(|(text, used)| format!("{}{}", String::from_utf8(text).unwrap(), used.join(" ")))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn c7_mappings_are_merged_and_the_rest_is_replaced() {
        let files = [
            ("a", "x: {a: 1, b: [1, 2]}\nkeep: yes\n"),
            ("b", "x: {b: [3], c: null}\nnew: 1\n"),
            ("empty", "# nothing\n"),
        ];
        assert_eq!(
            run(&files, &["a", "b", "empty"], Missing::Refused).unwrap(),
            "keep: true\nnew: 1\nx:\n  a: 1\n  b:\n  - 3\n  c: null\na b empty"
        );
        assert_eq!(run(&files, &["empty"], Missing::Refused).unwrap(), "empty");
    }

    #[test]
    fn c7_missing_files_fail_unless_they_are_ignored() {
        let files = [("a", "x: 1\n"), ("list", "- 1\n"), ("broken", "a: [")];
        assert_eq!(
            run(&files, &["a", "b"], Missing::Refused).unwrap_err(),
            "values files merge error: no values file found at path 'b'"
        );
        assert_eq!(
            run(&files, &["a", "b"], Missing::Ignored).unwrap(),
            "x: 1\na"
        );
        for broken in ["list", "broken"] {
            let error = run(&files, &[broken], Missing::Ignored).unwrap_err();
            let start =
                format!("values files merge error: unmarshaling values from '{broken}' failed: ");
            assert!(error.starts_with(&start), "{error}");
        }
    }

    #[test]
    fn paths_stay_inside() {
        for (path, expected) in [
            ("./values.yaml", "values.yaml"),
            ("a//b/../c", "a/c"),
            ("../../x", "x"),
            ("/x", "x"),
        ] {
            assert_eq!(clean(path), expected);
        }
    }
}
