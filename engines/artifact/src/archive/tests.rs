use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use select::ignore::{self, Matcher};

use super::*;
use crate::digest::{Algorithm, Digest};
use crate::root::Root;
use crate::tree::{Content, Entry, Kind, Tree};

/// A tree in memory: paths of files with their content, an execute bit after `*`; directories end in `/`.
struct Memory(Vec<(String, Vec<u8>)>);

impl Memory {
    fn new(files: &[(&str, &str)]) -> Self {
        Self(
            files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
                .collect(),
        )
    }
}

impl Tree for Memory {
    type Node = String;

    fn root(&self) -> io::Result<String> {
        Ok(String::new())
    }

    fn list(&self, directory: &String) -> io::Result<Vec<Entry<String>>> {
        let mut entries: Vec<Entry<String>> = Vec::new();
        // Backwards, so that the order has to come from the writer.
        for (path, _) in self.0.iter().rev() {
            let Some(below) = path
                .strip_prefix(directory.as_str())
                .filter(|rest| !rest.is_empty())
            else {
                continue;
            };
            let (name, kind, node) = match below.split_once('/') {
                Some((name, _)) => (name, Kind::Directory, format!("{directory}{name}/")),
                None if below.ends_with('@') => continue,
                None => match below.strip_suffix('*') {
                    Some(name) => (name, Kind::Executable, path.clone()),
                    None => (below, Kind::File, path.clone()),
                },
            };
            if !entries.iter().any(|entry| entry.node == node) {
                entries.push(Entry {
                    name: name.as_bytes().to_vec(),
                    kind,
                    node,
                });
            }
        }
        Ok(entries)
    }

    /// A name with an `@` at its end is a link, and its content what it says.
    fn link(&self, directory: &String, name: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let path = format!("{directory}{}@", String::from_utf8_lossy(name));
        let link = self.0.iter().find(|(known, _)| *known == path);
        Ok(link.map(|(_, target)| target.clone()))
    }

    fn open<'a>(&'a self, file: &String) -> io::Result<Content<'a>> {
        let (_, text) = self
            .0
            .iter()
            .find(|(path, _)| path == file)
            .ok_or(io::ErrorKind::NotFound)?;
        Ok(Content {
            size: text.len() as u64,
            reader: Box::new(text.as_slice()),
        })
    }
}

fn archive(tree: &impl Tree, ignored: &Matcher) -> Vec<u8> {
    let mut out = Vec::new();
    write(tree, ignored, u64::MAX, &mut out).unwrap();
    out
}

fn everything() -> Matcher {
    Matcher::exactly(Vec::new())
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut tar = Vec::new();
    flate2::read::GzDecoder::new(bytes)
        .read_to_end(&mut tar)
        .unwrap();
    tar
}

fn names(bytes: &[u8]) -> Vec<String> {
    let tar = gunzip(bytes);
    let mut archive = tar::Archive::new(tar.as_slice());
    let entries = archive.entries().unwrap();
    entries
        .map(|e| String::from_utf8_lossy(&e.unwrap().path_bytes()).into_owned())
        .collect()
}

/// Names of every way that a header can hold them.
fn every_kind_of_name() -> Memory {
    let long = "n".repeat(99);
    let longer = "m".repeat(120);
    let directory = "d".repeat(80);
    Memory::new(&[
        ("README.md", "read me\n"),
        ("bin/run.sh*", "#!/bin/sh\n"),
        ("empty/", ""),
        ("a.b", "sorted before a/\n"),
        ("a/b", "and git would say otherwise\n"),
        (
            &format!("{directory}/{directory}/{long}"),
            "split into prefix and name\n",
        ),
        (
            &format!("{directory}/{directory}/{directory}/{long}"),
            "more than 256 characters\n",
        ),
        (&format!("{longer}1/x"), "prefix alone\n"),
        (&longer, "too long for a name, no slash\n"),
        ("caf\u{e9}/menu.yaml", "not ascii\n"),
        ("zero", ""),
    ])
}

