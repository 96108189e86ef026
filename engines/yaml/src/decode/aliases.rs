//! Anchors, aliases, and what they may cost.

use std::collections::HashMap;

use crate::Value;

/// What an anchor stands for.
pub(super) enum Anchor {
    /// The node is not complete yet; an alias to it would contain itself.
    Open,
    /// The node.
    Done(Anchored),
}

/// A complete node that has an anchor.
#[derive(Clone)]
pub(super) struct Anchored {
    pub value: Value,
    /// How many values were decoded for it.
    pub count: usize,
    /// How many collections lie inside one another in it.
    pub height: usize,
}

/// The anchors of a document.
pub(super) type Anchors<'a> = HashMap<&'a str, Anchor>;

/// Up to this many values, almost all may come from aliases.
const RATIO_LOW: usize = 400_000;

/// From this many values on, a tenth may come from aliases.
const RATIO_HIGH: usize = 4_000_000;

/// Counts decoded values, those from aliases apart: the rule against bombs of go-yaml
/// (`decode.go`, `allowedAliasRatio`).
#[derive(Default)]
pub(super) struct Counter {
    pub values: usize,
    aliased: usize,
}

impl Counter {
    /// Counts one value that stands in the text itself.
    pub fn add(&mut self) {
        self.values += 1;
    }

    /// Counts `count` values that an alias stands for; false when these are too many.
    pub fn add_aliased(&mut self, count: usize) -> bool {
        self.values = self.values.saturating_add(count);
        self.aliased = self.aliased.saturating_add(count);
        !self.is_excessive()
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "the rule is a ratio of floats upstream too"
    )]
    fn is_excessive(&self) -> bool {
        if self.aliased <= 100 || self.values <= 1000 {
            return false;
        }
        let allowed = if self.values <= RATIO_LOW {
            0.99
        } else if self.values >= RATIO_HIGH {
            0.10
        } else {
            let share = (self.values - RATIO_LOW) as f64 / (RATIO_HIGH - RATIO_LOW) as f64;
            0.99 - 0.89 * share
        };
        self.aliased as f64 / self.values as f64 > allowed
    }
}
