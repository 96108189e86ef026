//! Condition types that steps may write.

/// The condition that says whether the object is as asked. Written by the summariser alone.
pub const READY: &str = "Ready";
/// Present and True while work is under way or will be retried. Written by the summariser alone.
pub const RECONCILING: &str = "Reconciling";
/// Present and True when only a change of the object can help. Written by the summariser alone.
pub const STALLED: &str = "Stalled";

/// Whether True is good news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Polarity {
    /// True means well.
    Positive,
    /// True means trouble; such a condition is present only while True (K7).
    Negative,
}

/// The name and polarity of a condition that a step may write.
///
/// Made in constants; naming one that belongs to the summariser does not compile:
///
/// ```compile_fail
/// const MINE: common::conditions::ConditionType = common::conditions::ConditionType::positive("Ready");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConditionType {
    name: &'static str,
    polarity: Polarity,
}

impl ConditionType {
    /// A condition whose True is good news.
    pub const fn positive(name: &'static str) -> Self {
        Self::new(name, Polarity::Positive)
    }

    /// A condition whose True is trouble.
    pub const fn negative(name: &'static str) -> Self {
        Self::new(name, Polarity::Negative)
    }

    const fn new(name: &'static str, polarity: Polarity) -> Self {
        assert!(
            !(same(name, READY) || same(name, RECONCILING) || same(name, STALLED)),
            "Ready, Reconciling and Stalled are written by the summariser alone"
        );
        Self { name, polarity }
    }

    /// The type as it stands in the status.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Whether True is good news.
    pub const fn polarity(self) -> Polarity {
        self.polarity
    }
}

/// String equality that constants can use.
const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}