#[test]
fn s3_bytes_of_the_tar_are_those_of_the_original_writer() {
    // Made with Go 1.26 `archive/tar` from the same names, contents and modes.
    let tar = gunzip(&archive(&every_kind_of_name(), &everything()));
    let digest = Algorithm::Sha256.digest(&tar);
    assert_eq!(
        digest.to_string(),
        "sha256:bf0da8b3456f175995c55acb029e3d2b8c41d73fd034ab6e1d7a777b67febcc3"
    );
}

#[test]
fn s3_s4_same_tree_gives_the_same_digest_on_every_machine() {
    let digest = Algorithm::Sha256.digest(&archive(&every_kind_of_name(), &everything()));
    assert_eq!(
        digest.to_string(),
        "sha256:87f24ebc3ace14d51a66471512d5b866f08954d00f8b751c0d3edec881ceee29"
    );
}

#[test]
fn s4_gzip_header_names_nothing() {
    let bytes = archive(&Memory::new(&[("a", "b")]), &everything());
    assert_eq!(bytes[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
}

#[test]
fn s3_first_entry_is_the_root_and_order_is_by_bytes() {
    let bytes = archive(
        &Memory::new(&[("b", ""), ("a/b", ""), ("a.b", ""), ("a-b", ""), ("B", "")]),
        &everything(),
    );
    assert_eq!(names(&bytes), [".", "B", "a", "a/b", "a-b", "a.b", "b"]);
}

#[test]
fn s5_children_of_an_excluded_directory_can_come_back() {
    let ignored = Matcher::for_source(ignore::parse(b"/*\n!/deploy", &[]));
    let tree = Memory::new(&[
        ("src/main.go", ""),
        ("deploy/app.yaml", ""),
        ("README.md", ""),
    ]);
    assert_eq!(
        names(&archive(&tree, &ignored)),
        [".", "deploy", "deploy/app.yaml"]
    );

    let ignored = Matcher::for_source(ignore::parse(b"src/\n!src/keep", &[]));
    let tree = Memory::new(&[("src/main.go", ""), ("src/keep", "")]);
    assert_eq!(names(&archive(&tree, &ignored)), [".", "src/keep"]);
}

#[test]
fn i4_ignore_files_of_all_directories_are_collected_in_order() {
    let tree = Memory::new(&[
        (".sourceignore", "*.md\n"),
        ("docs/.sourceignore", "!*.md\n"),
        ("docs/private/.sourceignore", "*.md\n"),
        (".git/.sourceignore", "docs\n"),
        ("docs/a.md", ""),
        ("docs/private/b.md", ""),
        ("c.md", ""),
        ("logo.png", ""),
    ]);
    let ignored = Matcher::for_source(source_patterns(&tree).unwrap());
    assert_eq!(
        names(&archive(&tree, &ignored)),
        [
            ".",
            ".sourceignore",
            "docs",
            "docs/.sourceignore",
            "docs/a.md",
            "docs/private",
            "docs/private/.sourceignore",
            "logo.png"
        ]
    );
}

#[test]
fn i4_an_ignore_file_may_be_a_link_inside_the_tree() {
    let tree = Memory::new(&[
        (".sourceignore@", "shared/rules"),
        ("shared/rules", "*.md\n"),
        ("docs/.sourceignore@", "../shared/more"),
        ("shared/more@", "./deep/../all"),
        ("shared/all", "!a.md\n"),
        ("docs/a.md", ""),
        ("docs/b.md", ""),
        ("c.md", ""),
    ]);
    let ignored = Matcher::for_source(source_patterns(&tree).unwrap());
    assert_eq!(
        names(&archive(&tree, &ignored)),
        [
            ".",
            "docs",
            "docs/a.md",
            "shared",
            "shared/all",
            "shared/rules"
        ]
    );
    for target in [
        "../outside",
        "/etc/passwd",
        "none",
        "docs",
        ".sourceignore",
        "",
    ] {
        let tree = Memory::new(&[(".sourceignore@", target), ("docs/a.md", "*\n")]);
        assert!(source_patterns(&tree).unwrap().is_empty(), "{target}");
    }
}

#[test]
fn size_that_lies_and_budgets_are_errors() {
    struct Liar(u64);
    impl Tree for Liar {
        type Node = ();
        fn root(&self) -> io::Result<()> {
            Ok(())
        }
        fn list(&self, (): &()) -> io::Result<Vec<Entry<()>>> {
            Ok(vec![Entry {
                name: b"f".to_vec(),
                kind: Kind::File,
                node: (),
            }])
        }
        fn open<'a>(&'a self, (): &()) -> io::Result<Content<'a>> {
            Ok(Content {
                size: self.0,
                reader: Box::new(&b"four"[..]),
            })
        }
    }
    let fail = |size, budget| {
        write(&Liar(size), &everything(), budget, io::sink())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        fail(5, 100),
        "size of 'f' changed while it was read: expected 5 bytes, got 4"
    );
    assert_eq!(
        fail(3, 100),
        "size of 'f' changed while it was read: expected 3 bytes, got 4"
    );
    assert_eq!(fail(4, 3), "files are over the limit of 3 bytes");
}

