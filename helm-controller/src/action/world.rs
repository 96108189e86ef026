//! What templates may ask of this process and of the cluster.

use std::rc::Rc;
use std::sync::Arc;

use apply::{ApiError, Gvk};
use common::cluster::KubeCluster;
use gotemplate::funcs::{Clock, Lookup, Random, Time};
use gotemplate::value::{Map, Numbers, Value};
use helm::render::World;
use tokio::runtime::Handle;

/// The world of one rendering; made on the thread that renders, which may block.
pub(super) fn of(cluster: Arc<KubeCluster>, runtime: Handle) -> World {
    World {
        clock: Rc::new(Process),
        random: Rc::new(Process),
        cluster: Some(Rc::new(Live { cluster, runtime })),
    }
}

struct Process;

impl Clock for Process {
    fn now(&self) -> Time {
        let stamp = jiff::Timestamp::now();
        let mut now = Time::from_unix(stamp.as_second());
        now.nanos = u32::try_from(stamp.subsec_nanosecond()).unwrap_or_default();
        now
    }
}

impl Random for Process {
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // Keys must never be made of anything else.
            std::process::abort();
        }
    }
}

/// `lookup` under the identity of the release (H17.2).
struct Live {
    cluster: Arc<KubeCluster>,
    runtime: Handle,
}

impl Lookup for Live {
    fn lookup(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Map, String> {
        let gvk = Gvk::new(api_version, kind);
        let name = Some(name).filter(|name| !name.is_empty());
        let answer = self
            .runtime
            .block_on(self.cluster.look_up(&gvk, namespace, name));
        match answer {
            Ok(found) => match Value::from_yaml(&yaml::Value::from_json(found), Numbers::Kept) {
                Value::Map(map) => Ok(map),
                _ => Ok(Map::new()),
            },
            Err(error) if error.is_not_found() => Ok(Map::new()),
            Err(error @ ApiError::NoMatch(_)) => Err(format!(
                "unable to get apiresource from unstructured: {api_version}, Kind={kind}: {error}"
            )),
            Err(error) => Err(error.to_string()),
        }
    }
}
