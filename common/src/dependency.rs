//! Whether a dependency is ready (kustomize-controller.md section 18, helm-controller.md H8.2).

use crds::meta::DependencyReference;
use expr::Program;
use serde_json::{Map, Value, json};

use crate::conditions::{self, READY};
use crate::object::{Object, ObjectKey};

/// What `readyExpr` may name.
const VARIABLES: [&str; 2] = ["self", "dep"];

/// Whether an expression replaces the built-in checks or joins them (gate `AdditiveCELDependencyCheck`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expressions {
    /// It replaces them.
    Replace,
    /// It joins them.
    Join,
}

impl Expressions {
    /// By whether the gate `AdditiveCELDependencyCheck` is on.
    pub const fn joined_if(additive: bool) -> Self {
        if additive { Self::Join } else { Self::Replace }
    }
}

/// Which checks a dependency has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// Its expression, which stands in for all others.
    Expression,
    /// The built-in ones.
    Ready,
}

/// Why an object must wait, or cannot go on at all.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unmet {
    /// It is not ready for the spec that it has now.
    #[error("dependency '{0}' is not ready")]
    NotReady(ObjectKey),
    /// The expression says no.
    #[error("dependency '{0}' is not ready according to readyExpr eval")]
    Expression(ObjectKey),
    /// The expression gave no answer on these objects.
    #[error("{0}")]
    Eval(#[from] expr::EvalError),
    /// The expression itself is wrong: waiting does not help.
    #[error("failed to evaluate dependency {name}: {source}")]
    Invalid {
        /// The name of the dependency.
        name: String,
        /// What is wrong.
        source: expr::CompileError,
    },
}

/// The key of a dependency of an object in `namespace`. Namespaces may differ, whatever the flags say (K18.1).
pub fn key(reference: &DependencyReference, namespace: &str) -> ObjectKey {
    let given = reference
        .namespace
        .as_deref()
        .filter(|namespace| !namespace.is_empty());
    ObjectKey::new(given.unwrap_or(namespace), &reference.name)
}

/// Checks one dependency, `dependency`, of `object`.
///
/// # Errors
/// [`Unmet`]
pub fn check<K: Object>(
    object: &K,
    reference: &DependencyReference,
    dependency: &K,
    expressions: Expressions,
) -> Result<Met, Unmet> {
    let key = dependency.key();
    if let Some(source) = reference
        .ready_expr
        .as_deref()
        .filter(|source| !source.is_empty())
    {
        if !evaluate(source, object, dependency)? {
            return Err(Unmet::Expression(key));
        }
        if expressions == Expressions::Replace {
            return Ok(Met::Expression);
        }
    }
    if is_ready(dependency) {
        Ok(Met::Ready)
    } else {
        Err(Unmet::NotReady(key))
    }
}

/// Ready for the spec that it has now (K18.2).
pub fn is_ready<K: Object>(dependency: &K) -> bool {
    dependency.generation() == dependency.observed_generation()
        && conditions::is_true(dependency.conditions(), READY)
}

fn evaluate<K: Object>(source: &str, object: &K, dependency: &K) -> Result<bool, Unmet> {
    let program = Program::compile(source, &VARIABLES).map_err(|source| Unmet::Invalid {
        name: dependency.key().name.to_string(),
        source,
    })?;
    let variables = VARIABLES.iter().zip([object, dependency]);
    let variables: Map<String, Value> = variables
        .map(|(name, object)| ((*name).to_owned(), json!(object)))
        .collect();
    Ok(program.eval(&variables)?)
}
