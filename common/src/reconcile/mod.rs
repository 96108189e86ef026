//! One pass over one object: ordered steps, then one summariser.
//!
//! A controller implements [`Reconciler`]: the kind, an ordered list of [`Step`]s, and a [`Profile`] that says how the
//! kind differs from others (who owns which conditions, how Ready is derived, when `observedGeneration` moves). A step
//! reads and changes the [`Pass`] and returns [`Flow`], or a [`Stop`] that carries its policy: reason, result class,
//! event, condition. The skeleton does everything around the steps, in this order (R1, K5.1):
//!
//! 1. deleted objects go to [`Reconciler::finalize`], and lose the finalizer and their metric series when it succeeds;
//! 2. the finalizer is added before anything else has an effect;
//! 3. suspended objects end here (R3, K3.2);
//! 4. the opening of the profile is written (R4);
//! 5. the steps run until one stops;
//! 6. the summariser folds the outcome into conditions, `observedGeneration` and `lastHandledReconcileAt` (R7, R8,
//!    section 4), calls [`Reconciler::conclude`], writes the object, and tells who should know (events, log, metrics);
//! 7. the class of the outcome decides when the object runs next.
//!
//! A panic in a step becomes a retry. Steps cannot write Ready, Reconciling or Stalled other than through
//! [`Pass::progress`].
//!
//! # Example
//!
//! ```
//! use std::time::Duration;
//! use common::conditions::{ConditionType, Summary};
//! use common::reconcile::{
//!     Class, Flow, Notice, ObservedGeneration, Opening, Pass, Policy, Profile, Reconciler, Schedule, Step, Stop,
//! };
//! use crds::source::GitRepository;
//!
//! const FETCH_FAILED: ConditionType = ConditionType::negative("FetchFailed");
//! const IN_STORAGE: ConditionType = ConditionType::positive("ArtifactInStorage");
//!
//! /// What the steps hand to each other.
//! #[derive(Default)]
//! struct State {
//!     revision: Option<String>,
//! }
//!
//! struct Repositories;
//!
//! impl Reconciler for Repositories {
//!     type Object = GitRepository;
//!     type State = State;
//!
//!     const PROFILE: Profile = Profile {
//!         manager: "source-controller",
//!         owned: &[FETCH_FAILED, IN_STORAGE],
//!         summary: Summary { order: &[FETCH_FAILED, IN_STORAGE], overriding: &[] },
//!         observed_generation: ObservedGeneration::Settled,
//!         opening: Opening::Announced,
//!     };
//!
//!     fn steps(&self) -> &'static [Step<Self>] {
//!         const STEPS: &[Step<Repositories>] = &[
//!             Step::new("fetch", |repositories, pass| Box::pin(repositories.fetch(pass))),
//!             Step::new("store", |repositories, pass| Box::pin(repositories.store(pass))),
//!         ];
//!         STEPS
//!     }
//!
//!     fn schedule(&self, object: &GitRepository) -> Schedule {
//!         Schedule::every(object.spec.interval.as_std())
//!     }
//!
//!     async fn finalize(&self, _pass: &mut Pass<Self>) -> Result<(), Stop> {
//!         Ok(()) // remove what the object owns
//!     }
//! }
//!
//! #[derive(Debug, thiserror::Error)]
//! enum FetchError {
//!     #[error("failed to fetch {0}: connection refused")]
//!     Refused(String),
//!     #[error("invalid address {0:?}: expected http:// or https://")]
//!     BadAddress(String),
//! }
//!
//! impl Policy for FetchError {
//!     fn reason(&self) -> &'static str {
//!         match self {
//!             Self::Refused(_) => "FetchFailed",
//!             Self::BadAddress(_) => "URLInvalid",
//!         }
//!     }
//!
//!     fn class(&self) -> Class {
//!         match self {
//!             Self::Refused(_) => Class::Retry,
//!             Self::BadAddress(_) => Class::Stall,
//!         }
//!     }
//!
//!     fn condition(&self) -> Option<ConditionType> {
//!         Some(FETCH_FAILED)
//!     }
//! }
//!
//! impl Repositories {
//!     async fn fetch(&self, pass: &mut Pass<Self>) -> Result<Flow, Stop> {
//!         if !pass.object.spec.url.starts_with("http") {
//!             return Err(FetchError::BadAddress(pass.object.spec.url.clone()).into());
//!         }
//!         pass.remove(FETCH_FAILED);
//!         pass.state.revision = Some("v1".to_owned());
//!         Ok(Flow::Next)
//!     }
//!
//!     async fn store(&self, pass: &mut Pass<Self>) -> Result<Flow, Stop> {
//!         let revision = pass.state.revision.clone().unwrap_or_default();
//!         pass.mark(IN_STORAGE, true, "Succeeded", &format!("stored artifact for revision '{revision}'"));
//!         pass.event(Notice::Info, "NewArtifact", "stored artifact", &[]);
//!         Ok(Flow::Next)
//!     }
//! }
//! ```

mod action;
mod bench;
mod pass;
mod policy;
mod profile;
mod run;
mod step;
mod summarise;

pub use action::Action;
pub use bench::Bench;
pub use pass::{Pass, Progress, ReadyNote};
pub use policy::{Class, Notice, Policy, Stop};
pub use profile::{ObservedGeneration, Opening, Profile, RetryRule, Schedule};
pub use run::run;
pub use step::{Flow, Reconciler, Step, Unfinished};
pub use summarise::Verdict;

#[cfg(test)]
mod tests;
