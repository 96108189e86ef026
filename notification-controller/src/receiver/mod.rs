//! Receiver: a path that services call, and the objects that a call wakes.
//!
//! ```text
//! reconciler   filters ──▶ shape ──▶ type ──▶ token ──▶ status.webhookPath ──▶ (summariser) ──▶ Ready
//! webhook      path ──▶ ready? ──▶ Secret ──▶ check(type) ──▶ filters ──▶ annotate the objects
//!                404      503               404, 400         500           200, 500
//! ```

pub mod check;
mod error;
mod filter;
mod oidc;
mod path;
mod steps;
mod wake;
pub mod webhook;

use std::sync::Arc;
use std::time::Duration;

use common::conditions::{READY, Summary, is_true};
use common::context::Context;
use common::controller::{Controller, Index, Limits, Store, Trigger};
use common::k8s_openapi::api::core::v1::Secret;
use common::kube::core::PartialObjectMeta;
use common::object::{Object as _, ObjectKey};
use common::queue::{Backoff, Urgency};
use common::reconcile::{
    Notice, ObservedGeneration, Opening, Pass, Profile, Reconciler, Schedule, Step, Stop, Verdict,
};
use crds::notification::Receiver;
use crds::notification::well_known::reason::TOKEN_NOT_FOUND;
use crds::well_known::reason;

use crate::MANAGER;
use crate::args::gates;

pub use path::webhook_path;

/// How often a Receiver is checked where its spec does not say.
const INTERVAL: Duration = Duration::from_mins(10);
/// Receivers by their Secret, `namespace/name`.
const BY_SECRET: &str = "secret";

/// Reconciles every Receiver.
#[derive(Debug, Clone, Copy, Default)]
pub struct Receivers;

/// The controller of Receivers, woken by their Secrets where these are labelled for it (P3).
pub fn controller(
    context: &Arc<Context>,
    concurrent: usize,
    backoff: Backoff,
) -> Controller<Receivers> {
    let limits = Limits {
        concurrent,
        backoff,
        ..Limits::default()
    };
    let by_secret = Index {
        name: BY_SECRET,
        values: |receiver: &Receiver| {
            let namespace = receiver.metadata.namespace.as_deref().unwrap_or_default();
            let secrets = receiver.spec.secret_ref.iter();
            secrets
                .map(|secret| format!("{namespace}/{}", secret.name))
                .collect()
        },
    };
    let controller = Controller::new(Receivers, context.clone(), limits, vec![by_secret]);
    if context.gates.enabled(gates::DISABLE_CONFIG_WATCHERS) {
        return controller;
    }
    controller.trigger(Trigger::on_metadata(
        Urgency::Enqueue,
        &context.scope.configs_label_selector,
        |secret: &PartialObjectMeta<Secret>, store: &Store<Receiver>| {
            let name = ObjectKey::of(&secret.metadata).to_string();
            let users = store.find(BY_SECRET, &name);
            users.iter().map(|receiver| receiver.key()).collect()
        },
    ))
}

impl Reconciler for Receivers {
    type Object = Receiver;
    type State = ();

    const PROFILE: Profile = Profile {
        manager: MANAGER,
        owned: &[],
        summary: Summary::VERDICT,
        observed_generation: ObservedGeneration::Ready,
        opening: Opening::Silent,
    };

    fn steps(&self) -> &'static [Step<Self>] {
        const STEPS: &[Step<Receivers>] = &[
            Step::new("spec", |_, pass| {
                Box::pin(std::future::ready(steps::spec::run(pass)))
            }),
            Step::new("token", |_, pass| Box::pin(steps::token::run(pass))),
        ];
        STEPS
    }

    fn schedule(&self, object: &Receiver) -> Schedule {
        Schedule::every(interval(object))
    }

    /// Nothing is left behind by a Receiver.
    async fn finalize(&self, _pass: &mut Pass<Self>) -> Result<(), Stop> {
        Ok(())
    }

    /// The event of a run (P7, P8).
    fn conclude(&self, pass: &mut Pass<Self>, verdict: &Verdict) {
        if let Verdict::Stopped(stop) = verdict {
            if stop.reason() == TOKEN_NOT_FOUND {
                pass.event(Notice::Error, reason::FAILED, stop.message(), &[]);
            }
        } else if is_true(pass.object.conditions(), READY) {
            let next = common::duration::format(interval(&pass.object));
            let message = format!("Reconciliation finished, next run in {next}");
            tracing::info!("{message}");
            pass.event(Notice::Info, reason::SUCCEEDED, &message, &[]);
        }
    }
}

fn interval(receiver: &Receiver) -> Duration {
    let given = receiver.spec.interval.as_ref();
    given.map_or(INTERVAL, crds::meta::Duration::as_std)
}
