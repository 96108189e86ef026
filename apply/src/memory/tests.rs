use super::*;
use crate::testing::{InMemory, Recorder};
use crate::{ApplyOptions, ChangeSet, Owner, apply_all, apply_all_remembering};
use proptest::prelude::*;
use serde_json::{Value, json};

const HOUR: Duration = Duration::from_hours(1);

fn owner() -> Owner {
    Owner {
        field_manager: "us".into(),
        group: "g.io".into(),
    }
}

fn memory() -> Memory {
    Memory::new(&owner(), "unit", "ns", HOUR)
}

fn options() -> ApplyOptions {
    ApplyOptions::for_owner(&owner(), &[])
}

fn config(name: &str, data: &Value) -> Object {
    let mut object = Object::new(json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "ns"}, "data": data,
    }))
    .unwrap();
    owner().mark(&mut object, "unit", "ns");
    object
}

fn id(name: &str) -> ObjectId {
    ObjectId::new("ns", name, "", "ConfigMap")
}

struct Pass {
    cluster: Recorder<InMemory>,
    memory: Memory,
}

impl Pass {
    fn new() -> Self {
        Self {
            cluster: Recorder::new(InMemory::default()),
            memory: memory(),
        }
    }

    async fn run(&mut self, objects: Vec<Object>) -> ChangeSet {
        apply_all_remembering(&self.cluster, objects, &options(), &mut self.memory)
            .await
            .unwrap()
    }

    /// The outcome and the requests of a pass, as text.
    async fn lines(&mut self, objects: Vec<Object>) -> (String, Vec<String>) {
        self.cluster.take();
        let changes = self.run(objects).await;
        (changes.to_string(), self.cluster.take_lines())
    }
}

#[tokio::test(start_paused = true)]
async fn a_pass_without_changes_costs_one_list_for_each_kind_and_namespace() {
    let mut pass = Pass::new();
    let set = || {
        vec![
            config("a", &json!({"k": "v"})),
            config("b", &json!({"k": "v"})),
        ]
    };
    pass.run(set()).await;
    let (lines, requests) = pass.lines(set()).await;
    assert_eq!(lines, "ConfigMap/ns/a unchanged\nConfigMap/ns/b unchanged");
    assert_eq!(requests, ["ListMetadata ConfigMap/ns"]);
}