#[test]
fn s3_disk_trees_keep_empty_directories_and_drop_links() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    fs::create_dir_all(path.join("empty")).unwrap();
    fs::write(path.join("run"), "x").unwrap();
    fs::set_permissions(path.join("run"), fs::Permissions::from_mode(0o755)).unwrap();
    symlink("run", path.join("link")).unwrap();
    symlink("/etc/passwd", path.join("out")).unwrap();
    let from_disk = archive(&Root::open(path).unwrap(), &everything());
    let from_memory = archive(
        &Memory::new(&[("empty/", ""), ("run*", "x")]),
        &everything(),
    );
    assert_eq!(from_disk, from_memory);
}

#[test]
fn trees_written_to_disk_give_the_same_archive() {
    let directory = tempfile::tempdir().unwrap();
    crate::tree::write_to(&every_kind_of_name(), directory.path(), u64::MAX).unwrap();
    let from_disk = archive(&Root::open(directory.path()).unwrap(), &everything());
    assert_eq!(from_disk, archive(&every_kind_of_name(), &everything()));
    let small = tempfile::tempdir().unwrap();
    let error = crate::tree::write_to(&every_kind_of_name(), small.path(), 10).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
}

// Extraction.

fn tarball(build: impl FnOnce(&mut tar::Builder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut tar = Vec::new();
    let mut builder = tar::Builder::new(&mut tar);
    build(&mut builder);
    builder.finish().unwrap();
    drop(builder);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    io::Write::write_all(&mut gzip, &tar).unwrap();
    gzip.finish().unwrap()
}

fn entry(
    builder: &mut tar::Builder<&mut Vec<u8>>,
    name: &str,
    kind: tar::EntryType,
    mode: u32,
    content: &str,
) {
    let mut header = tar::Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(content.len() as u64);
    if kind == tar::EntryType::Symlink {
        header.set_link_name("/etc").unwrap();
    }
    header.set_cksum();
    builder.append(&header, content.as_bytes()).unwrap();
}

fn unpack(bytes: &[u8], limits: &Limits) -> (tempfile::TempDir, Result<Extracted, ExtractError>) {
    let directory = tempfile::tempdir().unwrap();
    let result = extract(bytes, directory.path(), None, limits);
    (directory, result)
}

#[test]
fn k9_3_round_trip_keeps_content_and_execute_bit() {
    let bytes = archive(&every_kind_of_name(), &everything());
    let digest = Algorithm::Sha512.digest(&bytes);
    let directory = tempfile::tempdir().unwrap();
    let done = extract(
        bytes.as_slice(),
        directory.path(),
        Some(&digest),
        &Limits::default(),
    )
    .unwrap();
    assert_eq!(done.files, 10);
    let again = archive(&Root::open(directory.path()).unwrap(), &everything());
    assert_eq!(again, bytes);
}

#[test]
fn t3_wrong_digest_is_told_with_both() {
    let bytes = archive(&Memory::new(&[("a", "b")]), &everything());
    let expected = Digest::parse(&format!("sha256:{}", "0".repeat(64))).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let error = extract(
        bytes.as_slice(),
        directory.path(),
        Some(&expected),
        &Limits::default(),
    )
    .unwrap_err();
    let actual = Algorithm::Sha256.digest(&bytes);
    assert_eq!(
        error.to_string(),
        format!("digest of the tarball is {actual}, expected {expected}")
    );
}

#[test]
fn t3_digest_covers_bytes_after_the_tarball() {
    let mut bytes = archive(&Memory::new(&[("a", "b")]), &everything());
    let digest = Algorithm::Sha256.digest(&bytes);
    bytes.extend_from_slice(b"more");
    let directory = tempfile::tempdir().unwrap();
    let error = extract(
        bytes.as_slice(),
        directory.path(),
        Some(&digest),
        &Limits::default(),
    )
    .unwrap_err();
    assert!(matches!(error, ExtractError::Digest { .. }), "{error}");
}

#[test]
fn t3_names_that_lead_out_are_refused() {
    for name in ["../evil", "a/../../evil", "/etc/evil", "a\\b", "..", "a/.."] {
        let bytes = tarball(|b| entry(b, name, tar::EntryType::Regular, 0o644, "x"));
        let (directory, result) = unpack(&bytes, &Limits::default());
        assert!(
            matches!(result, Err(ExtractError::Name(_))),
            "{name}: {result:?}"
        );
        assert!(!directory.path().parent().unwrap().join("evil").exists());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}

#[test]
fn k9_3_links_are_dropped_and_special_files_refused() {
    let bytes = tarball(|b| {
        entry(b, "link", tar::EntryType::Symlink, 0o777, "");
        entry(b, "link/file", tar::EntryType::Regular, 0o4755, "inside");
    });
    let (directory, result) = unpack(&bytes, &Limits::default());
    assert_eq!(result.unwrap().files, 1);
    let path = directory.path().join("link/file");
    assert_eq!(fs::read_to_string(&path).unwrap(), "inside");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o7777,
        0o700
    );

    for (kind, name) in [
        (tar::EntryType::Link, "hard link"),
        (tar::EntryType::Fifo, "named pipe"),
        (tar::EntryType::Char, "device"),
    ] {
        let bytes = tarball(|b| entry(b, "x", kind, 0o644, ""));
        let error = unpack(&bytes, &Limits::default())
            .1
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            format!("unsupported type of entry in tarball: \"x\" is a {name}")
        );
    }
}

