//! Charts from the command line: a directory or an archive.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read as _, Seek as _};
use std::path::{Path, PathBuf};

use artifact::Root;
use helm::chart::{Archive, Chart, Loaded, MAX_SIZE};

/// Why there is no chart.
#[derive(Debug)]
pub(crate) enum Error {
    NotFound(PathBuf),
    Io(PathBuf, io::Error),
    NotAnArchive(PathBuf, &'static str),
    Yaml(PathBuf),
    Archive,
    Chart(helm::chart::Error),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotFound(path) => write!(f, "path \"{}\" not found", path.display()),
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::NotAnArchive(path, kind) => write!(
                f,
                "file '{}' does not appear to be a gzipped archive; got '{kind}'",
                path.display()
            ),
            Self::Yaml(path) => write!(
                f,
                "file '{}' seems to be a YAML file, but expected a gzipped archive",
                path.display()
            ),
            Self::Archive => f.write_str("unable to load chart archive"),
            Self::Chart(error) => error.fmt(f),
        }
    }
}

pub(crate) fn check_exists(path: &Path) -> Result<(), Error> {
    if path.exists() {
        Ok(())
    } else {
        Err(Error::NotFound(path.to_owned()))
    }
}

pub(crate) fn load(path: &Path) -> Result<Loaded, Error> {
    let path = std::path::absolute(path).map_err(|error| Error::Io(path.to_owned(), error))?;
    let failed = |error| Error::Io(path.clone(), error);
    let metadata = fs::metadata(&path).map_err(failed)?;
    if metadata.is_dir() {
        let root = Root::open(&path).map_err(failed)?;
        return Chart::from_directory(&root).map_err(Error::Chart);
    }
    if metadata.len() > MAX_SIZE {
        return Err(Error::Archive);
    }
    let file = File::open(&path).map_err(failed)?;
    let again = file.try_clone().map_err(failed)?;
    Chart::open_archive(OnDisk(file)).map_err(|error| match error {
        helm::chart::Error::NotGzip | helm::chart::Error::CutGzip => {
            let name = path.to_string_lossy();
            if name.ends_with(".yaml") || name.ends_with(".yml") {
                Error::Yaml(path.clone())
            } else {
                match OnDisk(again).start() {
                    Ok(start) => Error::NotAnArchive(path.clone(), kind(&start)),
                    Err(error) => failed(error),
                }
            }
        }
        helm::chart::Error::Archive(_)
        | helm::chart::Error::Name(_)
        | helm::chart::Error::Size(_)
        | helm::chart::Error::Empty => Error::Archive,
        error => Error::Chart(error),
    })
}

/// An archive that is never in memory as a whole. The open file stays what it is when another one takes its name.
struct OnDisk(File);

impl Archive for OnDisk {
    fn reader(&self) -> io::Result<Box<dyn BufRead + '_>> {
        let mut file = &self.0;
        file.rewind()?;
        Ok(Box::new(BufReader::with_capacity(PIECE, file)))
    }
}

impl OnDisk {
    /// What Helm looks at to tell what a file is.
    fn start(&self) -> io::Result<Vec<u8>> {
        let mut start = Vec::new();
        let sniffed = u64::try_from(SNIFFED).unwrap_or(u64::MAX);
        self.reader()?.take(sniffed).read_to_end(&mut start)?;
        Ok(start)
    }
}

/// Bytes of an archive that are read together.
const PIECE: usize = 64 << 10;

/// Bytes that Helm looks at to tell what a file is.
const SNIFFED: usize = 512;

/// What Go's `http.DetectContentType` says of text and of everything else. What a shorter file lacks
/// Helm takes for zeros, which are no text.
fn kind(bytes: &[u8]) -> &'static str {
    let is_control =
        |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | 0x0c | b'\r' | 0x1b);
    match bytes.get(..SNIFFED) {
        Some(start) if !start.iter().any(is_control) => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
