//! Metrics of the process itself, from `/proc/self`.

use std::fs;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// Reads `/proc/self` when asked; where there is none, it has nothing to say.
#[derive(Debug)]
pub(super) struct ProcessCollector;

/// The clock ticks per second in `/proc/self/stat`; the kernel's interface fixes it at 100 for user space.
const TICKS: f64 = 100.0;
const PAGE: u64 = 4096;

/// The figures of one look.
#[derive(Debug, PartialEq)]
struct Figures {
    cpu_seconds: f64,
    virtual_bytes: u64,
    resident_bytes: u64,
    started_ticks: f64,
}

impl Collector for ProcessCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let mut add =
            |name: &str, help: &str, metric: &dyn Encode| metric.write(&mut encoder, name, help);
        if let Some(figures) = fs::read_to_string("/proc/self/stat")
            .ok()
            .as_deref()
            .and_then(parse_stat)
        {
            add(
                "process_cpu_seconds",
                "Total user and system CPU time spent in seconds",
                &ConstCounter::new(figures.cpu_seconds),
            )?;
            add(
                "process_virtual_memory_bytes",
                "Virtual memory size in bytes",
                &ConstGauge::new(exact(figures.virtual_bytes)),
            )?;
            add(
                "process_resident_memory_bytes",
                "Resident memory size in bytes",
                &ConstGauge::new(exact(figures.resident_bytes)),
            )?;
            if let Some(boot) = fs::read_to_string("/proc/stat")
                .ok()
                .as_deref()
                .and_then(parse_boot_time)
            {
                add(
                    "process_start_time_seconds",
                    "Start time of the process since unix epoch in seconds",
                    &ConstGauge::new(boot + figures.started_ticks / TICKS),
                )?;
            }
        }
        if let Ok(entries) = fs::read_dir("/proc/self/fd") {
            add(
                "process_open_fds",
                "Number of open file descriptors",
                &ConstGauge::new(i64::try_from(entries.count()).unwrap_or(i64::MAX)),
            )?;
        }
        if let Some(limit) = fs::read_to_string("/proc/self/limits")
            .ok()
            .as_deref()
            .and_then(parse_max_files)
        {
            add(
                "process_max_fds",
                "Maximum number of open file descriptors",
                &ConstGauge::new(exact(limit)),
            )?;
        }
        Ok(())
    }
}

/// The values of [`Collector::encode`] are of two types; this lets one closure write both.
trait Encode {
    fn write(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        name: &str,
        help: &str,
    ) -> std::fmt::Result;
}

impl<M: EncodeMetric> Encode for M {
    fn write(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        name: &str,
        help: &str,
    ) -> std::fmt::Result {
        let metric = encoder.encode_descriptor(name, help, None, self.metric_type())?;
        EncodeMetric::encode(self, metric)
    }
}

fn exact(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Fields 14, 15, 22, 23, 24 of `proc_pid_stat(5)`. The second field, the program's name in parentheses, may hold
/// anything, so counting starts behind the last parenthesis.
fn parse_stat(text: &str) -> Option<Figures> {
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    let ticks = |number: usize| fields.get(number - 3)?.parse::<f64>().ok();
    Some(Figures {
        cpu_seconds: (ticks(14)? + ticks(15)?) / TICKS,
        started_ticks: ticks(22)?,
        virtual_bytes: field(23)?,
        resident_bytes: field(24)? * PAGE,
    })
}

fn parse_boot_time(text: &str) -> Option<f64> {
    text.lines()
        .find_map(|line| line.strip_prefix("btime "))?
        .trim()
        .parse()
        .ok()
}

fn parse_max_files(text: &str) -> Option<u64> {
    text.lines()
        .find_map(|line| line.strip_prefix("Max open files"))?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stat_is_read_behind_the_name_of_the_program() {
        let text =
            "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 3 0 1000 8192000 300 1844";
        let figures = parse_stat(text).unwrap();
        assert_eq!(
            figures,
            Figures {
                cpu_seconds: 3.0,
                virtual_bytes: 8_192_000,
                resident_bytes: 300 * 4096,
                started_ticks: 1000.0
            }
        );
        assert_eq!(parse_stat("7 (a) S 1"), None);
        assert_eq!(parse_stat(""), None);
    }

    #[test]
    fn limits_and_boot_time_are_read() {
        assert_eq!(
            parse_max_files("Limit\nMax open files            1024      4096   files\n"),
            Some(1024)
        );
        assert_eq!(parse_max_files("Max open files   unlimited"), None);
        assert_eq!(
            parse_boot_time("cpu 1 2\nbtime 1700000000\n"),
            Some(1_700_000_000.0)
        );
    }
}
