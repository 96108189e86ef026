//! Whether objects that are there already may become the release's (H12.8, H26.16).

use apply::{Cluster as _, Object};

use super::objects::{described, foreign};
use super::{ActionError, Env};

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
    for object in new {
        let cause = match env.cluster.get(&object.object_ref()).await {
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
