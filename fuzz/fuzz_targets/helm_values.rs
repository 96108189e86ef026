//! Any values files merge and coalesce without a panic, and what comes out is what comes out again.
//!
//! The input is split at the byte 0xff: defaults of a chart, defaults of its subchart, the user's file.

#![no_main]

use gotemplate::value::{Map, Numbers, Value};
use helm::chart::Chart;
use helm::values::{Nulls, coalesce, decode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.split(|byte| *byte == 0xff);
    let mut next = || decode(parts.next().unwrap_or_default());
    let (Ok(own), Ok(below), Ok(user)) = (next(), next(), next()) else {
        return;
    };
    let chart = |values, dependencies| {
        let mut chart = Chart::default();
        chart.values = values;
        chart.dependencies = dependencies;
        chart
    };
    let mut subchart = chart(below, Vec::new());
    "sub".clone_into(&mut subchart.metadata.name);
    let chart = chart(own, vec![subchart]);
    let Value::Map(user) = Value::from_yaml(&user, Numbers::Kept) else {
        return;
    };
    let pass = |values: &Map| {
        let done = coalesce(&chart, values, Nulls::Applied, &mut Vec::new());
        done.map(|map| Value::Map(map).to_yaml(1000))
    };
    assert_eq!(pass(&user), pass(&user));
});
