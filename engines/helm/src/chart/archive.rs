//! Charts as gzip-compressed tarballs, read into memory within a budget.

use std::io;

use flate2::bufread::MultiGzDecoder;
use jiff::Timestamp;

use super::{BOM, Error, File};

/// Unpacked bytes of a chart that are taken.
pub const MAX_SIZE: u64 = 100 << 20;

/// Bytes of the header of a gzip stream.
const GZIP_HEADER: usize = 10;

/// Entries of an archive that are taken.
const MAX_ENTRIES: usize = 100_000;

/// The files of an archive, named below its topmost directory.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<File>, Error> {
    if bytes.len() < GZIP_HEADER {
        return Err(Error::CutGzip);
    }
    if !bytes.starts_with(b"\x1f\x8b\x08") {
        return Err(Error::NotGzip);
    }
    let failed = |error: io::Error| Error::Archive(error.to_string());
    let mut archive = tar::Archive::new(MultiGzDecoder::new(bytes));
    let mut files = Vec::new();
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
        if files.len() >= MAX_ENTRIES || entry.size() > left {
            return Err(Error::Size(MAX_SIZE));
        }
        let modified = modified(&mut entry);
        let size = usize::try_from(entry.size()).unwrap_or_default();
        if unpacked.len() < size {
            unpacked.resize(size, 0);
        }
        let data = fill(&mut entry, &mut unpacked[..size]).map_err(failed)?;
        left -= data.len() as u64;
        if left == 0 || (data.len() as u64) < entry.size() {
            return Err(Error::Size(MAX_SIZE));
        }
        let data = data.strip_prefix(BOM).unwrap_or(data).into();
        files.push(File {
            name,
            data,
            modified,
        });
    }
    if files.is_empty() {
        return Err(Error::Empty);
    }
    Ok(files)
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
