//! A new commit on top of a fetched one: the files that changed, the trees above them, and the commit itself. Nothing else is
//! made, so nothing else has to be pushed.

use std::collections::{BTreeMap, BTreeSet};

use gix::ObjectId;
use gix::bstr::BString;
use gix::objs::tree::{Entry, EntryKind};
use gix::objs::{FindExt as _, Kind, Tree, WriteTo as _};

use crate::checkout::{Checkout, Objects, unreadable};
use crate::error::Error;
use crate::reference::Revision;

/// How deep directories may lie in each other.
const MAX_DEPTH: usize = 256;

/// Who makes a commit, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// May be empty.
    pub name: String,
    /// The address.
    pub email: String,
    /// Seconds since the Unix epoch.
    pub seconds: i64,
}

/// A commit that may still be signed.
#[derive(Debug)]
pub struct Draft {
    headers: Vec<u8>,
    message: Vec<u8>,
    parent: ObjectId,
    objects: Vec<Object>,
}

/// A commit, ready to be pushed.
#[derive(Debug, Clone)]
pub struct NewCommit {
    pub(crate) id: ObjectId,
    pub(crate) parent: ObjectId,
    /// Everything that the remote does not have; the commit comes last.
    pub(crate) objects: Vec<Object>,
}

/// An object as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub id: ObjectId,
    pub kind: Kind,
    pub data: Vec<u8>,
}

/// The directory that is being changed: files by name, and what lies deeper.
#[derive(Default)]
struct Changes<'a> {
    files: BTreeMap<&'a [u8], &'a [u8]>,
    directories: BTreeMap<&'a [u8], Changes<'a>>,
}

impl Checkout {
    /// Writes files, by their paths from the root with `/` between, and makes a commit of it. A file that is there keeps its
    /// mode; one that is not becomes a plain one. `None` if that changes nothing.
    ///
    /// Author and committer are the same. The message is taken as it is.
    pub fn draft(
        &self,
        files: &BTreeMap<String, Vec<u8>>,
        author: &Author,
        message: &str,
    ) -> Result<Option<Draft>, Error> {
        let mut changes = Changes::default();
        for (path, content) in files {
            changes.add(path, content)?;
        }
        let store = self.objects()?;
        let mut objects = Vec::new();
        let tree = changes.write(&store, Some(self.tree()), &mut objects)?;
        if tree == self.tree() {
            return Ok(None);
        }
        let parent = self.id();
        let author = author.line();
        let headers =
            format!("tree {tree}\nparent {parent}\nauthor {author}\ncommitter {author}\n");
        Ok(Some(Draft {
            headers: headers.into_bytes(),
            // Git ends a message where it meets one.
            message: message.replace('\0', "").into_bytes(),
            parent,
            objects,
        }))
    }
}

impl Author {
    /// The form of a header, without what would end it early (as git does).
    fn line(&self) -> String {
        let clean = |text: &str| -> String {
            let kept = text
                .chars()
                .filter(|letter| !matches!(letter, '<' | '>' | '\n' | '\r' | '\0'));
            kept.collect::<String>().trim().to_owned()
        };
        let (name, email) = (clean(&self.name), clean(&self.email));
        format!("{name} <{email}> {} +0000", self.seconds)
    }
}

impl Draft {
    /// What a signature is made of.
    pub fn payload(&self) -> Vec<u8> {
        self.bytes(None)
    }

    /// Ends it without a signature.
    pub fn finish(self) -> Result<NewCommit, Error> {
        self.seal(None)
    }

    /// Ends it with a signature in its armor.
    pub fn signed(self, signature: &str) -> Result<NewCommit, Error> {
        self.seal(Some(signature))
    }

    fn seal(mut self, signature: Option<&str>) -> Result<NewCommit, Error> {
        let commit = Object::new(Kind::Commit, self.bytes(signature))?;
        let id = commit.id;
        self.objects.push(commit);
        // The same content at two paths is one object.
        let mut seen = BTreeSet::new();
        self.objects.retain(|object| seen.insert(object.id));
        Ok(NewCommit {
            id,
            parent: self.parent,
            objects: self.objects,
        })
    }

    fn bytes(&self, signature: Option<&str>) -> Vec<u8> {
        let mut bytes = self.headers.clone();
        if let Some(signature) = signature {
            bytes.extend_from_slice(b"gpgsig");
            for line in signature.trim_end().lines() {
                // Further lines of a header begin with a space, which the name is followed by anyway.
                bytes.push(b' ');
                bytes.extend_from_slice(line.as_bytes());
                bytes.push(b'\n');
            }
        }
        bytes.push(b'\n');
        bytes.extend_from_slice(&self.message);
        bytes
    }
}

impl NewCommit {
    /// 40 hex digits.
    pub fn hash(&self) -> String {
        self.id.to_hex().to_string()
    }

    /// The revision at the tip of a branch.
    pub fn revision(&self, branch: &str) -> Revision {
        Revision::new(branch, self.id)
    }
}

