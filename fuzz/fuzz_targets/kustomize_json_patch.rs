//! Any JSON patch of the same resources applies or fails, without a panic.

#![no_main]

use std::path::Path;

use kustomize::{MemoryView, Options, build};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|patch: &[u8]| {
    let view = MemoryView::new()
        .with(
            "kustomization.yaml",
            "resources: [r.yaml]\npatches: [{path: p.yaml, target: {kind: Deployment}}]\n",
        )
        .with("r.yaml", include_str!("resources.yaml"))
        .with("p.yaml", patch);
    if let Ok(build) = build(&view, Path::new("/"), &Options::default()) {
        let _ = build.to_yaml();
    }
});
