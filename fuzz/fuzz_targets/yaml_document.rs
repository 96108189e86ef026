//! An edit means exactly what was asked for and touches nothing else, or is refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use yaml::{Budget, Document, Value};

fuzz_target!(|input: (u8, String, String)| {
    let (pick, value, text) = input;
    let budget = Budget {
        depth: 100,
        ..Budget::default()
    };
    let Ok(mut document) = Document::parse(text.clone(), &budget) else {
        return;
    };
    let paths = document.scalars();
    if paths.is_empty() {
        return;
    }
    let path = &paths[usize::from(pick) % paths.len()];
    let Some(node) = document.get(path) else {
        return;
    };
    let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let (start, end) = (
        node.span.content.min(node.span.end) + mark,
        node.span.end + mark,
    );
    match document.set(path, &Value::from(value.as_str())) {
        Ok(()) => {
            assert_eq!(
                document.get(path).and_then(|node| node.as_str()),
                Some(value.as_str())
            );
            assert!(document.text().starts_with(&text[..start]));
            assert!(document.text().ends_with(&text[end..]));
        }
        Err(_) => assert_eq!(document.text(), text),
    }
});
