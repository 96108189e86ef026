//! What decodes prints as text that decodes to the same value, and prints the same again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use yaml::{Budget, Dialect, JsonEscape, Value, decode_first, encode};

fuzz_target!(|bytes: &[u8]| {
    // JSON leaves these as they are, and YAML refuses or folds them.
    let text = String::from_utf8_lossy(bytes);
    if text.contains(['\u{7f}', '\u{85}']) || text.contains("\\x") || text.contains("\\u") {
        return;
    }
    let budget = Budget {
        depth: 100,
        ..Budget::default()
    };
    let read = |text: &str| decode_first(text.as_bytes(), Dialect::Kubernetes, &budget);
    let Ok(Some(value)) = read(&text) else { return };
    if !is_printable(&value) {
        return;
    }
    let json = value.to_go_json(JsonEscape::Html);
    let parsed: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(Value::from_json(parsed).to_go_json(JsonEscape::Html), json);

    let Ok(Some(expected)) = read(&json) else {
        return;
    };
    let printed = encode(&value);
    let back = read(&printed)
        .expect("printed text is sound")
        .expect("a document");
    assert_eq!(back, expected, "{printed}");
    assert_eq!(encode(&back), printed);
});

/// Whether the printers of the Go world print `value` so that it reads back: they print the key
/// `<<` plain, and cannot look beyond 1024 characters for the end of a key.
fn is_printable(value: &Value) -> bool {
    match value {
        Value::Seq(items) => items.iter().all(is_printable),
        Value::Map(map) => map
            .iter()
            .all(|(key, value)| key.as_str() != "<<" && key.len() < 100 && is_printable(value)),
        Value::Str(text) => !text
            .contains(|char: char| matches!(char, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')),
        _ => true,
    }
}
