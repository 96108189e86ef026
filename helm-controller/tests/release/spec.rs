//! What the spec can ask for around a release.

use common::k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use common::k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use common::kube::Api;
use common::kube::api::{DeleteParams, PostParams};
use crds::source::HelmChart;
use serde_json::json;

use crate::support::{DEPLOYMENT, Fixture, MAP, SERVICE, condition, history};

#[tokio::test]
async fn h7_4_a_template_makes_a_chart_that_is_kept_as_it_says_and_goes_with_the_release() {
    let fixture = Fixture::new("template").await;
    let template = json!({"spec": {
        "chart": "demo", "version": "1.x", "sourceRef": {"kind": "HelmRepository", "name": "repo"},
    }});
    fixture.create("web", json!({"chart": template})).await;
    fixture.failed("web", "SourceNotReady").await;
    let name = format!("{}-web", fixture.namespace);
    let chart = fixture.charts().get(&name).await.unwrap();
    assert_eq!(chart.spec.version.as_deref(), Some("1.x"));
    assert_eq!(
        chart.metadata.labels.unwrap()["helm.toolkit.fluxcd.io/name"],
        "web"
    );
    fixture.publish_as(&name, "1.2.3", &[MAP]).await;
    let object = fixture.ready("web", "1.2.3").await;
    let made = format!("{}/{name}", fixture.namespace);
    assert_eq!(object.status.helm_chart, Some(made));
    fixture.delete("web").await;
    fixture.gone("web").await;
    let left: Option<HelmChart> = fixture.charts().get_opt(&name).await.unwrap();
    assert!(left.is_none());
}

#[tokio::test]
async fn h8_2_a_release_waits_for_those_it_depends_on() {
    let fixture = Fixture::new("depends-on").await;
    fixture.publish("1.0.0", &[MAP]).await;
    fixture
        .create("web", json!({"dependsOn": [{"name": "base"}]}))
        .await;
    let (_, text) = fixture.failed("web", "DependencyNotReady").await;
    assert!(
        text.starts_with(&format!(
            "unable to get '{}/base' dependency: ",
            fixture.namespace
        )),
        "{text}"
    );
    fixture
        .event("web", "DependencyNotReady", "unable to get")
        .await;
    fixture.create("base", json!({})).await;
    fixture.ready("base", "1.0.0").await;
    fixture.ready("web", "1.0.0").await;
    let wrong = json!({"dependsOn": [{"name": "base", "readyExpr": "dep.status."}]});
    fixture.create("wrong", wrong).await;
    let (object, text) = fixture.failed("wrong", "InvalidCELExpression").await;
    assert!(
        text.starts_with("Reconciliation failed terminally due to configuration error: "),
        "{text}"
    );
    assert!(condition(&object, "Stalled").is_some());
}

