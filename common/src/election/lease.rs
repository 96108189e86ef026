//! Taking, keeping and giving up the lease.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::Lease;
use kube::Client;
use kube::api::{Api, ObjectMeta, PostParams};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::record::{Seen, held, identity, released};
use crate::jitter;

/// `--leader-election-lease-duration`, `-renew-deadline`, `-retry-period`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// How long others wait before they take over.
    pub lease_duration: Duration,
    /// How long the leader tries to renew before it stops.
    pub renew_deadline: Duration,
    /// Pause between tries.
    pub retry_period: Duration,
}

/// Why there can be no election.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ElectionError {
    /// client-go refuses these too: a leader could lose the lease while it thinks that it has it.
    #[error(
        "--leader-election-lease-duration must be greater than --leader-election-renew-deadline"
    )]
    LeaseTooShort,
    /// No room for a second try.
    #[error(
        "--leader-election-renew-deadline must be greater than 1.2 times --leader-election-retry-period"
    )]
    DeadlineTooShort,
    /// A period of nothing.
    #[error(
        "--leader-election-lease-duration, -renew-deadline and -retry-period must be greater than zero"
    )]
    Zero,
}

impl Timing {
    /// Checks that the three fit together.
    ///
    /// # Errors
    /// Which two do not.
    pub fn check(self) -> Result<Self, ElectionError> {
        if self.lease_duration < Duration::from_secs(1)
            || self.renew_deadline.is_zero()
            || self.retry_period.is_zero()
        {
            Err(ElectionError::Zero)
        } else if self.lease_duration <= self.renew_deadline {
            Err(ElectionError::LeaseTooShort)
        } else if self.renew_deadline <= self.retry_period.mul_f64(1.2) {
            Err(ElectionError::DeadlineTooShort)
        } else {
            Ok(self)
        }
    }
}

/// A candidate for one lease.
#[derive(Clone)]
pub struct Election {
    api: Api<Lease>,
    name: String,
    identity: String,
    timing: Timing,
}

/// The lease, held and being renewed.
#[derive(Debug)]
pub struct Leadership {
    lost: CancellationToken,
    stop: CancellationToken,
    renewal: JoinHandle<()>,
}

impl Leadership {
    /// Cancelled when the lease could not be renewed in time, or somebody else has it.
    pub fn lost(&self) -> &CancellationToken {
        &self.lost
    }

    /// Stops renewing; with `Release::Yes` others may take over at once.
    pub async fn end(self, election: &Election, release: Release) {
        self.stop.cancel();
        // Cancelled or done, either way the renewal writes no more.
        let _ = self.renewal.await;
        if release == Release::Yes
            && !self.lost.is_cancelled()
            && let Err(error) = election.release().await
        {
            tracing::warn!(%error, lease = election.name, "failed to release the lease");
        }
    }
}

/// `--leader-election-release-on-cancel`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// Give the lease up, so that the next instance need not wait.
    Yes,
    /// Let it run out.
    No,
}

/// What one try came to.
enum Tried {
    Holding,
    HeldBy(String),
}

impl Election {
    /// A candidate named after the host.
    pub fn new(client: Client, namespace: &str, name: String, host: &str, timing: Timing) -> Self {
        Self {
            api: Api::namespaced(client, namespace),
            name,
            identity: identity(host),
            timing,
        }
    }

    /// The name under which this process holds the lease.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// Tries until the lease is held; nothing when `shutdown` came first.
    pub async fn acquire(&self, shutdown: &CancellationToken) -> Option<Leadership> {
        tracing::info!("attempting to acquire leader lease {}...", self.name);
        let mut watched = Watched::default();
        let mut told: Option<String> = None;
        loop {
            match self.attempt(&mut watched).await {
                Ok(Tried::Holding) => break,
                Ok(Tried::HeldBy(holder)) => {
                    if told.as_ref() != Some(&holder) {
                        tracing::info!(holder, "waiting for the leader lease {}", self.name);
                        told = Some(holder);
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "error retrieving or updating the leader lease {}", self.name);
                }
            }
            // Between one and two periods, so that candidates do not try in step.
            tokio::select! {
                () = tokio::time::sleep(jitter::up_to_double(self.timing.retry_period)) => {}
                () = shutdown.cancelled() => return None,
            }
        }
        tracing::info!("successfully acquired lease {}", self.name);
        let (lost, stop) = (CancellationToken::new(), CancellationToken::new());
        let renewal = tokio::spawn(self.clone().renew(watched, lost.clone(), stop.clone()));
        Some(Leadership {
            lost,
            stop,
            renewal,
        })
    }