#[tokio::test(start_paused = true)]
async fn a_moved_a_new_and_a_missing_object_are_looked_at_and_the_others_are_not() {
    let mut pass = Pass::new();
    let object = |name| config(name, &json!({"k": "v"}));
    pass.run(vec![object("a"), object("b"), object("c")]).await;
    pass.cluster.inner().update(&id("a"), "somebody", |value| {
        value["data"]["k"] = json!("x");
    });
    pass.cluster.inner().remove(&id("b"));
    let (lines, requests) = pass
        .lines(vec![object("a"), object("b"), object("c"), object("d")])
        .await;
    assert_eq!(
        lines,
        "ConfigMap/ns/a configured\nConfigMap/ns/b created\nConfigMap/ns/c unchanged\nConfigMap/ns/d created"
    );
    assert!(
        requests.iter().all(|line| !line.ends_with("/c")),
        "{requests:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_status_update_is_told_from_a_change_once_the_fingerprint_has_settled() {
    let mut pass = Pass::new();
    let set = || vec![config("a", &json!({"k": "v"}))];
    let report = |cluster: &InMemory, n: i64| {
        cluster.update_status(&id("a"), "controller", |value| {
            value["status"] = json!({"n": n});
        });
    };
    pass.run(set()).await;
    // Too early: the second in which we have applied is not over for sure.
    report(pass.cluster.inner(), 1);
    let (_, requests) = pass.lines(set()).await;
    assert_eq!(
        requests,
        [
            "ListMetadata ConfigMap/ns",
            "DryRun ConfigMap/ns/a",
            "Get ConfigMap/ns/a"
        ]
    );

    tokio::time::advance(SETTLED).await;
    pass.run(set()).await;
    report(pass.cluster.inner(), 2);
    let (lines, requests) = pass.lines(set()).await;
    assert_eq!(lines, "ConfigMap/ns/a unchanged");
    assert_eq!(requests, ["ListMetadata ConfigMap/ns"]);

    // In doubt only an unmoved version counts.
    pass.memory.doubt();
    assert_eq!(pass.lines(set()).await.1, ["ListMetadata ConfigMap/ns"]);
    report(pass.cluster.inner(), 3);
    assert_eq!(pass.lines(set()).await.1.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn other_options_another_desired_object_and_age_call_for_a_full_comparison() {
    let mut pass = Pass::new();
    let set = || vec![config("a", &json!({"k": "v"}))];
    let full = ["DryRun ConfigMap/ns/a", "Get ConfigMap/ns/a"];
    pass.run(set()).await;
    tokio::time::advance(HOUR).await;
    assert_eq!(pass.lines(set()).await.1, full);

    let other = ApplyOptions::for_owner(&owner(), &["argocd".into()]);
    pass.cluster.take();
    apply_all_remembering(&pass.cluster, set(), &other, &mut pass.memory)
        .await
        .unwrap();
    assert_eq!(pass.cluster.take_lines(), full);

    let (lines, _) = pass.lines(vec![config("a", &json!({"k": "w"}))]).await;
    assert_eq!(lines, "ConfigMap/ns/a configured");
}

#[tokio::test(start_paused = true)]
async fn skipped_objects_and_those_that_left_the_set_are_not_remembered() {
    let mut pass = Pass::new();
    let mut skipped = config("a", &json!({}));
    skipped.set_annotation("g.io/reconcile", "disabled");
    pass.run(vec![skipped, config("b", &json!({"k": "v"}))])
        .await;
    assert_eq!(pass.memory.len(), 1);
    pass.run(vec![]).await;
    assert!(pass.memory.is_empty());
}

/// What can happen to an object between two passes.
#[derive(Clone, Debug)]
enum Edit {
    /// A manager sets a field, perhaps to the value that it has.
    Set {
        manager: &'static str,
        field: &'static str,
        value: u8,
    },
    /// A manager removes a field.
    Unset {
        manager: &'static str,
        field: &'static str,
    },
    /// Another manager applies a field.
    Apply {
        manager: &'static str,
        field: &'static str,
        value: u8,
    },
    /// A second controller under our name applies another value.
    Twin {
        field: &'static str,
        value: u8,
    },
    Annotate {
        key: &'static str,
        value: &'static str,
    },
    Unlabel,
    Status(u8),
    /// Somebody resets the managed fields.
    Reset,
    Delete,
    /// The unit wants another value from now on.
    Want {
        field: &'static str,
        value: Option<u8>,
    },
    /// Seconds go by.
    Wait(u64),
}

fn edits() -> impl Strategy<Value = (usize, Edit)> {
    let manager =
        || prop::sample::select(vec!["somebody", "kubectl-edit", "us", "before-first-apply"]);
    let field = || prop::sample::select(vec!["k", "l", "m"]);
    let edit = prop_oneof![
        4 => (manager(), field(), 0..3u8)
            .prop_map(|(manager, field, value)| Edit::Set { manager, field, value }),
        2 => (manager(), field()).prop_map(|(manager, field)| Edit::Unset { manager, field }),
        2 => (prop::sample::select(vec!["scaler", "kubectl"]), field(), 0..3u8)
            .prop_map(|(manager, field, value)| Edit::Apply { manager, field, value }),
        1 => prop::sample::select(vec![
            ("g.io/reconcile", "disabled"),
            ("g.io/ssa", "merge"),
            ("note", "x"),
        ]).prop_map(|(key, value)| Edit::Annotate { key, value }),
        2 => (field(), 0..3u8).prop_map(|(field, value)| Edit::Twin { field, value }),
        1 => Just(Edit::Unlabel),
        3 => (0..3u8).prop_map(Edit::Status),
        1 => Just(Edit::Reset),
        1 => Just(Edit::Delete),
        2 => (field(), prop::option::of(0..3u8))
            .prop_map(|(field, value)| Edit::Want { field, value }),
        3 => prop::sample::select(vec![0, 1, 11, 60]).prop_map(Edit::Wait),
    ];
    (0..2usize, edit)
}

const NAMES: [&str; 2] = ["a", "b"];

async fn perform(cluster: &InMemory, wanted: &mut [Value; 2], (index, edit): &(usize, Edit)) {
    let id = id(NAMES[*index]);
    match edit {
        Edit::Set {
            manager,
            field,
            value,
        } => {
            cluster.update(&id, manager, |object| {
                object["data"][*field] = json!(value.to_string());
            });
        }
        Edit::Unset { manager, field } => cluster.update(&id, manager, |object| {
            if let Some(data) = object["data"].as_object_mut() {
                data.shift_remove(*field);
            }
        }),
        Edit::Apply {
            manager,
            field,
            value,
        } => {
            let object = Object::new(json!({
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": {"name": id.name, "namespace": "ns"}, "data": {*field: value.to_string()},
            }));
            let mode = crate::cluster::ApplyMode::Persist;
            cluster
                .apply(&object.unwrap(), manager, mode)
                .await
                .unwrap();
        }
        Edit::Twin { field, value } => {
            let mut data = wanted[*index].clone();
            data[*field] = json!(value.to_string());
            let mode = crate::cluster::ApplyMode::Persist;
            let object = config(NAMES[*index], &data);
            cluster.apply(&object, "us", mode).await.unwrap();
        }
        Edit::Annotate { key, value } => cluster.update(&id, "somebody", |object| {
            object["metadata"]["annotations"][*key] = json!(value);
        }),
        Edit::Unlabel => cluster.update(&id, "somebody", |object| {
            object["metadata"]["labels"] = json!({});
        }),
        Edit::Status(value) => {
            cluster.update_status(&id, "controller", |object| {
                object["status"]["n"] = json!(value);
            });
        }
        Edit::Reset => cluster.tamper(&id, |object| {
            object["metadata"]["managedFields"] = json!([]);
        }),
        Edit::Delete => cluster.remove(&id),
        Edit::Want { field, value } => match value {
            Some(value) => wanted[*index][*field] = json!(value.to_string()),
            None => {
                wanted[*index].as_object_mut().unwrap().shift_remove(*field);
            }
        },
        Edit::Wait(seconds) => {
            cluster.advance(*seconds);
            tokio::time::advance(Duration::from_secs(*seconds)).await;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// The memory never changes an outcome: whatever is done to the objects, a pass with it and a pass without it give
    /// the same change set and leave the same objects.
    #[test]
    fn a_pass_that_remembers_gives_what_a_full_pass_gives(
        rounds in prop::collection::vec(prop::collection::vec(edits(), 0..4), 1..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let cluster = InMemory::default();
            let mut remembering = memory();
            let mut wanted = [json!({"k": "0"}), json!({"k": "0", "l": "1"})];
            for round in rounds {
                for edit in &round {
                    perform(&cluster, &mut wanted, edit).await;
                }
                let set = || vec![config("a", &wanted[0]), config("b", &wanted[1])];
                let control = cluster.fork();
                let full = apply_all(&control, set(), &options()).await.unwrap();
                let quick =
                    apply_all_remembering(&cluster, set(), &options(), &mut remembering).await.unwrap();
                prop_assert_eq!(&quick.changes, &full.changes);
                prop_assert_eq!(cluster.objects(), control.objects());
            }
            Ok(())
        })?;
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_of_the_same_version_on_another_cluster_is_another_object() {
    let set = || vec![config("a", &json!({"k": "v"}))];
    let mut memory = memory();
    let (one, other) = (InMemory::default(), InMemory::default());
    // Two writes on each, of different objects, give the same resource version.
    apply_all(&one, vec![config("b", &json!({}))], &options())
        .await
        .unwrap();
    apply_all_remembering(&one, set(), &options(), &mut memory)
        .await
        .unwrap();
    apply_all(&other, set(), &options()).await.unwrap();
    other.update(&id("a"), "somebody", |object| {
        object["data"]["k"] = json!("else");
    });
    let version = |cluster: &InMemory| {
        cluster.object(&id("a")).unwrap()["metadata"]["resourceVersion"].clone()
    };
    assert_eq!(version(&one), version(&other));
    let changes = apply_all_remembering(&other, set(), &options(), &mut memory)
        .await
        .unwrap();
    assert_eq!(changes.to_string(), "ConfigMap/ns/a configured");
}
