//! Programs from start to end.
//!
//! The kernel tells what all children of a process took together, and the largest of them. So each
//! measurement has a process of its own between: this program, which runs the other and prints
//! what it took.

#![expect(clippy::disallowed_methods, reason = "programs are what is measured")]

use std::env;
use std::ffi::OsString;
use std::io;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use nix::sys::resource::{UsageWho, getrusage};

/// The first argument of the process between.
const HELPER: &str = "--measure";

/// What a program took.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// CPU time of all its threads, in user and kernel mode.
    pub cpu: Duration,
    /// The most memory it had at once, in KiB.
    pub peak: u64,
}

/// Runs a program `runs` times; gives the median of the CPU times and of the peaks.
///
/// # Errors
///
/// When the program cannot be run, or fails.
pub fn measure(program: &[OsString], runs: usize) -> Result<Measured> {
    let mut all = Vec::new();
    for _ in 0..runs.max(1) {
        all.push(once(program)?);
    }
    let middle = all.len() / 2;
    let mut median = all[0];
    all.sort_by_key(|measured| measured.cpu);
    median.cpu = all[middle].cpu;
    all.sort_by_key(|measured| measured.peak);
    median.peak = all[middle].peak;
    Ok(median)
}

fn once(program: &[OsString]) -> Result<Measured> {
    let output = Command::new(env::current_exe()?)
        .arg(HELPER)
        .args(program)
        .output()?;
    ensure!(
        output.status.success(),
        "{program:?} failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout)?;
    let (cpu, peak) = text.trim().split_once(' ').context("no figures")?;
    Ok(Measured {
        cpu: Duration::from_micros(cpu.parse()?),
        peak: peak.parse()?,
    })
}

/// In a process between: runs the program in the arguments and prints what it took. Call it first
/// in `main`, and return when it answers true.
///
/// # Errors
///
/// When the program cannot be run, or fails.
pub fn answer_as_helper(out: &mut dyn io::Write) -> Result<bool> {
    let mut arguments = env::args_os().skip(1);
    if arguments.next().is_none_or(|first| first != HELPER) {
        return Ok(false);
    }
    let program = arguments.next().context("no program to measure")?;
    let status = Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .status()?;
    ensure!(status.success(), "the program ended with {status}");
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let (user, system) = (usage.user_time(), usage.system_time());
    let seconds = user.tv_sec() + system.tv_sec();
    let micros = seconds * 1_000_000 + user.tv_usec() + system.tv_usec();
    writeln!(out, "{micros} {}", usage.max_rss())?;
    Ok(true)
}
