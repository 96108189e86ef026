//! A fetched commit. Its tree is read straight from the pack; nothing is checked out to disk.

use std::io;

use artifact::tree::{Content, Entry, Kind, Tree};
use gix::ObjectId;
use gix::objs::tree::EntryKind;
use gix::objs::{CommitRef, FindExt as _, Kind as ObjectKind};
use gix::odb::HeaderExt as _;
use tempfile::TempDir;

use crate::error::Error;
use crate::reference::Revision;
use crate::session::Resolved;

/// The largest single object that is unpacked in memory.
pub(crate) const MAX_OBJECT: u64 = 512 << 20;

/// What the references of tags begin with.
const TAGS: &str = "refs/tags/";

/// Tags that point to tags are followed this far.
const MAX_TAGS: usize = 16;

/// Objects that were fetched. They are gone when this is dropped.
pub(crate) struct Store {
    pub(crate) directory: TempDir,
}

/// A commit that was fetched. It can be kept and sent; its files are there until it is dropped.
pub struct Checkout {
    store: Store,
    id: ObjectId,
    tree: ObjectId,
    revision: Revision,
    commit: Commit,
    /// The commit as it is stored.
    bytes: Vec<u8>,
    tag: Option<Tag>,
}

/// The tag that led to a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    name: String,
    /// The hash of its object, and the object; a lightweight tag has none.
    object: Option<(String, Vec<u8>)>,
}

/// The files of a commit, read from the pack.
pub struct Files<'a> {
    objects: Objects,
    checkout: &'a Checkout,
}

/// An open store.
pub(crate) struct Objects(pub(crate) gix::odb::Handle);

/// What a commit says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// 40 hex digits.
    pub hash: String,
    /// The first line of its message.
    pub subject: String,
    /// When it was committed, seconds since the Unix epoch.
    pub committed: i64,
}

impl Checkout {
    /// The revision that was fetched.
    pub fn revision(&self) -> &Revision {
        &self.revision
    }

    /// The commit.
    pub fn commit(&self) -> &Commit {
        &self.commit
    }

    /// The commit as it is stored: what its signature is about, and the signature.
    pub fn commit_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The tag that led to the commit, where one did.
    pub fn tag(&self) -> Option<&Tag> {
        self.tag.as_ref()
    }

    pub(crate) fn id(&self) -> ObjectId {
        self.id
    }

    pub(crate) fn tree(&self) -> ObjectId {
        self.tree
    }

    pub(crate) fn objects(&self) -> Result<Objects, Error> {
        self.store.open()
    }

    /// Opens the files.
    pub fn files(&self) -> Result<Files<'_>, Error> {
        Ok(Files {
            objects: self.store.open()?,
            checkout: self,
        })
    }
}

impl Tag {
    /// The tag as it is stored; a lightweight tag is nothing but a name.
    pub fn bytes(&self) -> &[u8] {
        self.object.as_ref().map_or(&[], |(_, bytes)| bytes)
    }
}

/// `<name>@<hash>`, or the name of a lightweight tag.
impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.object {
            Some((hash, _)) => write!(f, "{}@{hash}", self.name),
            None => self.name.fmt(f),
        }
    }
}

impl Store {
    fn open(&self) -> Result<Objects, Error> {
        Ok(Objects(gix::odb::at(
            self.directory.path(),
            gix::hash::Kind::Sha1,
        )?))
    }

    pub(crate) fn contains(&self, id: ObjectId) -> Result<bool, Error> {
        Ok(self.open()?.0.header(id).is_ok())
    }

    /// When the commit behind a reference was made.
    pub(crate) fn commit_time(&self, name: &str, object: ObjectId) -> Result<i64, Error> {
        let objects = self.open()?;
        let id = objects.peel(name, object)?;
        objects.read_commit(id, |commit| {
            commit.committer().map_or(0, |who| who.seconds())
        })
    }

    pub(crate) fn into_checkout(
        self,
        resolved: &Resolved,
        name: &str,
        object: ObjectId,
    ) -> Result<Checkout, Error> {
        let objects = self.open()?;
        let id = objects.peel(name, object)?;
        let (tree, commit) = objects.read_commit(id, |found| {
            let message = String::from_utf8_lossy(found.message);
            let commit = Commit {
                hash: id.to_string(),
                subject: message
                    .trim_start()
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
                committed: found.committer().map_or(0, |who| who.seconds()),
            };
            (found.tree(), commit)
        })?;
        let revision = resolved.revision_of(id);
        let (_, bytes) = objects.raw(id)?;
        let tag = match name.strip_prefix(TAGS) {
            None => None,
            Some(name) => Some(Tag {
                name: name.to_owned(),
                object: match objects.raw(object)? {
                    (ObjectKind::Tag, bytes) => Some((object.to_string(), bytes)),
                    _ => None,
                },
            }),
        };
        Ok(Checkout {
            store: self,
            id,
            tree,
            revision,
            commit,
            bytes,
            tag,
        })
    }
}

