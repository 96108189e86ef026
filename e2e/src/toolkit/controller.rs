//! One controller as a child process.

use std::time::Duration;

use testing::process::{Process, Program};

/// How long a controller may take to become ready on a busy machine.
const READY: Duration = Duration::from_mins(1);

/// One controller: how to start it, and the running process.
#[derive(Debug)]
pub struct Controller {
    program: Program,
    ready_url: String,
    metrics_url: String,
    process: Process,
    start_to_ready: Duration,
}

impl Controller {
    /// Starts it, and waits until `ready_url` answers.
    pub(super) async fn start(program: Program, ready_url: String, metrics_url: String) -> Self {
        let mut process = program.clone().start().unwrap();
        let start_to_ready = process.wait_ready(&ready_url, READY).await.unwrap();
        Self {
            program,
            ready_url,
            metrics_url,
            process,
            start_to_ready,
        }
    }

    /// SIGKILL, then a new process with the same arguments, waited for until it is ready.
    pub async fn kill_and_restart(&mut self) {
        self.kill();
        self.restart().await;
    }

    /// SIGKILL: it is gone until [`Controller::restart`].
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
    }

    /// A new process with the same arguments in place of one that has ended, waited for until it is ready.
    pub async fn restart(&mut self) {
        self.process = self.program.clone().start().unwrap();
        self.start_to_ready = self
            .process
            .wait_ready(&self.ready_url, READY)
            .await
            .unwrap();
    }

    /// The shortest of the times from start to ready until one is below `bar`, in at most `tries` starts; the one that is over counts.
    pub async fn shortest_start(&mut self, bar: Duration, tries: usize) -> Duration {
        let mut shortest = self.start_to_ready;
        for _ in 1..tries {
            if shortest < bar {
                break;
            }
            self.kill_and_restart().await;
            shortest = shortest.min(self.start_to_ready);
        }
        shortest
    }

    /// The time from the start of the process to its first good readiness answer.
    pub fn start_to_ready(&self) -> Duration {
        self.start_to_ready
    }

    /// The running process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Requests to the API server so far, by the controller's own count.
    pub async fn requests(&self) -> u64 {
        let metrics = self.metrics().await;
        let series = metrics
            .lines()
            .filter(|line| line.starts_with("rest_client_requests_total{"));
        series
            .map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
            .sum()
    }

    /// The metrics as a Prometheus server scrapes them.
    pub async fn metrics(&self) -> String {
        let response = testing::http::get(&self.metrics_url).await.unwrap();
        assert_eq!(response.status, 200, "metrics at {}", self.metrics_url);
        response.text()
    }
}
