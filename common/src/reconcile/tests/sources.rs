//! What comes of a pass whose conditions decide on Ready (R7, R8).

use super::*;

#[tokio::test]
async fn r7_success_of_a_source() {
    let outcome = pass(Source(stored), fresh()).await;
    assert_eq!(
        outcome.conditions(),
        [
            "Ready=True/Succeeded: stored artifact",
            "ArtifactInStorage=True/Succeeded: stored artifact"
        ]
    );
    assert_eq!(outcome.object().status.observed_generation, 2);
    assert_eq!(outcome.action, Action::After(INTERVAL));
    assert!(outcome.events.is_empty());
}

#[tokio::test]
async fn r4_a_new_generation_is_announced_before_the_work() {
    let outcome = pass(Source(stored), fresh()).await;
    let first = &outcome.server.patches()[0]["status"]["conditions"];
    let message = "processing object: new generation -1 -> 2";
    assert_eq!(
        (&first[0]["type"], &first[0]["message"]),
        (&json!(RECONCILING), &json!(message))
    );
    assert_eq!(
        (&first[1]["type"], &first[1]["status"]),
        (&json!(READY), &json!("Unknown"))
    );
}

#[tokio::test]
async fn a_pass_in_which_nothing_changed_writes_nothing() {
    let mut object = settled();
    set(
        &mut object.status.conditions,
        IN_STORAGE.name(),
        Status::True,
        "Succeeded",
        "stored artifact",
        2,
        Timestamp::UNIX_EPOCH,
    );
    set(
        &mut object.status.conditions,
        READY,
        Status::True,
        "Succeeded",
        "stored artifact",
        2,
        Timestamp::UNIX_EPOCH,
    );
    let outcome = pass(Source(stored), object).await;
    assert_eq!(outcome.server.patches(), Vec::<serde_json::Value>::new());
    assert_eq!(outcome.action, Action::After(INTERVAL));
}

#[tokio::test]
async fn k6_a_request_is_announced_and_recorded_even_when_the_pass_fails() {
    let mut object = settled();
    object.metadata.annotations = Some([(REQUESTED_AT.to_owned(), "now".to_owned())].into());
    let outcome = pass(
        Source(|_| Err(Stop::new(Class::Retry, "Failed", "broken"))),
        object,
    )
    .await;
    assert_eq!(
        outcome.object().status.last_handled_reconcile_at.as_deref(),
        Some("now")
    );
    assert_eq!(
        outcome.server.patches().len(),
        2,
        "the announcement and the outcome"
    );
}

#[tokio::test]
async fn r7_retry_of_a_source_names_the_condition_and_warns() {
    let fails: Script = |_| {
        let text = "failed to checkout https://user:secret@host/repo?token=x";
        Err(Stop::new(Class::Retry, "GitOperationFailed", text).with_condition(FETCH_FAILED))
    };
    let outcome = pass(Source(fails), settled()).await;
    let message = "failed to checkout https://host/repo";
    assert_eq!(
        outcome.conditions(),
        [
            "Reconciling=True/ProgressingWithRetry: reconciliation in progress".to_owned(),
            format!("Ready=False/GitOperationFailed: {message}"),
            "ArtifactInStorage=True/Succeeded: stored".to_owned(),
            format!("FetchFailed=True/GitOperationFailed: {message}"),
        ]
    );
    assert_eq!(outcome.action, Action::Backoff);
    assert_eq!(
        outcome.told(),
        [(Notice::Error, "GitOperationFailed", message)]
    );
}

#[tokio::test]
async fn r7_observed_generation_stays_on_retry_and_wait_and_moves_on_stall_and_no_op() {
    let observed = async |script: Script| {
        pass(Source(script), {
            let mut object = settled();
            object.status.observed_generation = 1;
            object
        })
        .await
        .object()
        .status
        .observed_generation
    };
    assert_eq!(
        observed(|_| Err(Stop::new(Class::Retry, "R", "m"))).await,
        1
    );
    assert_eq!(
        observed(|_| Err(Stop::new(Class::Wait(RETRY), "R", "m"))).await,
        1
    );
    assert_eq!(
        observed(|_| Err(Stop::new(Class::Requeue, "R", "m"))).await,
        1
    );
    assert_eq!(
        observed(|_| Err(Stop::new(Class::Stall, "R", "m"))).await,
        2
    );
    assert_eq!(observed(|_| Err(Stop::no_op("R", "m"))).await, 2);
}

#[tokio::test]
async fn r7_stall_of_a_source() {
    let outcome = pass(
        Source(|_| Err(Stop::new(Class::Stall, "URLInvalid", "bad address"))),
        settled(),
    )
    .await;
    assert_eq!(
        outcome.conditions(),
        [
            "Stalled=True/URLInvalid: bad address",
            "Ready=False/URLInvalid: bad address",
            "ArtifactInStorage=True/Succeeded: stored"
        ]
    );
    assert_eq!(outcome.action, Action::Await);
    assert_eq!(
        outcome.told(),
        [(Notice::Error, "URLInvalid", "bad address")]
    );
}

#[tokio::test]
async fn r7_no_op_leaves_a_trace_and_what_was_there() {
    let outcome = pass(
        Source(|_| Err(Stop::no_op("GitOperationSucceeded", "no changes"))),
        settled(),
    )
    .await;
    assert_eq!(
        outcome.conditions(),
        [
            "Ready=True/Succeeded: stored",
            "ArtifactInStorage=True/Succeeded: stored"
        ]
    );
    assert_eq!(outcome.action, Action::After(INTERVAL));
    assert_eq!(
        outcome.told(),
        [(Notice::Trace, "GitOperationSucceeded", "no changes")]
    );
}

#[tokio::test]
async fn r8_a_success_that_is_not_ready_is_a_retry() {
    let fails: Script = |pass| {
        pass.mark(FETCH_FAILED, true, "Odd", "left behind");
        Ok(Flow::Next)
    };
    let outcome = pass(Source(fails), settled()).await;
    assert_eq!(outcome.action, Action::Backoff);
    assert!(
        outcome
            .conditions()
            .contains(&"Ready=False/Odd: left behind".to_owned())
    );
    assert!(outcome.events.is_empty());
}

#[tokio::test]
async fn r3_suspension_moves_the_observed_generation_and_does_no_work() {
    let mut object = settled();
    object.spec.suspend = true;
    object.status.observed_generation = 1;
    object.metadata.annotations = Some([(REQUESTED_AT.to_owned(), "now".to_owned())].into());
    let outcome = pass(Source(|_| panic!("no step may run")), object).await;
    let status = outcome.object().status;
    assert_eq!(
        (
            status.observed_generation,
            status.last_handled_reconcile_at.as_deref()
        ),
        (2, Some("now"))
    );
    assert_eq!(outcome.action, Action::Await);
}
