//! The functions that every template has.

mod compare;
mod escape;
mod index;

use super::slot::Slot;
use super::{Context, FuncError};
use crate::fmt;
use crate::value::{Type, Value};

/// A built-in function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Builtin {
    And,
    Call,
    Html,
    Index,
    Slice,
    Js,
    Len,
    Not,
    Or,
    Print,
    Printf,
    Println,
    Urlquery,
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    Ne,
}

/// How many arguments a function takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arity {
    /// How many must be there.
    pub(super) fixed: usize,
    /// Whether more may follow.
    pub(super) variadic: bool,
}

/// The built-in function of a name.
pub(super) fn builtin(name: &str) -> Option<Builtin> {
    Some(match name {
        "and" => Builtin::And,
        "call" => Builtin::Call,
        "html" => Builtin::Html,
        "index" => Builtin::Index,
        "slice" => Builtin::Slice,
        "js" => Builtin::Js,
        "len" => Builtin::Len,
        "not" => Builtin::Not,
        "or" => Builtin::Or,
        "print" => Builtin::Print,
        "printf" => Builtin::Printf,
        "println" => Builtin::Println,
        "urlquery" => Builtin::Urlquery,
        "eq" => Builtin::Eq,
        "ge" => Builtin::Ge,
        "gt" => Builtin::Gt,
        "le" => Builtin::Le,
        "lt" => Builtin::Lt,
        "ne" => Builtin::Ne,
        _ => return None,
    })
}

impl Builtin {
    pub(super) fn arity(self) -> Arity {
        let (fixed, variadic) = match self {
            Self::Html | Self::Js | Self::Urlquery | Self::Print | Self::Println => (0, true),
            Self::Not | Self::Len => (1, false),
            Self::And
            | Self::Or
            | Self::Call
            | Self::Index
            | Self::Slice
            | Self::Printf
            | Self::Eq => (1, true),
            Self::Ge | Self::Gt | Self::Le | Self::Lt | Self::Ne => (2, false),
        };
        Arity { fixed, variadic }
    }

    /// The type of the argument at a place; nothing when it takes whatever stands there, with the type of its place.
    pub(super) fn parameter(self, at: usize) -> Option<Type> {
        match self {
            Self::Printf if at == 0 => Some(Type::String),
            Self::Html | Self::Js | Self::Urlquery | Self::Print | Self::Println | Self::Printf => {
                Some(Type::Any)
            }
            _ => None,
        }
    }

    /// Runs it. `callee` is how the first argument is written. `and` and `or` do not come here: they do not evaluate all arguments.
    pub(super) fn call(
        self,
        context: &mut Context,
        arguments: Vec<Slot>,
        callee: &str,
    ) -> Result<Slot, FuncError> {
        let text = |bytes: Vec<u8>| Ok(Slot::plain(Value::Str(bytes.into())));
        match self {
            Self::Print => text(fmt::sprint(&values(arguments))),
            Self::Println => text(fmt::sprintln(&values(arguments))),
            Self::Printf => {
                let operands = values(arguments);
                let Some((Value::Str(format), operands)) = operands.split_first() else {
                    return text(Vec::new());
                };
                context.spend_bytes(fmt::padding(format, operands))?;
                text(fmt::sprintf(format, operands))
            }
            Self::Html => text(escape::html(&escape::printed(&values(arguments)))),
            Self::Js => text(escape::js(&escape::printed(&values(arguments)))),
            Self::Urlquery => text(escape::url_query(&escape::printed(&values(arguments)))),
            Self::And | Self::Or => Ok(arguments.into_iter().next_back().unwrap_or_default()),
            reflective => reflective.call_on_places(arguments, callee),
        }
    }

    fn call_on_places(self, arguments: Vec<Slot>, callee: &str) -> Result<Slot, FuncError> {
        let mut arguments = arguments.into_iter();
        let first = arguments.next().unwrap_or_default();
        let rest: Vec<Slot> = arguments.collect();
        let second = || rest.first().cloned().unwrap_or_default().value;
        let answer = match self {
            Self::Index => return index::index(first, &rest),
            Self::Slice => return index::slice(&first.value, &rest),
            Self::Len => return index::length(&first),
            Self::Call if first.value.is_nil() => return Err(FuncError::new("call of nil")),
            Self::Call => {
                return Err(FuncError::new(format!(
                    "non-function {callee} of type {}",
                    first.value.type_name()
                )));
            }
            Self::Eq => compare::equal_any(&first.value, &rest)?,
            Self::Ne => !compare::equal(&first.value, &second())?,
            Self::Lt => compare::less(&first.value, &second())?,
            Self::Le => compare::less_or_equal(&first.value, &second())?,
            Self::Gt => !compare::less_or_equal(&first.value, &second())?,
            Self::Ge => !compare::less(&first.value, &second())?,
            _ => !first.value.is_true(),
        };
        Ok(Slot::plain(Value::Bool(answer)))
    }
}

fn values(slots: Vec<Slot>) -> Vec<Value> {
    slots.into_iter().map(|slot| slot.value).collect()
}
