//! Files and directories as a kustomization names them (`api/internal/loader`).

mod remote;

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::LoadRestrictor;
use crate::error::Error;
use crate::session::Session;
use crate::view::{FileKind, clean};

/// More directories inside one another than this are taken for a mistake.
const MAX_DEPTH: usize = 128;

/// Reads relative to the directory of one kustomization.
#[derive(Clone)]
pub(crate) struct Loader<'s> {
    pub(crate) session: &'s Session<'s>,
    /// The directory, links resolved.
    root: PathBuf,
    /// The directories that led here, outermost first.
    visited: Vec<PathBuf>,
}

/// A file that was read.
pub(crate) struct Loaded {
    /// Where it really is.
    pub(crate) path: PathBuf,
    pub(crate) bytes: Arc<[u8]>,
}

impl<'s> Loader<'s> {
    /// A loader for the directory to build.
    pub(crate) fn new(session: &'s Session<'s>, root: &Path) -> Result<Self, Error> {
        let root = confirm_dir(session, &clean(root))?;
        Ok(Self {
            session,
            root,
            visited: Vec::new(),
        })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// How many directories this one is in.
    pub(crate) fn depth(&self) -> usize {
        self.visited.len()
    }

    /// Whether a part of the build that entered these directories may stand here: none of them
    /// contains one that led here, and none is too deep.
    pub(crate) fn admits<'p>(&self, mut entered: impl Iterator<Item = (&'p Path, usize)>) -> bool {
        entered.all(|(root, depth)| {
            depth <= MAX_DEPTH && !self.visited.iter().any(|visited| visited.starts_with(root))
        })
    }

    /// The last part of the directory's path.
    pub(crate) fn base_name(&self) -> String {
        match self.root.components().next_back() {
            Some(Component::Normal(name)) => name.to_string_lossy().into_owned(),
            _ => "/".to_owned(),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// When it is remote, missing, or outside of what may be read.
    pub(crate) fn load(&self, path: &str) -> Result<Loaded, Error> {
        if remote::is_http(path) {
            return Err(Error::Remote(path.to_owned()));
        }
        let wanted = clean(&self.root.join(path));
        let (resolved, kind) = self
            .session
            .view
            .resolve(&wanted)
            .map_err(|error| self.session.missing(&wanted, &error))?;
        self.session.note_link(&wanted, &resolved);
        if kind == FileKind::Dir {
            return Err(Error::Directory(wanted));
        }
        if self.session.options.load_restrictor == LoadRestrictor::RootOnly
            && !resolved.starts_with(&self.root)
        {
            return Err(Error::Restricted {
                path: wanted,
                root: self.root.clone(),
            });
        }
        let bytes = self.session.read(&resolved)?;
        Ok(Loaded {
            path: resolved,
            bytes,
        })
    }

    /// A loader for another directory.
    ///
    /// # Errors
    ///
    /// When it is remote, no directory, or one that contains this one.
    pub(crate) fn descend(&self, path: &str) -> Result<Self, Error> {
        if path.is_empty() {
            return Err(Error::Config("new root cannot be empty".into()));
        }
        if remote::is_http(path) || remote::is_repository(path) {
            return Err(Error::Remote(path.to_owned()));
        }
        if path.starts_with('/') {
            return Err(Error::Config(format!(
                "new root '{path}' cannot be absolute"
            )));
        }
        if is_ambiguous(path) {
            let cleaned = clean(Path::new(path));
            return Err(Error::Config(format!(
                "path {path:?} is ambiguous: after normalization it is '.{}', which is likely not \
                 what is meant; check the indentation of the kustomization file",
                cleaned.display()
            )));
        }
        let root = confirm_dir(self.session, &clean(&self.root.join(path)))?;
        for visited in std::iter::once(&self.root).chain(self.visited.iter().rev()) {
            if visited.starts_with(&root) {
                return Err(Error::Cycle {
                    candidate: root,
                    visited: visited.clone(),
                });
            }
        }
        if self.visited.len() >= MAX_DEPTH {
            return Err(Error::Budget {
                what: "the depth of bases",
                limit: MAX_DEPTH,
            });
        }
        let mut visited = self.visited.clone();
        visited.push(self.root.clone());
        self.session.note_entered(&root, visited.len());
        Ok(Self {
            session: self.session,
            root,
            visited,
        })
    }
}

fn confirm_dir(session: &Session<'_>, path: &Path) -> Result<PathBuf, Error> {
    let (resolved, kind) = session
        .view
        .resolve(path)
        .map_err(|error| Error::NotADirectory(session.missing(path, &error).to_string()))?;
    session.note_link(path, &resolved);
    if kind != FileKind::Dir {
        return Err(Error::NotADirectory(format!(
            "'{}': file is not directory",
            path.display()
        )));
    }
    Ok(resolved)
}

/// Has `..` inside of a longer part: two entries of a list that bad indentation made one.
fn is_ambiguous(path: &str) -> bool {
    path.split('/')
        .any(|part| part != "." && part != ".." && part.contains(".."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;
    use crate::view::MemoryView;

    #[test]
    fn files_outside_of_the_root_need_the_restrictor_off() {
        let view = MemoryView::new().with("a/x", "1").with("b/y", "2");
        let mut options = Options::default();
        let session = Session::new(&view, &options);
        let loader = Loader::new(&session, Path::new("a")).unwrap();
        assert!(loader.load("x").is_ok());
        assert!(matches!(
            loader.load("../b/y"),
            Err(Error::Restricted { .. })
        ));
        options.load_restrictor = LoadRestrictor::None;
        let session = Session::new(&view, &options);
        let loader = Loader::new(&session, Path::new("a")).unwrap();
        assert!(loader.load("../b/y").is_ok());
    }

    #[test]
    fn cycles_and_remote_bases_are_refused() {
        let view = MemoryView::new().with("a/b/x", "1");
        let options = Options::default();
        let session = Session::new(&view, &options);
        let loader = Loader::new(&session, Path::new("a/b")).unwrap();
        assert!(matches!(loader.descend(".."), Err(Error::Cycle { .. })));
        assert!(matches!(
            loader.descend("https://example.org/x/y"),
            Err(Error::Remote(_))
        ));
        assert!(loader.descend("a - ../b").is_err());
    }
}
