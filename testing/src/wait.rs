//! Waiting for a condition of an object, by watch.

use std::fmt::{self, Debug, Display, Write as _};
use std::time::Duration;

use futures::StreamExt;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Resource};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How often a waiting test looks where nothing tells it of news.
const LOOK: Duration = Duration::from_millis(5);

/// The condition did not come true in time: what was waited for, and the object as it was seen last.
///
/// `Debug` prints the same text as `Display`, so `unwrap` in a test shows it.
pub struct Timeout {
    what: String,
    object: String,
    deadline: Duration,
    last: String,
}

impl Display for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            object,
            deadline,
            last,
        } = self;
        write!(
            f,
            "{object} was not {what} within {deadline:?}; last seen:\n{last}"
        )
    }
}

impl Debug for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl std::error::Error for Timeout {}

/// Waits until `condition` holds for the object `name`, and returns it as it was then (`None` if the condition accepts its
/// absence).
///
/// `what` completes the sentence "it was not …".
///
/// # Errors
/// [`Timeout`] shows the conditions and the whole object as seen last.
pub async fn wait_for<K>(
    api: &Api<K>,
    name: &str,
    what: &str,
    deadline: Duration,
    condition: impl Fn(Option<&K>) -> bool,
) -> Result<Option<K>, Timeout>
where
    K: Resource + Clone + Debug + Serialize + DeserializeOwned + Send + 'static,
{
    let mut last = Last::Never;
    let wait = async {
        let mut states = watcher::watch_object(api.clone(), name)
            .default_backoff()
            .boxed();
        loop {
            match states.next().await {
                Some(Ok(object)) => {
                    if condition(object.as_ref()) {
                        return object;
                    }
                    last = object.map_or(Last::Absent, |object| Last::Seen(Box::new(object)));
                }
                // The watcher tries again by itself: a definition may not be served yet.
                Some(Err(error)) => last = Last::Failed(error.to_string()),
                None => std::future::pending().await,
            }
        }
    };
    match tokio::time::timeout(deadline, wait).await {
        Ok(object) => Ok(object),
        Err(_) => Err(Timeout {
            what: what.to_owned(),
            object: format!("{}/{name}", api.resource_url()),
            deadline,
            last: last.to_string(),
        }),
    }
}

/// Waits until the controllers of a process work on nothing: what an event or a watch tells of a pass comes before its last
/// request was counted. `metrics` renders their metrics.
///
/// # Errors
/// Shows how busy they are.
pub async fn settled(deadline: Duration, metrics: impl Fn() -> String) -> anyhow::Result<()> {
    let busy = || {
        let metrics = metrics();
        let workers = metrics
            .lines()
            .filter(|line| line.starts_with("controller_runtime_active_workers{"));
        let busy: Vec<String> = workers
            .filter(|line| !line.ends_with(" 0"))
            .map(ToOwned::to_owned)
            .collect();
        busy
    };
    let rest = async {
        while !busy().is_empty() {
            tokio::time::sleep(LOOK).await;
        }
    };
    match tokio::time::timeout(deadline, rest).await {
        Ok(()) => Ok(()),
        Err(_) => anyhow::bail!("a pass does not end within {deadline:?}: {:?}", busy()),
    }
}

enum Last<K> {
    Never,
    Absent,
    Failed(String),
    Seen(Box<K>),
}

impl<K: Serialize> Display for Last<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => write!(f, "nothing: the API server sent no state"),
            Self::Absent => write!(f, "it does not exist"),
            Self::Failed(error) => write!(f, "the watch failed: {error}"),
            Self::Seen(object) => match serde_json::to_value(object) {
                Ok(value) => write!(f, "{}", describe(&value)),
                Err(error) => write!(f, "an object that cannot be shown: {error}"),
            },
        }
    }
}

/// An object for a person: its conditions, one per line, then all of it but the managed fields.
pub fn describe(object: &serde_json::Value) -> String {
    let mut text = String::new();
    for condition in object["status"]["conditions"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let [kind, status, reason, message] = ["type", "status", "reason", "message"]
            .map(|name| condition[name].as_str().unwrap_or_default());
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {kind}={status} {reason}: {message}");
    }
    let mut rest = object.clone();
    if let Some(metadata) = rest["metadata"].as_object_mut() {
        metadata.shift_remove("managedFields");
    }
    text + &format!("{rest:#}")
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::ConfigMap;
    use serde_json::{Value, json};

    use super::*;
    use crate::api::{Expected, Script};

    const LIST: &str = "/api/v1/namespaces/apps/configmaps";

    /// A list, then a watch that stays silent.
    fn script(items: &Value) -> Script {
        let list = json!({ "metadata": { "resourceVersion": "7" }, "items": items });
        Script::new([
            Expected::get(LIST)
                .query("fieldSelector", "metadata.name=settings")
                .reply(200, list),
            Expected::get(LIST).query("watch", "true").reply_events([]),
        ])
    }

    async fn wait(script: &Script, wanted: bool) -> Result<Option<ConfigMap>, Timeout> {
        let maps: Api<ConfigMap> = Api::namespaced(script.client(), "apps");
        let short = Duration::from_millis(300);
        wait_for(&maps, "settings", "there", short, |map| {
            map.is_some() == wanted
        })
        .await
    }

    #[tokio::test]
    async fn a_wait_that_fails_shows_the_object_as_it_was_seen_last() {
        let object = json!({
            "metadata": { "name": "settings", "resourceVersion": "7", "managedFields": [] },
            "data": { "colour": "blue" },
        });
        let script = script(&json!([object]));
        let error = wait(&script, false).await.unwrap_err().to_string();
        let start = "/api/v1/namespaces/apps/configmaps/settings was not there within 300ms";
        assert!(error.starts_with(start), "{error}");
        assert!(
            error.contains("\"colour\": \"blue\"") && !error.contains("managedFields"),
            "{error}"
        );
        script.finish();
    }

    #[tokio::test]
    async fn a_wait_that_fails_says_that_the_object_does_not_exist() {
        let script = script(&json!([]));
        let error = wait(&script, true).await.unwrap_err();
        assert!(
            format!("{error:?}").ends_with("it does not exist"),
            "{error}"
        );
        script.finish();
    }

    #[tokio::test]
    async fn controllers_have_settled_when_no_worker_is_busy() {
        let busy = std::cell::Cell::new(2);
        let metrics = || {
            let now = busy.replace(busy.get() - 1);
            format!("controller_runtime_active_workers{{controller=\"a\"}} {now}\nother 7\n")
        };
        settled(Duration::from_mins(1), metrics).await.unwrap();
        let never = || "controller_runtime_active_workers{controller=\"a\"} 1".to_owned();
        let error = settled(Duration::from_millis(20), never).await.unwrap_err();
        assert!(error.to_string().contains("active_workers"), "{error}");
    }

    #[test]
    fn conditions_come_first_one_per_line() {
        let condition =
            json!({ "type": "Ready", "status": "False", "reason": "R", "message": "M" });
        let text = describe(&json!({ "status": { "conditions": [condition] } }));
        assert!(text.starts_with("  Ready=False R: M\n{"), "{text}");
    }
}
