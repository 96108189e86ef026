//! ImageRepository: the tags of an image, read from its registry and kept in the database.
//!
//! ```text
//! gate ──▶ image ──▶ access ──────────────▶ scan ─────────────────────▶ (summariser) ──▶ conclude
//! refuse   name      Secrets, certificates  due? tags, exclusion,       Ready, patch     event
//!                    proxy                  database, status
//! ```

mod due;
mod error;
mod revision;
mod steps;
mod tags;

use std::time::Duration;

use common::conditions::Summary;
use common::reconcile::{
    Flow, ObservedGeneration, Opening, Pass, Profile, Reconciler, Schedule, Step, Stop, Verdict,
};
use crds::image::ImageRepository;
use jiff::Timestamp;
use oci::{Registry, Repository};
use tokio::time::Instant;

use crate::database::{Database, Keeping};
use crate::{MANAGER, notify};
pub use error::Error;

/// Success of a step that leaves the rest to do.
const NEXT: Result<Flow, Stop> = Ok(Flow::Next);

/// Reconciles every ImageRepository that the controller looks at.
#[derive(Debug, Clone)]
pub struct ImageRepositories {
    database: Database,
}

/// What the steps of a pass hand to each other.
#[derive(Default)]
pub struct State {
    /// What the spec names.
    image: Option<Repository>,
    /// The way to it.
    registry: Option<Registry>,
    /// When credentials and scan must be done (R11).
    deadline: Option<Instant>,
    /// What the scan came to.
    scan: Scan,
}

/// What a scan came to (R10).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Scan {
    /// It was not due.
    #[default]
    Spared,
    /// The tags are those of the scan before.
    Same,
    /// There are others.
    New,
}

impl ImageRepositories {
    /// A reconciler that keeps tags in this database.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

impl Reconciler for ImageRepositories {
    type Object = ImageRepository;
    type State = State;

    const PROFILE: Profile = Profile {
        manager: MANAGER,
        owned: &[],
        summary: Summary::VERDICT,
        observed_generation: ObservedGeneration::Settled,
        opening: Opening::Announced,
    };

    fn steps(&self) -> &'static [Step<Self>] {
        const STEPS: &[Step<ImageRepositories>] = &[
            Step::new("gate", |_, pass| {
                Box::pin(std::future::ready(steps::gate::run(pass)))
            }),
            Step::new("image", |_, pass| {
                Box::pin(std::future::ready(steps::image::run(pass)))
            }),
            Step::new("access", |_, pass| Box::pin(steps::access::run(pass))),
            Step::new("scan", |repositories, pass| {
                Box::pin(steps::scan::run(repositories, pass))
            }),
        ];
        STEPS
    }

    /// When the next scan is due.
    fn schedule(&self, object: &ImageRepository) -> Schedule {
        Schedule::every(due::remaining(object, Timestamp::now()))
    }

    /// Tags that belong to the object go with it (R13).
    async fn finalize(&self, pass: &mut Pass<Self>) -> Result<(), Stop> {
        if self.database.keeping() == Keeping::ByObject {
            let key = self.database.key(&pass.key(), "");
            self.database
                .remove(&key)
                .await
                .map_err(|source| Error::Forget {
                    name: key.to_string(),
                    source,
                })?;
        }
        Ok(())
    }

    fn conclude(&self, pass: &mut Pass<Self>, verdict: &Verdict) {
        let next = common::duration::format(whole_seconds(due::remaining(
            &pass.object,
            Timestamp::now(),
        )));
        let text = match pass.state.scan {
            Scan::Spared => "no change in repository configuration since last scan",
            Scan::Same => "tags did not change",
            Scan::New => "successful scan",
        };
        notify::success(pass, verdict, &format!("{text}, next scan in {next}"));
    }
}

/// Rounded up: what is left of an interval right after a scan reads as the interval.
fn whole_seconds(duration: Duration) -> Duration {
    let up = u64::from(duration.subsec_nanos() > 0);
    Duration::from_secs(duration.as_secs().saturating_add(up))
}
