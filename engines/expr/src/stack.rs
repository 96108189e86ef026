//! Room for recursion.
//!
//! The parser takes many kilobytes of stack per level, more than the threads of an asynchronous runtime have for the levels
//! that [`crate::shape`] lets through. Work that descends runs on a thread of its own, whose stack is mostly never touched.

use std::thread;

const STACK: usize = 64 << 20;

/// Runs `body` with a deep stack; `None` if the system has no thread to give.
pub(crate) fn with_room<R: Send>(body: impl FnOnce() -> R + Send) -> Option<R> {
    thread::scope(|scope| {
        let thread = thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, body)
            .ok()?;
        match thread.join() {
            Ok(result) => Some(result),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
