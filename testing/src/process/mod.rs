//! Child processes: the programs of the control plane, and the controllers under test.

mod program;
mod usage;

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::guard;

pub use program::{Program, built};

/// How often a process that is about to end, or to become ready, is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// A running child; killed with its whole process group on drop.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: Option<PathBuf>,
    started: Instant,
    ended: Option<ExitStatus>,
}

impl Process {
    /// The file name of the program.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// When it was started.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// How it ended, `None` while it runs.
    pub fn exit_status(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait()?;
            if self.ended.is_some() {
                guard::release_group(self.id());
            }
        }
        Ok(self.ended)
    }

    /// An error with the end of the log if the process has ended.
    pub fn check_running(&mut self) -> anyhow::Result<()> {
        match self.exit_status()? {
            None => Ok(()),
            Some(status) => Err(anyhow!(
                "{} ended ({}); the end of its log:\n{}",
                self.name,
                describe(status),
                self.log_tail(40)
            )),
        }
    }

    /// Waits until `url` answers 200 (plain http), and returns the time since the start.
    pub async fn wait_ready(&mut self, url: &str, deadline: Duration) -> anyhow::Result<Duration> {
        let end = Instant::now() + deadline;
        loop {
            self.check_running()?;
            match crate::http::get(url).await {
                Ok(response) if response.status == 200 => return Ok(self.started.elapsed()),
                _ if Instant::now() < end => tokio::time::sleep(LOOK).await,
                last => bail!(
                    "{} did not become ready at {url} within {deadline:?} (last answer: {last:?}); \
                     the end of its log:\n{}",
                    self.name,
                    self.log_tail(40)
                ),
            }
        }
    }

    /// Waits until `text` is in the log, and returns the log.
    pub async fn wait_log(&mut self, text: &str, deadline: Duration) -> anyhow::Result<String> {
        let end = Instant::now() + deadline;
        loop {
            let log = self.log_text()?;
            if log.contains(text) {
                return Ok(log);
            }
            self.check_running()?;
            if Instant::now() >= end {
                bail!(
                    "{} did not log {text:?} within {deadline:?}; its log:\n{log}",
                    self.name
                );
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// SIGKILL to the whole group, and waits for the end.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.signal(Signal::KILL)?;
        self.wait(Duration::from_secs(10)).map(drop)
    }

    /// SIGTERM, then waits for the end; kills what has not ended by the deadline and says so.
    pub fn terminate(&mut self, deadline: Duration) -> anyhow::Result<ExitStatus> {
        self.signal(Signal::TERM)?;
        self.wait(deadline).inspect_err(|_| {
            let _ = self.kill();
        })
    }

    fn signal(&mut self, signal: Signal) -> anyhow::Result<()> {
        if self.exit_status()?.is_some() {
            return Ok(());
        }
        let group = i32::try_from(self.id()).ok().and_then(Pid::from_raw);
        let group = group.context("a process id that is no process id")?;
        kill_process_group(group, signal).with_context(|| format!("cannot signal {}", self.name))
    }

    /// Waits for the end.
    pub fn wait(&mut self, deadline: Duration) -> anyhow::Result<ExitStatus> {
        let end = Instant::now() + deadline;
        loop {
            if let Some(status) = self.exit_status()? {
                return Ok(status);
            }
            if Instant::now() >= end {
                bail!("{} did not end within {deadline:?}", self.name);
            }
            std::thread::sleep(LOOK);
        }
    }

    /// The last `lines` lines of the log, or a word on why there are none.
    pub fn log_tail(&self, lines: usize) -> String {
        match &self.log {
            None => "(no log was kept)".to_owned(),
            Some(log) => tail(log, lines),
        }
    }

    /// Everything logged so far.
    pub fn log_text(&self) -> anyhow::Result<String> {
        let log = self.log.as_ref().context("no log was kept")?;
        Ok(String::from_utf8_lossy(&std::fs::read(log)?).into_owned())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // An error here means that it is gone already, or that the guard has to try.
        let _ = self.kill();
    }
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "unknown status".to_owned(),
    }
}

/// The last `lines` lines of a file.
pub(crate) fn tail(file: &Path, lines: usize) -> String {
    match std::fs::read(file) {
        Err(error) => format!("(cannot read {}: {error})", file.display()),
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            let all: Vec<&str> = text.lines().collect();
            all[all.len().saturating_sub(lines)..].join("\n")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dir;

    fn shell(script: &str) -> Program {
        Program::new("/bin/sh").args(["-c", script])
    }

    #[test]
    fn a_killed_process_takes_its_children_along() {
        let dir = Dir::new("process-test").unwrap();
        let file = dir.path().join("child");
        let script = format!(
            "sleep 1000 & echo $! > {0}.new; mv {0}.new {0}; wait",
            file.display()
        );
        let mut process = shell(&script).start().unwrap();
        let end = Instant::now() + Duration::from_secs(10);
        while !file.exists() {
            assert!(Instant::now() < end, "the child did not start");
            std::thread::sleep(LOOK);
        }
        let child = std::fs::read_to_string(&file).unwrap();
        process.kill().unwrap();
        assert_eq!(process.exit_status().unwrap().unwrap().signal(), Some(9));
        let gone = || match std::fs::read_to_string(format!("/proc/{}/stat", child.trim())) {
            Err(_) => true,
            Ok(stat) => stat.contains(") Z "),
        };
        while !gone() {
            assert!(
                Instant::now() < end,
                "the child of a killed process still runs"
            );
            std::thread::sleep(LOOK);
        }
    }

    #[test]
    fn the_end_of_the_log_explains_a_process_that_ended() {
        let dir = Dir::new("process-test").unwrap();
        let log = dir.path().join("log");
        let mut process = shell("echo the reason >&2; exit 3")
            .log(&log)
            .start()
            .unwrap();
        process.wait(Duration::from_secs(10)).unwrap();
        let error = process.check_running().unwrap_err().to_string();
        assert!(
            error.contains("exit code 3") && error.contains("the reason"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn a_process_that_ignores_the_request_to_end_is_killed() {
        let dir = Dir::new("process-test").unwrap();
        let log = dir.path().join("log");
        let script = "trap '' TERM; echo ready; while :; do sleep 0.05; done";
        let mut process = shell(script).log(&log).start().unwrap();
        process
            .wait_log("ready", Duration::from_secs(10))
            .await
            .unwrap();
        let error = process.terminate(Duration::from_millis(200)).unwrap_err();
        assert!(error.to_string().contains("did not end"), "{error}");
        assert_eq!(process.exit_status().unwrap().unwrap().signal(), Some(9));
    }
}
