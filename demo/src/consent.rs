//! The question before a cluster of the user's own is touched.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};

use anyhow::bail;
use kube::Client;

use crate::args::Args;
use crate::component::Component;
use crate::kinds;
use crate::objects::{self, NAMESPACE, SERVICES};
use crate::repository::Repository;

/// What is going to happen.
pub(crate) struct Request<'a> {
    pub(crate) args: &'a Args,
    pub(crate) repository: &'a Repository,
    pub(crate) plan: &'a objects::Plan,
}

impl Request<'_> {
    /// Tells what will happen and asks; an error ends the run with nothing touched.
    pub(crate) async fn ask(&self, context: &str, client: &Client) -> anyhow::Result<()> {
        let components = self.args.components();
        let text = self.text(context, &objects::existing(client, components).await?);
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

    fn text(&self, context: &str, existing: &[(&str, usize)]) -> String {
        let mut text = format!("This uses the cluster of context {context}. It will\n");
        let folder = match self.repository.path() {
            "" => "its root",
            path => path,
        };
        let components = self.args.components();
        let mut line = |line: &str| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  - {line}");
        };
        line("install or update the custom resource definitions of crds/");
        line(&format!(
            "create {} in the namespace {NAMESPACE} (which stays, if it is new)",
            self.plan.names()
        ));
        line(&format!(
            "run {components} on this machine, with the rights of the kubeconfig"
        ));
        if !existing.is_empty() {
            let counts: Vec<String> = existing
                .iter()
                .map(|(kind, count)| format!("{count} {}", kinds::plural(kind)))
                .collect();
            line(&format!(
                "reconcile what is there, too: {}",
                counts.join(", ")
            ));
        }
        if components.has(Component::Kustomize) {
            line(&format!(
                "apply what branch {} of {} holds in {folder}",
                self.repository.branch(),
                self.repository.url(),
            ));
        }
        if self.repository.is_demo() && components.has(Component::Helm) {
            line(&format!(
                "install two releases into the namespace {SERVICES} (which stays, if it is new)"
            ));
        }
        text + "When it ends, it deletes these objects, and with them everything that they applied.\n"
    }
}
