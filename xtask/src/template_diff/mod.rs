//! Differential test of the chart engine: random templates, charts and values through Helm and through our own command line, whose
//! texts and errors must be the same.

mod chart;
mod charts;
mod expressions;
mod functions;
mod grammar;
mod manifests;
mod random;
mod values;
mod whole;

use std::path::PathBuf;

use anyhow::bail;

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
    /// What is made at random.
    #[arg(long, value_enum, default_value_t = Subject::Templates)]
    of: Subject,
    /// How many templates, or how many charts, are rendered.
    #[arg(long, default_value_t = 20_000)]
    renders: usize,
    /// How many templates stand in one chart.
    #[arg(long, default_value_t = 100)]
    per_chart: usize,
    /// Where the charts are written, and those that differ stay.
    #[arg(long, default_value = "target/template-diff")]
    folder: PathBuf,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Subject {
    /// Expressions and actions; what each template prints is compared for itself.
    Templates,
    /// Charts with dependencies, files, hooks and values; all that the programs print is compared.
    Charts,
}

/// What came of the renders so far.
#[derive(Debug, Default)]
struct Tally {
    printed: usize,
    failed: usize,
    different: usize,
}

impl Tally {
    fn all(&self) -> usize {
        self.printed + self.failed + self.different
    }
}

/// Runs the comparison; a difference is an error.
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let mut random = Random::new(args.seed);
    let (tally, what) = match args.of {
        Subject::Templates => (expressions::run(args, &mut random)?, "templates"),
        Subject::Charts => (charts::run(args, &mut random)?, "charts"),
    };
    println!(
        "{} {what} printed the same, {} failed with the same error, {} differ",
        tally.printed, tally.failed, tally.different
    );
    if tally.different > 0 {
        bail!("{what} print otherwise than Helm prints them");
    }
    Ok(())
}
