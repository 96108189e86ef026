//! The success event (E4, E5).

use common::reconcile::{Pass, Verdict};

use super::HelmCharts;
use super::conditions::FAILURES;
use crate::source::notify;

/// Tells of a new artifact, or that a failure is over, in the words of the build.
pub fn success(pass: &Pass<HelmCharts>, verdict: &Verdict) {
    let told = notify::worth_telling(pass, verdict, FAILURES);
    if let (Some((artifact, _)), Some(build)) = (told, &pass.state.build) {
        notify::tell(pass, &artifact, build.reason(), &build.to_string());
    }
}
