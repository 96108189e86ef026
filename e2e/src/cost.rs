//! What a piece of work costs a controller.

use std::time::{Duration, Instant};

use testing::ControlPlane;

use crate::Controller;

/// The state of the counters when the work began.
#[derive(Debug)]
pub struct Meter {
    plane: &'static ControlPlane,
    started: Instant,
    cpu: Duration,
    requests: u64,
    plane_cpu: Duration,
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
    /// Resident memory at the end, in bytes.
    pub resident: u64,
    /// User and system time of the control plane meanwhile, whoever asked it for something.
    pub plane_cpu: Duration,
}

impl Meter {
    /// Reads the counters.
    pub async fn start(controller: &mut Controller) -> Self {
        let plane = ControlPlane::shared().await;
        Self {
            plane,
            requests: controller.requests().await,
            cpu: controller.process().cpu_time().unwrap(),
            plane_cpu: plane.cpu_time().unwrap(),
            started: Instant::now(),
        }
    }

    /// What was used since the start.
    pub async fn stop(self, controller: &mut Controller) -> Cost {
        let wall = self.started.elapsed();
        let process = controller.process();
        let cpu = process.cpu_time().unwrap().saturating_sub(self.cpu);
        let plane_cpu = self.plane.cpu_time().unwrap();
        Cost {
            wall,
            cpu,
            peak: process.peak_bytes().unwrap(),
            resident: process.resident_bytes().unwrap(),
            plane_cpu: plane_cpu.saturating_sub(self.plane_cpu),
            requests: controller.requests().await - self.requests,
        }
    }
}

impl Cost {
    /// Requests for each of `units`; those that serve all of them are shared out.
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    pub fn requests_per(&self, units: usize) -> f64 {
        self.requests as f64 / units as f64
    }
}
