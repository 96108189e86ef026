//! Which commit the changes are made on, and from what the push branch may move (G2 to G5, G8).

use git::push::{Destination, Lease};
use git::{Access, Checkout, Error, Limits, Reference, RemoteUrl};

/// What the object and its repository ask for.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The repository.
    pub url: RemoteUrl,
    /// How to get at it.
    pub access: Access,
    /// What is checked out.
    pub reference: Reference,
    /// The branch that is pushed to.
    pub push_branch: String,
    /// Whether that is another one than is checked out.
    pub branches: Branches,
    /// The reference that a refspec writes to as well, and whether it may lose commits.
    pub refspec: Option<git::push::Refspec>,
}

/// How the checked out and the pushed branch relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Branches {
    /// They are the same.
    Same,
    /// The pushed one is another, by these rules.
    Switched {
        /// What it is made of.
        base: Base,
        /// Whether it may lose commits.
        force: Force,
    },
}

/// What a push branch of its own is made of (G4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// What the remote has of it already; the checkout, if it has nothing.
    Remote,
    /// The checkout, whatever the remote has.
    Checkout,
}

/// Whether a branch may lose commits (G5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Force {
    /// It may.
    Allowed,
    /// It may not.
    Refused,
}

/// What a look at the remote gave.
pub enum Found {
    /// The revision is the one that was seen last.
    Unchanged,
    /// A commit to make changes on.
    Fetched(Box<Fetched>),
}

/// A commit to make changes on.
pub struct Fetched {
    /// The commit.
    pub base: Checkout,
    /// The revision of what was asked to be checked out; of the push branch it may be another.
    pub revision: String,
    /// From what the push branch may move.
    pub lease: Lease,
}

/// Looks at the remote and fetches. `seen` is the revision at which nothing would have to be done.
pub fn fetch(plan: &Plan, limits: &Limits, seen: Option<&str>) -> Result<Found, Error> {
    let mut session = git::connect(&plan.url, &plan.access, limits.clone())?;
    let resolved = session.resolve(&plan.reference)?;
    let listed = resolved.revision().map(|revision| revision.to_string());
    if plan.reference.resolves_by_listing() && seen.is_some() && listed.as_deref() == seen {
        return Ok(Found::Unchanged);
    }
    let tip = match plan.branches {
        Branches::Switched {
            base: Base::Remote, ..
        } => session.branch(&plan.push_branch)?,
        _ => None,
    };
    let Some(tip) = tip else {
        let base = session.checkout(&resolved)?;
        let revision = base.revision().to_string();
        let lease = lease(plan, &base);
        return Ok(Found::Fetched(Box::new(Fetched {
            base,
            revision,
            lease,
        })));
    };
    let base = session.checkout(&tip)?;
    let revision = if let Some(revision) = listed {
        revision
    } else {
        // Only a fetch can tell which of several it is.
        let session = git::connect(&plan.url, &plan.access, limits.clone())?;
        session.checkout(&resolved)?.revision().to_string()
    };
    let lease = Lease::Exactly(Some(base.commit().hash.clone()));
    Ok(Found::Fetched(Box::new(Fetched {
        base,
        revision,
        lease,
    })))
}

/// From what the push branch may move, when it is made of the checkout.
fn lease(plan: &Plan, base: &Checkout) -> Lease {
    match plan.branches {
        Branches::Same if matches!(plan.reference, Reference::Branch(_)) => {
            Lease::Exactly(Some(base.commit().hash.clone()))
        }
        Branches::Switched {
            base: Base::Remote, ..
        } => Lease::Exactly(None),
        Branches::Switched {
            force: Force::Allowed,
            ..
        } => Lease::Any,
        Branches::Same | Branches::Switched { .. } => Lease::Parent,
    }
}

impl Plan {
    /// Where a commit goes.
    pub fn destinations(&self, lease: Lease) -> Vec<Destination> {
        let branch = format!("refs/heads/{}", self.push_branch);
        let mut all = vec![Destination {
            reference: branch.clone(),
            lease,
        }];
        let is_forced = matches!(
            self.branches,
            Branches::Switched {
                force: Force::Allowed,
                ..
            }
        );
        if let Some(refspec) = &self.refspec
            && refspec.reference != branch
        {
            let lease = if is_forced || refspec.strength == git::push::Strength::Forced {
                Lease::Any
            } else {
                Lease::Parent
            };
            all.push(Destination {
                reference: refspec.reference.clone(),
                lease,
            });
        }
        all
    }

    /// Whether only a full look tells what there is to do: a push branch of its own or a refspec (U4).
    pub fn always_syncs(&self) -> bool {
        self.branches != Branches::Same || self.refspec.is_some()
    }
}
