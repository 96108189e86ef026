//! Errors, with the wording that users of CEL know.

use cel::ExecutionError;

/// An expression that cannot be run. Trying again does not help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// The source is longer than [`crate::MAX_SOURCE`] bytes.
    #[error("the CEL expression is longer than {} bytes", crate::MAX_SOURCE)]
    TooLong,
    /// The expression nests too deeply or has too many operators.
    #[error("the CEL expression nests too deeply or has too many operators")]
    TooDeep,
    /// The system has no thread to parse on.
    #[error("no thread to parse the CEL expression on")]
    NoThread,
    /// A syntax error, an undeclared name, or operands of the wrong type.
    #[error("failed to parse the CEL expression '{source_text}': {message}")]
    Invalid {
        /// The expression.
        source_text: String,
        /// What is wrong with it.
        message: String,
    },
    /// The expression is sound but not boolean.
    #[error("CEL expression output type mismatch: expected bool, got {0}")]
    NotBoolean(String),
    /// The expression is sound but gives no text.
    #[error("CEL expression output type mismatch: expected string, got {0}")]
    NotText(String),
}

/// A run that gave no answer. It may with other data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// A missing key, operands of the wrong type, a division by zero, and so on.
    #[error("failed to evaluate the CEL expression '{source_text}': {message}")]
    Failed {
        /// The expression.
        source_text: String,
        /// What went wrong.
        message: String,
    },
    /// The result is of another type.
    #[error("failed to evaluate CEL expression as boolean: '{0}'")]
    NotBoolean(String),
    /// The result is no text.
    #[error("failed to evaluate CEL expression as string: '{0}'")]
    NotText(String),
    /// The system has no thread to evaluate on.
    #[error("no thread to evaluate the CEL expression on")]
    NoThread,
    /// The loops took more than [`crate::MAX_STEPS`] steps.
    #[error("the CEL expression '{0}' takes more than {max} loop steps", max = crate::MAX_STEPS)]
    TooExpensive(String),
}

/// The message for a failed run: never the values it ran on, which may be those of a Secret.
pub(crate) fn describe(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(key) => format!("no such key: {key}"),
        ExecutionError::UndeclaredReference(name) => format!("no such attribute(s): {name}"),
        ExecutionError::NoSuchOverload(overload) => {
            format!("no such overload: {}", overload.function())
        }
        ExecutionError::UnsupportedBinaryOperator(operator, ..) => {
            format!("no such overload: {operator}")
        }
        ExecutionError::ValuesNotComparable(..) => "values are not comparable".to_owned(),
        ExecutionError::DivisionByZero(_) => "division by zero".to_owned(),
        ExecutionError::RemainderByZero(_) => "modulus by zero".to_owned(),
        ExecutionError::Overflow(operator, ..) => format!("integer overflow in '{operator}'"),
        ExecutionError::IndexOutOfBounds(_) => "index out of bounds".to_owned(),
        ExecutionError::UnexpectedType { got, want } => {
            format!("unexpected type: got '{got}', want '{want}'")
        }
        ExecutionError::FunctionError { function, .. } => format!("error in function '{function}'"),
        ExecutionError::InvalidArgumentCount { .. } => "wrong number of arguments".to_owned(),
        _ => "operation not supported on these values".to_owned(),
    }
}
