//! Many random templates in a chart, each of which is compared for itself.

use std::path::Path;

use super::chart::{Chart, Printed, file_name, run as render};
use super::random::Random;
use super::{Args, Tally};

/// Renders as many random templates as are wanted.
pub(super) fn run(args: &Args, random: &mut Random) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    while tally.all() < args.renders {
        let mut chart = Chart::random(random, args.per_chart);
        compare(args, &mut chart, &mut tally)?;
        eprintln!("{tally:?}");
    }
    Ok(tally)
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
                    if died(&theirs) {
                        let line = error.lines().next().unwrap_or_default();
                        println!("a chart is left out: {line}");
                    } else {
                        tally.different += 1;
                        report("a whole chart", &theirs, &ours, &folder);
                    }
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

fn died(printed: &Printed) -> bool {
    let Err(error) = printed else {
        return false;
    };
    let mut lines = error.lines();
    lines.any(|line| line.starts_with("panic: ") || line.starts_with("fatal error: "))
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
