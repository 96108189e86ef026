//! What one render may use.

/// The limits of a render: all templates that run in one [`super::Context`] together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Actions and function calls that may run.
    pub steps: u64,
    /// Bytes that templates and functions may make.
    pub bytes: u64,
    /// How deep calls of templates may nest, by whatever way.
    pub depth: usize,
}

impl Default for Budget {
    /// Far above what charts use: 500 million steps, 2 GiB, and Go's own depth of 100 000.
    fn default() -> Self {
        Self {
            steps: 500_000_000,
            bytes: 2 << 30,
            depth: 100_000,
        }
    }
}

/// Which limit was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Exceeded {
    /// Too many steps: an endless loop, or work that grows without bound.
    #[error("the templates ran more than {0} steps; look for a loop that never ends")]
    Steps(u64),
    /// Too much text.
    #[error("the templates made more than {0} bytes of text; look for text that grows in a loop")]
    Bytes(u64),
}

/// What is left of a budget.
#[derive(Debug, Clone)]
pub(super) struct Purse {
    budget: Budget,
    steps: u64,
    bytes: u64,
}

impl Purse {
    pub(super) fn new(budget: Budget) -> Self {
        Self {
            budget,
            steps: budget.steps,
            bytes: budget.bytes,
        }
    }

    pub(super) fn depth(&self) -> usize {
        self.budget.depth
    }

    pub(super) fn steps(&mut self, count: u64) -> Result<(), Exceeded> {
        self.steps = self
            .steps
            .checked_sub(count)
            .ok_or(Exceeded::Steps(self.budget.steps))?;
        Ok(())
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<(), Exceeded> {
        self.bytes = self
            .bytes
            .checked_sub(count as u64)
            .ok_or(Exceeded::Bytes(self.budget.bytes))?;
        Ok(())
    }
}