impl Objects {
    /// Follows tags to the commit.
    fn peel(&self, name: &str, object: ObjectId) -> Result<ObjectId, Error> {
        let mut id = object;
        let mut buffer = Vec::new();
        for _ in 0..MAX_TAGS {
            let data = self
                .0
                .find(&id, &mut buffer)
                .map_err(|error| unreadable(id, &error))?;
            match data.kind {
                ObjectKind::Commit => return Ok(id),
                ObjectKind::Tag => {
                    id = gix::objs::TagRefIter::from_bytes(data.data, gix::hash::Kind::Sha1)
                        .target_id()
                        .map_err(|error| unreadable(id, &error))?;
                }
                kind => {
                    return Err(Error::NotACommit {
                        name: name.to_owned(),
                        kind: kind.to_string(),
                    });
                }
            }
        }
        Err(Error::NotACommit {
            name: name.to_owned(),
            kind: "chain of tags".to_owned(),
        })
    }

    /// An object as it is stored.
    fn raw(&self, id: ObjectId) -> Result<(ObjectKind, Vec<u8>), Error> {
        let mut buffer = Vec::new();
        let kind = self
            .0
            .find(&id, &mut buffer)
            .map_err(|error| unreadable(id, &error))?
            .kind;
        Ok((kind, buffer))
    }

    fn read_commit<T>(
        &self,
        id: ObjectId,
        read: impl FnOnce(&CommitRef<'_>) -> T,
    ) -> Result<T, Error> {
        let mut buffer = Vec::new();
        let commit = self
            .0
            .find_commit(&id, &mut buffer)
            .map_err(|error| unreadable(id, &error))?;
        Ok(read(&commit))
    }
}

pub(crate) fn unreadable(id: ObjectId, error: &impl std::fmt::Display) -> Error {
    Error::Object {
        id: id.to_string(),
        message: error.to_string(),
    }
}

/// Symbolic links are left out (S3); a submodule is the empty directory that a plain checkout makes of it.
impl Tree for Files<'_> {
    type Node = Option<ObjectId>;

    fn root(&self) -> io::Result<Self::Node> {
        Ok(Some(self.checkout.tree))
    }

    fn list(&self, directory: &Self::Node) -> io::Result<Vec<Entry<Self::Node>>> {
        let Some(id) = directory else {
            return Ok(Vec::new());
        };
        let mut buffer = Vec::new();
        let tree = self
            .objects
            .0
            .find_tree(id, &mut buffer)
            .map_err(|error| io::Error::other(unreadable(*id, &error)))?;
        let mut entries = Vec::with_capacity(tree.entries.len());
        for entry in &tree.entries {
            let name: &[u8] = entry.filename.as_ref();
            if matches!(name, b"" | b"." | b"..") || name.contains(&b'/') || name.contains(&0) {
                let message = format!("invalid name {:?} in tree {id}", entry.filename);
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
            let (kind, node) = match entry.mode.kind() {
                EntryKind::Tree => (Kind::Directory, Some(entry.oid.to_owned())),
                EntryKind::Commit => (Kind::Directory, None),
                EntryKind::Blob => (Kind::File, Some(entry.oid.to_owned())),
                EntryKind::BlobExecutable => (Kind::Executable, Some(entry.oid.to_owned())),
                EntryKind::Link => continue,
            };
            entries.push(Entry {
                name: entry.filename.to_vec(),
                kind,
                node,
            });
        }
        Ok(entries)
    }

    fn link(&self, directory: &Self::Node, name: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let Some(id) = directory else {
            return Ok(None);
        };
        let failed = |error: &dyn std::fmt::Display| io::Error::other(unreadable(*id, &error));
        let (mut tree, mut target) = (Vec::new(), Vec::new());
        let tree = self.objects.0.find_tree(id, &mut tree);
        let tree = tree.map_err(|error| failed(&error))?;
        let is_link = |entry: &&gix::objs::tree::EntryRef<'_>| {
            entry.mode.kind() == EntryKind::Link && entry.filename == name
        };
        let Some(link) = tree.entries.iter().find(is_link) else {
            return Ok(None);
        };
        let found = self.objects.0.find_blob(link.oid, &mut target);
        found.map_err(|error| failed(&error))?;
        Ok(Some(target))
    }

    fn open<'a>(&'a self, file: &Self::Node) -> io::Result<Content<'a>> {
        let Some(id) = file else {
            return Err(io::ErrorKind::IsADirectory.into());
        };
        let failed = |error: &dyn std::fmt::Display| io::Error::other(unreadable(*id, &error));
        let size = self
            .objects
            .0
            .header(id)
            .map_err(|error| failed(&error))?
            .size();
        if size > MAX_OBJECT {
            return Err(io::Error::other(format!(
                "file is over the limit of {MAX_OBJECT} bytes"
            )));
        }
        let mut bytes = Vec::new();
        self.objects
            .0
            .find_blob(id, &mut bytes)
            .map_err(|error| failed(&error))?;
        Ok(Content {
            size: bytes.len() as u64,
            reader: Box::new(io::Cursor::new(bytes)),
        })
    }
}
