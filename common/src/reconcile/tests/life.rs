//! Finalizers, deletion, progress, events, and waiting.

use super::*;

#[tokio::test]
async fn k5_1_the_finalizer_comes_before_any_work() {
    let mut object = fresh();
    object.metadata.finalizers = None;
    let outcome = pass(Source(stored), object).await;
    assert_eq!(
        outcome.server.patches()[0]["metadata"]["finalizers"],
        json!([FINALIZER])
    );
    assert!(outcome.object().has_finalizer());
}

#[tokio::test]
async fn r2_a_deleted_object_is_finalized_even_when_suspended_and_its_series_vanish() {
    let mut object = settled();
    object.spec.suspend = true;
    object.metadata.deletion_timestamp = Some(Time(Timestamp::UNIX_EPOCH));
    let outcome = pass(Source(|_| Ok(Flow::Next)), object).await;
    assert!(!outcome.server.is_there(), "the last finalizer is gone");
    assert_eq!(outcome.action, Action::Await);
    assert!(!outcome.context.metrics.render().contains("name=\"repo\""));
}

#[tokio::test]
async fn a_failed_finalization_keeps_the_finalizer_and_ready() {
    let mut object = settled();
    object.metadata.deletion_timestamp = Some(Time(Timestamp::UNIX_EPOCH));
    let outcome = pass(
        Applier(|_| Err(Stop::new(Class::Backoff, "PruneFailed", "forbidden"))),
        object,
    )
    .await;
    assert!(outcome.object().has_finalizer());
    assert!(
        find(outcome.object().conditions(), READY)
            .unwrap()
            .is_true()
    );
    assert_eq!(outcome.action, Action::Backoff);
    assert_eq!(
        outcome.told(),
        [(Notice::Error, "PruneFailed", "forbidden")]
    );
}

#[tokio::test]
async fn an_object_that_vanishes_under_a_pass_is_let_go() {
    let server = Server::holding(&fresh());
    let (context, events) = server.context();
    let object: GitRepository = server.object();
    server.remove();
    assert_eq!(
        run_once(&Source(stored), &context, object).await,
        Action::Await
    );
    assert!(drain(events).is_empty());
}

#[tokio::test]
async fn k4_1_progress_ends_stalled() {
    let mut object = settled();
    set(
        &mut object.status.conditions,
        STALLED,
        Status::True,
        "R",
        "m",
        2,
        Timestamp::UNIX_EPOCH,
    );
    let script: Script = |pass| {
        pass.progress(Progress::new("again"));
        Err(Stop::abandon())
    };
    let server = Server::holding(&object);
    let outcome = pass_with(Applier(script), server).await;
    assert!(
        outcome.server.patches().is_empty(),
        "an abandoned pass writes nothing"
    );
    let script: Script = |pass| {
        pass.progress(Progress::new("again"));
        Err(Stop::new(Class::Retry, "R", "m"))
    };
    let outcome = pass_with(Applier(script), outcome.server).await;
    assert!(find(outcome.object().conditions(), STALLED).is_none());
}

#[tokio::test]
async fn e2_event_annotations_of_the_object_are_added_to_the_metadata() {
    let mut object = fresh();
    object.metadata.annotations = Some(
        [("event.toolkit.fluxcd.io/change", "42"), ("other", "x")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into(),
    );
    let outcome = pass(Applier(stored), object).await;
    let metadata = &outcome.events[0].metadata;
    assert_eq!(metadata.len(), 2);
    assert_eq!(metadata["event.toolkit.fluxcd.io/change"], "42");
    assert_eq!(
        outcome.events[0].involved.to_string(),
        "GitRepository/ns/repo"
    );
}

#[tokio::test]
async fn a_parked_pass_gives_its_worker_to_others_and_takes_one_again() {
    let server = Server::holding(&fresh());
    let (context, _events) = server.context();
    let metrics = context.metrics.controller("GitRepository", 1);
    let slots = Slots::new(1, metrics);
    let slot = slots.take().await;
    let interrupt = Interrupt::detached(CancellationToken::new());
    let mut pass = Pass::<Source>::begin(server.object(), context, slot, interrupt).unwrap();
    let others = slots.clone();
    let answer = pass
        .park(async move {
            // The only worker is free while the pass waits.
            let other = others.take().await;
            other.is_held()
        })
        .await;
    assert_eq!(answer, Ok(true));
    assert!(
        tokio::time::timeout(Duration::from_millis(1), slots.take())
            .await
            .is_err(),
        "it is in use again"
    );
}

#[tokio::test]
async fn a_parked_pass_hands_back_at_once_on_shutdown() {
    let server = Server::holding(&fresh());
    let (context, _events) = server.context();
    let slots = Slots::new(1, context.metrics.controller("GitRepository", 1));
    let shutdown = CancellationToken::new();
    let interrupt = Interrupt::detached(shutdown.clone());
    let mut pass =
        Pass::<Source>::begin(server.object(), context, slots.take().await, interrupt).unwrap();
    shutdown.cancel();
    let interrupted = pass.park(std::future::pending::<()>()).await.unwrap_err();
    assert_eq!(Stop::from(interrupted).class(), Class::Abandon);
}