#[tokio::test]
async fn h20_1_a_suspended_release_is_left_alone_even_when_its_object_goes() {
    let fixture = Fixture::released("suspended").await;
    fixture
        .patch("web", json!({"suspend": true, "values": {"value": "new"}}))
        .await;
    fixture
        .wait("web", "observed", |object| {
            Some(object.status.observed_generation) == object.metadata.generation
        })
        .await;
    assert_eq!(
        fixture.value("web-map", "value").await.as_deref(),
        Some("default")
    );
    fixture.delete("web").await;
    fixture.gone("web").await;
    assert!(
        fixture
            .config_maps()
            .get_opt("web-map")
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(fixture.revisions("web").await.len(), 1);
}

#[tokio::test]
async fn h21_1_all_is_done_as_the_account_that_the_spec_names() {
    let fixture = Fixture::new("tenant").await;
    fixture.publish("1.0.0", &[MAP]).await;
    // The account may do nothing: source and values are read by the controller itself.
    let values = json!({"metadata": {"name": "values"}, "data": {"values.yaml": "value: one"}});
    let values = serde_json::from_value(values).unwrap();
    fixture
        .config_maps()
        .create(&PostParams::default(), &values)
        .await
        .unwrap();
    let accounts: Api<ServiceAccount> = Api::namespaced(fixture.client.clone(), &fixture.namespace);
    let account = serde_json::from_value(json!({"metadata": {"name": "tenant"}})).unwrap();
    accounts
        .create(&PostParams::default(), &account)
        .await
        .unwrap();
    fixture
        .create(
            "web",
            json!({"serviceAccountName": "tenant", "valuesFrom": [{"kind": "ConfigMap", "name": "values"}]}),
        )
        .await;
    let (object, text) = fixture.failed("web", "StateError").await;
    assert!(text.contains("cannot list resource \"secrets\""), "{text}");
    assert_eq!(condition(&object, "Stalled"), None);
    // An account that is gone does not keep the object.
    accounts
        .delete("tenant", &DeleteParams::default())
        .await
        .unwrap();
    fixture.delete("web").await;
    fixture.gone("web").await;
}

#[tokio::test]
async fn h3_4_the_target_namespace_is_made_when_asked_for() {
    let fixture = Fixture::new("namespace").await;
    fixture.publish("1.0.0", &[MAP]).await;
    let target = format!("{}-target", fixture.namespace);
    let spec = json!({"targetNamespace": target, "install": {"createNamespace": true}});
    fixture.create("web", spec).await;
    let object = fixture.ready("web", "1.0.0").await;
    let namespaces: Api<Namespace> = Api::all(fixture.client.clone());
    let made = namespaces.get(&target).await.unwrap();
    assert_eq!(made.metadata.labels.unwrap()["name"], target);
    let latest = &object.status.history[0];
    assert_eq!(
        (latest.name.as_str(), latest.namespace.as_str()),
        (format!("{target}-web").as_str(), target.as_str())
    );
    // The record stays with the object.
    assert_eq!(fixture.revisions(&format!("{target}-web")).await.len(), 1);
    namespaces
        .delete(&target, &DeleteParams::default())
        .await
        .unwrap();
}

#[tokio::test]
async fn h12_8_objects_of_others_are_taken_unless_the_spec_says_no() {
    let fixture = Fixture::new("ownership").await;
    fixture.publish("1.0.0", &[MAP]).await;
    for name in ["polite-map", "greedy-map"] {
        let map = serde_json::from_value(
            json!({"metadata": {"name": name}, "data": {"value": "theirs"}}),
        )
        .unwrap();
        fixture
            .config_maps()
            .create(&PostParams::default(), &map)
            .await
            .unwrap();
    }
    fixture
        .create("polite", json!({"install": {"disableTakeOwnership": true}}))
        .await;
    let (_, text) = fixture.failed("polite", "InstallFailed").await;
    assert!(
        text.contains(
            "exists and cannot be imported into the current release: invalid ownership metadata"
        ),
        "{text}"
    );
    assert_eq!(
        fixture.value("polite-map", "value").await.as_deref(),
        Some("theirs")
    );
    assert_eq!(fixture.revisions("polite").await, []);
    fixture.create("greedy", json!({})).await;
    fixture.ready("greedy", "1.0.0").await;
    assert_eq!(
        fixture.value("greedy-map", "value").await.as_deref(),
        Some("default")
    );
}

#[tokio::test]
async fn h12_2_releases_can_be_written_from_the_client() {
    let fixture = Fixture::new("client-side").await;
    fixture.publish("1.0.0", &[MAP]).await;
    let spec = json!({"install": {"serverSideApply": false}, "values": {"value": "one"}});
    fixture.create("web", spec).await;
    fixture.ready("web", "1.0.0").await;
    fixture
        .patch("web", json!({"values": {"value": "two"}}))
        .await;
    fixture
        .wait("web", "revision 2", |object| {
            history(object)
                .first()
                .is_some_and(|latest| latest.0 == 2 && latest.1 == "deployed")
        })
        .await;
    assert_eq!(
        fixture.value("web-map", "value").await.as_deref(),
        Some("two")
    );
    let managers = |map: common::k8s_openapi::api::core::v1::ConfigMap| {
        let fields = map.metadata.managed_fields.unwrap();
        let entries = fields.into_iter();
        let entries = entries.map(|entry| (entry.manager.unwrap(), entry.operation.unwrap()));
        entries.collect::<Vec<_>>()
    };
    let of = |operation: &str| ("helm-controller".to_owned(), operation.to_owned());
    let map = fixture.config_maps().get("web-map").await.unwrap();
    assert_eq!(managers(map), [of("Update")]);
    let stored = fixture.stored("web").await;
    assert!(
        stored
            .iter()
            .all(|release| release.apply_method.as_str() == "csa")
    );
    // On to the server: what was written from the client is taken over.
    let spec = json!({"upgrade": {"serverSideApply": "enabled"}, "values": {"value": "three"}});
    fixture.patch("web", spec).await;
    fixture
        .wait("web", "revision 3", |object| {
            history(object)
                .first()
                .is_some_and(|latest| latest.0 == 3 && latest.1 == "deployed")
        })
        .await;
    let map = fixture.config_maps().get("web-map").await.unwrap();
    assert_eq!(managers(map), [of("Apply")]);
}

#[tokio::test]
async fn h13_2_definitions_of_the_chart_come_first_and_stay() {
    let fixture = Fixture::new("definitions").await;
    let group = format!("{}.example.com", fixture.namespace);
    let definition = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: things.{group}\nspec:\n  \
         group: {group}\n  names: {{kind: Thing, plural: things}}\n  scope: Namespaced\n  versions:\n  - name: v1\n    \
         served: true\n    storage: true\n    schema: {{openAPIV3Schema: {{type: object}}}}\n"
    );
    let thing = format!("apiVersion: {group}/v1\nkind: Thing\nmetadata:\n  name: one\n");
    let files = [
        ("crds/things.yaml", definition.as_str()),
        ("templates/thing.yaml", thing.as_str()),
    ];
    fixture.publish("1.0.0", &files).await;
    fixture.create("web", json!({})).await;
    let object = fixture.ready("web", "1.0.0").await;
    let ids: Vec<String> = object
        .status
        .inventory
        .unwrap()
        .entries
        .into_iter()
        .map(|entry| entry.id)
        .collect();
    let definition_id = format!("_things.{group}_apiextensions.k8s.io_CustomResourceDefinition");
    assert_eq!(
        ids,
        [
            format!("{}_one_{group}_Thing", fixture.namespace),
            definition_id
        ]
    );
    fixture.delete("web").await;
    fixture.gone("web").await;
    let definitions: Api<CustomResourceDefinition> = Api::all(fixture.client.clone());
    let name = format!("things.{group}");
    let left = definitions.get(&name).await.unwrap();
    assert_eq!(
        left.metadata.labels.unwrap()["helm.toolkit.fluxcd.io/name"],
        "web"
    );
    definitions
        .delete(&name, &DeleteParams::default())
        .await
        .unwrap();
}

