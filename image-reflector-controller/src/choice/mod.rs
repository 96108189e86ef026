//! Which of the tags is the newest (L6, L13 to L16). Pure: tags in, a tag out.

mod filter;
mod number;
mod order;

pub use filter::{Filter, InvalidFilter};
pub use order::{InvalidOrder, Newest, NoChoice, Order};
