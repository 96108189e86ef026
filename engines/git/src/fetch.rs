//! Fetching objects into a temporary store: one request, no negotiation.

use std::io::{self, BufRead, Read};
use std::num::NonZeroU32;

use gix::ObjectId;
use gix::odb::pack;
use gix::progress::Discard;
use gix::protocol::fetch::negotiate::one_round;
use gix::protocol::fetch::negotiate::{Action, Round};
use gix::protocol::fetch::{Arguments, Context, Negotiate, Options, Response, Shallow, Tags};

use crate::checkout::{MAX_OBJECT, Store};
use crate::conversation::FirstFailure;
use crate::error::{Error, RemoteError};
use crate::session::{Session, explain};

/// Where an object store keeps its packs.
const PACKS: &str = "pack";

/// How much history is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// The commit alone.
    One,
    /// Everything.
    All,
}

/// Fetches objects into a temporary store.
pub(crate) fn fetch(
    session: &mut Session,
    wants: &[ObjectId],
    depth: Depth,
) -> Result<Store, Error> {
    let directory = tempfile::Builder::new()
        .prefix("git-")
        .tempdir_in(&session.limits.temporary)?;
    let packs = directory.path().join(PACKS);
    std::fs::create_dir_all(&packs)?;

    let shallow = match depth {
        Depth::One => Shallow::DepthAtRemote(NonZeroU32::MIN),
        Depth::All => Shallow::NoChange,
    };
    let failure = session.failure.clone();
    let budget = session.limits.pack_bytes;
    let interrupt = std::sync::Arc::clone(&session.limits.interrupt);
    let result = gix::protocol::fetch(
        &mut Wants(wants),
        |pack, progress, interrupt| {
            let mut pack = Budget {
                inner: pack,
                left: budget,
                limit: budget,
                failure: failure.clone(),
            };
            pack::Bundle::write_to_directory(
                &mut pack,
                Some(&packs),
                progress,
                interrupt,
                None::<gix::objs::find::Never>,
                gix::hash::Kind::Sha1,
                pack::bundle::write::Options {
                    thread_limit: Some(2),
                    alloc_limit_bytes: usize::try_from(MAX_OBJECT).ok(),
                    ..Default::default()
                },
            )?;
            Ok(true)
        },
        Discard,
        &interrupt,
        Context {
            handshake: &mut session.handshake,
            transport: &mut session.transport,
            user_agent: ("agent", Some(gix::protocol::agent("sluice"))),
            trace_packetlines: false,
        },
        Options {
            shallow_file: directory.path().join("shallow"),
            shallow: &shallow,
            tags: Tags::None,
            reject_shallow_remote: false,
        },
    );
    let failed = |source| Error::Fetch {
        url: session.url.to_string(),
        source,
    };
    match result {
        Ok(Some(_)) => {}
        Ok(None) => {
            return Err(failed(RemoteError::Protocol(
                "remote sent no pack".to_owned(),
            )));
        }
        Err(error) => return Err(failed(explain(&session.failure, &error))),
    }
    Ok(Store { directory })
}

/// A negotiation of somebody who has nothing and knows what they want.
struct Wants<'a>(&'a [ObjectId]);

impl Negotiate for Wants<'_> {
    fn mark_complete_and_common_ref(&mut self) -> gix::error::Result<Action> {
        Ok(Action::MustNegotiate {
            remote_ref_target_known: Vec::new(),
        })
    }

    fn add_wants(&mut self, arguments: &mut Arguments, _known: &[bool]) -> bool {
        // Nobody watches. Servers of either protocol know it.
        arguments.add_feature("no-progress");
        for id in self.0 {
            arguments.want(id);
        }
        !self.0.is_empty()
    }

    fn one_round(
        &mut self,
        _state: &mut one_round::State,
        _arguments: &mut Arguments,
        _previous: Option<&Response>,
    ) -> gix::error::Result<(Round, bool)> {
        let round = Round {
            haves_sent: 0,
            in_vain: 0,
            haves_to_send: 0,
            previous_response_had_at_least_one_in_common: false,
        };
        Ok((round, true))
    }
}

/// Ends the pack when it grows over its budget.
struct Budget<'a> {
    inner: &'a mut dyn BufRead,
    left: u64,
    limit: u64,
    failure: FirstFailure,
}

impl Read for Budget<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Budget<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let available = self.inner.fill_buf()?;
        if self.left == 0 && !available.is_empty() {
            return Err(self.failure.record(RemoteError::Budget(self.limit)));
        }
        let shown = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(available.len());
        Ok(&available[..shown])
    }

    fn consume(&mut self, amount: usize) {
        self.left -= amount as u64;
        self.inner.consume(amount);
    }
}
