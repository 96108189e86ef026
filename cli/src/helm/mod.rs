//! `sluice helm template`: prints what `helm template` prints.

mod chart;
mod values;
mod world;

use std::io::{self, BufWriter, Write};
use std::mem::ManuallyDrop;
use std::path::PathBuf;

use clap::Subcommand;
use helm::output;
use helm::render::{
    Capabilities, Failure as Refusal, KubeVersion, Operation, Purpose, Release, Rendered, Request,
    SchemaCheck,
};
use helm::{Diagnostic, Level};

/// The namespace of a release for which none is given.
const DEFAULT_NAMESPACE: &str = "default";

/// Arguments of `sluice helm`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the manifests of a chart.
    Template(Template),
}

/// Arguments of `sluice helm template`. Of a flag that is given twice the last one counts.
#[derive(Debug, clap::Args)]
#[command(args_override_self = true)]
struct Template {
    #[command(flatten)]
    rendered: Asked,
    #[command(flatten)]
    shown: Shown,
}

/// What is rendered.
#[derive(Debug, clap::Args)]
struct Asked {
    /// The name of the release, then the chart: a directory or an archive. The name may be left out.
    #[arg(value_name = "[NAME] CHART", num_args = 1..=2, required = true)]
    words: Vec<String>,
    /// The namespace of the release.
    #[arg(short, long, default_value = DEFAULT_NAMESPACE)]
    namespace: String,
    #[command(flatten)]
    values: values::Flags,
    /// The version of Kubernetes that the chart sees.
    #[arg(long, value_name = "VERSION")]
    kube_version: Option<String>,
    /// API versions that the chart sees besides those known.
    #[arg(short, long, value_name = "VERSION", value_delimiter = ',')]
    api_versions: Vec<String>,
    /// Let the chart see an upgrade in place of an installation.
    #[arg(long)]
    is_upgrade: bool,
    /// Do not hold values against the chart's schema.
    #[arg(long)]
    skip_schema_validation: bool,
}

/// What is printed of it.
#[derive(Debug, clap::Args)]
struct Shown {
    /// Print custom resource definitions of `crds/` as well.
    #[arg(long)]
    include_crds: bool,
    /// Print only what comes from these templates.
    #[arg(short, long, value_name = "TEMPLATE")]
    show_only: Vec<String>,
    /// Leave tests out.
    #[arg(long)]
    skip_tests: bool,
    /// Leave hooks out.
    #[arg(long)]
    no_hooks: bool,
}

/// How much is printed together.
const PIECE: usize = 64 << 10;

/// Why nothing was printed.
#[derive(Debug)]
pub(crate) enum Failure {
    Chart(chart::Error),
    Values(values::Error),
    KubeVersion(helm::render::KubeVersionError),
    Refused(Refusal),
    NoTemplate(output::NoTemplate),
    Io(io::Error),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Chart(error) => error.fmt(f),
            Self::Values(error) => error.fmt(f),
            Self::KubeVersion(error) => error.fmt(f),
            Self::NoTemplate(error) => error.fmt(f),
            Self::Io(error) => write!(f, "standard output: {error}"),
            Self::Refused(error) if error.is_in_rendering() => {
                write!(f, "{error}\n\nUse --debug flag to render out invalid YAML")
            }
            Self::Refused(error) => error.fmt(f),
        }
    }
}

pub(crate) fn run(args: Args, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Failure> {
    let Command::Template(args) = args.command;
    let mut diagnostics = Vec::new();
    let rendered = render(args.rendered, &mut diagnostics);
    for line in &diagnostics {
        // Nowhere is left to report a failure to report.
        let _ = writeln!(err, "{line}");
    }
    print(&*rendered?, &args.shown, out)
}

fn render(
    args: Asked,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<ManuallyDrop<Rendered>, Failure> {
    let mut capabilities = Capabilities::default();
    let version = args.kube_version.filter(|version| !version.is_empty());
    if let Some(version) = &version {
        capabilities.kube_version = KubeVersion::parse(version).map_err(Failure::KubeVersion)?;
    }
    capabilities.api_versions.extend(args.api_versions);
    let mut words = args.words.into_iter().rev();
    let path = PathBuf::from(words.next().unwrap_or_default());
    let name = words.next().unwrap_or_else(|| "release-name".to_owned());
    chart::check_exists(&path).map_err(Failure::Chart)?;
    let values = ManuallyDrop::new(args.values.read().map_err(Failure::Values)?);
    let loaded = chart::load(&path).map_err(Failure::Chart)?;
    diagnostics.extend(loaded.diagnostics);
    // The process ends with this: taking the trees apart piece by piece would be for nothing.
    let chart = ManuallyDrop::new(loaded.chart);
    let refused = |error| Failure::Chart(chart::Error::Chart(error));
    chart.check_type().map_err(refused)?;
    if chart.metadata.deprecated {
        diagnostics.push(Diagnostic::new(Level::Warn, "this chart is deprecated"));
    }
    chart.check_dependencies().map_err(refused)?;
    let request = Request {
        release: Release {
            name,
            namespace: if args.namespace.is_empty() {
                DEFAULT_NAMESPACE.to_owned()
            } else {
                args.namespace
            },
            revision: 1,
            operation: if args.is_upgrade {
                Operation::Upgrade
            } else {
                Operation::Install
            },
        },
        capabilities,
        schema: if args.skip_schema_validation {
            SchemaCheck::Skipped
        } else {
            SchemaCheck::Enforced
        },
        purpose: Purpose::Manifests,
    };
    let world = world::of_this_process();
    helm::render::release(&chart, &values, &request, &world, diagnostics)
        .map(ManuallyDrop::new)
        .map_err(Failure::Refused)
}

/// Writes what was asked for of a render.
fn print(rendered: &Rendered, shown: &Shown, out: &mut dyn Write) -> Result<(), Failure> {
    let crds = if shown.include_crds {
        rendered.chart.crds()
    } else {
        Vec::new()
    };
    let hooks: Vec<_> = rendered
        .hooks
        .iter()
        .filter(|hook| !(shown.no_hooks || shown.skip_tests && hook.is_test()))
        .collect();
    let mut out = BufWriter::with_capacity(PIECE, out);
    if shown.show_only.is_empty() {
        output::template(&mut out, &crds, &rendered.manifests, &hooks).map_err(Failure::Io)?;
    } else {
        let mut text = Vec::new();
        output::template(&mut text, &crds, &rendered.manifests, &hooks).map_err(Failure::Io)?;
        let text = String::from_utf8_lossy(&text);
        let only = output::show_only(&text, &shown.show_only).map_err(Failure::NoTemplate)?;
        out.write_all(only.as_bytes()).map_err(Failure::Io)?;
    }
    out.flush().map_err(Failure::Io)
}

#[cfg(test)]
mod tests;
