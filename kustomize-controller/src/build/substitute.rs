//! Variables in built manifests (section 13).

use std::collections::BTreeMap;

use crds::kustomize::well_known;
use substitute::Mode;
use yaml::{Budget, Dialect, Value};

/// Variables by name; later ones win over earlier ones (K13.1).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Takes over the entries of a ConfigMap, a Secret or `spec.postBuild.substitute`. Newlines go from the values.
    pub fn extend<K: Into<String>>(&mut self, entries: impl IntoIterator<Item = (K, String)>) {
        self.0.extend(
            entries
                .into_iter()
                .map(|(name, value)| (name.into(), value.replace('\n', ""))),
        );
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn check_names(&self) -> Result<(), substitute::InvalidName> {
        self.0
            .keys()
            .try_for_each(|name| substitute::check_name(name))
    }
}

/// Names only: values may come from Secrets.
impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// How variables are put in.
#[derive(Debug, Clone)]
pub struct Substitution {
    /// What they stand for.
    pub variables: Variables,
    /// What an unset one means.
    pub mode: Mode,
    /// Whether to run without any variable (`substituteStrategy: Always`).
    pub strategy: Strategy,
}

/// When manifests are run through the substitution at all (K13.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// When there is a variable.
    WithVariables,
    /// Always, for the sake of defaults in expressions.
    Always,
}

/// Why variables could not be put in.
#[derive(Debug, thiserror::Error)]
pub enum SubstituteError {
    /// A name that no expression can use (K13.2).
    #[error("envsubst error: {0}")]
    Name(#[from] substitute::InvalidName),
    /// An expression.
    #[error("envsubst error: variable substitution failed: {0}")]
    Expression(#[from] substitute::Error),
    /// What came out is no YAML.
    #[error("envsubst error: YAMLToJSON: {0}")]
    Result(#[from] yaml::Error),
    /// What came out is YAML, but no object.
    #[error("UnmarshalJSON: expected an object, found {0}")]
    NotAnObject(&'static str),
}

impl Substitution {
    /// All that decides what it does, to be told apart from another one. Not to be shown: values may come from Secrets.
    pub(super) fn inputs(&self) -> impl serde::Serialize + '_ {
        let (mode, strategy) = (format!("{:?}", self.mode), format!("{:?}", self.strategy));
        (&self.variables.0, mode, strategy)
    }

    /// The resource with its variables put in; nothing if it is left as it is.
    ///
    /// The resource becomes text with sorted keys and few quotes, is expanded, and read again: a number that came in is a
    /// number (K13.3).
    ///
    /// # Errors
    /// [`SubstituteError`], with the line in that text.
    pub fn apply(&self, resource: &Value) -> Result<Option<Value>, SubstituteError> {
        if self.variables.0.is_empty() && self.strategy == Strategy::WithVariables
            || opted_out(resource)
        {
            return Ok(None);
        }
        self.variables.check_names()?;
        let text = yaml::encode(resource);
        let expanded = substitute::substitute(&text, |name| self.variables.get(name), self.mode)?;
        if expanded == text {
            return Ok(None);
        }
        let read =
            yaml::decode_first(expanded.as_bytes(), Dialect::Kubernetes, &Budget::default())?;
        match read.unwrap_or_default() {
            object @ Value::Map(_) => Ok(Some(object)),
            other => Err(SubstituteError::NotAnObject(other.kind())),
        }
    }
}

/// Whether a label or an annotation of the built resource says so; case matters here (K8.2).
fn opted_out(resource: &Value) -> bool {
    ["labels", "annotations"].iter().any(|place| {
        let mark = resource.at(&["metadata", place, well_known::SUBSTITUTE]);
        mark.and_then(Value::as_str) == Some("disabled")
    })
}
