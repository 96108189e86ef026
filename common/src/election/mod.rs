//! Leader election by a Lease, understood by client-go's (K21.4, M3).
//!
//! One instance holds the lease and renews it; the others look at it every retry period and take it over when it was
//! not renewed for the lease duration, by their own clock. Every write carries the resourceVersion, so of two that
//! try at a time one fails. A leader that cannot renew within the renew deadline stops: its work may no longer be its
//! own.
//!
//! The fields are those that client-go writes (`tools/leaderelection`), so both kinds of process can compete for one
//! lease and hand it over either way.

mod lease;
mod record;

pub use lease::{Election, ElectionError, Leadership, Release, Timing};
pub use record::lease_name;
