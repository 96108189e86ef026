//! The name of the image (R3).

use common::reconcile::{Flow, Pass, Stop};

use super::super::{Error, ImageRepositories, NEXT};
use crate::registry;

/// Runs the step.
pub fn run(pass: &mut Pass<ImageRepositories>) -> Result<Flow, Stop> {
    let image = registry::parse(&pass.object.spec.image).map_err(Error::Image)?;
    pass.state.image = Some(image);
    NEXT
}
