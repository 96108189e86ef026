//! One conversation with a remote: list references, decide, fetch.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use gix::ObjectId;
use gix::bstr::BString;
use gix::progress::Discard;
use gix::protocol::handshake::Ref;
use gix::protocol::ls_refs::RefPrefixes;
use gix::protocol::transport::Service;
use gix::protocol::transport::client::blocking_io::Transport;
use gix::protocol::{Handshake, LsRefsCommand};
use select::semver;

use crate::access::Access;
use crate::checkout::Checkout;
use crate::conversation::FirstFailure;
use crate::error::{Error, RemoteError};
use crate::fetch::{Depth, fetch};
use crate::open::{self, Opened};
use crate::reference::{PEELED, Reference, Revision};
use crate::url::RemoteUrl;

/// What a conversation may cost.
#[derive(Debug, Clone)]
pub struct Limits {
    /// From the first request to the last byte.
    pub timeout: Duration,
    /// Bytes of the pack.
    pub pack_bytes: u64,
    /// Where the pack is kept while it is read.
    pub temporary: PathBuf,
    /// Set it to end the conversation early.
    pub interrupt: Arc<AtomicBool>,
}

/// A remote that answered.
pub struct Session {
    pub(crate) transport: Box<dyn Transport>,
    pub(crate) handshake: Handshake,
    pub(crate) failure: FirstFailure,
    pub(crate) limits: Limits,
    pub(crate) url: RemoteUrl,
}

/// What a reference stands for at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// What the revision begins with, if not with the hash.
    pub(crate) pointer: Option<String>,
    /// What to fetch.
    pub(crate) target: Target,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A listed object; `commit` is what it leads to as far as the listing tells.
    Listed(Candidate),
    /// Tags of equal precedence: the one with the youngest commit is meant (G4).
    Youngest(Vec<Candidate>),
    /// A commit that one of these branches should lead to.
    Within {
        id: ObjectId,
        tips: Vec<ObjectId>,
        searched: String,
    },
}

/// A listed reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Its short name.
    pub name: String,
    /// The object that it points to.
    pub object: ObjectId,
    /// The object behind it, if it is an annotated tag.
    pub commit: ObjectId,
}

impl Resolved {
    /// The revision, if the listing was enough to tell; otherwise only a checkout can.
    pub fn revision(&self) -> Option<Revision> {
        let commit = match &self.target {
            Target::Listed(candidate) => candidate.commit,
            Target::Youngest(_) => return None,
            Target::Within { id, .. } => *id,
        };
        Some(self.revision_of(commit))
    }

    pub(crate) fn revision_of(&self, commit: ObjectId) -> Revision {
        match &self.pointer {
            Some(pointer) => Revision::new(pointer.clone(), commit),
            None => Revision::bare(commit),
        }
    }
}

/// Opens a conversation: sends the first request, with the credentials.
pub fn connect(url: &RemoteUrl, access: &Access, limits: Limits) -> Result<Session, Error> {
    let opened = open::open(url, access, &limits, Service::UploadPack)?;
    let Opened {
        transport,
        handshake,
        failure,
    } = opened;
    Ok(Session {
        transport,
        handshake,
        failure,
        limits,
        url: url.clone(),
    })
}

impl Session {
    /// Finds what a reference stands for, from a listing alone (G11).
    pub fn resolve(&mut self, reference: &Reference) -> Result<Resolved, Error> {
        match reference {
            Reference::Branch(branch) => {
                let full = format!("refs/heads/{branch}");
                let found = self.find(&full)?;
                let Some(candidate) = found else {
                    return Err(self.missing(full, WhenEmpty::Tell)?);
                };
                Ok(listed(branch.clone(), candidate))
            }
            Reference::Tag(tag) => {
                let full = format!("refs/tags/{tag}");
                match self.find(&full)? {
                    Some(candidate) => Ok(listed(tag.clone(), candidate)),
                    None => Err(self.missing(full, WhenEmpty::NotFound)?),
                }
            }
            Reference::Name(name) => {
                let plain = name.strip_suffix(PEELED).unwrap_or(name);
                match self.find(plain)? {
                    Some(candidate) => Ok(listed(name.clone(), candidate)),
                    None => Err(Error::Unresolved(name.clone())),
                }
            }
            Reference::Semver(constraint) => self.resolve_semver(constraint),
            Reference::Commit { id, branch } => self.resolve_commit(*id, branch.as_deref()),
        }
    }

