//! The reconciler of Receivers.

use common::conditions::{self, Condition, Status};
use common::kube::api::DeleteParams;
use common::object::FINALIZER;
use crds::notification::Receiver;
use notification_controller::receiver::webhook_path;
use serde_json::json;
use testing::wait_for;

use crate::world::{LONG, World};

fn condition<'a>(receiver: &'a Receiver, kind: &str) -> Option<&'a Condition> {
    conditions::find(&receiver.status.conditions, kind)
}

fn ready(receiver: &Receiver, status: Status, reason: &str) -> bool {
    condition(receiver, "Ready")
        .is_some_and(|ready| ready.status == status && ready.reason == reason)
}

#[tokio::test(flavor = "multi_thread")]
async fn p8_a_receiver_becomes_ready_under_the_path_of_its_token() {
    let world = World::new().await;
    world.secret("token", &[("token", "s3cret\n")]).await;
    let spec = json!({"type": "github", "secretRef": {"name": "token"}, "resources": [{"kind": "GitRepository", "name": "r"}]});
    world.create::<Receiver>("hook", spec).await;
    let done = |receiver: &Receiver| ready(receiver, Status::True, "Succeeded");
    let receiver = world.wait("hook", "ready", done).await;
    let path = webhook_path(b"s3cret\n", "hook", &world.namespace);
    assert_eq!(receiver.status.webhook_path.as_ref(), Some(&path));
    let message = &condition(&receiver, "Ready").unwrap().message;
    assert_eq!(*message, format!("Receiver initialized for path: {path}"));
    assert!(
        condition(&receiver, "Reconciling").is_none() && condition(&receiver, "Stalled").is_none()
    );
    assert_eq!(receiver.status.observed_generation, 1);
    assert_eq!(
        receiver.metadata.finalizers.as_deref(),
        Some(&[FINALIZER.to_owned()][..])
    );
    let told = world.recorded("hook", "Succeeded").await;
    assert_eq!(told.message, "Reconciliation finished, next run in 10m0s");
    let receivers = world.api::<Receiver>();
    receivers
        .delete("hook", &DeleteParams::default())
        .await
        .unwrap();
    wait_for(&receivers, "hook", "gone", LONG, |object| object.is_none())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn p7_a_missing_token_is_told_the_path_goes_and_a_watched_secret_heals_it() {
    let world = World::new().await;
    let spec = json!({"type": "generic", "secretRef": {"name": "token"}, "resources": []});
    world.create::<Receiver>("hook", spec).await;
    // At the start of the next try it says that it progresses.
    let missing = |receiver: &Receiver| {
        ready(receiver, Status::False, "TokenNotFound")
            && condition(receiver, "Reconciling").is_some_and(|it| it.reason != "Progressing")
    };
    let receiver = world.wait("hook", "not ready", missing).await;
    let reconciling = condition(&receiver, "Reconciling").unwrap();
    assert_eq!(
        (reconciling.status, &*reconciling.reason),
        (Status::True, "ProgressingWithRetry")
    );
    let told = world.recorded("hook", "Failed").await;
    let start = format!(
        "unable to read token from secret '{}/token' error: ",
        world.namespace
    );
    assert!(told.message.starts_with(&start), "{}", told.message);
    world.secret("token", &[("other", "x")]).await;
    let keyless = format!(
        "invalid '{}/token' secret data: required fields 'token'",
        world.namespace
    );
    let says = |receiver: &Receiver| {
        condition(receiver, "Ready").is_some_and(|ready| ready.message == keyless)
    };
    world.wait("hook", "says which key", says).await;
    world.secret("token", &[("token", "a")]).await;
    let path = world.answering("hook").await;
    // Another token, another path (section 13.18).
    world.secret("token", &[("token", "b")]).await;
    let moved = |receiver: &Receiver| {
        receiver
            .status
            .webhook_path
            .as_ref()
            .is_some_and(|new| *new != path)
    };
    world.wait("hook", "at another path", moved).await;
    world.secret("token", &[("other", "x")]).await;
    let gone = |receiver: &Receiver| missing(receiver) && receiver.status.webhook_path.is_none();
    world.wait("hook", "without a path", gone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p6_filters_that_do_not_compile_stall_with_the_place() {
    let world = World::new().await;
    let resources = json!([{"kind": "GitRepository", "name": "a"}, {"kind": "GitRepository", "name": "b", "filter": "req.x"}]);
    let spec = json!({"type": "generic", "secretRef": {"name": "token"}, "resources": resources});
    world.create::<Receiver>("own", spec).await;
    let spec = json!({"type": "generic", "secretRef": {"name": "token"}, "resources": [], "resourceFilter": "res.x =="});
    world.create::<Receiver>("all", spec).await;
    for (name, text) in [
        (
            "own",
            "invalid filter expression for resources[1] (kind=\"GitRepository\", name=\"b\"): CEL expression output type mismatch: expected bool, got dyn",
        ),
        ("all", "invalid resourceFilter expression: "),
    ] {
        let stalled = |receiver: &Receiver| condition(receiver, "Stalled").is_some();
        let receiver = world.wait(name, "stalled", stalled).await;
        assert!(ready(&receiver, Status::False, "InvalidCELExpression"));
        let stalled = condition(&receiver, "Stalled").unwrap();
        let start = format!("Reconciliation failed terminally due to configuration error: {text}");
        assert!(stalled.message.starts_with(&start), "{}", stalled.message);
        assert_eq!(
            (&*stalled.reason, receiver.status.observed_generation),
            ("InvalidCELExpression", 1)
        );
        assert!(condition(&receiver, "Reconciling").is_none());
        let told = world.recorded(name, "InvalidCELExpression").await;
        assert_eq!(told.message, stalled.message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn types_that_cannot_be_checked_are_refused_by_name() {
    let world = World::new().await;
    let spec = json!({"type": "cdevents", "secretRef": {"name": "token"}, "resources": []});
    world.create::<Receiver>("hook", spec).await;
    let stalled = |receiver: &Receiver| condition(receiver, "Stalled").is_some();
    let receiver = world.wait("hook", "stalled", stalled).await;
    assert!(ready(&receiver, Status::False, "ValidationFailed"));
    let message = &condition(&receiver, "Stalled").unwrap().message;
    assert!(
        message.ends_with("receiver type \"cdevents\" not supported"),
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn p9_a_request_is_recorded_even_while_suspended() {
    let world = World::new().await;
    let spec = json!({"type": "generic", "secretRef": {"name": "missing"}, "resources": [], "suspend": true});
    let metadata = json!({"annotations": {"reconcile.fluxcd.io/requestedAt": "now"}});
    world.create_with::<Receiver>("hook", metadata, spec).await;
    let handled =
        |receiver: &Receiver| receiver.status.last_handled_reconcile_at.as_deref() == Some("now");
    let receiver = world.wait("hook", "asked", handled).await;
    assert!(receiver.status.conditions.is_empty());
}
