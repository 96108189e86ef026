//! The files with the images of the policies in them (U7, U8).

use common::reconcile::{Flow, Pass, Stop};
use crds::image::{UpdateStrategy, UpdateStrategyName};
use setters::{Policy, Setters};

use super::super::{Automations, Error};
use super::{background, intent, settle};
use crate::checkout::Fetched;
use crate::files::{self, Edits};

/// Runs the step.
pub async fn run(_: &Automations, pass: &mut Pass<Automations>) -> Result<Flow, Stop> {
    let path = path(pass.object.spec.update.as_ref())?.to_owned();
    let Some(fetched) = pass.state.fetched.take() else {
        return Ok(Flow::Next);
    };
    let policies = pass.state.policies.clone();
    let (fetched, edits) = background::run(pass, move |_| {
        let edits = edit(&fetched, &path, policies)?;
        Ok((fetched, edits))
    })
    .await?;
    if edits.files.is_empty() {
        let source = pass.state.source.as_ref();
        if let Some(branch) = source.map(|source| source.plan.push_branch.clone()) {
            intent::recall(pass, &fetched, &branch);
        }
        settle(pass, fetched.revision);
        return Ok(Flow::Done);
    }
    pass.state.fetched = Some(fetched);
    pass.state.edits = Some(edits);
    Ok(Flow::Next)
}

/// Where to look, if it is known how.
pub(super) fn path(update: Option<&UpdateStrategy>) -> Result<&str, Error> {
    let update = update.ok_or(Error::NoStrategy)?;
    match &update.strategy {
        None | Some(UpdateStrategyName::Setters) => {}
        Some(other) => return Err(Error::Strategy(other.as_str().to_owned())),
    }
    Ok(update.path.as_deref().unwrap_or_default())
}

/// Edits the files of a commit.
pub(super) fn edit(fetched: &Fetched, path: &str, policies: Vec<Policy>) -> Result<Edits, Error> {
    let setters = Setters::new(policies).map_err(|error| Error::Update(error.into()))?;
    let files = fetched.base.files();
    let files = files.map_err(|error| Error::Files(Box::new(error)))?;
    files::update(&files, path, &setters).map_err(Error::Update)
}