/// A claim that nobody fulfils.
const CLAIM: (&str, &str) = (
    "templates/claim.yaml",
    "{{ if .Values.claim }}\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: data\nspec:\n  \
     accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 1Gi}}\n{{ end }}\n",
);

#[tokio::test]
async fn h15_3_legacy_waits_by_the_rules_of_helm_3() {
    let fixture = Fixture::new("legacy").await;
    fixture
        .publish("1.0.0", &[MAP, CLAIM, SERVICE, DEPLOYMENT])
        .await;
    fixture
        .create(
            "web",
            json!({"waitStrategy": {"name": "legacy"}, "test": {"enable": true}}),
        )
        .await;
    let object = fixture.ready("web", "1.0.0").await;
    assert_eq!(history(&object)[0].0, 1);
    let upgrade = json!({"values": {"claim": true}, "timeout": "4s"});
    fixture.patch("web", upgrade).await;
    let (_, text) = fixture.failed("web", "UpgradeFailed").await;
    let reason = ": context deadline exceeded";
    assert!(text.ends_with(reason), "{text}");
}

#[tokio::test]
async fn h24_4_defaults_of_helm_3_are_writes_and_waits_from_the_client() {
    let gate = "--feature-gates=UseHelm3Defaults=true";
    let fixture = Fixture::with_flags("helm3", &[gate]).await;
    fixture.publish("1.0.0", &[MAP, CLAIM]).await;
    fixture.create("web", json!({})).await;
    fixture.ready("web", "1.0.0").await;
    let client_side = helm::release::ApplyMethod::ClientSide;
    assert_eq!(fixture.stored("web").await[0].apply_method, client_side);
    let map = fixture.config_maps().get("web-map").await.unwrap();
    let writers = map.metadata.managed_fields.unwrap();
    assert_eq!(writers[0].operation.as_deref(), Some("Update"));
    let claim = json!({"values": {"claim": true}, "timeout": "3s"});
    fixture.patch("web", claim.clone()).await;
    let (_, text) = fixture.failed("web", "UpgradeFailed").await;
    assert!(text.ends_with(": context deadline exceeded"), "{text}");
    // The spec comes before the gate.
    let mut poller = claim;
    poller["waitStrategy"] = json!({"name": "poller"});
    poller["install"] = json!({"serverSideApply": true});
    poller["releaseName"] = json!("polled");
    fixture.create("polled", poller).await;
    let (_, text) = fixture.failed("polled", "InstallFailed").await;
    assert!(
        text.contains("timeout waiting for: [PersistentVolumeClaim/"),
        "{text}"
    );
    let server_side = helm::release::ApplyMethod::ServerSide;
    assert_eq!(fixture.stored("polled").await[0].apply_method, server_side);
}
