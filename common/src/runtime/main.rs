//! The process.

use std::future::Future;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;

use super::signals::Signals;
use super::startup::{Started, first_answer, host_name, start};
use super::{ClientError, Tasks};
use crate::context::Context;
use crate::election::{Election, ElectionError, Leadership, Release, Timing, lease_name};
use crate::events::WebhookError;
use crate::flags::{self, CommonArgs, FeatureGates, GateError};
use crate::http::AddressError;
use crate::logs;

/// Threads that run passes and watches; passes are bounded by `--concurrent`, and most of their time is waiting.
const WORKER_THREADS: usize = 2;
/// How long waiting events may take to be delivered at the end.
const FLUSH: Duration = Duration::from_secs(3);

/// What [`run`] needs to know of a controller.
#[derive(Debug)]
pub struct Program<A> {
    /// Its name, which is also the reporting controller of events and the beginning of the lease's name.
    pub name: &'static str,
    /// Its feature gates with their defaults.
    pub gates: &'static [(&'static str, bool)],
    /// The shared part of its flags.
    pub common: fn(&A) -> &CommonArgs,
}

/// Why a process does not start, or ends before its time.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// `--feature-gates`
    #[error("invalid value of --feature-gates: {0}")]
    Gates(#[from] GateError),
    /// An address that cannot be listened on.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// No client.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// `--events-addr`
    #[error(transparent)]
    Events(#[from] WebhookError),
    /// Leader election flags that do not fit together.
    #[error(transparent)]
    Election(#[from] ElectionError),
    /// One namespace, but which?
    #[error("--watch-all-namespaces=false needs the environment variable RUNTIME_NAMESPACE")]
    NoNamespace,
    /// Signals or threads are not to be had.
    #[error("failed to set up the process: {0}")]
    System(#[from] std::io::Error),
    /// The lease went to somebody else.
    #[error("leader election lost")]
    LeadershipLost,
    /// What the controller itself finds wrong with its flags or surroundings.
    #[error("{0}")]
    Controller(String),
}

/// Runs a controller process; `work` makes what runs while the process leads.
pub fn run<A, F, W>(program: &Program<A>, work: F) -> ExitCode
where
    A: Parser + Send,
    F: FnOnce(A, Arc<Context>) -> W,
    W: Future<Output = Result<Tasks, StartError>>,
{
    let args: A = match flags::parse() {
        Ok(args) => args,
        Err(usage) => return explain(&usage.to_string(), usage.exit_code()),
    };
    match process(program, args, work) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "unable to run {}", program.name);
            ExitCode::FAILURE
        }
    }
}

/// Shows a text on standard error, or on standard output when it was asked for.
fn explain(text: &str, code: u8) -> ExitCode {
    let text = format!("{text}\n");
    // Nobody may be listening.
    let _ = if code == 0 {
        std::io::stdout().write_all(text.as_bytes())
    } else {
        std::io::stderr().write_all(text.as_bytes())
    };
    ExitCode::from(code)
}

fn process<A, F, W>(program: &Program<A>, args: A, work: F) -> Result<(), StartError>
where
    A: Parser + Send,
    F: FnOnce(A, Arc<Context>) -> W,
    W: Future<Output = Result<Tasks, StartError>>,
{
    let common = (program.common)(&args).clone();
    let level = logs::init(common.logs.level, common.logs.encoding);
    let mut gates = FeatureGates::new(program.gates);
    for flag in &common.feature_gates {
        gates = gates.with(flag)?;
    }
    // Only the first installation counts; another one in the same process is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKER_THREADS)
        .enable_all()
        .build()?;
    let (shutdown, abort) = (CancellationToken::new(), CancellationToken::new());
    let outcome = runtime.block_on(async {
        tokio::spawn(Signals::new()?.handle(level, shutdown.clone(), abort.clone()));
        tokio::select! {
            outcome = lead(program.name, &common, gates, shutdown, |context| work(args, context)) => outcome,
            () = abort.cancelled() => Ok(()),
        }
    });
    // Blocking work that is still under way must not keep the process.
    runtime.shutdown_background();
    outcome
}

