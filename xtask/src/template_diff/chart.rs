//! A chart of many random templates, and what a program makes of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::grammar::{HELPERS, Writer};
use super::random::Random;
use super::values::{flags, values};

/// The templates of a chart by number, and the values.
pub(super) struct Chart {
    pub(super) templates: BTreeMap<usize, String>,
    pub(super) values: String,
    /// Values on the command line.
    pub(super) flags: Vec<String>,
}

/// What a program printed: the documents by the template that they come from, or the error.
pub(super) type Printed = Result<BTreeMap<String, String>, String>;

impl Chart {
    pub(super) fn random(random: &mut Random, templates: usize) -> Self {
        let values = values(random);
        let bodies = (0..templates).map(|number| (number, Writer::new(random).body(0)));
        let templates = bodies.collect();
        let flags = flags(random);
        Self {
            templates,
            values,
            flags,
        }
    }

    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let inside = folder.join("templates");
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(&inside)?;
        fs::write(
            folder.join("Chart.yaml"),
            "apiVersion: v2\nname: fuzz\nversion: 1.2.3\n",
        )?;
        fs::write(folder.join("values.yaml"), &self.values)?;
        let [plain, list, map] = HELPERS;
        let helpers = format!(
            "{{{{- define \"{plain}\" }}}}<{{{{ . }}}}>{{{{ end }}}}\n\
             {{{{- define \"{list}\" }}}}{{{{ range $i, $e := . }}}}{{{{ $i }}}}={{{{ $e }}}};{{{{ end }}}}{{{{ end }}}}\n\
             {{{{- define \"{map}\" }}}}{{{{ toYaml . | nindent 2 }}}}{{{{ end }}}}\n"
        );
        fs::write(inside.join("_helpers.tpl"), helpers)?;
        for (number, body) in &self.templates {
            fs::write(inside.join(file_name(*number)), document(*number, body))?;
        }
        Ok(())
    }
}

pub(super) fn file_name(number: usize) -> String {
    format!("t{number:04}.yaml")
}

/// The template prints inside a document that stays valid whatever it prints.
fn document(number: usize, body: &str) -> String {
    format!(
        "{{{{- define \"body.{number}\" -}}}}{body}{{{{- end -}}}}\n\
         apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: t{number:04}\n\
         data:\n  out: {{{{ include \"body.{number}\" . | b64enc | quote }}}}\n"
    )
}

/// Runs `PROGRAM... template r CHART FLAGS...`.
pub(super) fn run(program: &[String], chart: &Path, flags: &[String]) -> anyhow::Result<Printed> {
    let (name, arguments) = program.split_first().context("no program")?;
    let chart = PathBuf::from(chart);
    let mut command = Command::new(name);
    command.args(arguments).arg("template").arg("r").arg(chart);
    command.args(flags);
    let output = command
        .output()
        .with_context(|| format!("starting {name}"))?;
    if !output.status.success() {
        return Ok(Err(said(&output.stderr)));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let mut documents = BTreeMap::new();
    for document in text.split("---\n") {
        if let Some((source, rest)) = document.split_once('\n') {
            documents.insert(source.to_owned(), rest.to_owned());
        }
    }
    Ok(Ok(documents))
}

/// What a program says as it fails. Warnings come in the order of their text: Helm goes through maps in the order of the day.
fn said(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let (mut warnings, rest): (Vec<_>, Vec<_>) = text
        .trim_end()
        .lines()
        .partition(|line| line.starts_with("level="));
    warnings.sort_unstable();
    warnings.extend(rest);
    warnings.join("\n")
}
