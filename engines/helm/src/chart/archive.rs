//! Charts as gzip-compressed tarballs, read into memory within a budget.

use std::io::{self, BufRead, Read as _};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use jiff::Timestamp;

use super::data::Packed;
use super::{BOM, Data, Error, File};

/// Unpacked bytes of a chart that are taken.
pub const MAX_SIZE: u64 = 100 << 20;

/// Bytes of the header of a gzip stream.
const GZIP_HEADER: usize = 10;

/// Entries of an archive that are taken.
const MAX_ENTRIES: usize = 100_000;

/// Bytes of a file that is passed over that are unpacked together: each piece costs a copy of its last 32 KiB.
const PIECE: usize = 256 << 10;

/// An archive that can be read from its beginning again and again.
pub trait Archive: Send + Sync {
    /// Its bytes from the first one on.
    ///
    /// # Errors
    ///
    /// When it cannot be read any more.
    fn reader(&self) -> io::Result<Box<dyn BufRead + '_>>;
}

impl<B: AsRef<[u8]> + Send + Sync> Archive for B {
    fn reader(&self) -> io::Result<Box<dyn BufRead + '_>> {
        Ok(Box::new(self.as_ref()))
    }
}

/// The files of an archive, named below its topmost directory.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<File>, Error> {
    let mut files = Vec::new();
    each(bytes, |_| true, |file| files.push(file))?;
    Ok(files)
}

/// The files of an archive as [`read`] gives them, of which those in `crds/` stay packed.
pub(super) fn open(archive: Box<dyn Archive>) -> Result<Vec<File>, Error> {
    let mut files = Vec::new();
    let reader = archive.reader().map_err(failed)?;
    each(reader, |name| !is_definition(name), |file| files.push(file))?;
    let packed = Arc::new(Packed::new(archive));
    let definitions = files.iter_mut().filter(|file| is_definition(&file.name));
    for (number, file) in definitions.enumerate() {
        file.data = Data::packed(&packed, number);
    }
    Ok(files)
}

/// The bytes of those files that [`open`] leaves packed.
pub(super) fn passed_over(archive: &dyn Archive) -> Result<Vec<Arc<[u8]>>, Error> {
    let mut found = Vec::new();
    each(archive.reader().map_err(failed)?, is_definition, |file| {
        if is_definition(&file.name) {
            found.push(file.data.shared());
        }
    })?;
    Ok(found)
}

/// Whether a file lies in `crds/` of the chart or of a subchart that is a directory.
fn is_definition(mut name: &str) -> bool {
    while let Some(below) = name.strip_prefix("charts/") {
        name = below.split_once('/').map_or("", |(_, rest)| rest);
    }
    name.starts_with("crds/")
}

/// Hands over every file of an archive; those that are not wanted come without bytes.
fn each(
    mut reader: impl BufRead,
    is_wanted: impl Fn(&str) -> bool,
    mut take: impl FnMut(File),
) -> Result<(), Error> {
    let mut header = [0; GZIP_HEADER];
    let header = fill(&mut reader, &mut header).map_err(failed)?;
    if header.len() < GZIP_HEADER {
        return Err(Error::CutGzip);
    }
    if !header.starts_with(b"\x1f\x8b\x08") {
        return Err(Error::NotGzip);
    }
    let mut archive = tar::Archive::new(MultiGzDecoder::new(header.chain(reader)));
    let mut count = 0;
    // Files are unpacked here, where the memory is warm, and copied once to where they stay.
    let mut unpacked = Vec::new();
    let mut left = MAX_SIZE;
    for entry in archive.entries().map_err(failed)? {
        let mut entry = entry.map_err(failed)?;
        let kind = entry.header().entry_type();
        if kind.is_dir() || kind == tar::EntryType::XGlobalHeader {
            continue;
        }
        let raw = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if raw.ends_with('/') {
            continue;
        }
        let name = name(&raw)?;
        if count >= MAX_ENTRIES || entry.size() > left {
            return Err(Error::Size(MAX_SIZE));
        }
        count += 1;
        let modified = modified(&mut entry);
        let size = usize::try_from(entry.size()).unwrap_or_default();
        let is_wanted = is_wanted(&name);
        let room = if is_wanted { size } else { size.min(PIECE) };
        if unpacked.len() < room {
            unpacked.resize(room, 0);
        }
        let (mut data, mut found) = (&[][..], 0);
        while found < size {
            let wanted = room.min(size - found);
            data = fill(&mut entry, &mut unpacked[..wanted]).map_err(failed)?;
            found += data.len();
            if data.len() < wanted {
                break;
            }
        }
        left -= found as u64;
        if left == 0 || found < size {
            return Err(Error::Size(MAX_SIZE));
        }
        let data = if is_wanted {
            data.strip_prefix(BOM).unwrap_or(data)
        } else {
            &[]
        };
        take(File {
            name,
            data: data.into(),
            modified,
        });
    }
    if count == 0 {
        return Err(Error::Empty);
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "it maps errors")]
fn failed(error: io::Error) -> Error {
    Error::Archive(error.to_string())
}

