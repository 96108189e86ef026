//! The figures as people read them, and the bars that they are held to.

use std::fmt::Write as _;
use std::time::Duration;

use e2e::cost::Cost;

use crate::fleet::units;

/// What the field's reference needs for a hundred units: wall and CPU time, and the requests for each unit.
#[derive(Clone, Copy)]
pub struct Reference {
    pub wall: f64,
    pub cpu: f64,
    pub requests: f64,
}

/// What a phase may cost.
#[derive(Clone, Copy)]
pub enum Bar {
    /// A third of the wall time, a tenth of the CPU time and a third of the requests of the reference. A slow debug build looks
    /// more often at what is not ready yet: half of the requests is held there, and no time.
    Beside(Reference),
    /// So many requests for each unit.
    Requests(f64),
}

impl Bar {
    /// By the seconds of wall time, the seconds of CPU time, and the requests of each unit that the reference needs for a hundred.
    pub const fn beside(wall: f64, cpu: f64, requests: f64) -> Self {
        Self::Beside(Reference {
            wall,
            cpu,
            requests,
        })
    }
}

/// The lines of one kind.
pub struct Table {
    kind: &'static str,
    text: String,
    missed: Vec<String>,
}

impl Table {
    pub fn new(kind: &'static str) -> Self {
        let mut text = String::new();
        let _ = writeln!(
            text,
            "{:<44} {:>8} {:>8} {:>9} {:>9} {:>9} {:>13}",
            format!("{} {kind}", units()),
            "wall",
            "CPU",
            "requests",
            "peak",
            "resident",
            "control plane"
        );
        Self {
            kind,
            text,
            missed: Vec::new(),
        }
    }

    /// Adds a line, and another one with what it is held to.
    pub fn add(&mut self, phase: &str, cost: &Cost, bar: Bar) {
        const MIB: u64 = 1024 * 1024;
        let (wall, cpu) = (cost.wall.as_secs_f64(), cost.cpu.as_secs_f64());
        let requests = cost.requests_per(units());
        let _ = writeln!(
            self.text,
            "{phase:<44} {wall:>6.2} s {cpu:>6.2} s {requests:>9.1} {:>5} MiB {:>5} MiB {:>11.2} s",
            cost.peak / MIB,
            cost.resident / MIB,
            cost.plane_cpu.as_secs_f64()
        );
        let is_release = std::env::var_os("SLUICE_BIN").is_some();
        let most = match bar {
            Bar::Requests(most) => most,
            Bar::Beside(reference) if !is_release => reference.requests / 2.0,
            Bar::Beside(reference) => {
                let (wall_bar, cpu_bar) = (reference.wall / 3.0, reference.cpu / 10.0);
                let bar = reference.requests / 3.0;
                let _ = writeln!(
                    self.text,
                    "{:<44} {wall_bar:>6.2} s {cpu_bar:>6.2} s {bar:>9.1}{}",
                    "  bar",
                    // A machine that does something else is slow, and no fault of ours: the wall time is told, not held.
                    if wall > wall_bar {
                        "   wall over the bar"
                    } else {
                        ""
                    }
                );
                if cost.cpu > Duration::from_secs_f64(cpu_bar) {
                    self.missed.push(format!(
                        "{phase}: {cpu:.2} s of CPU time, more than {cpu_bar:.2}"
                    ));
                }
                bar
            }
        };
        if requests > most {
            self.missed.push(format!(
                "{phase}: {requests:.1} requests for each, more than {most:.1}"
            ));
        }
    }

    /// Prints the lines; no bar may have been missed.
    pub fn finish(self) {
        println!("{}", self.text);
        assert!(self.missed.is_empty(), "{}: {:#?}", self.kind, self.missed);
    }
}
