//! A scripted API server for the unit level: a `kube::Client` whose requests are a list, in order.
//!
//! ```
//! # use testing::api::{Expected, Script};
//! # use k8s_openapi::api::core::v1::ConfigMap;
//! # use serde_json::json;
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let script = Script::new([
//!     Expected::get("/api/v1/namespaces/apps/configmaps/settings").reply(404, json!({})),
//!     Expected::patch("/api/v1/namespaces/apps/configmaps/settings")
//!         .query("fieldManager", "test")
//!         .body(|body| body["data"]["a"] == "b")
//!         .reply(200, json!({ "metadata": { "name": "settings" } })),
//! ]);
//! let maps: kube::Api<ConfigMap> = kube::Api::namespaced(script.client(), "apps");
//! assert!(maps.get_opt("settings").await.unwrap().is_none());
//! let patch = kube::api::Patch::Apply(json!({ "data": { "a": "b" } }));
//! maps.patch("settings", &kube::api::PatchParams::apply("test"), &patch).await.unwrap();
//! script.finish();
//! # });
//! ```

mod expected;
mod script;

pub use expected::Expected;
pub use script::Script;