/// When a file was last changed: what an extended header says, to the nanosecond, comes before the header's whole seconds.
fn modified(entry: &mut tar::Entry<'_, impl io::Read>) -> Option<Timestamp> {
    let extensions = entry.pax_extensions().ok().flatten();
    let extended = extensions.and_then(|extensions| {
        let found = extensions.flatten().filter(|it| it.key() == Ok("mtime"));
        found.last()?.value().ok().and_then(seconds)
    });
    extended.or_else(|| {
        let seconds = entry.header().mtime().ok()?;
        Timestamp::from_second(i64::try_from(seconds).ok()?).ok()
    })
}

/// `1700000000.25` as a point in time; digits beyond nanoseconds are cut off.
fn seconds(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction: String = fraction
        .chars()
        .chain("000000000".chars())
        .take(9)
        .collect();
    let nanoseconds: i32 = fraction.parse().ok()?;
    Timestamp::new(whole.parse().ok()?, nanoseconds).ok()
}

/// Reads until `room` is full or the end comes; gives what was read.
fn fill<'a>(source: &mut impl io::Read, room: &'a mut [u8]) -> io::Result<&'a [u8]> {
    let mut filled = 0;
    while filled < room.len() {
        match source.read(&mut room[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(&room[..filled])
}

/// The path of an entry below the topmost directory, or why it is not allowed.
fn name(raw: &str) -> Result<String, Error> {
    let refuse = |message: &str| Err(Error::Name(message.to_owned()));
    let separator = if raw.contains('\\') { '\\' } else { '/' };
    let (top, rest) = raw.split_once(separator).unwrap_or((raw, ""));
    let rest = rest.replace(separator, "/");
    if rest.starts_with('/') {
        return refuse("chart illegally contains absolute paths");
    }
    let clean = clean(&rest);
    if clean == "." {
        return Err(Error::Name(format!(
            "chart illegally contains content outside the base directory: {raw:?}"
        )));
    }
    if clean.starts_with("..") {
        return refuse("chart illegally references parent directory");
    }
    if let [letter, b':', b'/', ..] = clean.as_bytes()
        && letter.is_ascii_alphabetic()
    {
        return refuse("chart contains illegally named files");
    }
    if top == "Chart.yaml" {
        return refuse("chart yaml not in base directory");
    }
    Ok(clean)
}

/// The shortest path that means the same, as Go's `path.Clean` has it for one that is relative.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned_or_refused() {
        assert_eq!(name("a/templates/./x.yaml").unwrap(), "templates/x.yaml");
        assert_eq!(name("a\\templates\\x.yaml").unwrap(), "templates/x.yaml");
        for (raw, message) in [
            ("a//etc/passwd", "chart illegally contains absolute paths"),
            (
                "a",
                "chart illegally contains content outside the base directory: \"a\"",
            ),
            ("a/../../x", "chart illegally references parent directory"),
            ("a/c:/x", "chart contains illegally named files"),
        ] {
            assert_eq!(name(raw).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn definitions_stay_packed_until_something_looks_at_them() {
        let long = "x".repeat(3 * PIECE + 5);
        let contents = [
            ("a/Chart.yaml", "name: a"),
            ("a/crds/one.yaml", long.as_str()),
            ("a/charts/b/crds/two.yaml", "\u{feff}two"),
            ("a/charts/b/templates/crds/x.yaml", "x"),
            ("a/charts/crds/values.yaml", "y"),
        ];
        let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(
            Vec::new(),
            flate2::Compression::fast(),
        ));
        for (name, content) in contents {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            builder
                .append_data(&mut header, name, content.as_bytes())
                .unwrap();
        }
        let archive = builder.into_inner().unwrap().finish().unwrap();
        let opened = open(Box::new(archive.clone())).unwrap();
        let packed: Vec<bool> = opened.iter().map(|file| file.data.is_packed()).collect();
        assert_eq!(packed, [false, true, true, false, false]);
        assert_eq!(opened, read(&archive).unwrap());
        assert!(!opened[1].data.is_packed());
        let cut = archive[..archive.len() - 20].to_vec();
        assert_eq!(
            open(Box::new(cut.clone())).unwrap_err().to_string(),
            read(&cut).unwrap_err().to_string()
        );
    }

    #[test]
    fn what_is_no_archive_is_told() {
        assert_eq!(
            read(b"plain text").unwrap_err().to_string(),
            "gzip: invalid header"
        );
        assert_eq!(read(b"plain").unwrap_err().to_string(), "unexpected EOF");
        let empty = {
            use std::io::Write as _;
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(&[0; 1024]).unwrap();
            encoder.finish().unwrap()
        };
        assert_eq!(
            read(&empty).unwrap_err().to_string(),
            "no files in chart archive"
        );
    }
}
