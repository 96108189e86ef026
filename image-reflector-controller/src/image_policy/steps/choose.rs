//! The newest tag (L6 to L8).

use std::time::Duration;

use common::object::ObjectKey;
use common::reconcile::{Flow, Pass, Stop};
use crds::image::ImagePolicy;

use super::super::{Error, ImagePolicies, NEXT};
use crate::choice::{Filter, Order};

/// How long the first scan is waited for before the policy says that it waits (L7).
const PATIENCE: Duration = Duration::from_millis(4750);

/// Runs the step.
pub async fn run(policies: &ImagePolicies, pass: &mut Pass<ImagePolicies>) -> Result<Flow, Stop> {
    let Some((repository, _)) = &pass.state.repository else {
        return NEXT;
    };
    let order = Order::of(&pass.object.spec.policy).map_err(Error::Order)?;
    let image = repository.status.canonical_image_name.clone();
    let key = ObjectKey::of(&repository.metadata);
    let key = policies.database.key(&key, &image.unwrap_or_default());
    let mut tags = policies
        .database
        .tags(&key)
        .await
        .map_err(Error::Database)?;
    if tags.is_empty() {
        tags = wait(policies, pass).await?;
    }
    pass.state.tag = newest(&pass.object, &order, &tags)?;
    NEXT
}

/// Waits for a scan, without a worker.
async fn wait(
    policies: &ImagePolicies,
    pass: &mut Pass<ImagePolicies>,
) -> Result<Vec<String>, Stop> {
    let Some((repository, image)) = &pass.state.repository else {
        return Ok(Vec::new());
    };
    let key = policies
        .database
        .key(&ObjectKey::of(&repository.metadata), &image.to_string());
    let database = policies.database.clone();
    let waiting = async move { tokio::time::timeout(PATIENCE, database.wait(&key)).await };
    match pass.park(waiting).await? {
        Ok(tags) => Ok(tags.map_err(Error::Database)?),
        Err(_) => Err(Error::NoTags(policies.requeue_dependency).into()),
    }
}

fn newest(policy: &ImagePolicy, order: &Order, tags: &[String]) -> Result<String, Error> {
    let Some(filter) = &policy.spec.filter_tags else {
        return Ok(order.newest(tags.iter().map(String::as_str))?);
    };
    let extracts = Filter::new(&filter.pattern, &filter.extract)?.apply(tags);
    let newest = order.newest(extracts.keys().map(String::as_str))?;
    Ok(extracts
        .get(&newest)
        .map_or(newest, |tag| (*tag).to_owned()))
}
