//! Any text parses as a template or fails, and what parsed prints, without a panic.

#![no_main]

use gotemplate::parse::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let any = |_: &str| true;
    let Ok(definitions) = parse("t", text, &any) else {
        return;
    };
    for definition in definitions {
        let _ = definition.to_string();
    }
});
