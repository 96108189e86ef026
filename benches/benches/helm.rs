//! `sluice helm template` beside `helm template`: CPU time and peak memory of whole processes, and what a second render of a
//! cached chart costs.
//!
//! ```text
//! SLUICE_BIN=<folder of the release binaries> HELM_BIN=<the reference> cargo bench -p sluice-benches --bench helm
//! ```
//!
//! `SLUICE_CONFORMANCE` names the folder that holds `helm/charts`; without it, it is looked for in `../shared/conformance` beside the
//! workspace. A word after `--` runs the charts whose name contains it.
#![expect(clippy::print_stdout, reason = "prints the figures")]

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use benches::{Input, Measured, Programs, answer_as_helper, calling_chart, measure, small_chart};
use gotemplate::funcs::{Clock, Random, Time};
use helm::chart::{Cache, Chart, Error, Loaded};
use helm::render::{Capabilities, Operation, Purpose, Release, Request, SchemaCheck, World};
use yaml::Value;

/// The largest chart of the corpus.
const LARGEST: &str = "kube-prometheus-stack";

/// Renders of one process, of which all but the first are second renders.
const RENDERS: u32 = 20;

fn compare(programs: &Programs, name: &str, chart: &Path) -> Result<()> {
    let words = |program: &PathBuf, verbs: &[&str]| -> Vec<OsString> {
        let mut words = vec![program.into()];
        words.extend(verbs.iter().map(OsString::from));
        words.extend(["r".into(), chart.into()]);
        words
    };
    let ours = programs.ours.as_ref();
    let ours = ours.map(|program| measure(&words(program, &["helm", "template"]), 9));
    let reference = programs.reference.as_ref();
    let reference = reference.map(|program| measure(&words(program, &["template"]), 5));
    print(name, ours.transpose()?, reference.transpose()?);
    Ok(())
}

fn print(name: &str, ours: Option<Measured>, reference: Option<Measured>) {
    let show = |measured: Option<Measured>| match measured {
        Some(Measured { cpu, peak }) => {
            format!("{:>9.1} ms {:>7.1} MB", millis(cpu), megabytes(peak))
        }
        None => format!("{:>23}", "not measured"),
    };
    let ratio = match (ours, reference) {
        (Some(ours), Some(reference)) => format!(
            "{:>6.1}x less CPU, {:>4.1}x less memory",
            millis(reference.cpu) / millis(ours.cpu),
            megabytes(reference.peak) / megabytes(ours.peak)
        ),
        _ => String::new(),
    };
    println!("{name:32} {} {} {ratio}", show(ours), show(reference));
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn megabytes(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

/// A clock that stands and bytes that are not random.
struct Still;

impl Clock for Still {
    fn now(&self) -> Time {
        Time::from_unix(0)
    }
}

impl Random for Still {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

fn render(loaded: &Loaded, values: &Value) -> Result<usize> {
    let request = Request {
        release: Release {
            name: "r".to_owned(),
            namespace: "default".to_owned(),
            revision: 1,
            operation: Operation::Install,
        },
        capabilities: Capabilities::default(),
        schema: SchemaCheck::Enforced,
        purpose: Purpose::Manifests,
    };
    let world = World {
        clock: Rc::new(Still),
        random: Rc::new(Still),
        cluster: None,
    };
    let rendered = helm::render::release(&loaded.chart, values, &request, &world, &mut Vec::new())?;
    Ok(rendered.manifests.len())
}

/// The first render of a chart, from its archive on, and those after it with other values.
fn again(name: &str, chart: &Path) -> Result<()> {
    let cache = Cache::new(64 << 20);
    let archive = fs::read(chart)?;
    let load = || -> Result<Loaded, Error> { Chart::from_archive(&archive) };
    let start = Instant::now();
    render(&*cache.get_or_load("digest", load)?, &Value::empty_map())?;
    let first = start.elapsed();
    let start = Instant::now();
    for at in 0..RENDERS {
        let values = helm::values::decode(format!("nameOverride: n{at}\n").as_bytes())?;
        render(&*cache.get_or_load("digest", load)?, &values)?;
    }
    let second = start.elapsed() / RENDERS;
    println!(
        "{name:32} first render {:.1} ms, with other values {:.1} ms: {:.2} of the first",
        millis(first),
        millis(second),
        millis(second) / millis(first)
    );
    Ok(())
}

fn corpus() -> Result<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance");
    let folder = env::var_os("SLUICE_CONFORMANCE").map_or_else(beside, PathBuf::from);
    let chart = folder.join("helm/charts").join(LARGEST).join("chart.tgz");
    fs::canonicalize(&chart).with_context(|| format!("no chart at {}", chart.display()))
}

fn main() -> Result<()> {
    if answer_as_helper(&mut io::stdout())? {
        return Ok(());
    }
    // Cargo adds an option of its own.
    let wanted = env::args().skip(1).find(|word| !word.starts_with('-'));
    let is_wanted = |name: &str| wanted.as_ref().is_none_or(|word| name.contains(word));
    let programs = Programs::find("HELM_BIN", "helm 4.3");
    println!("{:32} {:>23} {:>23}", "", "sluice", "helm");
    let inputs: [Input; 2] = [small_chart(), calling_chart()];
    for input in inputs.iter().filter(|input| is_wanted(&input.name)) {
        let folder = tempfile::tempdir()?;
        input.write(folder.path())?;
        compare(&programs, &input.name, &folder.path().join(input.root))?;
    }
    if is_wanted(LARGEST) {
        let chart = corpus()?;
        compare(&programs, LARGEST, &chart)?;
        again(LARGEST, &chart)?;
    }
    Ok(())
}
