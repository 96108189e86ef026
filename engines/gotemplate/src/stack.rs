//! Room on the stack for what nests as deep as users please.

/// How much must be left: more than any one step of a recursion takes, unoptimized builds included.
const RED_ZONE: usize = 256 << 10;

/// How much is taken when less is left.
const PIECE: usize = 2 << 20;

/// Runs a step of a recursion, on a new piece of stack when the old one is nearly used up.
pub(crate) fn with_room<R>(step: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(RED_ZONE, PIECE, step)
}
