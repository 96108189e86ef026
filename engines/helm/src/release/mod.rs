//! The record that Helm keeps of each revision of a release, as its Secrets hold it.
//!
//! ```text
//! Release ──JSON──▶ gzip ──base64──▶ Secret sh.helm.release.v1.NAME.vN, data.release
//! ```
//!
//! Records of Helm 3.18 and later and of Helm 4 decode, those from before compression too; what is
//! encoded here is what Helm 4.3 writes, and both read it. Fields that are not known are dropped, as
//! Helm drops them when it writes a record again. Encoding is deterministic.
//!
//! [`Observation`] and [`values_digest`] are what helm-controller digests to tell whether a release
//! is still the one it made (H5.2, H5.4).

mod decode;
mod digest;
mod encode;
mod json_text;
mod record;
mod secret;
mod status;
mod time;

pub use decode::DecodeError;
pub use digest::{Observation, values_digest, values_text};
pub use record::{File, Hook, HookRun, Info, RecordedChart, Release};
pub use secret::{SECRET_TYPE, StoredRelease, Written, secret_name};
pub use status::{ApplyMethod, HookPhase, Status};
pub use time::{Time, TimeError};
