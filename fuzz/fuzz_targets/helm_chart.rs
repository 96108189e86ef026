//! Any bytes are a chart or are refused, without a panic; a chart that loads renders or fails within
//! its budgets, and the second render gives the same.
//!
//! What is no gzip stream is taken for the files of a chart, separated by the byte 0xff, each with its name on the first line.

#![no_main]

use std::cell::Cell;
use std::rc::Rc;

use gotemplate::funcs::{Clock, Random, Time};
use helm::chart::Chart;
use helm::render::{Capabilities, Operation, Purpose, Release, Request, SchemaCheck, World, release};
use libfuzzer_sys::fuzz_target;

/// Names of functions that are slow on purpose: one key or password takes longer than an input may. Their budget is a test of
/// `engines/gotemplate`.
const SLOW: [&[u8]; 6] = [b"genPrivateKey", b"genCA", b"genSe", b"genSi", b"bcrypt", b"htpasswd"];

/// The same from render to render; the search for primes needs bytes that differ.
#[derive(Default)]
struct Fixed(Cell<u64>);

impl Clock for Fixed {
    fn now(&self) -> Time {
        Time::from_unix(0)
    }
}

impl Random for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let next = self.0.get().wrapping_mul(6_364_136_223_846_793_005);
            self.0.set(next.wrapping_add(1_442_695_040_888_963_407));
            *byte = (self.0.get() >> 56) as u8;
        }
    }
}

/// An archive of the files in `bytes`.
fn archive(bytes: &[u8]) -> Option<Vec<u8>> {
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    let mut archive = tar::Builder::new(gzip);
    for file in bytes.split(|byte| *byte == 0xff) {
        let mut parts = file.splitn(2, |byte| *byte == b'\n');
        let name = std::str::from_utf8(parts.next()?).ok()?;
        let data = parts.next().unwrap_or_default();
        let mut header = tar::Header::new_gnu();
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, format!("c/{name}"), data).ok()?;
    }
    archive.into_inner().ok()?.finish().ok()
}

fuzz_target!(|bytes: &[u8]| {
    let holds = |word: &&[u8]| bytes.windows(word.len()).any(|part| part == *word);
    if SLOW.iter().any(|word| holds(word)) {
        return;
    }
    let made;
    let bytes = if bytes.starts_with(b"\x1f\x8b") {
        bytes
    } else {
        let Some(archive) = archive(bytes) else {
            return;
        };
        made = archive;
        &made
    };
    let Ok(loaded) = Chart::from_archive(bytes) else {
        return;
    };
    let request = Request {
        release: Release {
            name: "r".to_owned(),
            namespace: "n".to_owned(),
            revision: 1,
            operation: Operation::Install,
        },
        capabilities: Capabilities::default(),
        schema: SchemaCheck::Enforced,
        purpose: Purpose::Record,
    };
    let values = yaml::Value::empty_map();
    let render = || {
        let world = World {
            clock: Rc::new(Fixed::default()),
            random: Rc::new(Fixed::default()),
            cluster: None,
        };
        release(&loaded.chart, &values, &request, &world, &mut Vec::new())
            .map(|rendered| rendered.manifests)
            .map_err(|failure| failure.to_string())
    };
    assert_eq!(render(), render());
});
