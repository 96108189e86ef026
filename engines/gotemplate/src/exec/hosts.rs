//! What functions need of the program that renders.

use std::any::Any;

/// Values of the program, one of each type: a clock, a source of randomness, a cluster. Functions ask for them by type with
/// [`super::Context::host`].
#[derive(Default)]
pub struct Hosts(Vec<Box<dyn Any>>);

impl Hosts {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// With `host`, in place of one of the same type. For a trait `T` use `Rc<dyn T>`.
    #[must_use]
    pub fn with<T: Any>(mut self, host: T) -> Self {
        self.0.retain(|known| !known.is::<T>());
        self.0.push(Box::new(host));
        self
    }

    /// The host of a type.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.iter().find_map(|host| host.downcast_ref())
    }
}

impl std::fmt::Debug for Hosts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} hosts", self.0.len())
    }
}
