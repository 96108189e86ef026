//! The last few reconciliations of an object (K3.5, K3.6).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Duration, Time};
use crate::go;

/// How many snapshots a [`History`] keeps (K3.5).
pub const HISTORY_LIMIT: usize = 5;

/// Snapshots, the newest first.
pub type History = Vec<Snapshot>;

/// One outcome for one content, with how often and when it was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Snapshot {
    /// Digest of the content that was reconciled, as `<algorithm>:<hex>`.
    pub digest: String,
    /// When this content first had this outcome.
    pub first_reconciled: Time,
    /// When it last had it.
    pub last_reconciled: Time,
    /// How long the last reconciliation took.
    #[schemars(with = "String")]
    pub last_reconciled_duration: Duration,
    /// The outcome, as the reason of the Ready condition.
    pub last_reconciled_status: String,
    /// How often this content had this outcome.
    pub total_reconciliations: i64,
    /// Further facts, such as the revision.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub metadata: BTreeMap<String, String>,
}
