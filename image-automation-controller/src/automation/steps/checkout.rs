//! The commit to make changes on, or the end of the pass where there is nothing new (U4, U7).

use common::reconcile::{Flow, Pass, Stop};

use super::super::{Automations, Error, Extent, READY_MESSAGE};
use super::{background, limits};
use crate::checkout::{Found, fetch};

/// Runs the step.
pub async fn run(automations: &Automations, pass: &mut Pass<Automations>) -> Result<Flow, Stop> {
    let Some(source) = &pass.state.source else {
        return Ok(Flow::Next);
    };
    let seen = match pass.state.extent {
        Extent::Full => None,
        Extent::IfRemoteChanged => pass.object.status.observed_source_revision.clone(),
    };
    let seen = seen.filter(|revision| !revision.is_empty());
    let (plan, limits) = (source.plan.clone(), limits(automations, source));
    let found = background::run(pass, move |stop| {
        let limits = limits.with(stop);
        fetch(&plan, &limits, seen.as_deref()).map_err(|error| Error::Checkout(Box::new(error)))
    });
    match found.await? {
        Found::Unchanged => {
            pass.succeed("Succeeded", READY_MESSAGE);
            Ok(Flow::Done)
        }
        Found::Fetched(fetched) => {
            pass.state.extent = Extent::Full;
            pass.state.fetched = Some(*fetched);
            Ok(Flow::Next)
        }
    }
}
