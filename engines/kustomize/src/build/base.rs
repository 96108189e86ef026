//! Bases that several builds of one process share.
//!
//! What a directory builds to, before anything that includes it changes it, depends on what it
//! reads, on the load restriction, and on little else. Where that little is at work (another
//! schema, notes of origins) nothing is shared.

use super::{Accumulated, Target};
use crate::cache::ParseCache;
use crate::error::Error;
use crate::loader::Loader;
use crate::reads::ReadSet;
use crate::session::{Record, Session};
use crate::view::{FileView, Stamp};

/// What a directory built to.
#[derive(Debug)]
pub(crate) struct Base {
    all: Accumulated,
    /// Depths are counted from the directory.
    record: Record,
    /// What all that it read had when it was built, when that was one stamp.
    stamp: Option<Stamp>,
    /// It looked at the built-in schema, which decides what a custom one further on means.
    asked: bool,
}

impl Base {
    /// Whether building it here and now would give the same.
    fn is_current(&self, loader: &Loader<'_>, cache: &ParseCache) -> bool {
        let view = loader.session.view;
        let entered = self.record.entered.iter();
        let entered = entered.map(|(root, depth)| (root.as_path(), depth + loader.depth()));
        let reads = &self.record.reads;
        let is_current = || {
            let stamp = self.stamp.filter(|_| self.stamp == stamp_of(reads, view));
            stamp.is_some() || reads.is_current_with(view, |path| cache.hash(view, path))
        };
        loader.admits(entered) && is_current()
    }
}

/// The stamp of everything that was read or looked for, when there is but one.
fn stamp_of(reads: &ReadSet, view: &dyn FileView) -> Option<Stamp> {
    let paths = reads.files.keys().chain(&reads.absent);
    let mut stamps = paths.chain(reads.links.keys()).map(|path| view.stamp(path));
    let first = stamps.next()??;
    stamps.all(|stamp| stamp == Some(first)).then_some(first)
}

impl Target<'_> {
    /// The cache, when what is included here may come from it.
    pub(super) fn shared_bases(&self) -> Option<&ParseCache> {
        let session = self.loader.session;
        let plain = self.origin.is_none() && self.kustomization.build_metadata.is_empty();
        let cache = session.options.cache.as_deref()?;
        (plain && !session.schemas().is_custom()).then_some(cache)
    }
}

/// Builds a directory, or takes what another build made of it.
pub(super) fn shared(
    loader: &Loader<'_>,
    cache: &ParseCache,
    build: impl FnOnce() -> Result<Accumulated, Error>,
) -> Result<Accumulated, Error> {
    let session: &Session<'_> = loader.session;
    let restrictor = session.options.load_restrictor;
    if let Some(base) = cache.base(loader.root(), restrictor)
        && base.is_current(loader, cache)
    {
        session.replay(&base.record)?;
        if base.asked {
            session.schemas().note_asked();
        }
        return Ok(base.all.clone());
    }
    let (result, mut record) = session.recorded(build);
    let mut all = result?;
    let schemas = session.schemas();
    if !schemas.is_custom() && all.objects.share(&schemas) {
        for (_, depth) in &mut record.entered {
            *depth = depth.saturating_sub(loader.depth());
        }
        let base = Base {
            all: all.clone(),
            stamp: stamp_of(&record.reads, session.view),
            record,
            asked: schemas.was_asked(),
        };
        cache.insert_base(loader.root(), restrictor, base);
    }
    Ok(all)
}
