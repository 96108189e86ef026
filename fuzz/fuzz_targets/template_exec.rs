//! Any template with Helm's functions runs on any values or fails, within its budget and without a panic.
//!
//! The input is a template and a YAML document, separated by a zero byte.

#![no_main]

use std::sync::Arc;

use gotemplate::exec::{Budget, Hosts, MissingKey, Templates};
use gotemplate::funcs;
use gotemplate::value::{Numbers, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let template = String::from_utf8_lossy(parts.next().unwrap_or_default());
    let document = parts.next().unwrap_or_default();
    let budget = yaml::Budget::default();
    let data = yaml::decode_first(document, yaml::Dialect::Kubernetes, &budget);
    let data = data.ok().flatten().unwrap_or_default();
    let mut templates = Templates::new("gotpl", Arc::new(funcs::helm()), MissingKey::Zero);
    if templates.add("t", template).is_err() {
        return;
    }
    let budget = Budget {
        steps: 20_000,
        bytes: 1 << 20,
        depth: 200,
    };
    let mut context = Arc::new(templates).start(Hosts::new(), budget);
    let _ = context.execute("t", &Value::from_yaml(&data, Numbers::Floats));
});