    /// Renews every retry period until stopped; gives up at the deadline, or when another holds the lease.
    async fn renew(self, mut watched: Watched, lost: CancellationToken, stop: CancellationToken) {
        let mut deadline = Instant::now() + self.timing.renew_deadline;
        loop {
            tokio::select! {
                () = tokio::time::sleep(self.timing.retry_period) => {}
                () = stop.cancelled() => return,
            }
            let attempt = tokio::time::timeout_at(deadline, self.attempt(&mut watched));
            let tried = tokio::select! {
                tried = attempt => tried,
                () = stop.cancelled() => return,
            };
            match tried {
                Ok(Ok(Tried::Holding)) => deadline = Instant::now() + self.timing.renew_deadline,
                Ok(Ok(Tried::HeldBy(holder))) => {
                    tracing::error!(holder, "the leader lease {} was taken over", self.name);
                    break;
                }
                Ok(Err(error)) if Instant::now() < deadline => {
                    tracing::error!(%error, "failed to renew the leader lease {}, trying again", self.name);
                }
                Ok(Err(_)) | Err(_) => {
                    tracing::error!(
                        "failed to renew the leader lease {} within the deadline",
                        self.name
                    );
                    break;
                }
            }
        }
        lost.cancel();
    }

    /// Takes the lease if it is free or ours.
    async fn attempt(&self, watched: &mut Watched) -> Result<Tried, kube::Error> {
        let seconds = i32::try_from(self.timing.lease_duration.as_secs()).unwrap_or(i32::MAX);
        let Some(mut lease) = self.api.get_opt(&self.name).await? else {
            let lease = Lease {
                metadata: ObjectMeta {
                    name: Some(self.name.clone()),
                    ..ObjectMeta::default()
                },
                spec: Some(held(None, &self.identity, seconds, Timestamp::now())),
            };
            return match self.api.create(&PostParams::default(), &lease).await {
                Ok(lease) => Ok(watched.hold(&lease)),
                Err(kube::Error::Api(status)) if status.code == 409 => {
                    Ok(Tried::HeldBy(String::new()))
                }
                Err(error) => Err(error),
            };
        };
        watched.look(&lease);
        if let Some(holder) = watched.seen.holder()
            && holder != self.identity
            && !watched.expired(self.timing.lease_duration)
        {
            return Ok(Tried::HeldBy(holder.to_owned()));
        }
        lease.spec = Some(held(
            lease.spec.as_ref(),
            &self.identity,
            seconds,
            Timestamp::now(),
        ));
        match self
            .api
            .replace(&self.name, &PostParams::default(), &lease)
            .await
        {
            Ok(lease) => Ok(watched.hold(&lease)),
            // Somebody else was faster; who, the next look tells.
            Err(kube::Error::Api(status))
                if status.code == 409 && !watched.holding(&self.identity) =>
            {
                Ok(Tried::HeldBy(String::new()))
            }
            Err(error) => Err(error),
        }
    }

    async fn release(&self) -> Result<(), kube::Error> {
        let mut lease = self.api.get(&self.name).await?;
        let Some(spec) = lease
            .spec
            .take()
            .filter(|spec| spec.holder_identity.as_deref() == Some(&self.identity))
        else {
            return Ok(());
        };
        lease.spec = Some(released(&spec, Timestamp::now()));
        self.api
            .replace(&self.name, &PostParams::default(), &lease)
            .await
            .map(drop)
    }
}

/// The lease as last seen, and since when it has been so. Expiry goes by our own clock alone, since clocks differ
/// between machines.
#[derive(Debug)]
struct Watched {
    seen: Seen,
    since: Instant,
}

impl Default for Watched {
    fn default() -> Self {
        Self {
            seen: Seen::default(),
            since: Instant::now(),
        }
    }
}

impl Watched {
    fn look(&mut self, lease: &Lease) {
        let seen = Seen::of(lease);
        if self.seen != seen {
            *self = Self {
                seen,
                since: Instant::now(),
            };
        }
    }

    fn hold(&mut self, lease: &Lease) -> Tried {
        self.look(lease);
        Tried::Holding
    }

    fn expired(&self, duration: Duration) -> bool {
        self.since.elapsed() >= duration
    }

    fn holding(&self, identity: &str) -> bool {
        self.seen.holder() == Some(identity)
    }
}

impl std::fmt::Debug for Election {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Election")
            .field("name", &self.name)
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}
