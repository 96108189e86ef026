//! Reading dependencies, and whether one is ready (kustomize-controller.md section 18, helm-controller.md H8.2).

use crds::meta::DependencyReference;
use expr::Program;
use futures::future::join_all;
use kube::Client;
use serde_json::{Map, Value, json};

use crate::conditions::{self, READY};
use crate::controller::Watched;
use crate::object::{self, Object, ObjectKey};

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

/// A dependency that could not be read, and why.
#[derive(Debug)]
pub struct Unread {
    /// Which one.
    pub key: ObjectKey,
    /// In the words of the API server, where it answered.
    pub cause: String,
}

/// Reads the dependencies of an object in `namespace`, in the order of the spec; all at once, and live (K18.2).
pub async fn read<'a, K>(
    client: &Client,
    references: &'a [DependencyReference],
    namespace: &str,
) -> Vec<(&'a DependencyReference, Result<K, Unread>)>
where
    K: Watched,
{
    let reads = references.iter().map(|reference| {
        let key = key(reference, namespace);
        async move {
            let found = object::read(client, &key.namespace, &key.name).await;
            let unread = |error| Unread {
                cause: cause(error),
                key,
            };
            (reference, found.map_err(unread))
        }
    });
    join_all(reads).await
}

fn cause(error: kube::Error) -> String {
    match error {
        kube::Error::Api(status) => status.message.clone(),
        other => other.to_string(),
    }
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
