//! The node that kwok plays.

use k8s_openapi::api::core::v1::Node;
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Client};
use serde_json::json;

/// Creates a node that is large enough for any test.
pub(super) async fn create(client: &Client) -> anyhow::Result<()> {
    let nodes: Api<Node> = Api::all(client.clone());
    let name = "node-1";
    let node: Node = serde_json::from_value(json!({
        "metadata": { "name": name, "labels": {
            "kubernetes.io/hostname": name,
            "kubernetes.io/os": "linux",
            "kubernetes.io/arch": "amd64",
            "topology.kubernetes.io/zone": "zone-1",
        }},
    }))?;
    nodes.create(&PostParams::default(), &node).await?;
    let room =
        json!({ "cpu": "1000", "memory": "4Ti", "pods": "100000", "ephemeral-storage": "16Ti" });
    let status = json!({ "status": { "capacity": room, "allocatable": room } });
    nodes
        .patch_status(name, &PatchParams::default(), &Patch::Merge(&status))
        .await?;
    Ok(())
}
