//! The event of a pass that succeeded (S6). Those of failures follow from their class.

use common::conditions::{self, READY};
use common::object::Object as _;
use common::reconcile::{Notice, Pass, Reconciler, Verdict};
use crds::well_known::reason::SUCCEEDED;

/// Tells of a success that says something new; of any other in a way that only the cluster hears, as `unchanged`.
pub fn success<R: Reconciler>(pass: &Pass<R>, verdict: &Verdict, unchanged: &str) {
    if *verdict != Verdict::Success {
        return;
    }
    let now = conditions::find(pass.object.conditions(), READY);
    let Some(now) = now.filter(|ready| ready.is_true()) else {
        return;
    };
    let before = conditions::find(pass.original().conditions(), READY);
    let is_news = before.is_none_or(|ready| !ready.is_true() || ready.message != now.message);
    let (notice, message) = if is_news {
        (Notice::Info, now.message.as_str())
    } else {
        (Notice::Trace, unchanged)
    };
    tracing::info!("{message}");
    pass.event(notice, SUCCEEDED, message, &[]);
}
