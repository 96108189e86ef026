//! Whether objects that are there already may become the release's (H12.8, H26.16).

use apply::{Cluster as _, Object};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use futures::stream::{self, StreamExt as _};

use super::objects::{described, foreign};
use super::{ActionError, Env};

/// How many objects are looked at at a time.
const AT_ONCE: usize = 4;

/// Whether a release takes objects that are there already and belong to nobody, or to another release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakeOver {
    /// It takes them.
    Yes,
    /// They fail it.
    No,
}

/// Refuses objects that exist and are not the release's own.
///
/// # Errors
/// The first of them, or one that cannot be looked at.
pub(super) async fn check(
    env: &Env,
    new: &[&Object],
    rule: TakeOver,
    verb: &'static str,
) -> Result<(), ActionError> {
    if rule == TakeOver::Yes {
        // Forced applies take what is there; nothing needs to be read for that.
        return Ok(());
    }
    // Boxed and collected, so that the type of the stream names no closure.
    let looks: Vec<BoxFuture<'_, _>> = new
        .iter()
        .map(|&object| async move { (object, env.cluster.get(&object.object_ref()).await) }.boxed())
        .collect();
    let mut looks = stream::iter(looks).buffered(AT_ONCE);
    while let Some((object, answer)) = looks.next().await {
        let cause = match answer {
            Ok(live) => match foreign(&live, &env.release) {
                Some(lacking) => format!(
                    "{} exists and cannot be imported into the current release: {lacking}",
                    described(object)
                ),
                None => continue,
            },
            Err(error) if error.is_not_found() => continue,
            Err(error) => format!(
                "could not get information about the resource {}: {error}",
                described(object)
            ),
        };
        return Err(ActionError::Ownership { verb, cause });
    }
    Ok(())
}
