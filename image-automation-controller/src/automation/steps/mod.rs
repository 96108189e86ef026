//! The steps of a pass, in order, and what they share.

mod background;
pub mod checkout;
mod intent;
pub mod policies;
pub mod push;
pub mod source;
pub mod update;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use common::reconcile::Pass;

use super::{Automations, READY_MESSAGE, Source};

/// Bytes of a pack.
const MAX_PACK: u64 = 4 << 30;

/// What a conversation may cost, but for the switch that ends it.
struct Limits {
    timeout: Duration,
    temporary: PathBuf,
}

fn limits(automations: &Automations, source: &Source) -> Limits {
    Limits {
        timeout: source.timeout,
        temporary: automations.options.temporary.clone(),
    }
}

impl Limits {
    fn with(self, interrupt: Arc<AtomicBool>) -> git::Limits {
        git::Limits {
            timeout: self.timeout,
            pack_bytes: MAX_PACK,
            temporary: self.temporary,
            interrupt,
        }
    }
}

/// Records what was seen to the end, as a success.
fn settle(pass: &mut Pass<Automations>, revision: String) {
    let status = &mut pass.object.status;
    status.observed_source_revision = Some(revision);
    status.observed_policies = std::mem::take(&mut pass.state.observed);
    pass.succeed("Succeeded", READY_MESSAGE);
}
