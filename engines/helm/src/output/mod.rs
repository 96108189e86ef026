//! Rendered text to manifests and hooks in the order of installation, and to what `helm template`
//! prints.

mod head;
mod hook;
mod order;
mod plain;
mod print;
mod sort;
mod split;

pub use hook::{DeletePolicy, Event, Hook, OutputLogPolicy};
pub use order::{INSTALL_ORDER, UNINSTALL_ORDER, compare_kinds};
pub use print::{NoTemplate, join_manifests, show_only, template};
pub use sort::{Error, Manifest, Sorted, sort};
pub use split::split;
