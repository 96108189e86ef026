//! Any overlay over any base builds the same, or fails alike, whether other overlays over that base
//! were built before in the same process or not.
//!
//! The input is two files, separated by a zero byte: the objects of the base, and the fields of the
//! overlay.

#![no_main]

use std::path::Path;
use std::sync::Arc;

use kustomize::{MemoryView, Options, ParseCache, build};
use libfuzzer_sys::fuzz_target;

const OTHER: &str = "resources: [../base]\nnamespace: other\nnamePrefix: p-\n\
    labels: [{pairs: {team: a}, includeSelectors: true}]\n";

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let (objects, fields) = (parts.next(), parts.next());
    let overlay = [b"resources: [../base]\n", fields.unwrap_or_default()].concat();
    let view = MemoryView::new()
        .with("base/kustomization.yaml", "resources: [r.yaml]\n")
        .with("base/r.yaml", objects.unwrap_or_default())
        .with("other/kustomization.yaml", OTHER)
        .with("overlay/kustomization.yaml", overlay);
    let options = Options {
        cache: Some(Arc::new(ParseCache::new())),
        ..Options::default()
    };
    for root in ["other", "overlay", "other", "overlay"] {
        let shared = build(&view, Path::new(root), &options);
        let alone = build(&view, Path::new(root), &Options::default());
        match (shared, alone) {
            (Ok(shared), Ok(alone)) => {
                assert_eq!(shared.to_yaml(), alone.to_yaml());
                let mut written = Vec::new();
                assert!(shared.write_yaml(&mut written).is_ok());
                assert_eq!(written, shared.to_yaml().into_bytes());
                assert_eq!(shared.objects(), alone.objects());
            }
            (shared, alone) => assert_eq!(
                shared.map_err(|error| error.to_string()).err(),
                alone.map_err(|error| error.to_string()).err()
            ),
        }
    }
});
