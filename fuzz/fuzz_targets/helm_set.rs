//! Any text of `--set` and its kin sets values or fails, without a panic; what `--set-string` sets
//! under an escaped text is that text.
//!
//! The first byte chooses the syntax.

#![no_main]

use helm::strvals::{Syntax, parse_into};
use libfuzzer_sys::fuzz_target;
use yaml::Map;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, text)) = bytes.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let mut read = |name: &str| match name {
        "" => Err("no name".to_owned()),
        name => Ok(name.to_owned()),
    };
    let syntax = match choice % 5 {
        0 => Syntax::Typed,
        1 => Syntax::Text,
        2 => Syntax::Literal,
        3 => Syntax::Json,
        _ => Syntax::File(&mut read),
    };
    let _ = parse_into(text, syntax, &mut Map::new());

    let escaped: String = text.chars().flat_map(|c| ['\\', c]).collect();
    let mut values = Map::new();
    if parse_into(&format!("a={escaped}"), Syntax::Text, &mut values).is_ok() {
        assert_eq!(values.get("a").and_then(yaml::Value::as_str), Some(text));
    }
});
