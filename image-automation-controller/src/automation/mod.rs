//! ImageUpdateAutomation: the images of policies, written into the files of a git repository.
//!
//! ```text
//! policies ──▶ source ──▶ checkout ──▶ update ──▶ push ──▶ (summariser) ──▶ conclude
//! latest       repository, a commit    files      commit,  Ready, patch     event
//! images       Secrets                 edited     race?
//! ```
//!
//! Nothing is kept between passes: the commit that a killed process pushed is found in the branch by the next one, which
//! then has nothing to change.

mod error;
mod notify;
mod steps;
pub mod watch;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use common::access::CrossNamespace;
use common::conditions::Summary;
use common::jitter::Jitter;
use common::reconcile::{
    ObservedGeneration, Opening, Pass, Profile, Reconciler, Schedule, Step, Stop, Verdict,
};
use crds::image::{ImageRef, ImageUpdateAutomation};
use git::ssh::Algorithms;
use setters::Policy;

use crate::MANAGER;
use crate::access::Signer;
use crate::checkout::{Base, Fetched, Force, Plan};
use crate::files::Edits;
pub use error::Error;

/// What Ready says of every success (U10).
const READY_MESSAGE: &str = "repository up-to-date";

/// How the reconciler works.
#[derive(Debug, Clone)]
pub struct Options {
    /// Spread of the intervals: `--interval-jitter-percentage`.
    pub jitter: Jitter,
    /// `--no-cross-namespace-refs`
    pub cross_namespace: CrossNamespace,
    /// What ssh connections may use: `--ssh-kex-algos`, `--ssh-hostkey-algos`.
    pub algorithms: Algorithms,
    /// Where fetched commits are kept while they are read.
    pub temporary: PathBuf,
    /// What a push branch of its own is made of: gate `GitAllBranchReferences`.
    pub base: Base,
    /// Whether such a branch may lose commits: gate `GitForcePushBranch`.
    pub force: Force,
}

/// Reconciles every ImageUpdateAutomation that the controller looks at.
#[derive(Debug, Clone)]
pub struct Automations {
    options: Options,
}

/// What the steps of a pass hand to each other.
#[derive(Default)]
pub struct State {
    /// The policies that are followed.
    policies: Vec<Policy>,
    /// Their images, as status has them.
    observed: BTreeMap<String, ImageRef>,
    /// Whether more has to be done than to see that nothing changed.
    extent: Extent,
    /// What to do, and with what.
    source: Option<Source>,
    /// The commit to make changes on.
    fetched: Option<Fetched>,
    /// The changes.
    edits: Option<Edits>,
    /// What was pushed, for the event.
    pushed: Option<Pushed>,
}

/// How much has to be done (U4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Extent {
    /// A remote that did not change ends the pass.
    #[default]
    IfRemoteChanged,
    /// Everything.
    Full,
}

/// The repository, and what is needed to write to it.
struct Source {
    plan: Plan,
    signer: Option<Arc<Signer>>,
    timeout: Duration,
}

/// A commit that was pushed.
#[derive(Debug, Clone)]
struct Pushed {
    hash: String,
    branch: String,
    refspec: Option<String>,
    message: String,
}

impl Automations {
    /// A reconciler.
    pub fn new(options: Options) -> Self {
        Self { options }
    }
}

impl Reconciler for Automations {
    type Object = ImageUpdateAutomation;
    type State = State;

    const PROFILE: Profile = Profile {
        manager: MANAGER,
        owned: &[],
        summary: Summary {
            order: &[],
            overriding: &[],
        },
        observed_generation: ObservedGeneration::Settled,
        opening: Opening::Announced,
    };

    fn steps(&self) -> &'static [Step<Self>] {
        const STEPS: &[Step<Automations>] = &[
            Step::new("policies", |automations, pass| {
                Box::pin(steps::policies::run(automations, pass))
            }),
            Step::new("source", |automations, pass| {
                Box::pin(steps::source::run(automations, pass))
            }),
            Step::new("checkout", |automations, pass| {
                Box::pin(steps::checkout::run(automations, pass))
            }),
            Step::new("update", |automations, pass| {
                Box::pin(steps::update::run(automations, pass))
            }),
            Step::new("push", |automations, pass| {
                Box::pin(steps::push::run(automations, pass))
            }),
        ];
        STEPS
    }

    fn schedule(&self, object: &ImageUpdateAutomation) -> Schedule {
        Schedule::every(object.spec.interval.as_std()).with_jitter(self.options.jitter)
    }

    async fn finalize(&self, _pass: &mut Pass<Self>) -> Result<(), Stop> {
        // What was pushed stays; nothing else is left behind.
        Ok(())
    }

    fn conclude(&self, pass: &mut Pass<Self>, verdict: &Verdict) {
        notify::success(pass, verdict);
    }
}
