//! Functions and methods that templates call.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};

use super::adapter::IntoFunction;
use super::{Context, FuncError};
use crate::value::{Type, Value};

/// What a function gives.
pub type FuncResult = Result<Value, FuncError>;

type Body = dyn Fn(&mut Context, &[Value]) -> FuncResult + Send + Sync;

/// The types of a function's parameters and of its result. The executor checks arguments against it with Go's rules and error texts,
/// so the body of a function sees only arguments that fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    /// The parameters that must be there.
    pub fixed: Vec<Type>,
    /// The type of the arguments that may follow, for a variadic function.
    pub variadic: Option<Type>,
    /// What it returns. Only whether it is [`Type::Any`] matters: an `interface{}` result shows in some error texts.
    pub result: Type,
}

/// A function: its signature and its body.
pub struct Function {
    signature: Signature,
    body: Box<Body>,
}

impl Function {
    /// A function from its parts; see [`Functions::add`] for the short way.
    pub fn from_parts(
        signature: Signature,
        body: impl Fn(&mut Context, &[Value]) -> FuncResult + Send + Sync + 'static,
    ) -> Self {
        Self {
            signature,
            body: Box::new(body),
        }
    }

    /// A function from a closure whose parameters implement [`super::Param`].
    pub fn new<M>(closure: impl IntoFunction<M>) -> Self {
        closure.into_function()
    }

    /// A method: a closure whose first parameter is the receiver, which is no argument in the template.
    pub fn method<M>(closure: impl IntoFunction<M>) -> Self {
        let mut function = closure.into_function();
        if !function.signature.fixed.is_empty() {
            function.signature.fixed.remove(0);
        }
        function
    }

    /// Its types.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Runs it. For a method the receiver comes first. Arguments must fit the signature.
    pub fn call(&self, context: &mut Context, arguments: &[Value]) -> FuncResult {
        (self.body)(context, arguments)
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.signature.fmt(f)
    }
}

/// FNV-1a: every call looks a function up by its short name, and the names are the program's own, so nobody makes them collide.
#[derive(Debug)]
struct NameHasher(u64);

impl Default for NameHasher {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Functions by name. They take precedence over the built-in functions of the same name.
#[derive(Debug, Default)]
pub struct Functions {
    by_name: HashMap<&'static str, Function, BuildHasherDefault<NameHasher>>,
}

impl Functions {
    /// No functions but the built-in ones.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a function, in place of one with the same name:
    ///
    /// ```
    /// use gotemplate::exec::{Context, FuncError, Functions, Rest};
    /// use gotemplate::value::{List, Str, Value};
    ///
    /// let mut functions = Functions::new();
    /// functions.add("repeat", |count: i64, text: Str| text.repeat(usize::try_from(count).unwrap_or(0)));
    /// functions.add("list", |items: Rest<Value>| List::new(items.0));
    /// functions.add("include", |context: &mut Context, name: Str, data: Value| context.include(&name, &data));
    /// functions.add("fail", |text: Str| Err::<Str, _>(FuncError::new(text.to_string())));
    /// ```
    pub fn add<M>(&mut self, name: &'static str, closure: impl IntoFunction<M>) {
        self.by_name.insert(name, closure.into_function());
    }

    /// Adds a function that is made already.
    pub fn insert(&mut self, name: &'static str, function: Function) {
        self.by_name.insert(name, function);
    }

    /// Takes a function out.
    pub fn remove(&mut self, name: &str) -> Option<Function> {
        self.by_name.remove(name)
    }

    /// The function of a name.
    pub fn get(&self, name: &str) -> Option<&Function> {
        self.by_name.get(name)
    }
}
