//! Random charts, of which all that both programs print is compared.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use super::random::Random;
use super::whole::Whole;
use super::{Args, Tally};

/// How often Helm is asked again about a chart that differs: it goes through some maps in the order of the day.
const AGAIN: usize = 8;

/// What a program made of a chart.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    succeeded: bool,
    printed: String,
    /// The lines of warnings and errors, in order of their text: Helm gives several failures in the order of the day.
    said: Vec<String>,
}

/// Renders as many random charts as are wanted.
pub(super) fn run(args: &Args, random: &mut Random) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    let helm = [args.helm.as_str()];
    let ours = [args.sluice.as_str(), "helm"];
    while tally.all() < args.renders {
        let chart = Whole::random(random);
        let folder = args.folder.join("chart");
        write(&chart, &folder)?;
        let theirs = render(&helm, &folder, &chart.flags)?;
        if theirs.died() {
            println!("a chart is left out: {}", theirs.said.join(" / "));
            continue;
        }
        let ours = render(&ours, &folder, &chart.flags)?;
        if same(&theirs, &ours) || changed(&helm, &folder, &chart, &ours)? {
            if theirs.succeeded {
                tally.printed += 1;
            } else {
                let error = theirs.said.iter().find(|line| line.starts_with("Error: "));
                eprintln!("{}", error.map_or("no error", String::as_str));
                tally.failed += 1;
            }
        } else {
            tally.different += 1;
            let kept = args.folder.join(format!("different-{}", tally.all()));
            if kept.exists() {
                fs::remove_dir_all(&kept)?;
            }
            fs::rename(&folder, &kept)?;
            println!(
                "---- {} {}\nhelm: {theirs:#?}\nours: {ours:#?}",
                kept.display(),
                chart.flags.join(" ")
            );
        }
        eprintln!("{tally:?}");
    }
    Ok(tally)
}

impl Outcome {
    fn died(&self) -> bool {
        let mut said = self.said.iter();
        said.any(|line| line.starts_with("panic: ") || line.starts_with("fatal error: "))
    }
}

fn same(theirs: &Outcome, ours: &Outcome) -> bool {
    theirs.succeeded == ours.succeeded && theirs.said == ours.said && theirs.printed == ours.printed
}

/// Whether Helm, asked again, says what we say.
fn changed(helm: &[&str], folder: &Path, chart: &Whole, ours: &Outcome) -> anyhow::Result<bool> {
    for _ in 0..AGAIN {
        if same(&render(helm, folder, &chart.flags)?, ours) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn write(chart: &Whole, folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    for (path, text) in &chart.files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}

/// Runs `PROGRAM... template r fuzz FLAGS...` in the folder.
fn render(program: &[&str], folder: &Path, flags: &[String]) -> anyhow::Result<Outcome> {
    let (name, arguments) = program.split_first().context("no program")?;
    let mut command = Command::new(name);
    command.args(arguments).args(["template", "r", "./fuzz"]);
    let output = command.args(flags).current_dir(folder).output();
    let output = output.with_context(|| format!("starting {name}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let mut said: Vec<_> = text.lines().map(steady).collect();
    said.sort();
    Ok(Outcome {
        succeeded: output.status.success(),
        printed: String::from_utf8_lossy(&output.stdout).into_owned(),
        said,
    })
}

/// A line in which properties that a schema does not allow stand in the order of their names.
fn steady(line: &str) -> String {
    let parts = line
        .split_once("additional properties ")
        .and_then(|(before, rest)| Some((before, rest.strip_suffix(" not allowed")?)));
    let Some((before, names)) = parts else {
        return line.to_owned();
    };
    let mut names: Vec<_> = names.split(", ").collect();
    names.sort_unstable();
    format!(
        "{before}additional properties {} not allowed",
        names.join(", ")
    )
}
