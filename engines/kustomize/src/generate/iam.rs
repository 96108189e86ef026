//! `IAMPolicyGenerator`: a service account bound to an account of the cloud.

use crate::config::decode_struct;
use crate::error::Error;
use crate::node::{Map, Node, Scalar};
use crate::resource::Resource;

decode_struct! {
    /// The configuration.
    pub(crate) struct IamArgs {
        cloud: String = "cloud",
        kubernetes_service: KubernetesService = "kubernetesService",
        service_account: CloudAccount = "serviceAccount",
    }
}

decode_struct! {
    /// The service account in the cluster.
    pub(crate) struct KubernetesService {
        name: String = "name",
        namespace: String = "namespace",
    }
}

decode_struct! {
    /// The account of the cloud.
    pub(crate) struct CloudAccount {
        name: String = "name",
        project_id: String = "projectId",
    }
}

/// Makes the service account.
pub(crate) fn service_account(args: &IamArgs) -> Result<Resource, Error> {
    if args.cloud != "gke" {
        return Err(Error::Config(format!(
            "cloud provider {} not supported yet",
            args.cloud
        )));
    }
    let account = format!(
        "{}@{}.iam.gserviceaccount.com",
        args.service_account.name, args.service_account.project_id
    );
    let map = |entries: Vec<(&str, Node)>| -> Node {
        entries
            .into_iter()
            .map(|(key, value)| (Scalar::untagged(key), value))
            .collect::<Map>()
            .into()
    };
    let annotations = map(vec![(
        "iam.gke.io/gcp-service-account",
        Node::string(account),
    )]);
    let mut meta = vec![
        ("annotations", annotations),
        (
            "name",
            Node::untagged(args.kubernetes_service.name.as_str()),
        ),
    ];
    if !args.kubernetes_service.namespace.is_empty() {
        let namespace = Node::untagged(args.kubernetes_service.namespace.as_str());
        meta.push(("namespace", namespace));
    }
    Ok(Resource::new(map(vec![
        ("apiVersion", Node::string("v1")),
        ("kind", Node::string("ServiceAccount")),
        ("metadata", map(meta)),
    ])))
}
