//! Keeping the payload of Secrets out of error texts (compat K14.10).

use crate::cluster::ApiError;
use crate::object::Object;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

const MASK: &str = "***";

/// Shorter values would mask every other letter; what quotes them is masked by [`mask_quoted_values`].
const SHORTEST: usize = 4;

/// The error of a request about `desired`. When that is a Secret, no text of the error shows a value of its
/// `data` or `stringData`, or of those of the live object, encoded or not.
pub(crate) fn error(error: ApiError, desired: &Object, live: Option<&Object>) -> ApiError {
    if !desired.is_secret() {
        return error;
    }
    let mut values: Vec<String> = [Some(desired), live]
        .into_iter()
        .flatten()
        .flat_map(payload)
        .collect();
    // What anybody may see of the object is no secret, even where a value repeats it.
    let shown = [Some(desired), live].into_iter().flatten();
    let shown: Vec<String> = shown
        .map(|object| object.as_value()["metadata"].to_string())
        .collect();
    values.retain(|value| {
        !shown
            .iter()
            .any(|metadata| metadata.contains(value.as_str()))
    });
    // The longest first: a value may be part of another one.
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    values.dedup();
    let mask = |text: &str| {
        let masked = values
            .iter()
            .fold(text.to_owned(), |text, value| text.replace(value, MASK));
        mask_quoted_values(&masked)
    };
    match error {
        ApiError::Status(mut status) => {
            status.message = mask(&status.message);
            for cause in &mut status.causes {
                cause.message = mask(&cause.message);
            }
            ApiError::Status(status)
        }
        ApiError::Transport(text) => ApiError::Transport(mask(&text)),
        ApiError::NoMatch(gvk) => ApiError::NoMatch(gvk),
    }
}

/// The values of a Secret as they may appear in a text: as written, decoded, and as a Go or JSON string.
fn payload(secret: &Object) -> Vec<String> {
    let mut values = Vec::new();
    for field in ["data", "stringData"] {
        let entries = secret.as_value().get(field).and_then(Value::as_object);
        for value in entries.into_iter().flat_map(serde_json::Map::values) {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), ToOwned::to_owned);
            if let Some(decoded) = STANDARD
                .decode(&text)
                .ok()
                .and_then(|b| String::from_utf8(b).ok())
            {
                values.push(decoded);
            }
            values.push(STANDARD.encode(&text));
            values.push(text);
        }
    }
    let quoted: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    values.extend(quoted);
    values.retain(|value| value.len() >= SHORTEST);
    values
}

fn quoted(value: &str) -> String {
    let text = Value::from(value).to_string();
    text[1..text.len() - 1].to_owned()
}

/// Masks what follows `Invalid value: ` up to its closing quote or the next `: `, however short it is, unless it is the
/// value of a field of the metadata.
fn mask_quoted_values(text: &str) -> String {
    const MARK: &str = "Invalid value: ";
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(MARK) {
        let field = rest[..at].trim_end_matches([':', ' ']);
        let field = field
            .rsplit([' ', '['])
            .find(|word| !word.is_empty())
            .unwrap_or_default();
        let (before, after) = rest.split_at(at + MARK.len());
        masked.push_str(before);
        let len = value_len(after);
        masked.push_str(if field.starts_with("metadata") {
            &after[..len]
        } else {
            MASK
        });
        rest = &after[len..];
    }
    masked.push_str(rest);
    masked
}

/// The length of the value at the start of a text: a quoted string, or all up to `: `.
fn value_len(text: &str) -> usize {
    if !text.starts_with('"') {
        return text.find(": ").unwrap_or(text.len());
    }
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn secret(fields: &Value) -> Object {
        let mut value = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}});
        for (key, entry) in fields.as_object().unwrap() {
            value[key] = entry.clone();
        }
        Object::new(value).unwrap()
    }

    #[track_caller]
    fn check(desired: &Object, live: Option<&Object>, message: &str, want: &str) {
        let masked = error(ApiError::status(422, "Invalid", message), desired, live);
        assert_eq!(masked.to_string(), want);
    }

    #[test]
    fn k14_10_no_form_of_a_value_is_left_in_the_text() {
        let desired =
            secret(&json!({"stringData": {"a": "hunter2\"x"}, "data": {"b": "czNjcjN0"}}));
        check(&desired, None, "got \"hunter2\\\"x\"", "got \"***\"");
        check(
            &desired,
            None,
            "illegal data s3cr3t (czNjcjN0)",
            "illegal data *** (***)",
        );
        let encoded = STANDARD.encode("hunter2\"x");
        check(&desired, None, &format!("{encoded}!"), "***!");
    }

    #[test]
    fn k14_10_live_values_and_short_ones_are_masked_too() {
        let desired = secret(&json!({"data": {"pin": "MQ=="}}));
        let live = secret(&json!({"data": {"pin": "b2xkcGFzcw=="}}));
        check(&desired, Some(&live), "was oldpass", "was ***");
        check(
            &desired,
            None,
            "Secret \"s\" is invalid: data[pin]: Invalid value: \"1\\\"2\": too short",
            "Secret \"s\" is invalid: data[pin]: Invalid value: ***: too short",
        );
        check(
            &desired,
            None,
            "Invalid value: 12: no",
            "Invalid value: ***: no",
        );
    }

    #[test]
    fn k14_10_what_the_metadata_shows_is_not_masked() {
        let mut value = secret(&json!({"data": {"user": "bmF0cw=="}})).into_value();
        value["metadata"]["name"] = json!("x-nats");
        let desired = Object::new(value).unwrap();
        let text = "Secret \"x-nats\" is invalid: metadata.labels: Invalid value: \"ü\": no";
        check(&desired, None, text, text);
        let text = "Secret \"x-nats\" is invalid: [data[a]: Invalid value: 1: no]";
        check(
            &desired,
            None,
            text,
            "Secret \"x-nats\" is invalid: [data[a]: Invalid value: ***: no]",
        );
    }

    #[test]
    fn k14_10_other_kinds_keep_their_text() {
        let config = Object::new(json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "text"}
        }));
        check(&config.unwrap(), None, "bad text", "bad text");
    }
}
