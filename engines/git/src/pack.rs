//! A pack of a few whole objects (gitformat-pack(5)). The library's own writer gathers everything that is reachable, which
//! is what must not happen here; its parts are used.

use std::io::Write as _;

use gix::objs::Kind;
use gix::odb::pack::data::entry::Header;
use gix::odb::pack::data::{Version, header};
use gix::zlib::Compression;
use gix::zlib::stream::deflate;

use crate::commit::Object;
use crate::error::Error;

/// Writes objects to a pack, each compressed and none as a difference to another.
pub(crate) fn write(objects: &[Object]) -> Result<Vec<u8>, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::Edit(format!("cannot write pack: {error}"));
    let count = u32::try_from(objects.len()).map_err(|error| failed(&error))?;
    let mut pack = header::encode(Version::V2, count).to_vec();
    for object in objects {
        let header = match object.kind {
            Kind::Blob => Header::Blob,
            Kind::Tree => Header::Tree,
            Kind::Commit => Header::Commit,
            Kind::Tag => Header::Tag,
        };
        header.write_to(object.data.len() as u64, &mut pack)?;
        let mut compressed = deflate::Write::new(&mut pack, Compression::DEFAULT);
        compressed.write_all(&object.data)?;
        compressed.flush()?;
    }
    let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
    hasher.update(&pack);
    let digest = hasher.try_finalize().map_err(|error| failed(&error))?;
    pack.extend_from_slice(digest.as_slice());
    Ok(pack)
}
