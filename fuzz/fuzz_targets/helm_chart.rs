//! Any bytes are a chart or are refused, without a panic; a chart that loads renders or fails within
//! its budgets, and the second render gives the same.

#![no_main]

use std::cell::Cell;
use std::rc::Rc;

use gotemplate::funcs::{Clock, Random, Time};
use helm::chart::Chart;
use helm::render::{Capabilities, Operation, Release, Request, SchemaCheck, World, release};
use libfuzzer_sys::fuzz_target;

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

fuzz_target!(|bytes: &[u8]| {
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
