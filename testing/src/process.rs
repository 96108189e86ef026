//! Child processes: the programs of the control plane, and the controllers under test.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::guard;

/// How often a process that is about to end, or to become ready, is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// What to start.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    log: Option<PathBuf>,
}

impl Program {
    /// The program at `path`, without arguments, in an environment of its own (`PATH` and `HOME` are kept).
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            args: Vec::new(),
            env: Vec::new(),
            log: None,
        }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Appends standard output and standard error to this file; without it they are discarded.
    #[must_use]
    pub fn log(mut self, file: impl Into<PathBuf>) -> Self {
        self.log = Some(file.into());
        self
    }

    /// Starts the program in a process group of its own, so that a Ctrl-C in the terminal does not reach it.
    pub fn start(self) -> anyhow::Result<Process> {
        let name = self
            .path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        #[expect(
            clippy::disallowed_methods,
            reason = "test tooling starts the programs under test"
        )]
        let mut command = Command::new(&self.path);
        command
            .args(&self.args)
            .stdin(Stdio::null())
            .process_group(0)
            .env_clear();
        for kept in ["PATH", "HOME", "TMPDIR"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        match &self.log {
            None => command.stdout(Stdio::null()).stderr(Stdio::null()),
            Some(log) => {
                let file = File::options()
                    .create(true)
                    .append(true)
                    .open(log)
                    .with_context(|| format!("cannot write the log {}", log.display()))?;
                command.stdout(file.try_clone()?).stderr(file)
            }
        };
        let started = Instant::now();
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {}", self.path.display()))?;
        guard::hold_group(child.id());
        Ok(Process {
            name,
            child,
            log: self.log,
            started,
            ended: None,
        })
    }
}

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

    /// Resident memory in bytes, from `/proc` (Linux only).
    pub fn resident_bytes(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line
            .context("no VmRSS line")?
            .trim()
            .trim_end_matches(" kB")
            .parse::<u64>()?;
        Ok(kib * 1024)
    }

    /// User and system CPU time so far, from `/proc` (Linux only), to a hundredth of a second.
    pub fn cpu_time(&self) -> anyhow::Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id()))?;
        // The second field is the name in brackets and may hold blanks: count from the last bracket.
        let (_, rest) = stat
            .rsplit_once(") ")
            .context("a stat line without a name")?;
        let fields: Vec<&str> = rest.split(' ').collect();
        let ticks = |index: usize| -> anyhow::Result<u64> {
            Ok(fields.get(index).context("a short stat line")?.parse()?)
        };
        // utime and stime are fields 14 and 15 of proc(5); a tick is 10 ms on every Linux that Rust supports.
        Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
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

/// The binary `name` of this workspace, beside the running test (`target/debug/NAME` for `target/debug/deps/TEST-…`).
///
/// # Errors
/// Names the command that builds it when it is missing.
pub fn built(name: &str) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let candidates = own.ancestors().skip(1).take(2).map(|dir| dir.join(name));
    candidates
        .into_iter()
        .find(|path| path.is_file())
        .with_context(|| {
            format!(
                "no program {name} beside {}; build it: cargo build --package {name}",
                own.display()
            )
        })
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

    #[test]
    fn memory_and_cpu_are_read_while_it_runs() {
        let mut process = shell("while :; do :; done").start().unwrap();
        let end = Instant::now() + Duration::from_secs(10);
        while process.cpu_time().unwrap() < Duration::from_millis(20) {
            assert!(Instant::now() < end, "no CPU time was counted");
            std::thread::sleep(LOOK);
        }
        assert!(process.resident_bytes().unwrap() > 100_000);
        process.check_running().unwrap();
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
