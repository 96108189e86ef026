//! Some directories of a tree instead of all (G5).

use std::io;

use artifact::tree::{Content, Entry, Kind, Tree};

/// A tree that shows only files whose path begins with one of the given texts, and the directories that hold them.
///
/// The match is one of text: `app` shows `app/a`, `application/b` and `app.yaml`. A leading `./` is dropped.
pub struct Sparse<'a, T> {
    tree: &'a T,
    prefixes: Vec<Vec<u8>>,
}

/// A node of the tree below, and its path.
pub struct Node<N> {
    path: Vec<u8>,
    inner: N,
}

impl<'a, T: Tree> Sparse<'a, T> {
    /// Shows these directories of `tree`.
    pub fn new<S: AsRef<str>>(tree: &'a T, directories: &[S]) -> Self {
        let trim = |text: &S| -> Vec<u8> {
            let text = text.as_ref();
            text.strip_prefix("./").unwrap_or(text).as_bytes().to_vec()
        };
        Self {
            tree,
            prefixes: directories.iter().map(trim).collect(),
        }
    }

    /// The first of these directories that the tree does not show.
    pub fn missing<'d, S: AsRef<str>>(&self, directories: &'d [S]) -> io::Result<Option<&'d str>> {
        for directory in directories {
            if !self.shows(directory.as_ref())? {
                return Ok(Some(directory.as_ref()));
            }
        }
        Ok(None)
    }

    /// Whether there is anything at a path; `..` does not lead out of the tree.
    fn shows(&self, path: &str) -> io::Result<bool> {
        let mut segments: Vec<&str> = Vec::new();
        for segment in path.split('/') {
            match segment {
                "" | "." => {}
                ".." => {
                    segments.pop();
                }
                name => segments.push(name),
            }
        }
        let mut node = self.root()?;
        let mut is_directory = true;
        for segment in segments {
            if !is_directory {
                return Ok(false);
            }
            let entries = self.list(&node)?;
            let Some(entry) = entries.into_iter().find(|e| e.name == segment.as_bytes()) else {
                return Ok(false);
            };
            is_directory = entry.kind == Kind::Directory;
            node = entry.node;
        }
        Ok(true)
    }

    fn is_shown(&self, path: &[u8]) -> bool {
        self.prefixes.iter().any(|prefix| path.starts_with(prefix))
    }

    /// Whether a file below a directory is shown.
    fn leads_on(&self, directory: &Node<T::Node>) -> io::Result<bool> {
        let path = [&directory.path[..], b"/"].concat();
        if self.is_shown(&path) {
            return Ok(true);
        }
        // Only where a prefix goes on below is it worth a look.
        if !self.prefixes.iter().any(|prefix| prefix.starts_with(&path)) {
            return Ok(false);
        }
        Ok(!self.list(directory)?.is_empty())
    }
}

impl<T: Tree> Tree for Sparse<'_, T> {
    type Node = Node<T::Node>;

    fn root(&self) -> io::Result<Self::Node> {
        Ok(Node {
            path: Vec::new(),
            inner: self.tree.root()?,
        })
    }

    fn list(&self, directory: &Self::Node) -> io::Result<Vec<Entry<Self::Node>>> {
        let mut shown = Vec::new();
        for entry in self.tree.list(&directory.inner)? {
            let mut path = directory.path.clone();
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(&entry.name);
            let node = Node {
                path,
                inner: entry.node,
            };
            let is_shown = match entry.kind {
                Kind::Directory => self.leads_on(&node)?,
                Kind::File | Kind::Executable => self.is_shown(&node.path),
            };
            if is_shown {
                shown.push(Entry {
                    name: entry.name,
                    kind: entry.kind,
                    node,
                });
            }
        }
        Ok(shown)
    }

    fn link(&self, directory: &Self::Node, name: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let path = match &directory.path[..] {
            b"" => name.to_vec(),
            above => [above, b"/", name].concat(),
        };
        if self.is_shown(&path) {
            self.tree.link(&directory.inner, name)
        } else {
            Ok(None)
        }
    }

    fn open<'b>(&'b self, file: &Self::Node) -> io::Result<Content<'b>> {
        self.tree.open(&file.inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paths of files.
    struct Paths(&'static [&'static str]);

    impl Tree for Paths {
        type Node = String;

        fn root(&self) -> io::Result<String> {
            Ok(String::new())
        }

        fn list(&self, directory: &String) -> io::Result<Vec<Entry<String>>> {
            let mut entries: Vec<Entry<String>> = Vec::new();
            for path in self.0 {
                let Some(below) = path.strip_prefix(directory.as_str()) else {
                    continue;
                };
                let (name, kind) = match below.split_once('/') {
                    Some((name, _)) => (name, Kind::Directory),
                    None => (below, Kind::File),
                };
                if entries
                    .last()
                    .is_none_or(|last| last.name != name.as_bytes())
                {
                    let node = format!("{directory}{name}/");
                    entries.push(Entry {
                        name: name.as_bytes().to_vec(),
                        kind,
                        node,
                    });
                }
            }
            Ok(entries)
        }

        fn open<'a>(&'a self, _: &String) -> io::Result<Content<'a>> {
            Ok(Content {
                size: 0,
                reader: Box::new(io::empty()),
            })
        }
    }

    const TREE: Paths = Paths(&[
        "a/x/1",
        "a/y/2",
        "app.yaml",
        "app/3",
        "application/4",
        "root",
        "z/5",
    ]);

    fn shown(directories: &[&str]) -> Vec<String> {
        fn walk<T: Tree>(tree: &T, node: &T::Node, path: &str, found: &mut Vec<String>) {
            for entry in tree.list(node).unwrap() {
                let path = format!("{path}{}", String::from_utf8(entry.name).unwrap());
                if entry.kind == Kind::Directory {
                    walk(tree, &entry.node, &format!("{path}/"), found);
                } else {
                    found.push(path);
                }
            }
        }
        let sparse = Sparse::new(&TREE, directories);
        let mut found = Vec::new();
        walk(&sparse, &sparse.root().unwrap(), "", &mut found);
        found
    }

    #[test]
    fn g5_match_is_by_text_and_root_files_are_dropped() {
        assert_eq!(shown(&["app"]), ["app.yaml", "app/3", "application/4"]);
        assert_eq!(shown(&["app/"]), ["app/3"]);
        assert_eq!(shown(&["./a/x", "z"]), ["a/x/1", "z/5"]);
        assert_eq!(shown(&["./"]).len(), 7);
        assert!(shown(&["/a"]).is_empty());
        assert!(shown(&["a/none"]).is_empty());
    }

    #[test]
    fn g5_each_directory_must_be_there_afterwards() {
        let missing = |directories: &[&'static str]| {
            Sparse::new(&TREE, directories)
                .missing(directories)
                .unwrap()
                .map(str::to_owned)
        };
        assert_eq!(missing(&["a/x", "./app", "z/"]), None);
        assert_eq!(missing(&["root"]), None);
        assert_eq!(missing(&["a", "ap"]).as_deref(), Some("ap"));
        assert_eq!(
            missing(&["/a"]).as_deref(),
            Some("/a"),
            "no file begins with a slash"
        );
        assert_eq!(missing(&["root/x"]).as_deref(), Some("root/x"));
    }
}
