//! `sluice kustomize build` beside `kustomize build`: CPU time and peak memory of whole processes.
//!
//! ```text
//! SLUICE_BIN=<folder of the release binaries> KUSTOMIZE_BIN=<the reference> cargo bench -p sluice-benches --bench beside
//! ```
//!
//! A word after `--` runs the inputs whose name contains it.
#![expect(clippy::print_stdout, reason = "prints the figures")]

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use benches::{
    Input, Measured, Overlays, Programs, answer_as_helper, config_maps, crds, deep_stack, measure,
    references, small_overlay,
};
use kustomize::{DirView, Options, ParseCache};

/// Builds overlays in one process, for itself to measure: `--overlays FOLDER COUNT`.
const OVERLAYS: &str = "--overlays";

fn compare(programs: &Programs, input: &Input) -> Result<()> {
    let folder = tempfile::tempdir()?;
    input.write(folder.path())?;
    let dir = folder.path().join(input.root);
    let ours = programs.ours.as_ref().map(|program| {
        let words: [OsString; 4] = [
            program.into(),
            "kustomize".into(),
            "build".into(),
            (&dir).into(),
        ];
        measure(&words, 5)
    });
    let reference = programs.reference.as_ref().map(|program| {
        let words: [OsString; 3] = [program.into(), "build".into(), (&dir).into()];
        measure(&words, 3)
    });
    print(&input.name, ours.transpose()?, reference.transpose()?);
    Ok(())
}

fn print(name: &str, ours: Option<Measured>, reference: Option<Measured>) {
    let show = |measured: Option<Measured>| match measured {
        Some(Measured { cpu, peak }) => format!(
            "{:>9.1} ms {:>7.1} MB",
            cpu.as_secs_f64() * 1e3,
            megabytes(peak)
        ),
        None => format!("{:>23}", "not measured"),
    };
    let ratio = match (ours, reference) {
        (Some(ours), Some(reference)) => format!(
            "{:>6.1}x less CPU, {:>4.1}x less memory",
            reference.cpu.as_secs_f64() / ours.cpu.as_secs_f64(),
            megabytes(reference.peak) / megabytes(ours.peak)
        ),
        _ => String::new(),
    };
    println!("{name:32} {} {} {ratio}", show(ours), show(reference));
}

#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn megabytes(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

/// Many overlays over one base in one process, beside one in another.
fn overlays(name: &str, kind: Overlays) -> Result<()> {
    const COUNT: usize = 1000;
    let folder = tempfile::tempdir()?;
    kind.input(COUNT).write(folder.path())?;
    let run = |count: usize, runs| {
        let words: [OsString; 4] = [
            env::current_exe()?.into(),
            OVERLAYS.into(),
            folder.path().into(),
            count.to_string().into(),
        ];
        measure(&words, runs)
    };
    let one = run(1, 9)?;
    let all = run(COUNT, 3)?;
    println!(
        "{name:32} one {:.1} ms, {COUNT} in one process {:.1} ms {:.1} MB: {:.1} times one",
        one.cpu.as_secs_f64() * 1e3,
        all.cpu.as_secs_f64() * 1e3,
        megabytes(all.peak),
        all.cpu.as_secs_f64() / one.cpu.as_secs_f64()
    );
    Ok(())
}

/// Builds `count` overlays and prints each, as the command line would.
fn build_overlays(folder: &Path, count: usize) -> Result<()> {
    let view = DirView::unchanging(folder)?;
    let options = Options {
        cache: Some(Arc::new(ParseCache::new())),
        ..Options::default()
    };
    for at in 0..count {
        let build = kustomize::build(&view, Path::new(&format!("o{at}")), &options)?;
        build.write_yaml(&mut io::stdout())?;
    }
    Ok(())
}

fn main() -> Result<()> {
    if answer_as_helper(&mut io::stdout())? {
        return Ok(());
    }
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [OVERLAYS, folder, count] = arguments.iter().map(String::as_str).collect::<Vec<_>>()[..]
    {
        return build_overlays(Path::new(folder), count.parse().context("no count")?);
    }
    // Cargo adds an option of its own.
    let wanted = arguments.iter().find(|word| !word.starts_with('-'));
    let is_wanted = |name: &str| wanted.is_none_or(|word| name.contains(word.as_str()));
    let programs = Programs::find("KUSTOMIZE_BIN", "kustomize 5.8");
    println!("{:32} {:>23} {:>23}", "", "sluice", "kustomize");
    let mut inputs = vec![small_overlay(), deep_stack(), references(), crds()];
    inputs.extend([500, 1000, 2000, 4000].map(config_maps));
    for input in inputs.iter().filter(|input| is_wanted(&input.name)) {
        compare(&programs, input)?;
    }
    for (name, kind) in [
        ("overlays that change few objects", Overlays::Few),
        ("overlays that change all objects", Overlays::All),
        ("overlays that rename everything", Overlays::Rename),
    ] {
        if is_wanted(name) {
            overlays(name, kind)?;
        }
    }
    Ok(())
}
