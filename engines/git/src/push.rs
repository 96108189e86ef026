//! Pushing one commit: one list of the remote's references, one request, one report (gitprotocol-pack(5), "Pushing Data To
//! a Server").
//!
//! A reference moves only from what the commit was made on: the old id goes along, and the remote compares it under its own
//! lock. So a commit of somebody else is never dropped unnoticed.

mod refspec;
mod report;

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::ops::ControlFlow;

use gix::ObjectId;
use gix::protocol::handshake::Ref;
use gix::protocol::transport::Service;
use gix::protocol::transport::client::blocking_io::{ExtendedBufRead as _, Transport as _};
use gix::protocol::transport::client::{MessageKind, WriteMode};

use crate::access::Access;
use crate::commit::NewCommit;
use crate::error::{Error, PushError, RemoteError};
use crate::open::{self, Opened};
use crate::pack;
use crate::session::{Limits, explain};
use crate::url::RemoteUrl;

pub use refspec::{Refspec, Strength, destination};

/// The longest report that is read.
const MAX_REPORT: u64 = 1 << 20;

/// How much of what hooks say is kept.
const MAX_SAID: usize = 2048;

/// Where a commit goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The full name of the reference.
    pub reference: String,
    /// From what it may be moved.
    pub lease: Lease,
}

/// From what a reference may be moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lease {
    /// From the parent of the commit; it may also be absent.
    Parent,
    /// From this commit, or from nothing where there was none: whatever it held is replaced.
    Exactly(Option<String>),
    /// From whatever it is.
    Any,
}

/// A remote that takes pushes.
pub struct Outgoing {
    opened: Opened,
    url: RemoteUrl,
}

/// Opens a conversation about a push, and lists what is there.
pub fn connect(url: &RemoteUrl, access: &Access, limits: &Limits) -> Result<Outgoing, Error> {
    let opened = open::open(url, access, limits, Service::ReceivePack);
    let opened = opened.map_err(|error| match error {
        Error::List { url, source } => PushError::Remote { url, source }.into(),
        other => other,
    })?;
    let url = url.clone();
    Ok(Outgoing { opened, url })
}

impl Outgoing {
    /// Where a reference points to.
    pub fn tip(&self, reference: &str) -> Option<String> {
        self.find(reference).map(|id| id.to_string())
    }

    fn find(&self, reference: &str) -> Option<ObjectId> {
        let refs = self.opened.handshake.refs.iter().flatten();
        refs.filter_map(|one| match one {
            Ref::Peeled {
                full_ref_name, tag, ..
            } => Some((full_ref_name, *tag)),
            Ref::Direct {
                full_ref_name,
                object,
            } => Some((full_ref_name, *object)),
            Ref::Symbolic {
                full_ref_name,
                tag,
                object,
                ..
            } => Some((full_ref_name, tag.unwrap_or(*object))),
            Ref::Unborn { .. } => None,
        })
        .find(|(name, _)| *name == reference)
        .map(|(_, id)| id)
    }

    /// Sends a commit to its destinations: to all or none, where the remote can do that. Options go along where the remote
    /// takes any, as key and value.
    ///
    /// After [`PushError::Remote`] nobody knows whether the commit arrived; after every other error it did not, or not
    /// everywhere.
    pub fn send(
        mut self,
        commit: &NewCommit,
        destinations: &[Destination],
        options: &[(String, String)],
    ) -> Result<(), Error> {
        let mut commands = Vec::new();
        for destination in destinations {
            let old = self.old(commit, destination)?;
            // One that is there already needs nothing.
            if old != Some(commit.id) {
                commands.push((old, destination.reference.as_str()));
            }
        }
        if commands.is_empty() {
            return Ok(());
        }
        let pack = pack::write(&commit.objects)?;
        let request = self.request(commit, &commands, options);
        let talk = talk(&mut self.opened, &request, &pack);
        let (answer, said) = talk.map_err(|source| PushError::Remote {
            url: self.url.to_string(),
            source,
        })?;
        report::check(&answer, &said, commands.iter().map(|(_, name)| *name)).map_err(Error::from)
    }

