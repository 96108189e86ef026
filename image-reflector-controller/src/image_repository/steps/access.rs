//! Credentials, certificates and proxy (R4, R11).

use common::reconcile::{Flow, Pass, Stop};
use tokio::time::{Instant, timeout_at};

use super::super::{Error, ImageRepositories, NEXT};
use crate::registry::{self, AccessError};

/// Runs the step.
pub async fn run(pass: &mut Pass<ImageRepositories>) -> Result<Flow, Stop> {
    let Some(image) = pass.state.image.clone() else {
        return NEXT;
    };
    let deadline = Instant::now() + registry::timeout(&pass.object);
    let client = pass.context.client.clone();
    let connected = timeout_at(deadline, registry::connect(client, &pass.object, image)).await;
    let registry = connected
        .unwrap_or(Err(AccessError::Deadline))
        .map_err(Error::Access)?;
    pass.state.registry = Some(registry);
    pass.state.deadline = Some(deadline);
    NEXT
}
