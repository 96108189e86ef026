//! The inventory between the status and the planner (section 15).

use apply::{Inventory, InventoryEntry};
use crds::meta::{ResourceInventory, ResourceRef};

/// What the status says was applied.
pub fn from_status(status: Option<&ResourceInventory>) -> Inventory {
    let entry = |entry: &ResourceRef| InventoryEntry {
        id: entry.id.clone(),
        version: entry.version.clone(),
    };
    Inventory {
        entries: status
            .into_iter()
            .flat_map(|status| &status.entries)
            .map(entry)
            .collect(),
    }
}

/// What the status is to say.
pub fn to_status(inventory: Inventory) -> ResourceInventory {
    let entry = |entry: InventoryEntry| ResourceRef {
        id: entry.id,
        version: entry.version,
    };
    ResourceInventory {
        entries: inventory.entries.into_iter().map(entry).collect(),
    }
}
