//! The clock and the randomness of this process, for templates.

use std::rc::Rc;

use gotemplate::funcs::{Clock, Random, Time};
use helm::render::World;

/// No cluster: `helm template` looks nothing up.
pub(crate) fn of_this_process() -> World {
    World {
        clock: Rc::new(Process),
        random: Rc::new(Process),
        cluster: None,
    }
}

struct Process;

impl Clock for Process {
    fn now(&self) -> Time {
        let stamp = jiff::Timestamp::now();
        let mut now = Time::from_unix(stamp.as_second());
        now.nanos = u32::try_from(stamp.subsec_nanosecond()).unwrap_or_default();
        now
    }
}

impl Random for Process {
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // Keys must never be made of anything else.
            std::process::abort();
        }
    }
}
