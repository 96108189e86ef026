//! Identities of clouds need a feature gate (R2).

use common::reconcile::{Flow, Pass, Stop};

use super::super::{Error, ImageRepositories, NEXT};
use crate::args::gates::OBJECT_LEVEL_WORKLOAD_IDENTITY;
use crate::registry;

/// Runs the step.
pub fn run(pass: &mut Pass<ImageRepositories>) -> Result<Flow, Stop> {
    let enabled = pass.context.gates.enabled(OBJECT_LEVEL_WORKLOAD_IDENTITY);
    if registry::gate(&pass.object) && !enabled {
        return Err(Error::Gate.into());
    }
    NEXT
}
