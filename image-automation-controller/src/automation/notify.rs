//! What is told of a success (S6, U10). Failures are told by the skeleton.

use common::conditions::{READY, is_true};
use common::object::Object as _;
use common::reconcile::{Notice, Pass, Verdict};

use super::{Automations, Extent, Pushed, READY_MESSAGE};

/// How much of a hash is shown.
const SHORT: usize = 7;

/// Tells of a push, of the end of a failure, and in a trace of anything else.
pub(super) fn success(pass: &Pass<Automations>, verdict: &Verdict) {
    if *verdict != Verdict::Success {
        return;
    }
    let was_ready = is_true(pass.original().conditions(), READY);
    let (notice, text) = match (&pass.state.pushed, was_ready, pass.state.extent) {
        (Some(pushed), ..) => (Notice::Info, summary(pushed)),
        (None, false, _) => (Notice::Info, READY_MESSAGE.to_owned()),
        (None, true, Extent::Full) => (Notice::Trace, READY_MESSAGE.to_owned()),
        (None, true, Extent::IfRemoteChanged) => (
            Notice::Trace,
            "no change since last reconciliation".to_owned(),
        ),
    };
    tracing::info!("{text}");
    pass.event(notice, "Succeeded", &text, &[]);
}

fn summary(pushed: &Pushed) -> String {
    let hash = pushed.hash.get(..SHORT).unwrap_or(&pushed.hash);
    let mut text = format!("pushed commit '{hash}' to branch '{}'", pushed.branch);
    if let Some(refspec) = &pushed.refspec {
        text.push_str(" and refspecs '");
        text.push_str(refspec);
        text.push('\'');
    }
    if !pushed.message.is_empty() {
        text.push('\n');
        text.push_str(&pushed.message);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u10_the_summary_names_commit_branch_refspec_and_message() {
        let pushed = Pushed {
            hash: "0123456789abcdef".to_owned(),
            branch: "main".to_owned(),
            refspec: Some("refs/heads/main:refs/heads/x".to_owned()),
            message: "Update\n\nbody".to_owned(),
        };
        assert_eq!(
            summary(&pushed),
            "pushed commit '0123456' to branch 'main' and refspecs 'refs/heads/main:refs/heads/x'\nUpdate\n\nbody"
        );
    }
}
