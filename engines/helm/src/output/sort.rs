//! Rendered files to manifests and hooks.

use std::borrow::Cow;

use super::head::Head;
use super::hook::{DELETE, EVENTS, Event, Hook, OUTPUT_LOG, WEIGHT};
use super::order::compare_kinds;
use super::split::split;
use crate::chart::every_document;
use crate::diagnostic::{Diagnostic, Level};

/// A rendered document that is no manifest.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("YAML parse error on {path}: {problem}")]
pub struct Error {
    /// The template it comes from.
    pub path: String,
    /// What the decoder says.
    pub problem: String,
}

/// A manifest that belongs to the release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The template it comes from.
    pub path: String,
    /// `apiVersion` of the object.
    pub api_version: String,
    /// Kind of the object.
    pub kind: String,
    /// The text.
    pub content: String,
}

/// Manifests and hooks in order.
#[derive(Debug, Default)]
pub struct Sorted {
    /// By kind, then as they came.
    pub manifests: Vec<Manifest>,
    /// By kind, then as they came.
    pub hooks: Vec<Hook>,
}

/// Splits the rendered `files` (paths and texts), which must be sorted by path, and puts what they
/// hold in the `order` of kinds. Partials and blank documents are dropped. Texts that are given away
/// are freed one by one, so that the manifests take their room. What is left out is told in
/// `diagnostics`, also when a later document is no manifest.
pub fn sort<'a, P: AsRef<str>, T: Into<Cow<'a, [u8]>>>(
    files: impl IntoIterator<Item = (P, T)>,
    order: &[&str],
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Sorted, Error> {
    let mut sorted = Sorted::default();
    for (path, bytes) in files {
        let (path, bytes) = (path.as_ref(), bytes.into());
        let name = path.rsplit('/').next().unwrap_or(path);
        if name.starts_with('_') {
            continue;
        }
        let failed = |problem| Error {
            path: path.to_owned(),
            problem,
        };
        let text = if let Ok(text) = std::str::from_utf8(&bytes) {
            Cow::Borrowed(text)
        } else {
            // No document with such bytes can be read, so this says why.
            every_document(&bytes).map_err(failed)?;
            String::from_utf8_lossy(&bytes)
        };
        for document in split(&text) {
            let head = Head::read(document).map_err(failed)?;
            diagnostics.extend(sorted.add(path, document, head));
        }
    }
    sorted
        .manifests
        .sort_by(|a, b| compare_kinds(&a.kind, &b.kind, order));
    sorted
        .hooks
        .sort_by(|a, b| compare_kinds(&a.kind, &b.kind, order));
    Ok(sorted)
}

impl Sorted {
    /// Takes a document in; what is to be said of one that is left out.
    fn add(&mut self, path: &str, document: &str, head: Head) -> Option<Diagnostic> {
        let path = path.to_owned();
        let Some(names) = head.annotation(EVENTS) else {
            self.manifests.push(Manifest {
                path,
                api_version: head.api_version,
                kind: head.kind,
                content: document.to_owned(),
            });
            return None;
        };
        let events: Option<Vec<Event>> = list(names).map(|name| Event::parse(&name)).collect();
        let Some(events) = events else {
            let note = Diagnostic::new(Level::Info, "skipping unknown hooks");
            return Some(note.with("hookTypes", names));
        };
        let policies = |name| head.annotation(name).map(list).into_iter().flatten();
        self.hooks.push(Hook {
            path,
            manifest: document.to_owned(),
            events,
            weight: head
                .annotation(WEIGHT)
                .and_then(|weight| weight.parse().ok())
                .unwrap_or(0),
            delete_policies: policies(DELETE).collect(),
            output_log_policies: policies(OUTPUT_LOG).collect(),
            name: head.name,
            kind: head.kind,
        });
        None
    }
}

/// The parts of a comma-separated list, trimmed and in lower case.
fn list(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(',').map(|part| part.trim().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::INSTALL_ORDER;

    #[test]
    fn documents_are_sorted_by_kind_and_hooks_apart() {
        let hook = "kind: Job\nmetadata:\n  name: j\n  annotations:\n    helm.sh/hook: Pre-Install, test\n    helm.sh/hook-weight: \"-5\"\n    helm.sh/hook-delete-policy: hook-succeeded\n";
        let unknown = "kind: Job\nmetadata:\n  annotations:\n    helm.sh/hook: crd-install\n";
        let files = [
            ("a/templates/_x.tpl", "not: [yaml"),
            (
                "a/templates/a.yaml",
                "kind: Deployment\n---\nkind: Service\n",
            ),
            ("a/templates/b.yaml", hook),
            ("a/templates/c.yaml", unknown),
            ("a/templates/d.yaml", "kind: Service\n---\n# nothing\n"),
        ];
        let files = files.map(|(path, text)| (path, text.as_bytes()));
        let mut diagnostics = Vec::new();
        let sorted = sort(files, &INSTALL_ORDER, &mut diagnostics).unwrap();
        let found: Vec<_> = sorted
            .manifests
            .iter()
            .map(|m| (m.path.as_str(), m.kind.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("a/templates/a.yaml", "Service"),
                ("a/templates/d.yaml", "Service"),
                ("a/templates/a.yaml", "Deployment"),
                ("a/templates/d.yaml", ""),
            ]
        );
        let [hook] = &sorted.hooks[..] else {
            panic!("{:?}", sorted.hooks)
        };
        assert_eq!(hook.events, [Event::PreInstall, Event::Test]);
        assert!(hook.is_test());
        assert_eq!(hook.weight, -5);
        assert_eq!(hook.delete_policies, ["hook-succeeded"]);
        assert_eq!(
            diagnostics[0].to_string(),
            "level=INFO msg=\"skipping unknown hooks\" hookTypes=crd-install"
        );
    }

    #[test]
    fn a_document_that_does_not_parse_names_its_template() {
        for (text, problem) in [
            (
                &b"a: b: c\n"[..],
                "mapping values are not allowed in this context",
            ),
            (b"a: 1\n---\nb: \"\xff\"\n", "invalid leading UTF-8 octet"),
        ] {
            let files = [("a/templates/a.yaml", text)];
            let error = sort(files, &INSTALL_ORDER, &mut Vec::new()).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "YAML parse error on a/templates/a.yaml: error converting YAML to JSON: yaml: {problem}"
                )
            );
        }
    }

    #[test]
    fn a_hook_that_is_left_out_is_told_of_before_a_failure() {
        let unknown = "kind: Job\nmetadata:\n  annotations:\n    helm.sh/hook: crd-install\n";
        let files = [
            ("a/templates/a.yaml", unknown),
            ("a/templates/b.yaml", "a: [\n"),
        ];
        let mut diagnostics = Vec::new();
        let files = files.map(|(path, text)| (path, text.as_bytes()));
        sort(files, &INSTALL_ORDER, &mut diagnostics).unwrap_err();
        assert_eq!(diagnostics.len(), 1);
    }
}