    /// Finds the tip of a branch, if there is one.
    pub fn branch(&mut self, branch: &str) -> Result<Option<Resolved>, Error> {
        let found = self.find(&format!("refs/heads/{branch}"))?;
        Ok(found.map(|candidate| listed(branch.to_owned(), candidate)))
    }

    /// Fetches what was resolved.
    pub fn checkout(mut self, resolved: &Resolved) -> Result<Checkout, Error> {
        match &resolved.target {
            Target::Listed(candidate) => {
                let store = fetch(&mut self, &[candidate.object], Depth::One)?;
                store.into_checkout(resolved, &candidate.name, candidate.object)
            }
            Target::Youngest(candidates) => {
                let wants: Vec<_> = candidates
                    .iter()
                    .map(|candidate| candidate.object)
                    .collect();
                let store = fetch(&mut self, &wants, Depth::One)?;
                let mut youngest = None;
                for candidate in candidates {
                    let time = store.commit_time(&candidate.name, candidate.object)?;
                    // Of the same second, the last in the order of the listing.
                    if youngest.is_none_or(|(best, _)| time >= best) {
                        youngest = Some((time, candidate));
                    }
                }
                let (_, candidate) = youngest.ok_or(Error::Empty)?;
                let resolved = listed(candidate.name.clone(), candidate.clone());
                store.into_checkout(&resolved, &candidate.name, candidate.object)
            }
            Target::Within { id, tips, searched } => {
                // A tip needs no history to be found.
                let (wants, depth) = if tips.contains(id) {
                    (vec![*id], Depth::One)
                } else {
                    (tips.clone(), Depth::All)
                };
                let store = fetch(&mut self, &wants, depth)?;
                if !store.contains(*id)? {
                    let searched = searched.clone();
                    return Err(Error::NoSuchCommit {
                        id: id.to_string(),
                        searched,
                    });
                }
                store.into_checkout(resolved, &id.to_string(), *id)
            }
        }
    }

    fn resolve_semver(&mut self, constraint: &semver::Constraint) -> Result<Resolved, Error> {
        let tags = self.list(Some("refs/tags/"))?;
        let candidates: Vec<Candidate> = tags
            .into_iter()
            .filter_map(|(full, candidate)| {
                let name = full.strip_prefix("refs/tags/")?.to_owned();
                Some(Candidate { name, ..candidate })
            })
            .collect();
        let names = candidates.iter().map(|candidate| candidate.name.as_str());
        let versions = semver::matching(constraint, names);
        let Some(best) = versions.first() else {
            if candidates.is_empty() && self.list(None)?.is_empty() {
                return Err(Error::EmptyFor {
                    url: self.url.to_string(),
                });
            }
            return Err(Error::NoMatch(constraint.to_string()));
        };
        let equal: Vec<Candidate> = versions
            .iter()
            .take_while(|version| version.precedence(best).is_eq())
            .filter_map(|version| candidates.iter().find(|c| c.name == version.original()))
            .cloned()
            .collect();
        let mut equal = equal.into_iter();
        match (equal.next(), equal.len()) {
            (Some(only), 0) => Ok(listed(only.name.clone(), only)),
            (first, _) => {
                let target = Target::Youngest(first.into_iter().chain(equal).collect());
                Ok(Resolved {
                    pointer: None,
                    target,
                })
            }
        }
    }

