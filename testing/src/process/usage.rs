//! What a process uses, read from `/proc` (Linux only).

use std::time::Duration;

use anyhow::Context;

use super::Process;

impl Process {
    /// Resident memory in bytes.
    pub fn resident_bytes(&self) -> anyhow::Result<u64> {
        self.memory("VmRSS:")
    }

    /// The most resident memory since the start, in bytes.
    pub fn peak_bytes(&self) -> anyhow::Result<u64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, field: &str) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let kib = line
            .with_context(|| format!("no line {field}"))?
            .trim()
            .trim_end_matches(" kB")
            .parse::<u64>()?;
        Ok(kib * 1024)
    }

    /// User and system CPU time so far, to a hundredth of a second.
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

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::process::Program;

    #[test]
    fn memory_and_cpu_are_read_while_it_runs() {
        let mut process = Program::new("/bin/sh")
            .args(["-c", "while :; do :; done"])
            .start()
            .unwrap();
        let end = Instant::now() + Duration::from_secs(10);
        while process.cpu_time().unwrap() < Duration::from_millis(20) {
            assert!(Instant::now() < end, "no CPU time was counted");
            std::thread::yield_now();
        }
        assert!(process.resident_bytes().unwrap() > 100_000);
        assert!(process.peak_bytes().unwrap() >= process.resident_bytes().unwrap());
        process.check_running().unwrap();
    }
}