impl Object {
    fn new(kind: Kind, data: Vec<u8>) -> Result<Self, Error> {
        let id = gix::objs::compute_hash(gix::hash::Kind::Sha1, kind, &data)
            .map_err(|error| Error::Edit(error.to_string()))?;
        Ok(Self { id, kind, data })
    }
}

impl<'a> Changes<'a> {
    fn add(&mut self, path: &'a str, content: &'a [u8]) -> Result<(), Error> {
        let refused = || Error::Edit(format!("invalid path {path:?}"));
        let parts: Vec<&str> = path.split('/').collect();
        let is_invalid = |part: &&str| {
            matches!(*part, "" | "." | "..")
                || part.eq_ignore_ascii_case(".git")
                || part.contains('\0')
        };
        let (name, directories) = parts.split_last().ok_or_else(refused)?;
        if parts.iter().any(is_invalid) || parts.len() > MAX_DEPTH {
            return Err(refused());
        }
        let mut here = self;
        for directory in directories {
            here = here.directories.entry(directory.as_bytes()).or_default();
        }
        here.files.insert(name.as_bytes(), content);
        Ok(())
    }

    /// Writes the tree of a directory with the changes in it; gives its id.
    fn write(
        &self,
        store: &Objects,
        base: Option<ObjectId>,
        objects: &mut Vec<Object>,
    ) -> Result<ObjectId, Error> {
        let mut buffer = Vec::new();
        let mut tree = match base {
            None => Tree::empty(),
            Some(id) => {
                let found = store.0.find_tree(&id, &mut buffer);
                found.map_err(|error| unreadable(id, &error))?.into()
            }
        };
        for (name, changes) in &self.directories {
            let there = tree
                .entries
                .iter_mut()
                .find(|entry| entry.filename == *name);
            let base = there.as_ref().filter(|entry| entry.mode.is_tree());
            let id = changes.write(store, base.map(|entry| entry.oid), objects)?;
            set(&mut tree, name, EntryKind::Tree, id);
        }
        for (name, content) in &self.files {
            let there = tree.entries.iter().find(|entry| entry.filename == *name);
            let kind = match there.map(|entry| entry.mode.kind()) {
                Some(EntryKind::BlobExecutable) => EntryKind::BlobExecutable,
                Some(EntryKind::Blob) | None => EntryKind::Blob,
                Some(EntryKind::Tree | EntryKind::Link | EntryKind::Commit) => {
                    let name = String::from_utf8_lossy(name);
                    return Err(Error::Edit(format!("'{name}' is no plain file")));
                }
            };
            let blob = Object::new(Kind::Blob, content.to_vec())?;
            if there.is_none_or(|entry| entry.oid != blob.id) {
                set(&mut tree, name, kind, blob.id);
                objects.push(blob);
            }
        }
        tree.entries.sort();
        let mut data = Vec::new();
        tree.write_to(&mut data)?;
        let tree = Object::new(Kind::Tree, data)?;
        let id = tree.id;
        if base != Some(id) {
            objects.push(tree);
        }
        Ok(id)
    }
}

/// Puts an entry in the place of one of the same name.
fn set(tree: &mut Tree, name: &[u8], kind: EntryKind, oid: ObjectId) {
    tree.entries.retain(|entry| entry.filename != name);
    tree.entries.push(Entry {
        mode: kind.into(),
        filename: BString::from(name),
        oid,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authors_cannot_end_their_header() {
        let author = Author {
            name: " A\n<B> ".to_owned(),
            email: "a@b\ncommitter x".to_owned(),
            seconds: 7,
        };
        assert_eq!(author.line(), "AB <a@bcommitter x> 7 +0000");
        let nameless = Author {
            name: String::new(),
            ..author
        };
        assert_eq!(nameless.line(), " <a@bcommitter x> 7 +0000");
    }

    #[test]
    fn paths_stay_in_the_tree_and_out_of_gits_folder() {
        for path in [
            "",
            "/a",
            "a//b",
            "../a",
            "a/..",
            ".git/config",
            "a/.GIT/x",
            "a/",
        ] {
            let error = Changes::default().add(path, b"").unwrap_err().to_string();
            assert!(error.contains("invalid path"), "{path}: {error}");
        }
        assert!(Changes::default().add("a/b.yaml", b"").is_ok());
    }

    #[test]
    fn a_signature_is_a_header_whose_lines_are_indented() {
        let draft = Draft {
            headers: b"tree 1\n".to_vec(),
            message: b"subject".to_vec(),
            parent: ObjectId::null(gix::hash::Kind::Sha1),
            objects: Vec::new(),
        };
        assert_eq!(draft.payload(), b"tree 1\n\nsubject");
        let signed = draft.bytes(Some("-----BEGIN-----\n\nabc\n-----END-----\n"));
        assert_eq!(
            String::from_utf8(signed).unwrap(),
            "tree 1\ngpgsig -----BEGIN-----\n \n abc\n -----END-----\n\nsubject"
        );
    }
}
