//! Limits on what one call may cost.

/// Limits on one decoded stream. Running over one is an error, never a panic or a long wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Bytes of input; at most 4 GiB whatever is set here.
    pub bytes: usize,
    /// Collections inside one another, what aliases stand for included. The default keeps the
    /// recursive functions on the tree well inside a thread's stack.
    pub depth: usize,
    /// Values in all documents together, what aliases stand for included. The ratio rule of
    /// go-yaml (`document contains excessive aliasing`) applies besides.
    pub values: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            bytes: 256 << 20,
            depth: 500,
            values: 20_000_000,
        }
    }
}