    fn resolve_commit(&mut self, id: ObjectId, branch: Option<&str>) -> Result<Resolved, Error> {
        let (tips, searched) = if let Some(branch) = branch {
            let full = format!("refs/heads/{branch}");
            let Some(candidate) = self.find(&full)? else {
                return Err(self.missing(full, WhenEmpty::NotFound)?);
            };
            (vec![candidate.object], format!("branch '{branch}'"))
        } else {
            let heads = self.list(Some("refs/heads/"))?;
            let mut tips: Vec<_> = heads.into_iter().map(|(_, head)| head.object).collect();
            tips.sort_unstable();
            tips.dedup();
            if tips.is_empty() {
                return Err(Error::EmptyFor {
                    url: self.url.to_string(),
                });
            }
            (tips, "any branch".to_owned())
        };
        let pointer = branch.map(str::to_owned);
        Ok(Resolved {
            pointer,
            target: Target::Within { id, tips, searched },
        })
    }

    /// Why a reference that should be there is not.
    fn missing(&mut self, name: String, when_empty: WhenEmpty) -> Result<Error, Error> {
        let url = self.url.to_string();
        Ok(match (self.list(None)?.is_empty(), when_empty) {
            (false, _) => Error::NoSuchReference { url, name },
            (true, WhenEmpty::Tell) => Error::Empty,
            (true, WhenEmpty::NotFound) => Error::EmptyFor { url },
        })
    }

    /// The reference of exactly this name.
    fn find(&mut self, full: &str) -> Result<Option<Candidate>, Error> {
        let found = self.list(Some(full))?;
        Ok(found
            .into_iter()
            .find(|(name, _)| name == full)
            .map(|(_, candidate)| candidate))
    }

    /// References whose names begin with `prefix`, in the order of the remote. Servers are free to send more.
    fn list(&mut self, prefix: Option<&str>) -> Result<Vec<(String, Candidate)>, Error> {
        // Protocol 1 lists everything at once.
        let refs = if let Some(refs) = &self.handshake.refs {
            refs.clone()
        } else {
            let prefixes = prefix.map(|prefix| {
                let mut prefixes = RefPrefixes::new();
                prefixes.extend([BString::from(prefix)]);
                prefixes
            });
            let agent = ("agent", Some(gix::protocol::agent("sluice")));
            LsRefsCommand::new(prefixes, &self.handshake.capabilities, agent)
                .invoke_blocking(&mut self.transport, &mut Discard, false)
                .map_err(|error| Error::List {
                    url: self.url.to_string(),
                    source: explain(&self.failure, &error),
                })?
        };
        Ok(refs.into_iter().filter_map(candidate).collect())
    }
}

#[derive(Clone, Copy)]
enum WhenEmpty {
    /// An empty repository is reported as such.
    Tell,
    /// It is one more way of not having the reference.
    NotFound,
}

fn listed(pointer: String, candidate: Candidate) -> Resolved {
    Resolved {
        pointer: Some(pointer),
        target: Target::Listed(candidate),
    }
}

/// Full name and objects of a listed reference; `None` for one that has no commit yet.
fn candidate(reference: Ref) -> Option<(String, Candidate)> {
    let (name, object, commit) = match reference {
        Ref::Peeled {
            full_ref_name,
            tag,
            object,
        } => (full_ref_name, tag, object),
        Ref::Direct {
            full_ref_name,
            object,
        } => (full_ref_name, object, object),
        Ref::Symbolic {
            full_ref_name,
            tag,
            object,
            ..
        } => (full_ref_name, tag.unwrap_or(object), object),
        Ref::Unborn { .. } => return None,
    };
    let name = String::from_utf8(name.into()).ok()?;
    Some((
        name.clone(),
        Candidate {
            name,
            object,
            commit,
        },
    ))
}

/// Our own account of what went wrong if there is one, the library's otherwise.
pub(crate) fn explain(failure: &FirstFailure, error: &gix::error::Error) -> RemoteError {
    failure.take().unwrap_or_else(|| {
        let mut text = String::new();
        for cause in error.iter_errors() {
            let message = cause.to_string();
            if !text.contains(&message) {
                if !text.is_empty() {
                    text.push_str(": ");
                }
                text.push_str(&message);
            }
        }
        RemoteError::Protocol(text)
    })
}
