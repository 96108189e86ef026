//! The slowest first, by the times of the last run: what is long and begins last ends last.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::binary::Binary;
use super::outcome::Outcome;

/// The times of the last run, beside what was built; none when nothing was.
pub fn file(binaries: &[Binary]) -> Option<PathBuf> {
    let folder = binaries.iter().find_map(Binary::output_folder)?;
    Some(folder.join("test-times.json"))
}

/// Puts the slowest first. Without times scenarios are slower than examples, and those than the tests of units.
pub fn slowest_first(binaries: &mut [Binary], times: Option<&Path>) {
    let times = read(times);
    binaries.sort_by_key(|binary| {
        let time = times.get(&binary.name).copied();
        (Reverse(time), binary.kind)
    });
}

/// Keeps the times of a run for the next one; those of binaries that did not run stay.
pub fn remember(outcomes: &[Outcome], file: Option<&Path>) -> Result<()> {
    let Some(file) = file else { return Ok(()) };
    let mut times = read(Some(file));
    for outcome in outcomes {
        let time = u64::try_from(outcome.took.as_millis()).unwrap_or(u64::MAX);
        times.insert(outcome.name.clone(), time);
    }
    let text = serde_json::to_string_pretty(&times)?;
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

/// Milliseconds by name; nothing when there is no file, or none that can be read.
fn read(file: Option<&Path>) -> BTreeMap<String, u64> {
    let text = file.and_then(|file| fs::read(file).ok());
    text.and_then(|text| serde_json::from_slice(&text).ok())
        .unwrap_or_default()
}
