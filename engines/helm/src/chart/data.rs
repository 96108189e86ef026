//! The bytes of a file of a chart.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::archive::{self, Archive};

/// The bytes of a file; clones share them. Those of a chart that was opened by
/// [`Chart::open_archive`](super::Chart::open_archive) may be packed still, and are unpacked once something looks at them.
#[derive(Clone)]
pub struct Data(Kind);

#[derive(Clone)]
enum Kind {
    Unpacked(Arc<[u8]>),
    /// One of the files that were passed over, by its number among them.
    Packed(Arc<Packed>, usize),
}

/// The files of an archive that were passed over when it was read.
pub(super) struct Packed {
    archive: Box<dyn Archive>,
    files: OnceLock<Vec<Arc<[u8]>>>,
}

impl Packed {
    pub fn new(archive: Box<dyn Archive>) -> Self {
        Self {
            archive,
            files: OnceLock::new(),
        }
    }

    /// The file of this number. An archive that was read once can be read again.
    fn file(&self, number: usize) -> Option<&Arc<[u8]>> {
        let unpack = || archive::passed_over(&*self.archive).unwrap_or_default();
        self.files.get_or_init(unpack).get(number)
    }
}

impl Data {
    pub(super) fn packed(archive: &Arc<Packed>, number: usize) -> Self {
        Self(Kind::Packed(Arc::clone(archive), number))
    }

    /// Whether nothing has looked at it so far.
    pub(crate) fn is_packed(&self) -> bool {
        match &self.0 {
            Kind::Unpacked(_) => false,
            Kind::Packed(packed, _) => packed.files.get().is_none(),
        }
    }

    /// The bytes, for whoever keeps them.
    pub fn shared(&self) -> Arc<[u8]> {
        match &self.0 {
            Kind::Unpacked(bytes) => Arc::clone(bytes),
            Kind::Packed(packed, number) => packed.file(*number).cloned().unwrap_or_default(),
        }
    }
}

impl Deref for Data {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Kind::Unpacked(bytes) => bytes,
            Kind::Packed(packed, number) => packed.file(*number).map_or(&[], |bytes| bytes),
        }
    }
}

impl AsRef<[u8]> for Data {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl From<Arc<[u8]>> for Data {
    fn from(bytes: Arc<[u8]>) -> Self {
        Self(Kind::Unpacked(bytes))
    }
}

impl From<&[u8]> for Data {
    fn from(bytes: &[u8]) -> Self {
        Self(Kind::Unpacked(bytes.into()))
    }
}

impl From<Vec<u8>> for Data {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Kind::Unpacked(bytes.into()))
    }
}

impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Data {}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&String::from_utf8_lossy(self), f)
    }
}
