//! Waiting for a condition of an object, by watch.

use std::fmt::{self, Debug, Display, Write as _};
use std::time::Duration;

use futures::StreamExt;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Resource};
use serde::Serialize;
use serde::de::DeserializeOwned;

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
