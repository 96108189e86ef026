//! Any payload of a Secret decodes to a record or fails, without a panic; what decodes is stored and
//! read again unchanged.
//!
//! The input is the payload, or behind a first byte of zero the JSON in it.

#![no_main]

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use helm::release::{Observation, Release, Written, values_digest};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let payload = match bytes.split_first() {
        Some((0, json)) => STANDARD.encode(json).into_bytes(),
        _ => bytes.to_vec(),
    };
    let Ok(release) = Release::from_stored(&payload, &BTreeMap::new()) else {
        return;
    };
    let stored = release.to_stored(Written::Created(0));
    let again = Release::from_stored(stored.payload.as_bytes(), &stored.labels);
    assert_eq!(again.map(|again| again.to_payload()), Ok(stored.payload));
    let _ = Observation::new(&release, "").sha256();
    let _ = values_digest(&release.config);
});
