use super::*;
use serde_json::json;

fn normalized(value: Value) -> Value {
    let mut object = Object::from_response(value);
    normalize(&mut object);
    object.into_value()
}

#[test]
fn k14_7_unknown_fields_of_built_in_kinds_vanish_and_required_ones_come() {
    let value = normalized(json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "a", "nonsense": 1, "annotations": {}, "labels": {"x": "y"}},
        "spec": {
            "replicas": 0, "paused": false, "typo": true,
            "template": {"spec": {"hostNetwork": false, "containers": [
                {"image": "i", "env": [{"name": "E", "value": ""}], "ports": [{"containerPort": 80}]},
            ]}},
        },
        "status": {"replicas": 3},
    }));
    assert_eq!(
        value,
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "a", "creationTimestamp": null, "labels": {"x": "y"}},
            "spec": {
                "replicas": 0, "selector": null, "strategy": {},
                "template": {"metadata": {}, "spec": {"containers": [{
                    "name": "", "image": "i", "env": [{"name": "E"}],
                    "ports": [{"containerPort": 80, "protocol": "TCP"}], "resources": {},
                }]}},
            },
        })
    );
}

#[test]
fn k14_7_an_object_that_its_type_cannot_hold_stays_as_it_is() {
    let value = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"},
        "spec": {"replicas": "three", "typo": true},
    });
    let mut want = value.clone();
    want["metadata"]["creationTimestamp"] = Value::Null;
    assert_eq!(normalized(value), want);
}

#[test]
fn k14_7_custom_resources_lose_their_status_only() {
    let value = json!({
        "apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "a"},
        "spec": {"anything": null, "empty": {}}, "status": {"x": 1},
    });
    assert_eq!(
        normalized(value),
        json!({
            "apiVersion": "example.com/v1", "kind": "Widget",
            "metadata": {"name": "a", "creationTimestamp": null},
            "spec": {"anything": null, "empty": {}},
        })
    );
}

#[test]
fn k14_7_roles_are_exempt() {
    let value = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "a"},
        "aggregationRule": {"clusterRoleSelectors": []}, "status": {},
    });
    assert_eq!(normalized(value.clone()), value);
}

#[test]
fn k14_7_string_data_is_folded_into_data() {
    let value = normalized(json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"},
        "data": {"a": "b2xk", "b": "Yg=="}, "stringData": {"a": "new"},
    }));
    assert_eq!(value["data"], json!({"a": "bmV3", "b": "Yg=="}));
    assert_eq!(value.get("stringData"), None);
}

#[test]
fn k14_7_a_service_port_without_a_protocol_is_tcp() {
    let value = normalized(json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"},
        "spec": {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 80, "targetPort": "http"}]},
    }));
    assert_eq!(
        value["spec"]["ports"],
        json!([
            {"port": 53, "protocol": "UDP", "targetPort": 0},
            {"port": 80, "protocol": "TCP", "targetPort": "http"},
        ])
    );
}

#[test]
fn k14_7_quantities_and_times_are_canonical() {
    let value = normalized(json!({
        "apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "a"},
        "spec": {"limits": [{"type": "Container", "max": {"cpu": 2, "memory": "0.5Gi"}}]},
    }));
    assert_eq!(
        value["spec"]["limits"][0]["max"],
        json!({"cpu": "2", "memory": "512Mi"})
    );
    let lease = normalized(json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "a"},
        "spec": {"renewTime": "2026-01-01T00:00:00Z"},
    }));
    assert_eq!(lease["spec"]["renewTime"], "2026-01-01T00:00:00.000000Z");
}

#[test]
fn k14_7_a_bundle_without_a_certificate_is_removed() {
    let definition = |bundle: &str| {
        let value = normalized(json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "a"}, "status": {"conditions": []},
            "spec": {"conversion": {"webhook": {"clientConfig": {"caBundle": bundle, "url": "u"}}}},
        }));
        assert_eq!(value["status"], json!({"conditions": []}));
        value["spec"]["conversion"]["webhook"]["clientConfig"]
            .get("caBundle")
            .cloned()
    };
    assert_eq!(definition("Cg=="), None);
    assert_eq!(definition("not base64!"), None);
    assert_eq!(
        definition(&STANDARD.encode("-----BEGIN CERTIFICATE-----\nAAAA\n")),
        None
    );
    let pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    let bundle = STANDARD.encode(pem);
    assert_eq!(definition(&bundle), Some(Value::from(bundle)));
}
