//! What comes of a pass whose verdict decides on Ready (section 4).

use super::*;

#[tokio::test]
async fn section_4_success_and_failure_of_an_applier() {
    let outcome = pass(Applier(stored), fresh()).await;
    let message = "Applied revision: main@sha1:1";
    assert_eq!(
        outcome.conditions()[0],
        format!("Ready=True/ReconciliationSucceeded: {message}")
    );
    assert_eq!(outcome.object().status.observed_generation, 2);
    assert_eq!(
        outcome.told(),
        [(
            Notice::Info,
            "ReconciliationSucceeded",
            "Reconciliation finished"
        )]
    );
    assert_eq!(outcome.events[0].metadata["k"], "v");

    let fails: Script = |pass| {
        pass.progress(
            Progress::new("Building manifests")
                .ready(ReadyNote::Unknown("Reconciliation in progress".into())),
        );
        Err(Stop::new(Class::Retry, "BuildFailed", "no such file"))
    };
    let outcome = pass(Applier(fails), fresh()).await;
    assert_eq!(
        outcome.conditions(),
        [
            "Reconciling=True/ProgressingWithRetry: Building manifests",
            "Ready=False/BuildFailed: no such file"
        ]
    );
    assert_eq!(outcome.object().status.observed_generation, -1, "K3.1");
    assert_eq!(outcome.action, Action::RetryAfter(RETRY), "section 6");
}

#[tokio::test]
async fn section_4_a_terminal_error_of_an_applier_stalls() {
    let stop: Script = |_| {
        Err(Stop::new(
            Class::Stall,
            "InvalidCELExpression",
            "bad expression",
        ))
    };
    let outcome = pass(Applier(stop), fresh()).await;
    let text = "True/InvalidCELExpression: bad expression";
    assert_eq!(
        outcome.conditions(),
        [
            format!("Stalled={text}"),
            format!("Ready={}", text.replace("True", "False"))
        ]
    );
    assert_eq!(
        outcome.object().status.observed_generation,
        -1,
        "K3.1: a stall by itself moves nothing"
    );
    let stop: Script = |_| {
        Err(
            Stop::new(Class::Stall, "InvalidCELExpression", "bad expression")
                .observing_generation(),
        )
    };
    let outcome = pass(Applier(stop), fresh()).await;
    assert_eq!(
        outcome.object().status.observed_generation,
        2,
        "K3.1: an expression that cannot be read does"
    );
}

#[tokio::test]
async fn k7_8_an_event_may_say_something_else_than_the_condition() {
    let waits: Script = |_| {
        Err(Stop::new(
            Class::Wait(RETRY),
            "DependencyNotReady",
            "dependency 'ns/a' is not ready",
        )
        .with_notice(Notice::Info)
        .with_event("Dependencies do not meet ready condition, retrying in 30s"))
    };
    let outcome = pass(Applier(waits), fresh()).await;
    assert_eq!(
        outcome.conditions(),
        ["Ready=False/DependencyNotReady: dependency 'ns/a' is not ready"]
    );
    let text = "Dependencies do not meet ready condition, retrying in 30s";
    assert_eq!(outcome.told(), [(Notice::Info, "DependencyNotReady", text)]);
    assert_eq!(outcome.action, Action::After(RETRY));
}

#[tokio::test]
async fn m5_a_panic_in_a_step_becomes_a_retry() {
    let outcome = pass(Applier(|_| panic!("index out of bounds")), settled()).await;
    assert_eq!(
        outcome.conditions()[0],
        "Ready=False/ReconcilePanicked: panic: index out of bounds [recovered]"
    );
    assert_eq!(outcome.action, Action::Backoff);
    let text = outcome.context.metrics.render();
    assert!(
        text.contains(
            "controller_runtime_reconcile_panics_total{controller=\"gitrepository\"} 1\n"
        ),
        "{text}"
    );
}
