//! Who may refer to what, and as whom the controller acts. Each question has one function that answers it, and each of
//! them fails closed.

mod identities;
mod impersonate;
mod kube_config;
mod reference;

pub use identities::{Identities, Target, TargetError, Wanted};
pub use impersonate::{Identity, IdentityError, impersonated};
pub use kube_config::{KubeConfigError, Verification};
pub use reference::{AccessDenied, CrossNamespace, check_reference};
