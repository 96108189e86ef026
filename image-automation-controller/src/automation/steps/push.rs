//! Commit, sign, push (U7 to U9, G5, G6, G11). A push that is lost to somebody who was faster is made anew on what they left.

use std::sync::Arc;

use common::object::Object as _;
use common::reconcile::{Flow, Pass, Stop};
use crds::image::{CommitSpec, ImageUpdateAutomation};
use crds::meta::Time;
use git::push::{self, Lease};
use git::{Author, Draft, Limits, NewCommit};
use setters::Policy;

use super::super::{Automations, Error, Pushed};
use super::{background, intent, limits, settle, update};
use crate::access::Signer;
use crate::checkout::{Branches, Fetched, Found, Plan, fetch};
use crate::files::Edits;
use crate::message::{self, Data};

/// How often a push is tried before the object waits its turn again.
const ATTEMPTS: usize = 5;

/// Runs the step.
pub async fn run(automations: &Automations, pass: &mut Pass<Automations>) -> Result<Flow, Stop> {
    let (Some(source), Some(fetched), Some(edits)) = (
        &pass.state.source,
        pass.state.fetched.take(),
        pass.state.edits.take(),
    ) else {
        return Ok(Flow::Next);
    };
    let work = Work {
        plan: source.plan.clone(),
        signer: source.signer.clone(),
        spec: pass.object.spec.git.clone().unwrap_or_default().commit,
        options: options(&pass.object),
        data: Data {
            namespace: pass.object.key().namespace.to_string(),
            name: pass.object.key().name.to_string(),
            ..Data::default()
        },
        path: update::path(pass.object.spec.update.as_ref())?.to_owned(),
        policies: pass.state.policies.clone(),
    };
    let limits = limits(automations, source);
    let branch = source.plan.push_branch.clone();
    let is_switched = source.plan.branches != Branches::Same;
    let made = background::run(pass, move |_| {
        let made = work.commit(&fetched, edits)?;
        Ok((work, fetched, made))
    });
    let (work, fetched, made) = made.await?;
    let Some(made) = made else {
        settle(pass, fetched.revision);
        return Ok(Flow::Next);
    };
    intent::declare(pass, &made.0.hash(), &branch).await?;
    let done = background::run(pass, move |stop| {
        work.push(fetched, made, &limits.with(stop))
    });
    match done.await? {
        Done::Nothing(fetched) => {
            intent::recall(pass, &fetched, &branch);
            settle(pass, fetched.revision);
        }
        Done::Pushed {
            commit,
            message,
            revision,
        } => {
            let pushed = commit.revision(&branch).to_string();
            settle(pass, if is_switched { revision } else { pushed });
            note(pass, commit.hash(), branch, message);
        }
    }
    Ok(Flow::Next)
}

/// Notes a commit that was pushed, in the status and for the event.
pub(super) fn note(pass: &mut Pass<Automations>, hash: String, branch: String, message: String) {
    let status = &mut pass.object.status;
    status.last_push_commit = Some(hash.clone());
    status.last_push_time = Some(Time(jiff::Timestamp::now()));
    let refspec = pass.object.spec.git.as_ref();
    let refspec = refspec.and_then(|git| git.push.as_ref()?.refspec.clone());
    pass.state.pushed = Some(Pushed {
        hash,
        branch,
        refspec: refspec.filter(|text| !text.is_empty()),
        message,
    });
}

/// What is needed to make and push a commit, as often as it takes.
struct Work {
    plan: Plan,
    signer: Option<Arc<Signer>>,
    spec: CommitSpec,
    options: Vec<(String, String)>,
    data: Data,
    path: String,
    policies: Vec<Policy>,
}

/// How it ended.
enum Done {
    /// Somebody else had made the same changes: this is what they left.
    Nothing(Box<Fetched>),
    /// The commit is there.
    Pushed {
        commit: NewCommit,
        message: String,
        /// That of the checkout.
        revision: String,
    },
}

impl Work {
    fn push(
        &self,
        fetched: Fetched,
        (commit, message): (NewCommit, String),
        limits: &Limits,
    ) -> Result<Done, Error> {
        let (mut fetched, mut commit, mut message) = (fetched, commit, message);
        let mut attempt = 1;
        loop {
            let revision = fetched.revision.clone();
            match self.send(&commit, fetched.lease.clone(), limits) {
                Ok(()) => {
                    return Ok(Done::Pushed {
                        commit,
                        message,
                        revision,
                    });
                }
                Err(error) if error.is_lost_race() && attempt < ATTEMPTS => {
                    tracing::info!(%error, attempt, "push lost a race, trying on the new head");
                    attempt += 1;
                }
                Err(error) => return Err(Error::Push(Box::new(error))),
            }
            let found = fetch(&self.plan, limits, None);
            fetched = match found.map_err(|error| Error::Checkout(Box::new(error)))? {
                Found::Fetched(found) => *found,
                // Nothing was seen before, so that there is nothing to be unchanged against.
                Found::Unchanged => return Ok(Done::Nothing(Box::new(fetched))),
            };
            let edits = update::edit(&fetched, &self.path, self.policies.clone())?;
            let Some(made) = self.commit(&fetched, edits)? else {
                return Ok(Done::Nothing(Box::new(fetched)));
            };
            (commit, message) = made;
        }
    }

    /// Makes the commit; none where nothing changes.
    fn commit(
        &self,
        fetched: &Fetched,
        edits: Edits,
    ) -> Result<Option<(NewCommit, String)>, Error> {
        if edits.files.is_empty() {
            return Ok(None);
        }
        let data = Data {
            changes: edits.changes,
            values: self.spec.message_template_values.clone(),
            ..self.data.clone()
        };
        let template = self.spec.message_template.as_deref().unwrap_or_default();
        let message = message::render(template, data)?;
        let author = Author {
            name: self.spec.author.name.clone().unwrap_or_default(),
            email: self.spec.author.email.clone(),
            seconds: jiff::Timestamp::now().as_second(),
        };
        let failed = |error: git::Error| Error::Push(Box::new(error));
        let draft = fetched.base.draft(&edits.files, &author, &message);
        let Some(draft) = draft.map_err(failed)? else {
            return Ok(None);
        };
        let commit = match &self.signer {
            None => draft.finish().map_err(failed)?,
            Some(signer) => {
                let signature = sign(signer, &draft, author.seconds)?;
                draft.signed(&signature).map_err(failed)?
            }
        };
        Ok(Some((commit, message)))
    }

    fn send(&self, commit: &NewCommit, lease: Lease, limits: &Limits) -> Result<(), git::Error> {
        let outgoing = push::connect(&self.plan.url, &self.plan.access, limits)?;
        outgoing.send(commit, &self.plan.destinations(lease), &self.options)
    }
}

fn sign(signer: &Signer, draft: &Draft, now: i64) -> Result<String, Error> {
    let payload = draft.payload();
    let signed = match signer {
        Signer::Pgp(key) => {
            let now = u64::try_from(now).unwrap_or_default();
            key.sign(&payload, now).map_err(|error| error.to_string())
        }
        Signer::Ssh(key) => key.sign(&payload).map_err(|error| error.to_string()),
    };
    signed.map_err(Error::Sign)
}

fn options(object: &ImageUpdateAutomation) -> Vec<(String, String)> {
    let push = object.spec.git.as_ref().and_then(|git| git.push.as_ref());
    let options = push.map(|push| push.options.clone()).unwrap_or_default();
    options.into_iter().collect()
}
