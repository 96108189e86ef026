//! What the schema cannot tell on API servers without CEL (L2).

use common::reconcile::{Flow, Pass, Stop};
use crds::image::ReflectionPolicy;

use super::super::{Error, ImagePolicies, NEXT, reflection};

/// Runs the step.
pub fn run(pass: &mut Pass<ImagePolicies>) -> Result<Flow, Stop> {
    let always = reflection(&pass.object) == ReflectionPolicy::Always;
    if always && pass.object.spec.interval.is_none() {
        return Err(Error::NoInterval.into());
    }
    NEXT
}
