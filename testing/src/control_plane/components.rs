//! The command line of each program of the control plane.

use std::path::{Path, PathBuf};

use super::keys;
use crate::binaries::{Binaries, Tool};
use crate::process::Program;

/// The controllers that a cluster without a cloud and without machines can use; fewer informers make a faster start.
const CONTROLLERS: &[&str] = &[
    "clusterrole-aggregation-controller",
    "cronjob-controller",
    "daemonset-controller",
    "deployment-controller",
    "disruption-controller",
    "endpoints-controller",
    "endpointslice-controller",
    "garbage-collector-controller",
    "horizontal-pod-autoscaler-controller",
    "job-controller",
    "namespace-controller",
    "node-lifecycle-controller",
    "persistentvolume-binder-controller",
    "persistentvolume-protection-controller",
    "persistentvolumeclaim-protection-controller",
    "pod-garbage-collector-controller",
    "replicaset-controller",
    "resourcequota-controller",
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
    "statefulset-controller",
    "ttl-after-finished-controller",
    "validatingadmissionpolicy-status-controller",
];

/// The folders and addresses of one control plane.
pub(super) struct Layout<'a> {
    pub(super) dir: &'a Path,
    pub(super) logs: &'a Path,
    pub(super) binaries: &'a Binaries,
    pub(super) etcd_port: u16,
    pub(super) api_port: u16,
}

impl Layout<'_> {
    fn program(&self, tool: Tool) -> Program {
        let log = self.logs.join(format!("{}.log", tool.file_name()));
        // Few of them live long: a heap that grows before it is collected saves a fifth of the time of a start.
        Program::new(self.binaries.path(tool))
            .env("GOGC", "200")
            .log(log)
    }

    fn etcd_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.etcd_port)
    }

    pub(super) fn kubeconfig(&self) -> PathBuf {
        self.dir.join("kubeconfig")
    }

    /// One member, and no `fsync`: the data dies with the test.
    pub(super) fn etcd(&self) -> Program {
        self.program(Tool::Etcd)
            .arg(format!("--data-dir={}", self.dir.join("etcd").display()))
            .arg(format!("--listen-client-urls={}", self.etcd_url()))
            .arg(format!("--advertise-client-urls={}", self.etcd_url()))
            // The peer address is never used: any free port will do.
            .arg("--listen-peer-urls=http://127.0.0.1:0")
            .args([
                "--unsafe-no-fsync",
                "--log-level=warn",
                "--auto-compaction-retention=0",
            ])
    }

    pub(super) fn api_server(&self, keys: &keys::Files, tokens: &Path) -> Program {
        let file = |flag: &str, path: &Path| format!("--{flag}={}", path.display());
        self.program(Tool::ApiServer)
            .arg(format!("--etcd-servers={}", self.etcd_url()))
            .args(["--bind-address=127.0.0.1", "--advertise-address=127.0.0.1"])
            .arg(format!("--secure-port={}", self.api_port))
            .arg(file("tls-cert-file", &keys.certificate))
            .arg(file("tls-private-key-file", &keys.key))
            .arg(file("token-auth-file", tokens))
            .arg("--authorization-mode=RBAC")
            .arg("--service-account-issuer=https://kubernetes.default.svc")
            .arg(file(
                "service-account-signing-key-file",
                &keys.service_account_key,
            ))
            .arg(file(
                "service-account-key-file",
                &keys.service_account_public_key,
            ))
            .arg("--service-cluster-ip-range=10.0.0.0/16")
            // Nothing reaches the API server through its Service.
            .arg("--endpoint-reconciler-type=none")
            .args(["--profiling=false", "--shutdown-delay-duration=0s"])
    }

    pub(super) fn controller_manager(&self, keys: &keys::Files) -> Program {
        self.program(Tool::ControllerManager)
            .arg(format!("--kubeconfig={}", self.kubeconfig().display()))
            .arg(format!(
                "--service-account-private-key-file={}",
                keys.service_account_key.display()
            ))
            .arg(format!("--root-ca-file={}", keys.ca.display()))
            .args([
                "--leader-elect=false",
                "--secure-port=0",
                "--profiling=false",
            ])
            .args(["--kube-api-qps=500", "--kube-api-burst=1000"])
            .arg(format!("--controllers={}", CONTROLLERS.join(",")))
    }

    pub(super) fn scheduler(&self) -> Program {
        self.program(Tool::Scheduler)
            .arg(format!("--kubeconfig={}", self.kubeconfig().display()))
            .args([
                "--leader-elect=false",
                "--secure-port=0",
                "--profiling=false",
            ])
            .args(["--kube-api-qps=500", "--kube-api-burst=1000"])
    }

    /// Plays the kubelet of every node.
    pub(super) fn kwok(&self) -> anyhow::Result<Program> {
        let mut program = self
            .program(Tool::Kwok)
            .arg(format!("--kubeconfig={}", self.kubeconfig().display()))
            .args([
                "--manage-all-nodes",
                "--cidr=10.10.0.0/16",
                "--node-ip=127.0.0.1",
            ])
            // Without a lease that is renewed the node counts as dead after 40 s, and its pods as not ready.
            .arg("--node-lease-duration-seconds=40");
        for stage in self.binaries.kwok_stages()? {
            program = program.arg(format!("--config={}", stage.display()));
        }
        Ok(program)
    }
}
