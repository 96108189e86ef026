//! Any schema over any values gives a verdict, without a panic and twice the same.
//!
//! The input is the schema and the values (YAML), separated by a zero byte.

#![no_main]

use helm::schema::Schema;
use libfuzzer_sys::fuzz_target;
use yaml::{Budget, Dialect, decode_first};

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let (Some(schema), Some(values)) = (parts.next(), parts.next()) else {
        return;
    };
    let Ok(Some(values)) = decode_first(values, Dialect::Kubernetes, &Budget::default()) else {
        return;
    };
    let Some(values) = values.as_map() else {
        return;
    };
    let first = Schema::parse(schema).check(values);
    assert_eq!(first, Schema::parse(schema).check(values));
});
