//! Which files are looked into, on a tree in memory.

use artifact::tree::{Content, Entry};
use setters::{Image, Policy};

use super::*;

/// Directories, files and links by their paths.
struct Memory(BTreeMap<&'static str, Item>);

enum Item {
    File(&'static str),
    Link(&'static str),
}

impl Tree for Memory {
    type Node = String;

    fn root(&self) -> io::Result<String> {
        Ok(String::new())
    }

    fn list(&self, directory: &String) -> io::Result<Vec<Entry<String>>> {
        let mut entries: Vec<Entry<String>> = Vec::new();
        for (path, item) in &self.0 {
            let Some(rest) = path.strip_prefix(directory.as_str()) else {
                continue;
            };
            let (name, kind) = match (rest.split_once('/'), item) {
                (Some((name, _)), _) => (name, Kind::Directory),
                (None, Item::File(_)) => (rest, Kind::File),
                (None, Item::Link(_)) => continue,
            };
            if entries.iter().all(|entry| entry.name != name.as_bytes()) {
                let slash = if kind == Kind::Directory { "/" } else { "" };
                entries.push(Entry {
                    name: name.as_bytes().to_vec(),
                    kind,
                    node: format!("{directory}{name}{slash}"),
                });
            }
        }
        Ok(entries)
    }

    fn link(&self, directory: &String, name: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let path = format!("{directory}{}", String::from_utf8_lossy(name));
        Ok(match self.0.get(path.as_str()) {
            Some(Item::Link(target)) => Some(target.as_bytes().to_vec()),
            _ => None,
        })
    }

    fn open<'a>(&'a self, file: &String) -> io::Result<Content<'a>> {
        let Some(Item::File(text)) = self.0.get(file.as_str()) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        Ok(Content {
            size: text.len() as u64,
            reader: Box::new(text.as_bytes()),
        })
    }
}

const MARKED: &str = "image: a:1 # {\"$imagepolicy\": \"ns:a\"}\r\n";

fn tree() -> Memory {
    Memory(
        [
            ("apps/a.yaml", Item::File(MARKED)),
            ("apps/deep/b.yml", Item::File(MARKED)),
            ("apps/Kustomization", Item::File(MARKED)),
            ("apps/c.json", Item::File(MARKED)),
            ("apps/plain.yaml", Item::File("image: a:1\n")),
            ("root.yaml", Item::File(MARKED)),
            ("link", Item::Link("apps/deep")),
            ("out", Item::Link("../../../apps")),
            ("circle", Item::Link("circle")),
        ]
        .into(),
    )
}

fn setters(tag: &str) -> Setters {
    let latest = Image {
        name: "a".to_owned(),
        tag: tag.to_owned(),
        digest: String::new(),
    };
    let (namespace, name) = ("ns".to_owned(), "a".to_owned());
    Setters::new([Policy {
        namespace,
        name,
        latest,
    }])
    .unwrap()
}

fn updated(path: &str) -> (Vec<String>, Vec<String>) {
    let edits = update(&tree(), path, &setters("2")).unwrap();
    let files = edits.files.keys().cloned().collect();
    (files, edits.changes.files().keys().cloned().collect())
}

#[test]
fn f1_yaml_files_and_kustomizations_below_the_path_are_edited() {
    let (files, shown) = updated("./apps");
    assert_eq!(
        files,
        ["apps/Kustomization", "apps/a.yaml", "apps/deep/b.yml"]
    );
    assert_eq!(shown, ["Kustomization", "a.yaml", "deep/b.yml"]);
    let (files, shown) = updated("");
    assert_eq!(files.len(), 4);
    assert_eq!(files, shown);
}

#[test]
fn f1_f4_the_path_may_lead_through_links_and_never_out() {
    assert_eq!(updated("link").0, ["apps/deep/b.yml"]);
    assert_eq!(updated("out").0.len(), 3);
    assert_eq!(updated("../../apps/deep").0, ["apps/deep/b.yml"]);
    let error = update(&tree(), "circle", &setters("2"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("too many levels of symbolic links"),
        "{error}"
    );
}

#[test]
fn f5_the_path_may_be_a_file_and_must_be_there() {
    assert_eq!(updated("apps/a.yaml").0, ["apps/a.yaml"]);
    assert_eq!(updated("apps/a.yaml").1, ["a.yaml"]);
    for path in ["none", "apps/none", "apps/a.yaml/x"] {
        let error = update(&tree(), path, &setters("2"))
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with(&format!("update path '{path}' not found")),
            "{error}"
        );
    }
}

#[test]
fn f6_what_is_up_to_date_is_left_alone_and_the_rest_keeps_its_line_ends() {
    assert!(update(&tree(), "", &setters("1")).unwrap().files.is_empty());
    let edits = update(&tree(), "apps/a.yaml", &setters("2")).unwrap();
    let text = String::from_utf8(edits.files["apps/a.yaml"].clone()).unwrap();
    assert_eq!(text, MARKED.replace("a:1", "a:2"));
}