    /// What a reference is now, if that is what it may be moved from.
    fn old(
        &self,
        commit: &NewCommit,
        destination: &Destination,
    ) -> Result<Option<ObjectId>, PushError> {
        let reference = &destination.reference;
        let now = self.find(reference);
        let moved = || PushError::Moved {
            reference: reference.clone(),
            message: String::new(),
        };
        match &destination.lease {
            Lease::Any => Ok(now),
            Lease::Exactly(expected) => {
                let is_same = now.map(|id| id.to_string()) == *expected;
                is_same.then_some(now).ok_or_else(moved)
            }
            Lease::Parent if now.is_none() || now == Some(commit.parent) => Ok(now),
            Lease::Parent => Err(PushError::NotFastForward(reference.clone())),
        }
    }

    /// The lines before the pack.
    fn request(
        &self,
        commit: &NewCommit,
        commands: &[(Option<ObjectId>, &str)],
        options: &[(String, String)],
    ) -> Vec<u8> {
        let offered = &self.opened.handshake.capabilities;
        let mut wanted = vec!["report-status", "side-band-64k"];
        if commands.len() > 1 {
            wanted.push("atomic");
        }
        if !options.is_empty() {
            wanted.push("push-options");
        }
        wanted.retain(|name| offered.contains(name));
        let mut capabilities = wanted.join(" ");
        if offered.contains("agent") {
            let _ = write!(capabilities, " agent={}", gix::protocol::agent("sluice"));
        }
        let nothing = ObjectId::null(gix::hash::Kind::Sha1);
        let mut request = Vec::new();
        for (index, (old, reference)) in commands.iter().enumerate() {
            let mut line = format!("{} {} {reference}", old.unwrap_or(nothing), commit.id);
            if index == 0 {
                let _ = write!(line, "\0 {capabilities}");
            }
            packet(&mut request, line.as_bytes());
        }
        request.extend_from_slice(b"0000");
        if wanted.contains(&"push-options") {
            for (key, value) in options {
                packet(&mut request, format!("{key}={value}").as_bytes());
            }
            request.extend_from_slice(b"0000");
        }
        request
    }
}

/// Sends everything, and reads the report and what the remote's hooks say beside it.
fn talk(
    opened: &mut Opened,
    request: &[u8],
    pack: &[u8],
) -> Result<(Vec<u8>, String), RemoteError> {
    let has_sideband = opened.handshake.capabilities.contains("side-band-64k");
    let failure = opened.failure.clone();
    let failed = |error: &dyn std::fmt::Display| {
        let ours = failure.take();
        ours.unwrap_or_else(|| RemoteError::Protocol(error.to_string()))
    };
    let writer = opened
        .transport
        .request(WriteMode::Binary, MessageKind::Flush, false)
        .map_err(|error| explain(&failure, &gix::error::Error::from_error(error)))?;
    let (mut output, mut input) = writer.into_parts();
    let sent = output
        .write_all(request)
        .and_then(|()| output.write_all(pack))
        .and_then(|()| output.flush());
    // The reader may depend on the end of the writer.
    drop(output);
    sent.map_err(|error| failed(&error))?;
    let said = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    if has_sideband {
        let said = std::rc::Rc::clone(&said);
        input.set_progress_handler(Some(Box::new(move |_, text: &[u8]| {
            let mut said = said.borrow_mut();
            let room = MAX_SAID.saturating_sub(said.len());
            said.extend_from_slice(&text[..text.len().min(room)]);
            ControlFlow::Continue(())
        })));
    }
    let mut answer = Vec::new();
    if has_sideband {
        let mut input = input.take(MAX_REPORT);
        input
            .read_to_end(&mut answer)
            .map_err(|error| failed(&error))?;
    } else {
        // Without a sideband the lines of the report come as they are.
        while let Some(line) = input.readline() {
            let line = line.map_err(|error| failed(&error))?;
            let line = line.map_err(|error| explain(&failure, &error))?;
            packet(&mut answer, line.as_slice().unwrap_or_default());
        }
    }
    let said = said.take();
    Ok((answer, shown(&said)))
}

/// A line with its length in front (gitprotocol-common(5)).
fn packet(out: &mut Vec<u8>, line: &[u8]) {
    out.extend_from_slice(format!("{:04x}", line.len() + 4).as_bytes());
    out.extend_from_slice(line);
}

/// What hooks say, on one line.
fn shown(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let words: Vec<_> = text.split_whitespace().collect();
    let text = words.join(" ");
    text.chars().filter(|letter| !letter.is_control()).collect()
}
