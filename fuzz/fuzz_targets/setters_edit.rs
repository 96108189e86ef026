//! An edited file holds what its markers ask for, and is as long as its changes say; nothing else is edited.

#![no_main]

use libfuzzer_sys::fuzz_target;
use setters::{Image, Outcome, Policy, Setters};

fuzz_target!(|input: (String, Vec<u8>)| {
    let (tag, mut file) = input;
    let policy = Policy {
        namespace: "n".into(),
        name: "p".into(),
        latest: Image { name: "app".into(), tag, digest: String::new() },
    };
    let Ok(setters) = Setters::new([policy]) else {
        return;
    };
    // Markers are too long to be found by chance: ` #@` stands for one, ` #%` for the tag's.
    for (short, long) in [
        (&b" #@"[..], &b" # {\"$imagepolicy\": \"n:p\"}"[..]),
        (b" #%", b" # {\"$imagepolicy\": \"n:p:tag\"}"),
    ] {
        while let Some(at) = file.windows(short.len()).position(|window| window == short) {
            file.splice(at..at + short.len(), long.iter().copied());
        }
    }
    // A carriage return alone ends lines too, in ways that move comments from node to node.
    if file.windows(2).any(|pair| pair[0] == b'\r' && pair[1] != b'\n') || file.ends_with(b"\r") {
        return;
    }
    let Outcome::Edited(edited) = setters.edit(&file) else {
        return;
    };
    assert_ne!(edited.text.as_bytes(), file);
    assert!(edited.objects.values().all(|changes| !changes.is_empty()));
    let again = setters.edit(edited.text.as_bytes());
    assert!(matches!(again, Outcome::Untouched), "{again:?}");
    let breaks = |text: &[u8]| text.iter().filter(|byte| **byte == b'\n').count();
    assert!(breaks(edited.text.as_bytes()) <= breaks(&file));
});
