//! Who may refer to what, and as whom the controller acts. Each question has one function that answers it, and each of
//! them fails closed.

mod impersonate;
mod reference;

pub use impersonate::{Identity, IdentityError, impersonated};
pub use reference::{AccessDenied, CrossNamespace, check_reference};
