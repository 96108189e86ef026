//! Differential test of templates: random templates and values through Helm and through our own command line, whose texts and errors
//! must be the same.

mod chart;
mod functions;
mod grammar;
mod random;
mod values;

use std::path::{Path, PathBuf};

use anyhow::bail;

use chart::{Chart, Printed, file_name, run as render};
use random::Random;

/// Arguments of `cargo xtask template-diff`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The real `helm`.
    #[arg(long)]
    helm: String,
    /// Our own command line.
    #[arg(long, default_value = "target/debug/sluice")]
    sluice: String,
    /// Decides all choices.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many templates are rendered.
    #[arg(long, default_value_t = 20_000)]
    renders: usize,
    /// How many templates stand in one chart.
    #[arg(long, default_value_t = 100)]
    per_chart: usize,
    /// Where the charts are written, and those that differ stay.
    #[arg(long, default_value = "target/template-diff")]
    folder: PathBuf,
}

/// What came of the renders so far.
#[derive(Debug, Default)]
struct Tally {
    printed: usize,
    failed: usize,
    different: usize,
}

/// Runs the comparison; a difference is an error.
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let mut random = Random::new(args.seed);
    let mut tally = Tally::default();
    while tally.printed + tally.failed + tally.different < args.renders {
        let mut chart = Chart::random(&mut random, args.per_chart);
        compare(args, &mut chart, &mut tally)?;
        eprintln!("{tally:?}");
    }
    println!(
        "{} templates printed the same, {} failed with the same error, {} differ",
        tally.printed, tally.failed, tally.different
    );
    if tally.different > 0 {
        bail!("templates print otherwise than Helm prints them");
    }
    Ok(())
}

/// Renders a chart again and again, without the template that failed last, until the rest prints.
fn compare(args: &Args, chart: &mut Chart, tally: &mut Tally) -> anyhow::Result<()> {
    let folder = args.folder.join("chart");
    let helm = [args.helm.clone()];
    let ours = [args.sluice.clone(), "helm".to_owned()];
    while !chart.templates.is_empty() {
        chart.write(&folder)?;
        let theirs = render(&helm, &folder, &chart.flags)?;
        let ours = render(&ours, &folder, &chart.flags)?;
        match (&theirs, &ours) {
            (Ok(_), Ok(_)) => {
                printed(chart, &theirs, &ours, tally);
                return Ok(());
            }
            (Err(error), _) | (_, Err(error)) => {
                // Templates run from the last to the first, so the later one of two is the one that differs.
                let errors = [&theirs, &ours].map(|printed| printed.as_ref().err());
                let numbers = errors.into_iter().flatten();
                let Some(number) = numbers.filter_map(|error| blamed(chart, error)).max() else {
                    if !chart.flags.is_empty() {
                        if theirs == ours {
                            tally.failed += 1;
                        } else {
                            tally.different += 1;
                            report(&chart.flags.join(" "), &theirs, &ours, &folder);
                        }
                        chart.flags.clear();
                        continue;
                    }
                    // Helm itself dies of some templates, with a trace that names none.
                    let line = error.lines().next().unwrap_or_default();
                    println!("a chart is left out: {line}");
                    return Ok(());
                };
                if theirs == ours {
                    tally.failed += 1;
                } else {
                    tally.different += 1;
                    report(&chart.templates[&number], &theirs, &ours, &folder);
                }
                chart.templates.remove(&number);
            }
        }
    }
    Ok(())
}

/// The template that an error is about.
fn blamed(chart: &Chart, error: &str) -> Option<usize> {
    let mut numbers = chart.templates.keys().copied();
    numbers.find(|number| error.contains(&file_name(*number)))
}

fn printed(chart: &Chart, theirs: &Printed, ours: &Printed, tally: &mut Tally) {
    let (Ok(theirs), Ok(ours)) = (theirs, ours) else {
        return;
    };
    for (number, body) in &chart.templates {
        let source = format!("# Source: fuzz/templates/{}", file_name(*number));
        if theirs.get(&source) == ours.get(&source) {
            tally.printed += 1;
        } else {
            tally.different += 1;
            println!(
                "---- {body}\nhelm: {:?}\nours: {:?}\nvalues: {}",
                theirs.get(&source),
                ours.get(&source),
                chart.values
            );
        }
    }
}

fn report(body: &str, theirs: &Printed, ours: &Printed, folder: &Path) {
    let shown = |printed: &Printed| match printed {
        Ok(_) => "prints".to_owned(),
        Err(error) => error.clone(),
    };
    println!(
        "---- {body}\nhelm: {}\nours: {}\nin {}",
        shown(theirs),
        shown(ours),
        folder.display()
    );
}
