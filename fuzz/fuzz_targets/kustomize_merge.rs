//! Any strategic merge of any two documents, separated by a zero byte, merges or fails, without a
//! panic. What comes out builds again to itself, in the same order: sorting goes by versions too, and
//! a version that is missing is printed as null.

#![no_main]

use std::path::Path;

use kustomize::{MemoryView, Options, Reorder, build};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let (resource, patch) = (parts.next(), parts.next());
    let view = MemoryView::new()
        .with(
            "kustomization.yaml",
            "resources: [r.yaml]\npatches: [{path: p.yaml, target: {kind: .*}}]\n",
        )
        .with("r.yaml", resource.unwrap_or_default())
        .with("p.yaml", patch.unwrap_or_default());
    let options = Options {
        reorder: Reorder::None,
        ..Options::default()
    };
    let Ok(first) = build(&view, Path::new("/"), &options) else {
        return;
    };
    let text = first.to_yaml();
    let again = MemoryView::new()
        .with("kustomization.yaml", "resources: [r.yaml]\n")
        .with("r.yaml", &text);
    if let Ok(second) = build(&again, Path::new("/"), &options) {
        assert_eq!(second.to_yaml(), text);
    }
});
