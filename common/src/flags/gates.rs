//! Feature gates: `--feature-gates=A=true,B=false`.

use std::collections::BTreeMap;
use std::sync::Arc;

/// What is switched on. Made from the gates that a controller knows, with their defaults (K21.1, section 13).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FeatureGates {
    gates: Arc<BTreeMap<&'static str, bool>>,
}

/// Why the value of `--feature-gates` is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// A gate that this controller does not have.
    #[error("unrecognized feature gate: {name}: expected one of {known}")]
    Unknown {
        /// The name as given.
        name: String,
        /// The names there are.
        known: String,
    },
    /// No `=`.
    #[error("missing bool value for {0}: expected {0}=true or {0}=false")]
    NoValue(String),
    /// Something else than true or false.
    #[error("invalid value of {name}={value}: expected true or false")]
    BadValue {
        /// The gate.
        name: String,
        /// The value as given.
        value: String,
    },
}

impl FeatureGates {
    /// The gates of a controller with their defaults.
    pub fn new(defaults: &[(&'static str, bool)]) -> Self {
        Self {
            gates: Arc::new(defaults.iter().copied().collect()),
        }
    }

    /// The same gates, switched as the flag says: `A=true,B=false`. Blanks around names and values do not count.
    ///
    /// # Errors
    /// An unknown name ends the process (K21.1), so it is an error here.
    pub fn with(&self, flag: &str) -> Result<Self, GateError> {
        let mut gates = BTreeMap::clone(&self.gates);
        for entry in flag
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
        {
            let (name, value) = entry
                .split_once('=')
                .ok_or_else(|| GateError::NoValue(entry.to_owned()))?;
            let (name, value) = (name.trim(), value.trim());
            let Some(gate) = gates.get_mut(name) else {
                let known: Vec<_> = self.gates.keys().copied().collect();
                return Err(GateError::Unknown {
                    name: name.to_owned(),
                    known: known.join(", "),
                });
            };
            *gate = super::bools::parse(value).ok_or_else(|| GateError::BadValue {
                name: name.to_owned(),
                value: value.to_owned(),
            })?;
        }
        Ok(Self {
            gates: Arc::new(gates),
        })
    }

    /// Whether a gate is on; one that the controller does not have is off.
    pub fn enabled(&self, name: &str) -> bool {
        self.gates.get(name).copied().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k21_1_gates_keep_their_defaults_until_switched() {
        let gates = FeatureGates::new(&[("A", false), ("B", true)]);
        let switched = gates.with(" A = true , B=false,").unwrap();
        assert!(switched.enabled("A") && !switched.enabled("B"));
        assert!(
            !gates.enabled("A") && gates.enabled("B"),
            "the original stays"
        );
        assert!(!gates.enabled("C"));
    }

    #[test]
    fn k21_1_unknown_names_and_bad_values_are_errors() {
        let gates = FeatureGates::new(&[("A", false), ("B", true)]);
        let message = |flag: &str| gates.with(flag).unwrap_err().to_string();
        assert_eq!(
            message("Z=true"),
            "unrecognized feature gate: Z: expected one of A, B"
        );
        assert_eq!(
            message("A"),
            "missing bool value for A: expected A=true or A=false"
        );
        assert_eq!(
            message("A=yes"),
            "invalid value of A=yes: expected true or false"
        );
    }
}
