//! The lease.

use std::time::Duration;

use common::election::{Election, Leadership, Release, Timing, lease_name};
use common::k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use common::k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use common::kube::api::{Api, Patch, PatchParams, PostParams};
use serde_json::json;
use testing::{ControlPlane, wait_for};
use tokio_util::sync::CancellationToken;

use crate::fixture::PATIENCE;

/// Of leases that run out.
const SHORT: Timing = Timing {
    lease_duration: Duration::from_secs(2),
    renew_deadline: Duration::from_millis(1500),
    retry_period: Duration::from_millis(100),
};

/// Of leases that are kept, on a busy machine too.
const LASTING: Timing = Timing {
    lease_duration: Duration::from_mins(5),
    renew_deadline: Duration::from_mins(4),
    retry_period: Duration::from_millis(100),
};

struct Ground {
    namespace: String,
    api: Api<Lease>,
}

impl Ground {
    async fn new() -> Self {
        let plane = ControlPlane::shared().await;
        let namespace = plane.namespace("election").await;
        let api = Api::namespaced(plane.client().await, &namespace);
        Self { namespace, api }
    }

    async fn candidate(&self, host: &str, timing: Timing) -> Election {
        let client = ControlPlane::shared().await.client().await;
        Election::new(client, &self.namespace, "lease".into(), host, timing)
    }

    async fn spec(&self) -> LeaseSpec {
        self.api.get("lease").await.unwrap().spec.unwrap()
    }
}

async fn acquire(election: &Election) -> Leadership {
    let shutdown = CancellationToken::new();
    tokio::time::timeout(PATIENCE, election.acquire(&shutdown))
        .await
        .unwrap()
        .unwrap()
}

#[test]
fn k21_4_a_shard_has_a_lease_of_its_own() {
    assert_eq!(
        lease_name("kustomize-controller", ""),
        "kustomize-controller-leader-election"
    );
    // The first eight digits of sha256("sharding.fluxcd.io/key=shard1").
    assert_eq!(
        lease_name("source-controller", "sharding.fluxcd.io/key=shard1"),
        "source-controller-leader-election-73fdc1be"
    );
}

#[tokio::test]
async fn the_lease_has_the_fields_of_client_go_and_is_renewed() {
    let ground = Ground::new().await;
    let election = ground.candidate("host-1", LASTING).await;
    let leadership = acquire(&election).await;
    let spec = ground.spec().await;
    assert_eq!(spec.holder_identity.as_deref(), Some(election.identity()));
    assert!(election.identity().starts_with("host-1_"));
    assert_eq!(
        (spec.lease_duration_seconds, spec.lease_transitions),
        (Some(300), Some(0))
    );
    assert!(spec.acquire_time <= spec.renew_time && spec.acquire_time.is_some());
    let renewed = |lease: Option<&Lease>| {
        let now = lease.and_then(|lease| lease.spec.as_ref());
        now.is_some_and(|now| {
            now.renew_time > spec.renew_time && now.acquire_time == spec.acquire_time
        })
    };
    wait_for(&ground.api, "lease", "renewed", PATIENCE, renewed)
        .await
        .unwrap();
    leadership.end(&election, Release::No).await;
}

#[tokio::test]
async fn a_released_lease_changes_hands_at_once_and_the_change_is_counted() {
    let ground = Ground::new().await;
    let (first, second) = (
        ground.candidate("host-1", LASTING).await,
        ground.candidate("host-2", LASTING).await,
    );
    let leadership = acquire(&first).await;
    let waiting = tokio::spawn({
        let second = second.clone();
        async move { acquire(&second).await }
    });
    leadership.end(&first, Release::Yes).await;
    let leadership = waiting.await.unwrap();
    let spec = ground.spec().await;
    assert_eq!(spec.holder_identity.as_deref(), Some(second.identity()));
    assert_eq!(spec.lease_transitions, Some(1));
    leadership.end(&second, Release::Yes).await;
    assert_eq!(ground.spec().await.holder_identity.as_deref(), Some(""));
}

#[tokio::test]
async fn a_lease_that_is_not_renewed_is_taken_over_after_its_duration() {
    let ground = Ground::new().await;
    let (first, second) = (
        ground.candidate("host-1", SHORT).await,
        ground.candidate("host-2", SHORT).await,
    );
    acquire(&first).await.end(&first, Release::No).await;
    let start = std::time::Instant::now();
    let leadership = acquire(&second).await;
    assert!(
        start.elapsed() >= SHORT.lease_duration,
        "{:?}",
        start.elapsed()
    );
    leadership.end(&second, Release::Yes).await;
}

#[tokio::test]
async fn a_leader_that_was_pushed_out_knows_it() {
    let ground = Ground::new().await;
    let election = ground.candidate("host-1", LASTING).await;
    let leadership = acquire(&election).await;
    let usurper = json!({"spec": {"holderIdentity": "usurper", "renewTime": MicroTime(jiff::Timestamp::now())}});
    ground
        .api
        .patch("lease", &PatchParams::default(), &Patch::Merge(usurper))
        .await
        .unwrap();
    tokio::time::timeout(PATIENCE, leadership.lost().cancelled())
        .await
        .unwrap();
    leadership.end(&election, Release::Yes).await;
    assert_eq!(
        ground.spec().await.holder_identity.as_deref(),
        Some("usurper"),
        "what is not ours is not released"
    );
}

#[tokio::test]
async fn a_lease_of_client_go_is_respected_until_it_expires() {
    let ground = Ground::new().await;
    let mut lease = Lease::default();
    lease.metadata.name = Some("lease".into());
    let long_ago: jiff::Timestamp = "2020-01-01T00:00:00Z".parse().unwrap();
    lease.spec = Some(LeaseSpec {
        holder_identity: Some("source-controller-abc_6f1e".into()),
        lease_duration_seconds: Some(35),
        // Clocks differ between machines: what it says of the time does not count.
        acquire_time: Some(MicroTime(long_ago)),
        renew_time: Some(MicroTime(long_ago)),
        lease_transitions: Some(7),
        ..LeaseSpec::default()
    });
    ground
        .api
        .create(&PostParams::default(), &lease)
        .await
        .unwrap();
    let election = ground.candidate("host-1", SHORT).await;
    let start = std::time::Instant::now();
    let leadership = acquire(&election).await;
    assert!(
        start.elapsed() >= SHORT.lease_duration,
        "{:?}",
        start.elapsed()
    );
    assert_eq!(ground.spec().await.lease_transitions, Some(8));
    leadership.end(&election, Release::Yes).await;
}

#[tokio::test]
async fn a_shutdown_ends_the_candidacy() {
    let ground = Ground::new().await;
    let (first, second) = (
        ground.candidate("host-1", LASTING).await,
        ground.candidate("host-2", LASTING).await,
    );
    let leadership = acquire(&first).await;
    let shutdown = CancellationToken::new();
    shutdown.cancel();
    assert!(second.acquire(&shutdown).await.is_none());
    leadership.end(&first, Release::Yes).await;
}

#[test]
fn periods_that_do_not_fit_together_are_refused() {
    let check = |lease, deadline, retry| {
        let timing = Timing {
            lease_duration: Duration::from_secs(lease),
            renew_deadline: Duration::from_secs(deadline),
            retry_period: Duration::from_secs(retry),
        };
        timing.check().map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(check(35, 30, 5), Ok(()));
    assert!(
        check(30, 30, 5)
            .unwrap_err()
            .contains("lease-duration must be greater")
    );
    assert!(check(35, 6, 5).unwrap_err().contains("1.2 times"));
    assert!(check(35, 30, 0).unwrap_err().contains("greater than zero"));
}
