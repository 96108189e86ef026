//! Any replacement paths and options lead to fields or fail, without a panic.
//!
//! The input is lines: the source path, the target path, the delimiter, and whether to create.

#![no_main]

use std::path::Path;

use kustomize::{MemoryView, Options, build};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut lines = text.lines();
    let mut line = || serde_json::Value::from(lines.next().unwrap_or_default());
    let (source, target, delimiter) = (line(), line(), line());
    let create = line() != "";
    let kustomization = serde_json::json!({
        "resources": ["r.yaml"],
        "replacements": [{
            "source": {"kind": "ConfigMap", "fieldPath": source},
            "targets": [{
                "select": {"kind": "Deployment"},
                "fieldPaths": [target],
                "options": {"create": create, "delimiter": delimiter, "index": 1},
            }],
        }],
    });
    let view = MemoryView::new()
        .with("kustomization.yaml", kustomization.to_string())
        .with("r.yaml", include_str!("resources.yaml"));
    if let Ok(build) = build(&view, Path::new("/"), &Options::default()) {
        let _ = build.to_yaml();
    }
});