/// Everything from the servers to the release of the lease.
async fn lead<F, W>(
    name: &str,
    args: &CommonArgs,
    gates: FeatureGates,
    shutdown: CancellationToken,
    work: F,
) -> Result<(), StartError>
where
    F: FnOnce(Arc<Context>) -> W,
    W: Future<Output = Result<Tasks, StartError>>,
{
    let timing = Timing {
        lease_duration: args.election.lease_duration,
        renew_deadline: args.election.renew_deadline,
        retry_period: args.election.retry_period,
    }
    .check()?;
    let Started {
        context,
        delivery,
        readiness,
        namespace,
    } = start(name, args, gates, shutdown.clone()).await?;
    // Flags that the controller itself refuses are refused before anything is waited for.
    let tasks = work(context.clone()).await?;
    if !first_answer(&context.client, &shutdown).await {
        return Ok(());
    }
    readiness.set(true);
    let lease = lease_name(name, &args.watch.label_selector);
    let election = Election::new(
        context.client.clone(),
        &namespace,
        lease.clone(),
        &host_name(),
        timing,
    );
    let leadership = if args.election.enabled {
        context.metrics.set_leader(&lease, false);
        let Some(leadership) = election.acquire(&shutdown).await else {
            return Ok(());
        };
        context.metrics.set_leader(&lease, true);
        Some(leadership)
    } else {
        None
    };
    tracing::info!("starting controllers");
    let outcome = work_while_leading(tasks, &shutdown, leadership.as_ref()).await;
    drop(context);
    delivery.flush(FLUSH).await;
    if let Some(leadership) = leadership {
        let release = if args.election.release_on_cancel {
            Release::Yes
        } else {
            Release::No
        };
        leadership.end(&election, release).await;
    }
    outcome
}

/// Runs the tasks to their end, which is the shutdown.
async fn work_while_leading(
    tasks: Tasks,
    shutdown: &CancellationToken,
    leadership: Option<&Leadership>,
) -> Result<(), StartError> {
    let mut running = tasks.start();
    let mut outcome = Ok(());
    let lost = async {
        match leadership {
            Some(leadership) => leadership.lost().cancelled().await,
            None => std::future::pending().await,
        }
    };
    let mut lost = std::pin::pin!(lost);
    loop {
        tokio::select! {
            () = &mut lost => {
                // Somebody else leads: what still runs here must stop now, not in its own time.
                shutdown.cancel();
                running.shutdown().await;
                return Err(StartError::LeadershipLost);
            }
            ended = running.join_next() => match ended {
                None => break,
                Some(ended) => {
                    if let Err(error) = flatten(ended) {
                        tracing::error!(%error, "shutting down");
                        shutdown.cancel();
                        outcome = outcome.and(Err(error));
                    }
                }
            }
        }
    }
    // Without any task there is nothing to wait for but the signal.
    shutdown.cancelled().await;
    outcome
}

/// How a task ended; one that panicked failed.
fn flatten(ended: Result<Result<(), StartError>, JoinError>) -> Result<(), StartError> {
    ended.unwrap_or_else(|panic| Err(StartError::Controller(panic.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_without_which_there_is_no_use_ends_the_process_and_the_others_in_good_order() {
        let shutdown = CancellationToken::new();
        let (done, mut ended) = tokio::sync::oneshot::channel();
        let stopping = shutdown.clone();
        let mut tasks = Tasks::default();
        tasks.add(async move {
            stopping.cancelled().await;
            let _ = done.send(());
        });
        tasks.add_essential(async { Err::<(), _>("address already in use") });
        let outcome = work_while_leading(tasks, &shutdown, None).await;
        assert_eq!(outcome.unwrap_err().to_string(), "address already in use");
        assert_eq!(ended.try_recv(), Ok(()));
    }

    #[tokio::test]
    async fn a_task_that_panics_ends_the_process() {
        let mut tasks = Tasks::default();
        tasks.add(async { panic!("as told") });
        let outcome = work_while_leading(tasks, &CancellationToken::new(), None).await;
        assert!(outcome.unwrap_err().to_string().contains("panicked"));
    }

    #[tokio::test]
    async fn the_shutdown_is_waited_for() {
        let shutdown = CancellationToken::new();
        let tasks = Tasks::default();
        let working = work_while_leading(tasks, &shutdown, None);
        tokio::pin!(working);
        assert!(futures::poll!(working.as_mut()).is_pending());
        shutdown.cancel();
        assert!(working.await.is_ok());
    }
}
