//! A real control plane: etcd and kube-apiserver, and on request kube-controller-manager, kube-scheduler and kwok.
//!
//! ```text
//! binaries (cache) ──start──▶ etcd ◀── kube-apiserver ◀── kube-controller-manager, kube-scheduler, kwok
//!                                           ▲ admin kubeconfig, tenants, namespaces, crds
//! ```
//!
//! It listens on free loopback ports, has keys of its own, and ends with the process that started it, whatever ends that
//! process. It does not run containers: kwok plays the kubelet.

mod access;
mod components;
mod keys;
mod node;
mod objects;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::bail;
use kube::Client;
use tokio::sync::OnceCell;

use crate::Dir;
use crate::binaries::{Binaries, Progress, Tool};
use crate::ports::free_ports;
use crate::process::Process;
use components::Layout;

pub use objects::{crds_dir, install_crds};

/// How long the API server may take; on an idle machine it is up in three seconds.
const START: Duration = Duration::from_mins(3);

/// How often the API server is asked whether it is ready.
const LOOK: Duration = Duration::from_millis(20);

/// Ports are chosen before they are bound, so another process can be faster.
const ATTEMPTS: usize = 3;

/// What runs beside etcd and the API server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Parts {
    /// Nothing: no garbage collection, namespaces stay in deletion, workloads never become ready.
    Api,
    /// kube-controller-manager: garbage collection, namespace deletion, default service accounts, quotas.
    Controllers,
    /// Also kube-scheduler, kwok and one large node: pods run and Jobs complete within a second or two.
    Pods,
}

impl Parts {
    /// The programs that run.
    pub fn tools(self) -> &'static [Tool] {
        match self {
            Self::Api => &Tool::CONTROL_PLANE[..2],
            Self::Controllers => &Tool::CONTROL_PLANE[..3],
            Self::Pods => &Tool::CONTROL_PLANE,
        }
    }
}

/// A running control plane.
#[derive(Debug)]
pub struct ControlPlane {
    // Fields drop in this order: the clients of etcd first, the folder last.
    clients: Vec<Process>,
    etcd: Process,
    kubeconfig: PathBuf,
    url: String,
    ca: String,
    took: Duration,
    dir: Dir,
}

static SHARED: OnceCell<ControlPlane> = OnceCell::const_new();
static SHARED_WITH_PODS: OnceCell<ControlPlane> = OnceCell::const_new();

