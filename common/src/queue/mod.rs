//! The work queue of a controller: which object runs next.
//!
//! Rules: a key that waits is there once, however often it was added; a key that is being worked on is not handed out
//! again before [`Queue::done`], and runs once more then if it was added meanwhile; the pending timer of a key is
//! dropped when the key is handed out, because the pass decides anew when to run next; failures back off
//! exponentially per key, between the bounds of [`Backoff`].
//!
//! Adding a key with an urgent [`Cause`] also tells the pass that is working on it, through its [`Interrupt`].

mod backoff;
mod cause;
mod work;

pub use backoff::Backoff;
pub use cause::{Cause, Interrupt, Interrupted, Origin, Urgency};
pub use work::{Item, Queue};
