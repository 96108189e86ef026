//! `sluice kustomize build`: prints what `kustomize build` prints.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use kustomize::{DirView, LoadRestrictor, Options, Reorder};

/// Arguments of `sluice kustomize`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the objects of a kustomization.
    Build(Build),
}

/// Arguments of `sluice kustomize build`.
#[derive(Debug, clap::Args)]
struct Build {
    /// The directory with the kustomization file.
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// Which files a kustomization may read.
    #[arg(long, value_enum, default_value_t = Restrictor::RootOnly)]
    load_restrictor: Restrictor,
    /// The order of the objects, unless the kustomization gives one.
    #[arg(long, value_enum, default_value_t = Order::Legacy)]
    reorder: Order,
    /// Label every object with the version that built it.
    #[arg(long)]
    enable_managedby_label: bool,
    /// Write to this file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Restrictor {
    /// Those in or below its own directory.
    #[value(name = "LoadRestrictionsRootOnly", alias = "rootOnly")]
    RootOnly,
    /// Any.
    #[value(name = "LoadRestrictionsNone", alias = "none")]
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Order {
    /// By kind and name.
    Legacy,
    /// As read.
    None,
}

/// Why a build printed nothing.
#[derive(Debug)]
pub(crate) enum Failure {
    Build(kustomize::Error),
    Io(PathBuf, io::Error),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Build(error) => error.fmt(f),
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

pub(crate) fn run(args: Args, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Failure> {
    let Command::Build(args) = args.command;
    let dir =
        std::path::absolute(&args.dir).map_err(|error| Failure::Io(args.dir.clone(), error))?;
    // Bases may lie anywhere: the view is the whole file system.
    let view = DirView::new("/").map_err(|error| Failure::Io("/".into(), error))?;
    let options = Options {
        load_restrictor: match args.load_restrictor {
            Restrictor::RootOnly => LoadRestrictor::RootOnly,
            Restrictor::None => LoadRestrictor::None,
        },
        reorder: match args.reorder {
            Order::Legacy => Reorder::Legacy,
            Order::None => Reorder::None,
        },
        enable_managed_by_label: args.enable_managedby_label,
        ..Options::default()
    };
    let build = kustomize::build(&view, &dir, &options);
    let warnings = match &build {
        Ok(build) => &build.warnings,
        Err(failure) => &failure.warnings,
    };
    for warning in warnings {
        write(err, Path::new("standard error"), &format!("{warning}\n"))?;
    }
    let build = build.map_err(|failure| Failure::Build(failure.error))?;
    match &args.output {
        Some(path) => std::fs::File::create(path)
            .and_then(|mut file| build.write_yaml(&mut file))
            .map_err(|error| Failure::Io(path.clone(), error)),
        None => build
            .write_yaml(out)
            .map_err(|error| Failure::Io("standard output".into(), error)),
    }
}

fn write(to: &mut dyn Write, name: &Path, text: &str) -> Result<(), Failure> {
    to.write_all(text.as_bytes())
        .and_then(|()| to.flush())
        .map_err(|error| Failure::Io(name.to_owned(), error))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn built(words: &[&str]) -> Result<String, String> {
        let line = Line::try_parse_from([&["kustomize"], words].concat())
            .map_err(|error| error.to_string())?;
        let (mut out, mut err) = (Vec::new(), Vec::new());
        run(line.args, &mut out, &mut err).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn build_prints_objects_and_fails_with_the_path_of_what_is_missing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().to_str().unwrap();
        let error = built(&["build", path]).unwrap_err();
        assert!(error.contains("unable to find one of 'kustomization.yaml'"));
        std::fs::write(
            dir.path().join("kustomization.yaml"),
            "configMapGenerator:\n- name: a\n  options: {disableNameSuffixHash: true}\n",
        )
        .unwrap();
        assert_eq!(
            built(&["build", path]).unwrap(),
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n"
        );
        let labelled = built(&["build", path, "--enable-managedby-label"]).unwrap();
        assert!(labelled.contains("app.kubernetes.io/managed-by: kustomize-v"));
    }

    #[test]
    fn warnings_stand_on_standard_error_when_the_build_fails_too() {
        let dir = tempfile::tempdir().unwrap();
        let text = "commonLabels: {a: b}\nresources: [missing.yaml]\n";
        std::fs::write(dir.path().join("kustomization.yaml"), text).unwrap();
        let words = ["kustomize", "build", dir.path().to_str().unwrap()];
        let line = Line::try_parse_from(words).unwrap();
        let (mut out, mut err) = (Vec::new(), Vec::new());
        run(line.args, &mut out, &mut err).unwrap_err();
        assert!(out.is_empty());
        let err = String::from_utf8(err).unwrap();
        assert!(err.starts_with("# Warning: 'commonLabels' is deprecated."));
    }

    #[test]
    fn a_wrong_value_names_the_right_ones() {
        let error = built(&["build", "--reorder", "sideways"]).unwrap_err();
        assert!(error.contains("legacy") && error.contains("none"));
    }
}
