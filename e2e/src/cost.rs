//! What a piece of work costs a controller.

use std::fmt::{self, Display};
use std::time::{Duration, Instant};

use crate::Controller;

const MIB: u64 = 1024 * 1024;

/// The state of a controller's counters when the work began.
#[derive(Debug)]
pub struct Meter {
    started: Instant,
    cpu: Duration,
    requests: u64,
}

/// What the work cost, for all units together.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// From the start of the work to its end as the story saw it.
    pub wall: Duration,
    /// User and system time of the controller.
    pub cpu: Duration,
    /// Requests of the controller to the API server.
    pub requests: u64,
    /// Most resident memory since the start of the process, in bytes.
    pub peak: u64,
}

impl Meter {
    /// Reads the counters.
    pub async fn start(controller: &mut Controller) -> Self {
        Self {
            requests: controller.requests().await,
            cpu: controller.process().cpu_time().unwrap(),
            started: Instant::now(),
        }
    }

    /// What was used since the start.
    pub async fn stop(self, controller: &mut Controller) -> Cost {
        let wall = self.started.elapsed();
        let process = controller.process();
        let cpu = process.cpu_time().unwrap().saturating_sub(self.cpu);
        let peak = process.peak_bytes().unwrap();
        let requests = controller.requests().await - self.requests;
        Cost {
            wall,
            cpu,
            requests,
            peak,
        }
    }
}

impl Cost {
    /// Requests for each of `units`, rounded up.
    pub fn requests_per(&self, units: usize) -> u64 {
        self.requests.div_ceil(units as u64)
    }
}

impl Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            wall,
            cpu,
            requests,
            peak,
        } = self;
        let peak = peak / MIB;
        write!(
            f,
            "wall {wall:.2?}, CPU {cpu:.2?}, {requests} requests, peak {peak} MiB"
        )
    }
}
