use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::*;
use crate::metrics::Metrics;
use crate::object::ObjectKey;
use crate::queue::{Backoff, Cause, Interrupted, Origin, Urgency};

fn queue() -> (Queue, CancellationToken) {
    let shutdown = CancellationToken::new();
    let queue = Queue::new(
        Backoff::default(),
        Metrics::new().queue("Widget"),
        shutdown.clone(),
    );
    (queue, shutdown)
}

fn key(name: &str) -> ObjectKey {
    ObjectKey::new("ns", name)
}

fn cause(urgency: Urgency) -> Cause {
    let origin = Origin {
        kind: "GitRepository".into(),
        key: ObjectKey::new("src", "repo"),
    };
    Cause { origin, urgency }
}

async fn next(queue: &Queue) -> Item {
    assert!(queue.ready().await);
    queue.take().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_waiting_key_is_there_once_and_keys_come_in_order() {
    let (queue, _shutdown) = queue();
    for name in ["a", "b", "a", "c", "b"] {
        queue.add(&key(name), &cause(Urgency::Enqueue));
    }
    assert_eq!(queue.len(), 3);
    let mut order = Vec::new();
    while let Some(item) = queue.take() {
        order.push(item.key.name.to_string());
    }
    assert_eq!(order, ["a", "b", "c"]);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_worked_on_is_handed_out_again_only_after_it_is_done() {
    let (queue, _shutdown) = queue();
    queue.add_now(&key("a"));
    let item = next(&queue).await;
    queue.add_now(&key("a"));
    queue.add_now(&key("a"));
    assert!(queue.take().is_none() && queue.is_running(&item.key));
    queue.done(&item.key);
    assert_eq!(next(&queue).await.key, key("a"));
    queue.done(&key("a"));
    assert!(queue.is_empty() && !queue.is_running(&key("a")));
}

#[tokio::test(start_paused = true)]
async fn a_timer_makes_its_key_ready_and_the_earlier_of_two_counts() {
    let (queue, _shutdown) = queue();
    queue.add_after(&key("a"), Duration::from_secs(10));
    queue.add_after(&key("a"), Duration::from_mins(1));
    queue.add_after(&key("b"), Duration::from_secs(5));
    let start = Instant::now();
    assert_eq!(next(&queue).await.key, key("b"));
    assert_eq!(next(&queue).await.key, key("a"));
    assert_eq!(start.elapsed().as_secs(), 10);
    queue.done(&key("a"));
    assert!(
        tokio::time::timeout(Duration::from_mins(10), queue.ready())
            .await
            .is_err(),
        "the later timer is gone"
    );
}

#[tokio::test(start_paused = true)]
async fn an_event_that_comes_before_the_timer_replaces_it() {
    let (queue, _shutdown) = queue();
    queue.add_after(&key("a"), Duration::from_secs(10));
    queue.add(&key("a"), &cause(Urgency::Enqueue));
    let item = next(&queue).await;
    queue.done(&item.key);
    assert!(
        tokio::time::timeout(Duration::from_mins(10), queue.ready())
            .await
            .is_err()
    );
}

#[tokio::test(start_paused = true)]
async fn r7_failures_back_off_until_forgotten() {
    let (queue, _shutdown) = queue();
    let delays = [0; 3].map(|_| queue.add_backed_off(&key("a")).as_millis());
    assert_eq!(delays, [750, 1500, 3000]);
    assert_eq!(
        queue.add_backed_off(&key("b")).as_millis(),
        750,
        "each key by itself"
    );
    queue.forget(&key("a"));
    assert_eq!(queue.add_backed_off(&key("a")).as_millis(), 750);
    queue.discard(&key("a"));
    queue.discard(&key("b"));
    assert!(
        tokio::time::timeout(Duration::from_hours(1), queue.ready())
            .await
            .is_err()
    );
}

#[tokio::test(start_paused = true)]
async fn an_urgent_addition_interrupts_the_running_pass_and_another_does_not() {
    let (queue, _shutdown) = queue();
    queue.add_now(&key("a"));
    let item = next(&queue).await;
    queue.add(&key("a"), &cause(Urgency::Enqueue));
    queue.add(&key("other"), &cause(Urgency::Interrupt));
    assert_eq!(item.interrupt.pending(), None);
    let waiting = tokio::spawn({
        let interrupt = item.interrupt.clone();
        async move { interrupt.wait().await }
    });
    queue.add(&key("a"), &cause(Urgency::Interrupt));
    let Interrupted::Changed(origin) = waiting.await.unwrap() else {
        panic!("not a shutdown");
    };
    assert_eq!(origin.to_string(), "GitRepository/src/repo");
    assert_eq!(item.interrupt.pending(), Some(Interrupted::Changed(origin)));
}

#[tokio::test(start_paused = true)]
async fn only_another_object_overrules_work_that_other_news_can_wait_for() {
    let (queue, _shutdown) = queue();
    queue.add_now(&key("a"));
    let item = next(&queue).await;
    queue.add(&key("a"), &cause(Urgency::Interrupt));
    let overruled = tokio::time::timeout(Duration::from_mins(1), item.interrupt.overruled());
    assert!(overruled.await.is_err());
    queue.add(&key("a"), &cause(Urgency::Overrule));
    let origin = cause(Urgency::Overrule).origin;
    assert_eq!(
        item.interrupt.overruled().await,
        Interrupted::Changed(origin)
    );
}

#[tokio::test(start_paused = true)]
async fn an_addition_before_the_pass_does_not_interrupt_it() {
    let (queue, _shutdown) = queue();
    queue.add(&key("a"), &cause(Urgency::Interrupt));
    let item = next(&queue).await;
    assert_eq!(item.interrupt.pending(), None);
    queue.done(&key("a"));
    // The queue let go of the key: nothing can interrupt the old pass any more.
    assert!(
        tokio::time::timeout(Duration::from_mins(1), item.interrupt.wait())
            .await
            .is_err()
    );
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_ends_the_queue_and_interrupts_every_pass() {
    let (queue, shutdown) = queue();
    queue.add_now(&key("a"));
    queue.add_now(&key("b"));
    let item = next(&queue).await;
    shutdown.cancel();
    assert!(!queue.ready().await);
    assert_eq!(item.interrupt.wait().await, Interrupted::Shutdown);
    queue.add_now(&key("c"));
    assert_eq!(queue.len(), 1, "nothing new is taken");
}

#[tokio::test(start_paused = true)]
async fn a_batch_keeps_its_order() {
    let (queue, _shutdown) = queue();
    let keys: Vec<_> = ["c", "a", "b"].map(key).into();
    queue.add_all(&keys, &cause(Urgency::Enqueue));
    for expected in &keys {
        assert_eq!(&queue.take().unwrap().key, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn m4_queue_series_tell_depth_adds_retries_and_times() {
    let metrics = Metrics::new();
    let queue = Queue::new(
        Backoff::default(),
        metrics.queue("Widget"),
        CancellationToken::new(),
    );
    queue.add_now(&key("a"));
    queue.add_now(&key("b"));
    let item = queue.take().unwrap();
    queue.done(&item.key);
    queue.add_backed_off(&key("a"));
    let text = metrics.render();
    for line in [
        "workqueue_depth{controller=\"widget\",name=\"widget\",priority=\"0\"} 1\n",
        "workqueue_adds_total{controller=\"widget\",name=\"widget\"} 2\n",
        "workqueue_retries_total{controller=\"widget\",name=\"widget\"} 1\n",
        "workqueue_queue_duration_seconds_count{controller=\"widget\",name=\"widget\"} 1\n",
        "workqueue_work_duration_seconds_count{controller=\"widget\",name=\"widget\"} 1\n",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}
