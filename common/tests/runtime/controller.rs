//! When passes start, and how they get along with each other.

use std::borrow::Cow;

use common::conditions::Condition;
use common::controller::{Index, Store, Trigger};
use common::k8s_openapi::api::core::v1::ConfigMap;
use common::k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use common::kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use common::kube::core::NamespaceResourceScope;
use common::kube::{Resource, ResourceExt as _};
use common::object::{Object as _, ObjectKey};
use common::queue::Urgency;
use serde_json::json;
use testing::wait_for;

use crate::fixture::{PATIENCE, Picky, Rig, count};

#[tokio::test]
async fn k20_1_a_pass_starts_on_creation_new_generation_request_and_deletion_and_on_nothing_else() {
    let rig = Rig::start(2).await;
    rig.create("a", "fine").await;
    rig.record
        .wait("reconciled once", |state| count(&state.ended, "a") == 1)
        .await;
    let ready = |object: Option<&crds::source::GitRepository>| {
        object.is_some_and(|object| {
            object
                .conditions()
                .iter()
                .any(|c| c.r#type == "Ready" && c.is_true())
        })
    };
    wait_for(&rig.api(), "a", "ready", PATIENCE, ready)
        .await
        .unwrap();

    // A label and a status written by somebody else are no reason; the request after them is.
    rig.patch("a", json!({"metadata": {"labels": {"team": "x"}}}))
        .await;
    let params = PatchParams::default();
    let status = json!({"status": {"observedIgnore": "x"}});
    rig.api()
        .patch_status("a", &params, &Patch::Merge(status))
        .await
        .unwrap();
    rig.request("a", "1").await;
    rig.record
        .wait("reconciled on request", |state| {
            count(&state.ended, "a") == 2
        })
        .await;
    let handled = |object: Option<&crds::source::GitRepository>| {
        object.is_some_and(|object| object.last_handled_reconcile_at() == Some("1"))
    };
    wait_for(&rig.api(), "a", "handled", PATIENCE, handled)
        .await
        .unwrap();

    rig.patch("a", json!({"spec": {"timeout": "20s"}})).await;
    rig.record
        .wait("reconciled on a new generation", |state| {
            count(&state.ended, "a") == 3
        })
        .await;
    rig.api()
        .delete("a", &DeleteParams::default())
        .await
        .unwrap();
    rig.record
        .wait("finalized", |state| count(&state.ended, "-a") == 1)
        .await;
    wait_for(&rig.api(), "a", "gone", PATIENCE, |object| object.is_none())
        .await
        .unwrap();
    assert_eq!(count(&rig.record.now().begun, "a"), 3);
}

#[tokio::test]
async fn no_two_passes_of_an_object_overlap_and_no_more_run_than_may() {
    let rig = Rig::start(2).await;
    for name in ["a", "b", "c"] {
        rig.create(name, "held").await;
    }
    rig.record
        .wait("busy", |state| state.begun.len() == 2)
        .await;
    for token in ["1", "2", "3"] {
        rig.request("a", token).await;
    }
    rig.release.send_replace(true);
    let state = rig
        .record
        .wait("done", |state| {
            state.begun.contains(&"c".to_owned()) && count(&state.ended, "a") >= 2
        })
        .await;
    assert!(!state.overlapped, "{state:?}");
    assert_eq!(state.most, 2, "{state:?}");
}

#[tokio::test]
async fn a_parked_pass_holds_no_worker_and_hears_of_a_new_spec() {
    let rig = Rig::start(1).await;
    rig.create("waits", "parked").await;
    rig.record
        .wait("parked", |state| count(&state.begun, "waits") == 1)
        .await;
    // The only worker is free for others.
    rig.create("other", "fine").await;
    rig.record
        .wait("served", |state| count(&state.ended, "other") == 1)
        .await;
    rig.patch(
        "waits",
        json!({"spec": {"url": "https://example.com/fine"}}),
    )
    .await;
    let state = rig
        .record
        .wait("reconciled anew", |state| count(&state.ended, "waits") == 2)
        .await;
    assert_eq!(
        state.interruptions,
        [format!("GitRepository/{}/waits", rig.namespace)]
    );
}

#[tokio::test]
async fn many_parked_passes_come_back_though_there_is_one_worker() {
    let rig = Rig::start(1).await;
    let names: Vec<String> = (0..20).map(|number| format!("n{number:02}")).collect();
    for name in &names {
        rig.create(name, "parked").await;
    }
    rig.record
        .wait("all parked", |state| state.begun.len() == names.len())
        .await;
    for name in &names {
        rig.api()
            .delete(name, &DeleteParams::default())
            .await
            .unwrap();
    }
    let state = rig
        .record
        .wait("all finalized", |state| {
            names
                .iter()
                .all(|name| state.ended.contains(&format!("-{name}")))
        })
        .await;
    assert_eq!(state.interruptions.len(), names.len());
}

#[tokio::test]
async fn m5_a_panic_in_one_pass_disturbs_no_other() {
    let rig = Rig::start(1).await;
    rig.create("bad", "panics").await;
    rig.record
        .wait("panicked", |state| count(&state.ended, "bad") >= 1)
        .await;
    rig.create("good", "fine").await;
    rig.record
        .wait("served", |state| count(&state.ended, "good") == 1)
        .await;
    // And it is tried again.
    rig.record
        .wait("retried", |state| count(&state.ended, "bad") >= 2)
        .await;
    let said = |object: Option<&crds::source::GitRepository>| {
        object.is_some_and(|object| {
            object
                .conditions()
                .iter()
                .any(|c| c.message == "panic: as told [recovered]")
        })
    };
    wait_for(&rig.api(), "bad", "told about its panic", PATIENCE, said)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_object_that_does_not_decode_is_told_so_and_stops_nobody() {
    let rig = Rig::start(1).await;
    rig.create("bad", "unreadable").await;
    rig.create("good", "fine").await;
    rig.record
        .wait("served", |state| count(&state.ended, "good") == 1)
        .await;
    let stalled = |object: Option<&crds::source::GitRepository>| {
        object.is_some_and(|object| {
            object
                .conditions()
                .iter()
                .any(|c| c.r#type == "Stalled" && c.message.contains("unreadable address"))
        })
    };
    let bad = wait_for(&rig.api(), "bad", "stalled", PATIENCE, stalled)
        .await
        .unwrap()
        .unwrap();
    let ready = bad
        .conditions()
        .iter()
        .find(|c| c.r#type == "Ready")
        .unwrap();
    assert_eq!(
        (ready.is_false(), ready.reason.as_str()),
        (true, "InvalidObject")
    );
    // Once it can be read it is served like any other, and its conditions recover.
    rig.patch("bad", json!({"spec": {"url": "https://example.com/fine"}}))
        .await;
    let recovered = |object: Option<&crds::source::GitRepository>| {
        object.is_some_and(|object| {
            object
                .conditions()
                .iter()
                .any(|c| c.r#type == "Ready" && c.is_true())
        })
    };
    let bad = wait_for(&rig.api(), "bad", "ready", PATIENCE, recovered)
        .await
        .unwrap()
        .unwrap();
    assert!(
        bad.conditions().iter().all(|c| c.r#type != "Stalled"),
        "{:?}",
        bad.conditions()
    );
}

/// Objects by the name of the Secret that they refer to; it stands for any kind of reference.
const BY_SECRET: Index<Picky> = Index {
    name: "secret",
    values: |object| {
        object
            .0
            .spec
            .secret_ref
            .iter()
            .map(|reference| reference.name.clone())
            .collect()
    },
};

#[tokio::test]
async fn k20_3_a_labelled_config_map_wakes_those_that_refer_to_it_in_the_order_of_the_mapper() {
    let trigger = Trigger::on_metadata::<ConfigMap>(
        Urgency::Enqueue,
        "reconcile.fluxcd.io/watch=Enabled",
        |changed, store: &Store<Picky>| {
            let mut keys: Vec<ObjectKey> = store
                .find("secret", &changed.name_any())
                .iter()
                .map(|object| object.key())
                .collect();
            keys.reverse();
            keys
        },
    );
    let rig = Rig::start_with(1, vec![BY_SECRET], vec![trigger]).await;
    for (name, secret) in [("a", "settings"), ("b", "settings"), ("c", "others")] {
        rig.create(name, "fine").await;
        rig.patch(name, json!({"spec": {"secretRef": {"name": secret}}}))
            .await;
    }
    let seen = |object: Option<&crds::source::GitRepository>| {
        object.is_some_and(|object| object.observed_generation() == 2)
    };
    for name in ["a", "b", "c"] {
        wait_for(
            &rig.api(),
            name,
            "reconciled at generation 2",
            PATIENCE,
            seen,
        )
        .await
        .unwrap();
    }
    // The queue is empty once a request that came after everything else has been answered.
    rig.request("c", "quiet").await;
    let quiet = |object: Option<&crds::source::GitRepository>| {
        object.is_some_and(|object| object.last_handled_reconcile_at() == Some("quiet"))
    };
    wait_for(&rig.api(), "c", "quiet", PATIENCE, quiet)
        .await
        .unwrap();
    let before = rig.record.now().begun.len();

    let maps: Api<ConfigMap> = Api::namespaced(rig.client.clone(), &rig.namespace);
    let mut map = ConfigMap::default();
    map.metadata.name = Some("settings".into());
    maps.create(&PostParams::default(), &map).await.unwrap();
    let labels = json!({"metadata": {"labels": {"reconcile.fluxcd.io/watch": "Enabled"}}});
    maps.patch("settings", &PatchParams::default(), &Patch::Merge(labels))
        .await
        .unwrap();
    let state = rig
        .record
        .wait("woken", |state| state.ended.len() == before + 2)
        .await;
    assert_eq!(
        state.begun[before..],
        ["b", "a"],
        "the label made it visible, the mapper chose the order"
    );
    let data = json!({"data": {"k": "v"}});
    maps.patch("settings", &PatchParams::default(), &Patch::Merge(data))
        .await
        .unwrap();
    rig.record
        .wait("woken again", |state| state.ended.len() == before + 4)
        .await;
    assert_eq!(count(&rig.record.now().begun[before..], "c"), 0);
}

#[tokio::test]
async fn k18_an_object_that_becomes_ready_wakes_those_that_wait_for_it() {
    let ready = |object: &Picky| {
        let ready = object
            .0
            .status
            .conditions
            .iter()
            .find(|condition| condition.r#type == "Ready");
        ready.is_some_and(Condition::is_true).to_string()
    };
    let waiting = |done: &Picky, store: &Store<Picky>| {
        store
            .find("secret", &done.name_any())
            .iter()
            .map(|object| object.key())
            .collect()
    };
    let trigger = Trigger::on_own(Urgency::Enqueue, ready, waiting);
    let rig = Rig::start_with(1, vec![BY_SECRET], vec![trigger]).await;
    rig.create("dependent", "fine").await;
    rig.patch(
        "dependent",
        json!({"spec": {"secretRef": {"name": "base"}}}),
    )
    .await;
    let settled = |object: Option<&crds::source::GitRepository>| {
        object.is_some_and(|object| object.observed_generation() == 2)
    };
    wait_for(&rig.api(), "dependent", "settled", PATIENCE, settled)
        .await
        .unwrap();
    let before = count(&rig.record.now().begun, "dependent");
    rig.create("base", "fine").await;
    rig.record
        .wait("woken", |state| count(&state.begun, "dependent") > before)
        .await;
}

#[tokio::test]
async fn a_kind_that_is_not_there_holds_nobody_up() {
    #[derive(Debug, Clone, serde::Deserialize, serde::Serialize)]
    struct Missing {
        metadata: ObjectMeta,
    }
    impl Resource for Missing {
        type DynamicType = ();
        type Scope = NamespaceResourceScope;
        fn kind((): &()) -> Cow<'_, str> {
            "Missing".into()
        }
        fn group((): &()) -> Cow<'_, str> {
            "missing.example.com".into()
        }
        fn version((): &()) -> Cow<'_, str> {
            "v1".into()
        }
        fn plural((): &()) -> Cow<'_, str> {
            "missings".into()
        }
        fn meta(&self) -> &ObjectMeta {
            &self.metadata
        }
        fn meta_mut(&mut self) -> &mut ObjectMeta {
            &mut self.metadata
        }
    }
    let trigger = Trigger::on::<Missing>(Urgency::Interrupt, |_| String::new(), |_, _| Vec::new());
    let rig = Rig::start_with(1, Vec::new(), vec![trigger]).await;
    rig.create("a", "fine").await;
    rig.record
        .wait("reconciled", |state| count(&state.ended, "a") == 1)
        .await;
}

#[tokio::test]
async fn a_shutdown_lets_running_passes_end_and_interrupts_parked_ones() {
    let rig = Rig::start(2).await;
    rig.create("parked", "parked").await;
    rig.create("held", "held").await;
    rig.record
        .wait("under way", |state| state.begun.len() == 2)
        .await;
    rig.context.shutdown.cancel();
    rig.record
        .wait("handed back", |state| state.interruptions == ["shutdown"])
        .await;
    rig.create("late", "fine").await;
    rig.release.send_replace(true);
    rig.stop().await;
    let state = rig.record.now();
    assert_eq!(count(&state.ended, "held"), 1, "it ended in its own time");
    assert_eq!(count(&state.begun, "late"), 0, "nothing new began");
    let held = rig.api().get("held").await.unwrap();
    assert!(
        held.conditions()
            .iter()
            .any(|c| c.r#type == "Ready" && c.is_true()),
        "and what it found was written"
    );
    let parked = rig.api().get("parked").await.unwrap();
    assert!(
        parked.conditions().is_empty(),
        "nothing was written about what is unfinished"
    );
}

#[tokio::test]
async fn a_quiet_object_costs_no_requests() {
    let rig = Rig::start(1).await;
    rig.create("a", "fine").await;
    let settled = |object: Option<&crds::source::GitRepository>| {
        object.is_some_and(|object| object.observed_generation() == 1)
    };
    wait_for(&rig.api(), "a", "settled", PATIENCE, settled)
        .await
        .unwrap();
    let version = rig.api().get("a").await.unwrap().resource_version();
    rig.stop().await;
    assert_eq!(rig.record.now().begun.len(), 1);
    assert_eq!(
        rig.api().get("a").await.unwrap().resource_version(),
        version
    );
    assert!(
        rig.context.metrics.render().contains("name=\"a\""),
        "its series is there: {}",
        rig.key("a")
    );
}

#[tokio::test]
async fn a_watch_that_breaks_down_ends_the_process_instead_of_going_unnoticed() {
    let broken = |object: &Picky, _: &Store<Picky>| -> Vec<ObjectKey> {
        assert_ne!(object.key().name.as_ref(), "breaks", "as told");
        Vec::new()
    };
    let trigger = Trigger::on_own(
        Urgency::Enqueue,
        |object: &Picky| object.0.spec.url.clone(),
        broken,
    );
    let rig = Rig::start_with(1, Vec::new(), vec![trigger]).await;
    // Triggers stay silent until every watch has answered: the first pass shows that they have.
    rig.create("a", "fine").await;
    rig.record
        .wait("begun", |state| count(&state.begun, "a") == 1)
        .await;
    rig.create("breaks", "fine").await;
    tokio::time::timeout(PATIENCE, rig.context.shutdown.cancelled())
        .await
        .unwrap();
    rig.stop().await;
}
