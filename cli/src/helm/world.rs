//! The clock and the randomness of this process, for templates.

use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

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
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let mut now = Time::from_unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
        now.nanos = since.subsec_nanos();
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
