//! What is about to be pushed, written down before it is: a process that is killed after the push, or that hears no answer, knows
//! the commit again when it finds it at the remote, and tells of it then.

use common::conditions::{self, RECONCILING};
use common::reconcile::{Pass, Progress, Stop};

use super::super::Automations;
use super::push;
use crate::checkout::Fetched;

/// Says in the status what is going to be pushed.
pub(super) async fn declare(
    pass: &mut Pass<Automations>,
    hash: &str,
    branch: &str,
) -> Result<(), Stop> {
    pass.progress(&Progress::new(text(hash, branch)));
    pass.patch().await
}

/// Notes the head of the push branch as pushed, if an earlier pass said that it would push it and could not say that it had.
pub(super) fn recall(pass: &mut Pass<Automations>, fetched: &Fetched, branch: &str) {
    let head = fetched.base.commit().hash.clone();
    let conditions = &pass.original().status.conditions;
    let declared = conditions::find(conditions, RECONCILING);
    let is_declared = declared.is_some_and(|found| found.message == text(&head, branch));
    if !is_declared || pass.object.status.last_push_commit.as_ref() == Some(&head) {
        return;
    }
    tracing::info!(commit = head, "commit was pushed before");
    let bytes = fetched.base.commit_bytes();
    let message = message(&String::from_utf8_lossy(bytes)).to_owned();
    push::note(pass, head, branch.to_owned(), message);
}

fn text(hash: &str, branch: &str) -> String {
    format!("pushing commit '{hash}' to branch '{branch}'")
}

/// The message of a commit: what follows its headers.
fn message(commit: &str) -> &str {
    commit.split_once("\n\n").map_or("", |(_, message)| message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_follows_the_headers_signature_included() {
        let commit = "tree 1\ngpgsig -----BEGIN\n \n x\n -----END\n\nUpdate\n\nbody";
        assert_eq!(message(commit), "Update\n\nbody");
        assert_eq!(message("tree 1\n"), "");
    }
}
