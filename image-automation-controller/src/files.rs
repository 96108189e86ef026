//! The files of a commit, searched for markers and edited (F1 to F7). Nothing is written to disk.

use std::collections::BTreeMap;
use std::io::{self, Read as _};

use artifact::tree::{Kind, Tree};
use setters::{Changes, Outcome, Setters};

/// The largest file that is looked into.
const MAX_FILE: u64 = 16 << 20;

/// How many symbolic links may lead to the path.
const MAX_LINKS: usize = 40;

/// How deep directories may lie in each other.
const MAX_DEPTH: usize = 256;

/// What is to be written.
#[derive(Debug, Default)]
pub struct Edits {
    /// Files by their paths from the root of the repository.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What changed in them, by their paths from where the update looks (T1).
    pub changes: Changes,
}

/// The files cannot be updated.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// Nothing is there.
    #[error("update path '{0}' not found in the repository: no such file or directory")]
    NoSuchPath(String),
    /// Links lead in a circle.
    #[error("update path '{0}': too many levels of symbolic links")]
    TooManyLinks(String),
    /// A directory lies too deep.
    #[error("directory '{0}' lies too deep")]
    TooDeep(String),
    /// A file cannot be read.
    #[error("unable to read '{path}': {source}")]
    Read {
        /// From the root of the repository.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A policy's image is none.
    #[error(transparent)]
    Image(#[from] setters::InvalidImage),
}

/// Where the update looks.
struct Place<N> {
    /// From the root, with `/` at the end unless it is the root; of a file without its name.
    directory: String,
    node: N,
    kind: Kind,
    /// The name of a file.
    name: Option<String>,
}

/// Edits the files below `path`, or the one file that it names.
pub fn update<T: Tree>(files: &T, path: &str, setters: &Setters) -> Result<Edits, UpdateError>
where
    T::Node: Clone,
{
    let place = find(files, path)?;
    let mut edits = Edits::default();
    let mut walk = Walk {
        files,
        setters,
        base: place.directory.clone(),
        edits: &mut edits,
    };
    match (place.kind, place.name) {
        (Kind::Directory, _) => walk.directory(&place.node, &place.directory, 0)?,
        (_, Some(name)) => walk.file(&place.node, &format!("{}{name}", place.directory))?,
        (_, None) => {}
    }
    Ok(edits)
}

/// Finds what a path names; it never leads out of the tree, not by a link either (F1).
fn find<T: Tree>(files: &T, path: &str) -> Result<Place<T::Node>, UpdateError>
where
    T::Node: Clone,
{
    let read = |source| UpdateError::Read {
        path: path.to_owned(),
        source,
    };
    let missing = || UpdateError::NoSuchPath(path.to_owned());
    let root = files.root().map_err(read)?;
    // The names still to go, the next one last.
    let mut left: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
    let mut above: Vec<(String, T::Node)> = Vec::new();
    let mut links = 0;
    while let Some(name) = left.pop() {
        if name.is_empty() || name == "." {
            continue;
        }
        if name == ".." {
            above.pop();
            continue;
        }
        let here = above.last().map_or(&root, |(_, node)| node);
        let entries = files.list(here).map_err(read)?;
        if let Some(entry) = entries
            .into_iter()
            .find(|entry| entry.name == name.as_bytes())
        {
            if entry.kind == Kind::Directory {
                above.push((name, entry.node));
                continue;
            }
            if left.iter().any(|name| !matches!(name.as_str(), "" | ".")) {
                return Err(missing());
            }
            return Ok(Place {
                directory: joined(&above),
                node: entry.node,
                kind: entry.kind,
                name: Some(name),
            });
        }
        let target = files
            .link(here, name.as_bytes())
            .map_err(read)?
            .ok_or_else(missing)?;
        links += 1;
        if links > MAX_LINKS {
            return Err(UpdateError::TooManyLinks(path.to_owned()));
        }
        let target = String::from_utf8(target).map_err(|_| missing())?;
        if target.starts_with('/') {
            above.clear();
        }
        left.extend(target.split('/').rev().map(str::to_owned));
    }
    let directory = joined(&above);
    let node = above.pop().map_or(root, |(_, node)| node);
    Ok(Place {
        directory,
        node,
        kind: Kind::Directory,
        name: None,
    })
}

fn joined<N>(above: &[(String, N)]) -> String {
    above
        .iter()
        .fold(String::new(), |path, (name, _)| path + name + "/")
}

struct Walk<'a, T> {
    files: &'a T,
    setters: &'a Setters,
    /// What paths in messages are relative to.
    base: String,
    edits: &'a mut Edits,
}

impl<T: Tree> Walk<'_, T> {
    fn directory(&mut self, node: &T::Node, path: &str, depth: usize) -> Result<(), UpdateError> {
        if depth > MAX_DEPTH {
            return Err(UpdateError::TooDeep(path.to_owned()));
        }
        let entries = self.files.list(node).map_err(|source| UpdateError::Read {
            path: path.to_owned(),
            source,
        })?;
        for entry in entries {
            // A name that is no text ends like no candidate, and cannot stand in a message.
            let Ok(name) = String::from_utf8(entry.name) else {
                continue;
            };
            match entry.kind {
                Kind::Directory => {
                    self.directory(&entry.node, &format!("{path}{name}/"), depth + 1)?;
                }
                Kind::File | Kind::Executable => {
                    self.file(&entry.node, &format!("{path}{name}"))?;
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, node: &T::Node, path: &str) -> Result<(), UpdateError> {
        if !setters::is_candidate(path) {
            return Ok(());
        }
        let failed = |source| UpdateError::Read {
            path: path.to_owned(),
            source,
        };
        let mut content = self.files.open(node).map_err(failed)?;
        if content.size > MAX_FILE {
            tracing::info!(
                path,
                size = content.size,
                "file is too large to be looked into"
            );
            return Ok(());
        }
        let mut bytes = Vec::new();
        content.reader.read_to_end(&mut bytes).map_err(failed)?;
        match self.setters.edit(&bytes) {
            Outcome::Edited(edited) => {
                let shown = path.strip_prefix(&self.base).unwrap_or(path);
                self.edits.changes.add(shown, edited.objects);
                self.edits
                    .files
                    .insert(path.to_owned(), edited.text.into_bytes());
            }
            Outcome::Skipped(reason) => {
                tracing::debug!(path, %reason, "file with markers was left alone");
            }
            Outcome::Untouched => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
