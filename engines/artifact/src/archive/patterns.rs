//! The ignore files of a tree.

use std::io::{self, Read as _};

use select::ignore::{self, Pattern};

use super::write::{MAX_DEPTH, WriteError, display, sorted};
use crate::tree::{Entry, Kind, Tree};

/// Bytes read of one ignore file; what is longer is no list of patterns.
const MAX_IGNORE_FILE: u64 = 1 << 20;

/// More links than this in a row are a loop.
const MAX_LINKS: usize = 8;

/// Collects the patterns of all ignore files of a tree, in the order in which they apply: a directory's
/// before those of its children (I4).
pub fn source_patterns<T: Tree>(tree: &T) -> Result<Vec<Pattern>, WriteError> {
    let root = tree.root().map_err(|source| WriteError::Read {
        path: ".".to_owned(),
        source,
    })?;
    let mut patterns = Vec::new();
    collect(tree, &root, &mut Vec::new(), &mut patterns)?;
    Ok(patterns)
}

fn collect<T: Tree>(
    tree: &T,
    directory: &T::Node,
    path: &mut Vec<Vec<u8>>,
    patterns: &mut Vec<Pattern>,
) -> Result<(), WriteError> {
    let unreadable = |path: &[Vec<u8>], source| WriteError::Read {
        path: display(path),
        source,
    };
    if path.len() > MAX_DEPTH {
        return Err(WriteError::Depth(display(path)));
    }
    let entries = sorted(
        tree.list(directory)
            .map_err(|source| unreadable(path, source))?,
    );
    match read(tree, directory, &entries, path) {
        Ok(Some(text)) => patterns.extend(ignore::parse(&text, path)),
        Ok(None) => {}
        Err(source) => {
            path.push(ignore::FILE_NAME.as_bytes().to_vec());
            return Err(unreadable(path, source));
        }
    }
    for entry in entries {
        if entry.kind == Kind::Directory && entry.name != b".git" {
            path.push(entry.name);
            collect(tree, &entry.node, path, patterns)?;
            path.pop();
        }
    }
    Ok(())
}

/// The text of the ignore file of a directory, whether it lies there or is a link.
fn read<T: Tree>(
    tree: &T,
    directory: &T::Node,
    entries: &[Entry<T::Node>],
    path: &[Vec<u8>],
) -> io::Result<Option<Vec<u8>>> {
    let name = ignore::FILE_NAME.as_bytes();
    let linked;
    let file = if let Some(entry) = entries.iter().find(|entry| is_file(entry, name)) {
        &entry.node
    } else {
        let Some(target) = tree.link(directory, name)? else {
            return Ok(None);
        };
        linked = follow(tree, path, target)?;
        let Some(node) = &linked else {
            return Ok(None);
        };
        node
    };
    let mut text = Vec::new();
    let content = tree.open(file)?;
    content
        .reader
        .take(MAX_IGNORE_FILE)
        .read_to_end(&mut text)?;
    Ok(Some(text))
}

/// The file that a link in the directory `path` leads to. One that leads nowhere, or out of the tree, leads to nothing.
fn follow<T: Tree>(tree: &T, path: &[Vec<u8>], mut target: Vec<u8>) -> io::Result<Option<T::Node>> {
    let mut path = path.to_vec();
    for _ in 0..MAX_LINKS {
        if target.starts_with(b"/") {
            return Ok(None);
        }
        for segment in target.split(|byte| *byte == b'/') {
            match segment {
                b"" | b"." => {}
                b".." => {
                    if path.pop().is_none() {
                        return Ok(None);
                    }
                }
                name => path.push(name.to_vec()),
            }
        }
        let (Some(name), Some(directory)) = (path.pop(), directory(tree, &path)?) else {
            return Ok(None);
        };
        let entries = tree.list(&directory)?;
        if let Some(position) = entries.iter().position(|entry| is_file(entry, &name)) {
            return Ok(entries.into_iter().nth(position).map(|entry| entry.node));
        }
        match tree.link(&directory, &name)? {
            Some(next) => target = next,
            None => return Ok(None),
        }
    }
    Ok(None)
}

fn directory<T: Tree>(tree: &T, path: &[Vec<u8>]) -> io::Result<Option<T::Node>> {
    let mut node = tree.root()?;
    for name in path {
        let mut entries = tree.list(&node)?.into_iter();
        let Some(next) = entries.find(|entry| entry.kind == Kind::Directory && entry.name == *name)
        else {
            return Ok(None);
        };
        node = next.node;
    }
    Ok(Some(node))
}

fn is_file<N>(entry: &Entry<N>, name: &[u8]) -> bool {
    entry.kind != Kind::Directory && entry.name == name
}
