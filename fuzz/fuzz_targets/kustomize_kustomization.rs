//! Any kustomization file over the same resources builds or fails, without a panic.

#![no_main]

use std::path::Path;

use kustomize::{MemoryView, Options, build};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|kustomization: &[u8]| {
    let view = MemoryView::new()
        .with("kustomization.yaml", kustomization)
        .with("base/kustomization.yaml", "resources: [r.yaml]\n")
        .with("base/r.yaml", include_str!("resources.yaml"))
        .with("r.yaml", include_str!("resources.yaml"));
    if let Ok(build) = build(&view, Path::new("/"), &Options::default()) {
        let _ = build.to_yaml();
    }
});
