//! The question before a cluster of the user's own is touched.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};

use anyhow::bail;
use kube::Client;

use crate::args::Args;
use crate::objects::{self, NAME, NAMESPACE};
use crate::repository::Repository;

/// What is going to happen.
pub(crate) struct Plan<'a> {
    pub(crate) args: &'a Args,
    pub(crate) repository: &'a Repository,
}

impl Plan<'_> {
    /// Tells what will happen and asks; an error ends the run with nothing touched.
    pub(crate) async fn ask(&self, context: &str, client: &Client) -> anyhow::Result<()> {
        let text = self.text(context, objects::existing(client).await?);
        eprint!("{text}");
        if self.args.yes() {
            return Ok(());
        }
        if !std::io::stdin().is_terminal() {
            bail!("nobody can answer here: add YES=1 to agree beforehand");
        }
        eprint!("Go on? [y/N] ");
        std::io::stderr().flush()?;
        // Read on a thread of its own: a Ctrl-C in the middle of the question ends the process.
        let answer = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).map(|_| line)
        });
        match answer.await??.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => bail!("nothing was touched"),
        }
    }

    fn text(&self, context: &str, (sources, kustomizations): (usize, usize)) -> String {
        let mut text = format!("This uses the cluster of context {context}. It will\n");
        let folder = match self.repository.path() {
            "" => "its root",
            path => path,
        };
        let mut line = |line: &str| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  - {line}");
        };
        line("install or update the custom resource definitions of crds/");
        line(&format!(
            "create GitRepository/{NAME} and Kustomization/{NAME} in the namespace {NAMESPACE} (which stays, if it is new)"
        ));
        line(
            "run source-controller and kustomize-controller on this machine, with the rights of the kubeconfig",
        );
        if sources + kustomizations > 0 {
            line(&format!(
                "reconcile the {sources} GitRepositories and {kustomizations} Kustomizations that are there, too"
            ));
        }
        line(&format!(
            "apply what branch {} of {} holds in {folder}",
            self.repository.branch(),
            self.repository.url(),
        ));
        text + "When it ends, it deletes both objects, and with them everything that they applied.\n"
    }
}
