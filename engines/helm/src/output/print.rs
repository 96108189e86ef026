//! Manifests as `helm template` prints them.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use select::glob::Glob;

use super::hook::Hook;
use super::sort::Manifest;
use super::split::split;
use crate::chart::File;

/// No manifest comes from a template that was asked for.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("could not find template {0} in chart")]
pub struct NoTemplate(pub String);

/// What the lines before and after a manifest take beside its path.
const MARGIN: usize = "---\n# Source: \n\n".len();

/// The manifests of a release as one text, which is also what the release record keeps: first the
/// definitions of `crds`, if any, each document with a line that names its template.
pub fn join_manifests(crds: &[(String, &File)], manifests: &[Manifest]) -> String {
    let sizes = manifests
        .iter()
        .map(|manifest| manifest.path.len() + manifest.content.len() + MARGIN);
    let mut text = String::with_capacity(sizes.sum());
    for (path, file) in crds {
        document(&mut text, path, &String::from_utf8_lossy(&file.data));
    }
    for manifest in manifests {
        document(&mut text, &manifest.path, &manifest.content);
    }
    text
}

/// Prints what `helm template` prints: the definitions of `crds`, the manifests, then the hooks.
///
/// # Errors
///
/// Those of `out`.
pub fn template(
    out: &mut dyn io::Write,
    crds: &[(String, &File)],
    manifests: &[Manifest],
    hooks: &[&Hook],
) -> io::Result<()> {
    let crds = crds
        .iter()
        .map(|(path, file)| (path.as_str(), String::from_utf8_lossy(&file.data)));
    let manifests = manifests.iter().map(|manifest| {
        let content = Cow::Borrowed(manifest.content.as_str());
        (manifest.path.as_str(), content)
    });
    let mut documents = crds.chain(manifests).peekable();
    while let Some((path, content)) = documents.next() {
        if documents.peek().is_some() {
            writeln!(out, "---\n# Source: {path}\n{content}")?;
        } else {
            let last = format!("---\n# Source: {path}\n{content}");
            out.write_all(last.trim_end().as_bytes())?;
        }
    }
    writeln!(out)?;
    for hook in hooks {
        writeln!(out, "---\n# Source: {}\n{}", hook.path, hook.manifest)?;
    }
    Ok(())
}

/// The documents of `text`, which [`template`] printed, that come from the templates `wanted`, which
/// may be patterns, in the order of `wanted`.
pub fn show_only(text: &str, wanted: &[String]) -> Result<String, NoTemplate> {
    let documents = split(text);
    let mut shown = String::new();
    for pattern in wanted {
        let glob = Glob::parse(pattern.as_bytes());
        let mut found = false;
        for document in &documents {
            let matches = source(document)
                .zip(glob.as_ref().ok())
                .is_some_and(|(path, glob)| glob.matches_path(path.as_bytes()));
            if matches {
                found = true;
                // Writing to a string cannot fail.
                let _ = writeln!(shown, "---\n{document}");
            }
        }
        if !found {
            return Err(NoTemplate(pattern.clone()));
        }
    }
    Ok(shown)
}

/// The path, below its chart, of the template that a document says it comes from.
fn source(document: &str) -> Option<&str> {
    const MARK: &str = "# Source: ";
    document.match_indices(MARK).find_map(|(at, _)| {
        let line = document[at + MARK.len()..].lines().next()?;
        let (chart, path) = line.split_once('/')?;
        (!chart.is_empty() && !path.is_empty()).then_some(path)
    })
}

fn document(text: &mut String, path: &str, content: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "---\n# Source: {path}\n{content}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(path: &str, content: &str) -> Manifest {
        Manifest {
            path: path.to_owned(),
            api_version: String::new(),
            kind: String::new(),
            content: content.to_owned(),
        }
    }

    fn printed(manifests: &[Manifest]) -> String {
        let mut out = Vec::new();
        template(&mut out, &[], manifests, &[]).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn templates_are_shown_in_the_order_they_are_asked_for() {
        let text = printed(&[
            manifest("a/templates/a.yaml", "a: 1\n"),
            manifest("a/templates/b.yaml", "b: 1"),
            manifest("a/templates/a.yaml", "a: 2"),
        ]);
        assert!(text.starts_with("---\n# Source: a/templates/a.yaml\na: 1\n\n---\n"));
        let wanted = ["templates/b.yaml".to_owned(), "templates/a*".to_owned()];
        let shown = show_only(&text, &wanted).unwrap();
        let sources: Vec<_> = split(&shown).into_iter().filter_map(source).collect();
        assert_eq!(
            sources,
            ["templates/b.yaml", "templates/a.yaml", "templates/a.yaml"]
        );
        let error = show_only(&text, &["x".to_owned()]).unwrap_err();
        assert_eq!(error.to_string(), "could not find template x in chart");
    }

    #[test]
    fn nothing_prints_as_an_empty_line() {
        assert_eq!(printed(&[]), "\n");
    }

    #[test]
    fn white_space_at_the_end_of_the_manifests_is_not_printed() {
        let manifests = ["a: 1\n\n", "b: 1\n\n"].map(|content| manifest("a/b", content));
        let expected = "---\n# Source: a/b\na: 1\n\n\n---\n# Source: a/b\nb: 1\n";
        assert_eq!(printed(&manifests), expected);
    }
}
