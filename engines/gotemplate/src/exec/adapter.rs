//! Closures as functions: the types of their parameters give the signature.

use std::slice::Iter;

use super::function::{FuncResult, Function, Signature};
use super::{Context, FuncError};
use crate::value::{IntKind, List, ListType, Map, MapType, Str, Type, UintKind, Value};

/// A Rust type that can be a parameter of a function.
pub trait Param: Sized {
    /// The Go type of the parameter.
    const TYPE: Type;
    /// Whether it takes all arguments that are left, each of type `TYPE`.
    const VARIADIC: bool = false;

    /// Takes the parameter off the arguments; nothing when they do not fit, which the executor has ruled out.
    fn take(arguments: &mut Iter<'_, Value>) -> Option<Self>;
}

/// A Rust type that a function can return.
pub trait Return {
    /// The Go type of the result.
    const TYPE: Type;

    /// As a value.
    fn into_result(self) -> FuncResult;
}

/// All arguments that are left: Go's `...T`.
#[derive(Debug, Clone)]
pub struct Rest<T>(pub Vec<T>);

/// Go's `int64`, where a plain `i64` is Go's `int`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Int64(pub i64);

/// A `[]string`, where a [`List`] parameter is a `[]interface {}`.
#[derive(Debug, Clone)]
pub struct Strings(pub List);

/// A closure that can be made a function. `M` only tells the kinds of closures apart.
pub trait IntoFunction<M> {
    /// The function.
    fn into_function(self) -> Function;
}

macro_rules! param {
    ($type:ty, $go:expr, $value:ident => $taken:expr) => {
        impl Param for $type {
            const TYPE: Type = $go;

            fn take(arguments: &mut Iter<'_, Value>) -> Option<Self> {
                let $value = arguments.next()?;
                $taken
            }
        }
    };
}

param!(Value, Type::Any, value => Some(value.clone()));
param!(bool, Type::Bool, value => match value { Value::Bool(flag) => Some(*flag), _ => None });
param!(i64, Type::Int(IntKind::Int), value => match value { Value::Int(_, number) => Some(*number), _ => None });
param!(Int64, Type::Int(IntKind::Int64), value => match value { Value::Int(_, number) => Some(Self(*number)), _ => None });
param!(u32, Type::Uint(UintKind::Uint32), value => match value { Value::Uint(_, number) => Self::try_from(*number).ok(), _ => None });
param!(f64, Type::Float64, value => match value { Value::Float(number) => Some(*number), _ => None });
param!(Str, Type::String, value => value.as_str().cloned());
param!(List, Type::List(ListType::ANY), value => value.as_list());
param!(Strings, Type::List(ListType::STRINGS), value => value.as_list().map(Self));
param!(Map, Type::Map(MapType::ANY), value => value.as_map());

impl<T: Param> Param for Rest<T> {
    const TYPE: Type = T::TYPE;
    const VARIADIC: bool = true;

    fn take(arguments: &mut Iter<'_, Value>) -> Option<Self> {
        let mut items = Vec::with_capacity(arguments.len());
        while arguments.len() > 0 {
            items.push(T::take(arguments)?);
        }
        Some(Self(items))
    }
}

macro_rules! returns {
    ($type:ty, $go:expr, $value:ident => $made:expr) => {
        impl Return for $type {
            const TYPE: Type = $go;

            fn into_result(self) -> FuncResult {
                let $value = self;
                Ok($made)
            }
        }
    };
}

returns!(Value, Type::Any, value => value);
returns!(bool, Type::Bool, value => Value::Bool(value));
returns!(i64, Type::Int(IntKind::Int), value => Value::int(value));
returns!(Int64, Type::Int(IntKind::Int64), value => Value::int64(value.0));
returns!(f64, Type::Float64, value => Value::Float(value));
returns!(Str, Type::String, value => Value::Str(value));
returns!(String, Type::String, value => Value::from(value));
returns!(&'static str, Type::String, value => Value::from(value));
returns!(Vec<u8>, Type::String, value => Value::Str(value.into()));
returns!(List, Type::List(ListType::ANY), value => Value::List(value));
returns!(Map, Type::Map(MapType::ANY), value => Value::Map(value));

impl<T: Return, E: Into<FuncError>> Return for Result<T, E> {
    const TYPE: Type = T::TYPE;

    fn into_result(self) -> FuncResult {
        self.map_err(Into::into)?.into_result()
    }
}

/// Marks closures that take the context first.
#[derive(Debug)]
pub struct WithContext<P>(std::marker::PhantomData<P>);

fn signature(parameters: &[(Type, bool)], result: Type) -> Signature {
    let fixed = parameters.iter().filter(|(_, variadic)| !variadic);
    let rest = parameters.iter().find(|(_, variadic)| *variadic);
    Signature {
        fixed: fixed.map(|(parameter, _)| *parameter).collect(),
        variadic: rest.map(|(parameter, _)| *parameter),
        result,
    }
}

fn misfit() -> FuncError {
    FuncError::new("arguments do not fit the signature of the function")
}

macro_rules! adapters {
    ($($param:ident)*) => {
        impl<F, R, $($param),*> IntoFunction<($($param,)*)> for F
        where
            F: Fn($($param),*) -> R + Send + Sync + 'static,
            R: Return,
            $($param: Param,)*
        {
            #[allow(non_snake_case, reason = "parameters are named as their types")]
            fn into_function(self) -> Function {
                let types = signature(&[$(($param::TYPE, $param::VARIADIC)),*], R::TYPE);
                Function::from_parts(types, move |_, arguments| {
                    let mut arguments = arguments.iter();
                    $(let $param = $param::take(&mut arguments).ok_or_else(misfit)?;)*
                    if arguments.next().is_some() {
                        return Err(misfit());
                    }
                    self($($param),*).into_result()
                })
            }
        }

        impl<F, R, $($param),*> IntoFunction<WithContext<($($param,)*)>> for F
        where
            F: Fn(&mut Context, $($param),*) -> R + Send + Sync + 'static,
            R: Return,
            $($param: Param,)*
        {
            #[allow(non_snake_case, reason = "parameters are named as their types")]
            fn into_function(self) -> Function {
                let types = signature(&[$(($param::TYPE, $param::VARIADIC)),*], R::TYPE);
                Function::from_parts(types, move |context, arguments| {
                    let mut arguments = arguments.iter();
                    $(let $param = $param::take(&mut arguments).ok_or_else(misfit)?;)*
                    if arguments.next().is_some() {
                        return Err(misfit());
                    }
                    self(context, $($param),*).into_result()
                })
            }
        }
    };
}

adapters!();
adapters!(A);
adapters!(A B);
adapters!(A B C);
adapters!(A B C D);
adapters!(A B C D E);
adapters!(A B C D E G);
