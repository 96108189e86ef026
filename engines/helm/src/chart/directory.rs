//! Charts as directories: every file in the order of names, but for those `.helmignore` leaves out.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use artifact::Root;
use artifact::root::EntryKind;

use super::ignore::Rules;
use super::{BOM, Error, File, MAX_SIZE, load};

/// Directories inside one another, links included, that are gone into.
const MAX_DEPTH: usize = 64;

/// Whether the directory has a `Chart.yaml` of a version that is known.
pub(super) fn check_version(root: &Root) -> Result<(), Error> {
    let data = root.read(Path::new("Chart.yaml")).map_err(|error| {
        let problem = if error.kind() == io::ErrorKind::NotFound {
            "no such file or directory".to_owned()
        } else {
            error.to_string()
        };
        Error::NoChart {
            path: root.path().display().to_string(),
            problem,
        }
    })?;
    load::check_version_of(&data)
}

/// The files of a chart.
pub(super) fn read(root: &Root) -> Result<Vec<File>, Error> {
    let rules = match root.read(Path::new(".helmignore")) {
        Ok(text) => Rules::parse(&text)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Rules::parse(b"")?,
        Err(source) => {
            let path = ".helmignore".to_owned();
            return Err(Error::Read { path, source });
        }
    };
    let mut walk = Walk {
        root,
        rules,
        left: MAX_SIZE,
        files: Vec::new(),
    };
    walk.directory(Path::new(""), "", 0)?;
    Ok(walk.files)
}

struct Walk<'a> {
    root: &'a Root,
    rules: Rules,
    left: u64,
    files: Vec<File>,
}

impl Walk<'_> {
    fn directory(&mut self, path: &Path, name: &str, depth: usize) -> Result<(), Error> {
        let failed = |name: &str, source| Error::Read {
            path: name.to_owned(),
            source,
        };
        if depth > MAX_DEPTH {
            return Err(failed(
                name,
                io::Error::other("directories are nested too deep"),
            ));
        }
        let entries = self.root.read_dir(path).map_err(|e| failed(name, e))?;
        for entry in entries {
            let own = String::from_utf8_lossy(&entry.name).into_owned();
            let path: PathBuf = path.join(&own);
            let name = if name.is_empty() {
                own
            } else {
                format!("{name}/{own}")
            };
            let kind = match entry.kind {
                EntryKind::Symlink => match self.root.kind(&path) {
                    Ok(Some(kind)) => kind,
                    Ok(None) => return Err(failed(&name, io::ErrorKind::NotFound.into())),
                    Err(error) => return Err(failed(&name, error)),
                },
                kind => kind,
            };
            if self.rules.ignores(&name, kind == EntryKind::Directory) {
                continue;
            }
            match kind {
                EntryKind::Directory => self.directory(&path, &name, depth + 1)?,
                EntryKind::File => {
                    let data = self.file(&path).map_err(|error| failed(&name, error))?;
                    let data = data.strip_prefix(BOM).unwrap_or(&data).into();
                    self.files.push(File {
                        name,
                        data,
                        modified: None,
                    });
                }
                EntryKind::Symlink | EntryKind::Other => return Err(Error::Irregular(name)),
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        let mut data = Vec::new();
        let file = self.root.open_file(path)?;
        file.take(self.left + 1).read_to_end(&mut data)?;
        let Some(left) = self.left.checked_sub(data.len() as u64) else {
            let message = format!("chart exceeds maximum decompressed size of {MAX_SIZE} bytes");
            return Err(io::Error::other(message));
        };
        self.left = left;
        Ok(data)
    }
}
