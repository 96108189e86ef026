//! Waiting by the rules of Helm 3 (H15.3): what each built-in kind needs to be ready, asked every two seconds. Kinds without a
//! rule are ready at once, and nothing ends the wait early.
//!
//! The rules are those of `pkg/kube/ready.go` and `pkg/kube/wait.go` of Helm 4.

mod kinds;

use std::time::Duration;

use apply::{ApiError, Cluster, Object};

use super::wait::Jobs;
use kinds::is_ready;

const POLL: Duration = Duration::from_secs(2);
/// How often in a row an object may not be readable.
const RETRIES: usize = 30;

/// Why objects are not ready.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// The time is up.
    #[error("context deadline exceeded")]
    Timeout,
    /// An object cannot be read.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// A Job has failed more often than it may.
    #[error("job is failed: {0}")]
    Job(String),
}

impl NotReady {
    /// Whether it may be otherwise the next time: a failed Job counts as such, and ends the wait only a minute later.
    fn is_passing(&self) -> bool {
        match self {
            Self::Api(ApiError::Status(status)) => {
                matches!(status.code, 0 | 429 | 500 | 502..=599)
            }
            Self::Timeout => false,
            Self::Api(_) | Self::Job(_) => true,
        }
    }
}

/// Waits until all objects are ready.
///
/// # Errors
/// [`NotReady`]
pub(super) async fn ready(
    cluster: &dyn Cluster,
    targets: &[Object],
    jobs: Jobs,
    timeout: Duration,
) -> Result<(), NotReady> {
    let rounds = async {
        let mut failures = vec![0; targets.len()];
        while !round(cluster, targets, jobs, &mut failures).await? {
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    };
    let outcome = tokio::time::timeout(timeout, rounds).await;
    outcome.unwrap_or(Err(NotReady::Timeout))
}

/// Looks at one object after the other until one is not ready.
async fn round(
    cluster: &dyn Cluster,
    targets: &[Object],
    jobs: Jobs,
    failures: &mut [usize],
) -> Result<bool, NotReady> {
    for (target, failures) in targets.iter().zip(failures) {
        match is_ready(cluster, target, jobs).await {
            Ok(true) => *failures = 0,
            Ok(false) => {
                *failures = 0;
                return Ok(false);
            }
            Err(error) if error.is_passing() && *failures < RETRIES => {
                *failures += 1;
                return Ok(false);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}
