//! What functions need of the program that renders. Each comes as `Rc<dyn …>` in the [`Hosts`](crate::exec::Hosts) of a render.

use std::rc::Rc;

use super::Time;
use crate::exec::{Context, FuncError};
use crate::value::Map;

/// The time of day.
pub trait Clock {
    /// Now, in the local zone.
    fn now(&self) -> Time;
}

/// A source of random bytes that is fit for keys.
pub trait Random {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// A cluster to look objects up in.
pub trait Lookup {
    /// The object `name` of a kind, or the list of all when `name` is empty. An object that does not exist is an empty map, not an
    /// error; the namespace is empty for all namespaces and for kinds that have none.
    fn lookup(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Map, String>;
}

/// A name server. Helm asks one only with `--enable-dns`.
pub trait Resolve {
    /// The addresses of a host.
    fn addresses(&self, host: &str) -> Vec<String>;
}

/// Tells that the render is a lint: `required` and `fail` say nothing, and `lookup` finds nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lint;

/// Now, as the program's clock has it.
pub(super) fn now(context: &Context) -> Result<Time, FuncError> {
    match context.host::<Rc<dyn Clock>>() {
        Some(clock) => Ok(clock.now()),
        None => Err(FuncError::new("no clock is at hand for this render")),
    }
}

/// The program's source of randomness.
pub(super) fn random(context: &Context) -> Result<Rc<dyn Random>, FuncError> {
    context
        .host::<Rc<dyn Random>>()
        .cloned()
        .ok_or_else(|| FuncError::new("no source of randomness is at hand for this render"))
}