#[test]
fn budgets_of_extraction_hold() {
    let bytes = tarball(|b| {
        entry(b, "a/b/c", tar::EntryType::Regular, 0o644, "0123456789");
        entry(b, "d", tar::EntryType::Regular, 0o644, "0123456789");
    });
    let message = |limits: Limits| unpack(&bytes, &limits).1.unwrap_err().to_string();
    let all = Limits::default();
    assert_eq!(
        message(Limits { bytes: 19, ..all }),
        "tarball is over the limit of 19 bytes"
    );
    assert_eq!(
        message(Limits { entries: 1, ..all }),
        "tarball is over the limit of 1 entries"
    );
    assert_eq!(
        message(Limits { depth: 2, ..all }),
        "tarball is over the limit of 2 directory levels"
    );
    assert!(
        unpack(
            &bytes,
            &Limits {
                bytes: 20,
                entries: 2,
                depth: 3
            }
        )
        .1
        .is_ok()
    );
}

#[test]
fn damaged_tarballs_are_errors() {
    let bytes = archive(
        &Memory::new(&[("a", &"content ".repeat(1000))]),
        &everything(),
    );
    for cut in [0, 5, 30, bytes.len() / 2, bytes.len() - 1] {
        let result = unpack(&bytes[..cut], &Limits::default()).1;
        assert!(
            matches!(
                result,
                Err(ExtractError::Format(_) | ExtractError::Write { .. })
            ),
            "{cut}: {result:?}"
        );
    }
    assert!(unpack(b"no tarball at all", &Limits::default()).1.is_err());
    assert!(!Path::new("a").exists());
}

proptest::proptest! {
    #[test]
    fn damaged_bytes_never_write_outside_or_panic(position in 0usize..400, value: u8) {
        let mut tar = gunzip(&archive(&Memory::new(&[("a/b", "content")]), &everything()));
        tar[position] = value;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::Write::write_all(&mut gzip, &tar).unwrap();
        let parent = tempfile::tempdir().unwrap();
        let inside = parent.path().join("inside");
        fs::create_dir(&inside).unwrap();
        let _ = extract(gzip.finish().unwrap().as_slice(), &inside, None, &Limits::default());
        proptest::prop_assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);
    }
}
