//! The controllers, as programs of their own, with the flags that a Deployment would give them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use testing::process::{Process, Program, built};
use testing::{Dir, free_ports};

use crate::objects::NAMESPACE;

/// From the start to the first good answer of the readiness endpoint.
const START: Duration = Duration::from_secs(30);

/// What a controller may take to hand back its work.
const STOP: Duration = Duration::from_secs(5);

/// The names of the programs.
const NAMES: [&str; 2] = ["source-controller", "kustomize-controller"];

/// An error, with the command that helps, if a program was not built.
pub(crate) fn check_built() -> anyhow::Result<()> {
    NAMES.iter().try_for_each(|name| built(name).map(drop))
}

/// Both controllers; they end on drop.
#[derive(Debug)]
pub(crate) struct Controllers {
    running: Vec<Process>,
    dir: Dir,
}

impl Controllers {
    /// Starts both on free loopback ports and waits until they are ready.
    pub(crate) async fn start(kubeconfig: &Path) -> anyhow::Result<Self> {
        let dir = Dir::new("controllers")?;
        let storage = dir.path().join("storage");
        std::fs::create_dir(&storage)?;
        // What a killed controller leaves behind goes away with the folder.
        let temporary = dir.path().join("tmp");
        std::fs::create_dir(&temporary)?;
        let [artifacts, source_metrics, source_health, metrics, health] = free_ports()?;
        let artifacts = format!("127.0.0.1:{artifacts}");
        let program = |name: &str, metrics: u16, health: u16| -> anyhow::Result<Program> {
            Ok(Program::new(built(name)?)
                .log(dir.path().join(format!("{name}.log")))
                .env("KUBECONFIG", kubeconfig)
                .env("RUNTIME_NAMESPACE", NAMESPACE)
                .env("TMPDIR", &temporary)
                .arg(format!("--metrics-addr=127.0.0.1:{metrics}"))
                .arg(format!("--health-addr=127.0.0.1:{health}")))
        };
        let source = program(NAMES[0], source_metrics, source_health)?
            .arg(format!("--storage-path={}", storage.display()))
            .arg(format!("--storage-addr={artifacts}"))
            .arg(format!("--storage-adv-addr={artifacts}"));
        let kustomize = program(NAMES[1], metrics, health)?;
        let mut running = vec![source.start()?, kustomize.start()?];
        for (process, port) in running.iter_mut().zip([source_health, health]) {
            let url = format!("http://127.0.0.1:{port}/readyz");
            process
                .wait_ready(&url, START)
                .await
                .context("a controller did not start")?;
        }
        Ok(Self { running, dir })
    }

    /// An error with the end of the log if one has ended.
    pub(crate) fn check_running(&mut self) -> anyhow::Result<()> {
        self.running.iter_mut().try_for_each(Process::check_running)
    }

    /// The folder of the logs, one file per controller.
    pub(crate) fn logs(&self) -> PathBuf {
        self.dir.path().to_owned()
    }

    /// The ends of both logs.
    pub(crate) fn log_tails(&self) -> String {
        let tail = |process: &Process| format!("{}:\n{}\n", process.name(), process.log_tail(8));
        self.running.iter().map(tail).collect()
    }

    /// Name and resident memory in bytes of each, where the system tells it.
    pub(crate) fn memory(&self) -> Vec<(String, u64)> {
        let of =
            |process: &Process| Some((process.name().to_owned(), process.resident_bytes().ok()?));
        self.running.iter().filter_map(of).collect()
    }

    /// Asks both to end, and kills what does not.
    pub(crate) fn stop(mut self) {
        for process in &mut self.running {
            // A controller that has to be killed is not the user's problem here.
            let _ = process.terminate(STOP);
        }
    }
}
