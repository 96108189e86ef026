//! Tests of a release (H12.5).

use std::time::Duration;

use crds::helm::TestFilter;
use helm::output::Event;
use helm::release::{ApplyMethod, Release};

use super::hooks::{self, Running};
use super::wait::{Jobs, News, Rules, Strategy};
use super::write::{Existing, Method};
use super::{ActionError, Env};
use crate::snapshot::tests;
use crate::storage::History;

/// How tests are run.
#[derive(Debug, Clone)]
pub struct RunTests {
    /// For each test.
    pub timeout: Duration,
    /// Which tests run.
    pub filters: Vec<TestFilter>,
}

/// Runs the tests of the newest revision until one fails, and records how each went. Gives the revision.
///
/// # Errors
/// The test that failed.
pub async fn test(
    env: &Env,
    history: &mut History,
    options: &RunTests,
) -> Result<i64, ActionError> {
    let last = history
        .last()
        .ok_or_else(|| ActionError::NothingDeployed(env.release.name.clone()))?;
    let mut release = Release::clone(&last);
    let method = if release.apply_method == ApplyMethod::ServerSide {
        Method::ServerSide
    } else {
        Method::ClientSide {
            existing: Existing::Patched,
        }
    };
    let running = Running {
        event: Event::Test,
        method,
        strategy: Strategy::Objects {
            jobs: Jobs::Awaited,
            news: News::Ignored,
            rules: Rules::Status,
        },
        timeout: options.timeout,
    };
    let selected = |name: &str| tests::is_selected(name, &options.filters);
    let (outcome, leftovers) = hooks::execute(env, history, &mut release, running, selected).await;
    let recorded = history.update(&release).await;
    if let Err(error) = hooks::clean(env, &release, &leftovers, running).await {
        env.log.line(format!("failed to delete tests: {error}"));
    }
    outcome?;
    recorded?;
    Ok(release.version)
}
