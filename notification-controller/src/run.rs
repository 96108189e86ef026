//! From flags to the servers of every replica and the tasks of the one that leads.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use common::context::Context;
use common::controller::Mirror;
use common::http::listen;
use common::runtime::{Program, StartError, Tasks};
use crds::notification::{Alert, Provider, Receiver};
use futures::future::BoxFuture;
use tokio::net::TcpListener;

use crate::MANAGER;
use crate::args::{Args, GATES, gates};
use crate::dispatch::{Dispatcher, Parts, WorkloadIdentity};
use crate::intake::Intake;
use crate::provider::sender::{Retry, Sender};
use crate::receiver::{self, webhook::Webhook};
use crate::server::{HandlerLabel, ServerMetrics, serve};
use crate::statics::Finalizers;

const PROGRAM: Program<Args> = Program {
    name: MANAGER,
    gates: GATES,
    common: |args| &args.common,
};

/// How long messages under way may take after the shutdown began; what remains of it is left to other ends.
const LAST_MESSAGES: Duration = Duration::from_secs(5);

/// Runs the controller to its end.
pub fn run() -> ExitCode {
    common::runtime::run(&PROGRAM, |args, context| async move {
        let started = start(&args, context, Retry::default()).await?;
        let mut tasks = Tasks::default();
        started.work.into_iter().for_each(|work| tasks.add(work));
        Ok(tasks)
    })
}

/// What runs on every replica, and what is left to the one that leads.
pub struct Started {
    /// Where events are received; nowhere when switched off.
    pub events: Option<SocketAddr>,
    /// Where webhooks are received; nowhere when switched off.
    pub webhooks: Option<SocketAddr>,
    /// The objects that the servers look at.
    pub seen: Seen,
    /// Runs while the process leads; each ends with the shutdown.
    pub work: Vec<BoxFuture<'static, ()>>,
}

/// The objects that the servers look at, as last seen.
pub struct Seen {
    /// Which events go where.
    pub alerts: Mirror<Alert>,
    /// Where they go.
    pub providers: Mirror<Provider>,
    /// Which webhooks there are.
    pub receivers: Mirror<Receiver>,
}

/// Starts the servers, which every replica runs (E5), and makes the work of the one that leads.
///
/// # Errors
/// When flags do not fit together, or an address cannot be listened on.
pub async fn start(
    args: &Args,
    context: Arc<Context>,
    retry: Retry,
) -> Result<Started, StartError> {
    args.check(&context.gates)?;
    let events = listen("events-addr", &args.events_address).await?;
    let webhooks = listen("receiverAddr", &args.own.receiver_address).await?;
    let address = |listener: &Option<TcpListener>| listener.as_ref()?.local_addr().ok();
    let backoff = args.common.backoff();
    let providers = Finalizers::<Provider>::follow(&context, backoff);
    let alerts = Finalizers::<Alert>::follow(&context, backoff);
    let mut started = Started {
        events: address(&events),
        webhooks: address(&webhooks),
        seen: Seen {
            alerts: alerts.objects(),
            providers: providers.objects(),
            receivers: Mirror::follow(context.clone(), |_| {}),
        },
        work: Vec::new(),
    };
    let label = |prefix: &'static str| {
        if args.own.export_http_path_metrics {
            HandlerLabel::Path
        } else {
            HandlerLabel::Fixed(prefix)
        }
    };
    if let Some(listener) = events {
        let dispatcher = Arc::new(Dispatcher::new(Parts {
            client: context.client.clone(),
            recorder: context.recorder.clone(),
            alerts: alerts.objects(),
            providers: providers.objects(),
            cross_namespace: args.own.cross_namespace(),
            identity: identity(&context),
            sender: Sender::new(retry),
        }));
        let intake = Intake::new(args.own.rate_limit_interval, dispatcher.clone());
        let metrics = ServerMetrics::register(&context.metrics, "gotk_event", label("/"));
        tracing::info!(
            address = started.events.map(tracing::field::display),
            "starting event server"
        );
        let shutdown = context.shutdown.clone();
        let serving = tokio::spawn(async move {
            serve(listener, Arc::new(intake), metrics, shutdown).await;
            dispatcher.finish(LAST_MESSAGES).await;
        });
        // The process that leads does not end before its last messages are sent.
        started.work.push(Box::pin(async move {
            let _ = serving.await;
        }));
    }
    if let Some(listener) = webhooks {
        let receivers = started.seen.receivers.clone();
        let webhook = Webhook::new(
            context.client.clone(),
            receivers,
            args.own.cross_namespace(),
        );
        let metrics = ServerMetrics::register(&context.metrics, "gotk_receiver", label("/hook/"));
        tracing::info!(
            address = started.webhooks.map(tracing::field::display),
            "starting webhook receiver server"
        );
        let shutdown = context.shutdown.clone();
        tokio::spawn(serve(listener, Arc::new(webhook), metrics, shutdown));
    }
    started.work.push(Box::pin(providers.keep(context.clone())));
    started.work.push(Box::pin(alerts.keep(context.clone())));
    let concurrent = usize::from(args.own.concurrent);
    let receivers = receiver::controller(&context, concurrent, backoff);
    started.work.push(Box::pin(receivers.run()));
    Ok(started)
}

fn identity(context: &Context) -> WorkloadIdentity {
    if context.gates.enabled(gates::OBJECT_LEVEL_WORKLOAD_IDENTITY) {
        WorkloadIdentity::ByObject
    } else {
        WorkloadIdentity::Off
    }
}
