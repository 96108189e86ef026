//! The controllers as child processes on a control plane.

use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

use testing::process::{Process, Program, built};
use testing::{ControlPlane, Dir};
use tokio::sync::{Mutex, OnceCell};

/// How long a controller may take to become ready on a busy machine.
const READY: Duration = Duration::from_mins(1);

/// Label by which a set of controllers takes only its own objects.
pub const SHARD: &str = "sharding.fluxcd.io/key";

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
    async fn start(program: Program, ready_url: String, metrics_url: String) -> Self {
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
        self.process.kill().unwrap();
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

/// source-controller and kustomize-controller of one shard.
#[derive(Debug)]
pub struct Toolkit {
    /// The control plane that they work on.
    pub plane: &'static ControlPlane,
    /// Fetches and publishes.
    pub source: Controller,
    /// Builds and applies.
    pub kustomize: Controller,
    /// The label value of its objects, `None` for the objects without the label.
    pub shard: Option<String>,
    _storage: Dir,
    _scratch: Dir,
}

static SHARED: OnceCell<Mutex<Toolkit>> = OnceCell::const_new();

impl Toolkit {
    /// The controllers of this test binary for all objects without a shard label; the first caller starts them.
    pub async fn shared() -> &'static Mutex<Self> {
        SHARED
            .get_or_init(|| async { Mutex::new(Self::start(None, &[]).await) })
            .await
    }

    /// Controllers that see only the objects labelled with this shard, for stories that kill or configure them.
    ///
    /// `kustomize_args` are added to the arguments of kustomize-controller.
    pub async fn sharded(shard: &str, kustomize_args: &[&str]) -> Self {
        Self::start(Some(shard), kustomize_args).await
    }

    async fn start(shard: Option<&str>, kustomize_args: &[&str]) -> Self {
        let plane = ControlPlane::shared().await;
        let selector =
            shard.map_or_else(|| format!("!{SHARD}"), |shard| format!("{SHARD}={shard}"));
        let storage = Dir::new("storage").unwrap();
        let scratch = Dir::new("scratch").unwrap();
        let files = address();
        let source_metrics = address();
        let kustomize_metrics = address();
        let kustomize_health = address();
        let common = |name: &str, metrics: &str, health: &str| {
            Program::new(built(name).unwrap())
                .env("KUBECONFIG", plane.kubeconfig_path())
                .env("RUNTIME_NAMESPACE", "default")
                .env("TMPDIR", scratch.path())
                .args([
                    format!("--metrics-addr={metrics}"),
                    format!("--health-addr={health}"),
                    format!("--watch-label-selector={selector}"),
                    "--log-level=debug".to_owned(),
                ])
                .log(log(plane, name, shard))
        };
        let source = common("source-controller", &source_metrics, &address())
            .arg(format!("--storage-path={}", storage.path().display()))
            .args([
                format!("--storage-addr={files}"),
                format!("--storage-adv-addr={files}"),
            ]);
        let kustomize = common(
            "kustomize-controller",
            &kustomize_metrics,
            &kustomize_health,
        )
        .args(["--requeue-dependency=5s", "--concurrent=8"])
        .args(kustomize_args);
        let source = Controller::start(
            source,
            format!("http://{files}/"),
            format!("http://{source_metrics}/metrics"),
        );
        let kustomize = Controller::start(
            kustomize,
            format!("http://{kustomize_health}/readyz"),
            format!("http://{kustomize_metrics}/metrics"),
        );
        let (source, kustomize) = tokio::join!(source, kustomize);
        Self {
            plane,
            source,
            kustomize,
            shard: shard.map(str::to_owned),
            _storage: storage,
            _scratch: scratch,
        }
    }
}

/// A free loopback address; another process could take the port before it is used, which the start would report.
fn address() -> String {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string()
}

fn log(plane: &ControlPlane, name: &str, shard: Option<&str>) -> PathBuf {
    plane
        .logs()
        .join(format!("{name}-{}.log", shard.unwrap_or("shared")))
}