impl ControlPlane {
    /// The control plane of this test binary, with [`Parts::Controllers`] and the custom resources of `crds/`; the first
    /// caller starts it.
    ///
    /// Tests keep out of each other's way with a [`ControlPlane::namespace`] each.
    ///
    /// # Panics
    /// When it cannot be started: no test can go on then.
    pub async fn shared() -> &'static Self {
        Self::shared_in(&SHARED, Parts::Controllers).await
    }

    /// Another one of this test binary, with [`Parts::Pods`].
    ///
    /// # Panics
    /// When it cannot be started: no test can go on then.
    pub async fn shared_with_pods() -> &'static Self {
        Self::shared_in(&SHARED_WITH_PODS, Parts::Pods).await
    }

    async fn shared_in(place: &'static OnceCell<Self>, parts: Parts) -> &'static Self {
        let start = || async {
            let plane = Self::start(parts).await?;
            plane.install_crds().await?;
            anyhow::Ok(plane)
        };
        match place.get_or_try_init(start).await {
            Ok(plane) => plane,
            Err(error) => panic!("the control plane did not start: {error:#}"),
        }
    }

    /// Starts one, building the programs first if need be; progress of the build goes to standard error.
    ///
    /// # Errors
    /// Shows the ends of the logs of what did not start.
    pub async fn start(parts: Parts) -> anyhow::Result<Self> {
        let ensure = move || Binaries::ensure(parts.tools(), &mut progress_lines());
        let binaries = tokio::task::spawn_blocking(ensure).await??;
        Self::start_with(&binaries, parts).await
    }

    /// Starts one from these programs.
    ///
    /// # Errors
    /// Shows the ends of the logs of what did not start.
    pub async fn start_with(binaries: &Binaries, parts: Parts) -> anyhow::Result<Self> {
        let mut attempt = 1;
        loop {
            match Self::attempt(binaries, parts).await {
                Err(error) if attempt < ATTEMPTS && lost_port(&error) => attempt += 1,
                result => return result,
            }
        }
    }

    async fn attempt(binaries: &Binaries, parts: Parts) -> anyhow::Result<Self> {
        let started = Instant::now();
        let dir = Dir::new("control-plane")?;
        let logs = dir.path().join("logs");
        std::fs::create_dir(&logs)?;
        let [etcd_port, api_port] = free_ports()?;
        let layout = Layout {
            dir: dir.path(),
            logs: &logs,
            binaries,
            etcd_port,
            api_port,
        };
        // etcd comes up while the keys are made.
        let mut etcd = layout.etcd().start()?;

        let (keys, ca) = keys::write(dir.path())?;
        let tokens = dir.path().join("tokens.csv");
        std::fs::write(&tokens, access::token_file())?;
        let url = format!("https://127.0.0.1:{api_port}");
        let kubeconfig = layout.kubeconfig();
        std::fs::write(&kubeconfig, access::admin_kubeconfig(&url, &ca))?;

        let mut clients = vec![layout.api_server(&keys, &tokens).start()?];
        let client = access::client(&std::fs::read_to_string(&kubeconfig)?).await?;
        wait_ready(&client, &mut etcd, &mut clients[0]).await?;
        if parts >= Parts::Controllers {
            clients.push(layout.controller_manager(&keys).start()?);
        }
        if parts >= Parts::Pods {
            clients.push(layout.scheduler().start()?);
            clients.push(layout.kwok()?.start()?);
            node::create(&client).await?;
        }
        Ok(Self {
            clients,
            etcd,
            kubeconfig,
            url,
            ca,
            took: started.elapsed(),
            dir,
        })
    }

    /// An error with the end of the log if one of the programs has ended.
    pub fn check_running(&mut self) -> anyhow::Result<()> {
        self.etcd.check_running()?;
        self.clients.iter_mut().try_for_each(Process::check_running)
    }

    /// The administrator's kubeconfig file.
    pub fn kubeconfig_path(&self) -> &Path {
        &self.kubeconfig
    }

    /// The address of the API server.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The PEM certificate of the authority that signed the API server's certificate.
    pub fn ca(&self) -> &str {
        &self.ca
    }

    /// The folder with the logs of all programs, one file each.
    pub fn logs(&self) -> PathBuf {
        self.dir.path().join("logs")
    }

    /// User and system CPU time so far of all programs together: what the work of others costs here.
    ///
    /// # Errors
    /// When one of them has ended.
    pub fn cpu_time(&self) -> anyhow::Result<Duration> {
        let programs = self.clients.iter().chain([&self.etcd]);
        programs.map(Process::cpu_time).sum()
    }

    /// From the start to the first good answer of the API server.
    pub fn start_time(&self) -> Duration {
        self.took
    }

    /// An administrator's client.
    ///
    /// Its connections belong to the runtime of the caller, so every test makes its own.
    ///
    /// # Panics
    /// When the kubeconfig was removed.
    pub async fn client(&self) -> Client {
        let client = access::client(&access::admin_kubeconfig(&self.url, &self.ca)).await;
        client.expect("the kubeconfig of this control plane is valid")
    }
}

/// Waits until the API server has finished its start hooks (the default roles among them).
async fn wait_ready(client: &Client, etcd: &mut Process, api: &mut Process) -> anyhow::Result<()> {
    let end = Instant::now() + START;
    loop {
        etcd.check_running()?;
        api.check_running()?;
        let request = http::Request::get("/readyz").body(Vec::new())?;
        let last = client.request_text(request).await;
        match last {
            Ok(_) => return Ok(()),
            Err(_) if Instant::now() < end => tokio::time::sleep(LOOK).await,
            Err(error) => bail!(
                "the API server was not ready within {START:?}: {error}\n\
                 the end of its log:\n{}\nthe end of etcd's log:\n{}",
                api.log_tail(30),
                etcd.log_tail(10)
            ),
        }
    }
}

fn lost_port(error: &anyhow::Error) -> bool {
    format!("{error:#}").contains("address already in use")
}

/// Prints the build's progress as lines on standard error, at most one per package hundred.
pub fn progress_lines() -> impl FnMut(Progress) {
    let mut last = String::new();
    move |progress| {
        let line = match progress {
            Progress::Waiting => "control plane: another process builds it, waiting".to_owned(),
            Progress::Loading { module, .. } => format!("control plane: {module}: loading sources"),
            Progress::Compiling {
                module,
                packages,
                total,
            } => {
                format!(
                    "control plane: {module}: {} of {total} packages",
                    packages / 100 * 100
                )
            }
            Progress::Done => "control plane: built".to_owned(),
        };
        if line != last {
            eprintln!("{line}");
            last = line;
        }
    }
}
