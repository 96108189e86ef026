//! What is in the lease.

use std::fmt::Write as _;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;

/// The lease's name: `<controller>-leader-election`, and for a shard `-` and the first eight hex digits of the SHA-256
/// of its label selector (K21.4, M3).
pub fn lease_name(controller: &str, label_selector: &str) -> String {
    let mut name = format!("{controller}-leader-election");
    if !label_selector.is_empty() {
        name.push('-');
        let digest = artifact::Algorithm::Sha256.digest(label_selector.as_bytes());
        name.extend(digest.hex().chars().take(8));
    }
    name
}

/// What two looks at a lease are compared by: any difference means that its holder is alive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Seen {
    holder: Option<String>,
    renewed: Option<Timestamp>,
    acquired: Option<Timestamp>,
    transitions: Option<i32>,
}

impl Seen {
    pub(super) fn of(lease: &Lease) -> Self {
        let spec = lease.spec.clone().unwrap_or_default();
        Self {
            holder: spec.holder_identity,
            renewed: spec.renew_time.map(|time| time.0),
            acquired: spec.acquire_time.map(|time| time.0),
            transitions: spec.lease_transitions,
        }
    }

    /// Who holds the lease; nobody when it was released.
    pub(super) fn holder(&self) -> Option<&str> {
        self.holder.as_deref().filter(|holder| !holder.is_empty())
    }
}

/// The spec of a lease that `identity` takes or renews.
pub(super) fn held(
    old: Option<&LeaseSpec>,
    identity: &str,
    seconds: i32,
    now: Timestamp,
) -> LeaseSpec {
    let ours = old.is_some_and(|spec| spec.holder_identity.as_deref() == Some(identity));
    let transitions = old.and_then(|spec| spec.lease_transitions).unwrap_or(0);
    let acquired = old
        .and_then(|spec| spec.acquire_time.clone())
        .filter(|_| ours);
    LeaseSpec {
        holder_identity: Some(identity.to_owned()),
        lease_duration_seconds: Some(seconds),
        acquire_time: Some(acquired.unwrap_or(MicroTime(now))),
        renew_time: Some(MicroTime(now)),
        // A new lease begins at none; each change of hands counts.
        lease_transitions: Some(if ours || old.is_none() {
            transitions
        } else {
            transitions.saturating_add(1)
        }),
        ..LeaseSpec::default()
    }
}

/// The spec of a lease that its holder gives up.
pub(super) fn released(old: &LeaseSpec, now: Timestamp) -> LeaseSpec {
    LeaseSpec {
        holder_identity: Some(String::new()),
        lease_duration_seconds: Some(1),
        acquire_time: Some(MicroTime(now)),
        renew_time: Some(MicroTime(now)),
        lease_transitions: old.lease_transitions,
        ..LeaseSpec::default()
    }
}

/// A name for this process that no other has: `<host>_<random>`.
pub(super) fn identity(host: &str) -> String {
    let mut name = host.to_owned();
    let _ = write!(name, "_{}", uuid::Uuid::new_v4());
    name
}
