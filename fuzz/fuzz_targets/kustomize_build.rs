//! Any kustomization over any resources and patch builds or fails, without a panic.
//!
//! The input is three files, separated by zero bytes: the kustomization, which may name
//! `resources.yaml` and `patch.yaml`, and those two.

#![no_main]

use std::path::Path;

use kustomize::{MemoryView, Options, build};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut view = MemoryView::new();
    let names = ["kustomization.yaml", "resources.yaml", "patch.yaml"];
    for (name, content) in names.into_iter().zip(bytes.split(|byte| *byte == 0)) {
        view.insert(name, content);
    }
    if let Ok(build) = build(&view, Path::new("/"), &Options::default()) {
        // What was built prints.
        let _ = build.to_yaml();
    }
});
