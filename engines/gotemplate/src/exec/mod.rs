//! Template sets, functions, and their execution.
//!
//! ```text
//! text ──Parsed──▶ Templates (shared by threads) ──start──▶ Context (one render) ──execute──▶ bytes
//! ```
//!
//! | type | what it is |
//! |---|---|
//! | [`Templates`], [`Parsed`] | what was parsed: immutable, shared by threads in an `Arc` |
//! | [`Function`], [`Functions`] | what templates call, made from closures with typed parameters ([`Param`], [`Rest`], [`Return`]) |
//! | [`Context`] | a render in progress: executes templates, also for functions (`include`, `tpl`); one per thread |
//! | [`Hosts`] | what functions need of the program: clock, randomness, cluster |
//! | [`Budget`] | steps, bytes and depth that one render may use |
//! | [`ExecError`], [`FuncError`] | failures with Go's texts and Go's chain of causes |
//!
//! ```
//! use std::sync::Arc;
//! use gotemplate::exec::{Budget, Functions, Hosts, MissingKey, Templates};
//! use gotemplate::value::{Map, Str, Value};
//!
//! let mut functions = Functions::new();
//! functions.add("upper", |text: Str| text.to_str_lossy().to_uppercase());
//! let mut templates = Templates::new("gotpl", Arc::new(functions), MissingKey::Zero);
//! templates.add("hello", "Hello {{ .name | upper }}").unwrap();
//! let mut context = Arc::new(templates).start(Hosts::new(), Budget::default());
//! let data: Map = [("name", "you")].into_iter().collect();
//! assert_eq!(context.execute("hello", &Value::Map(data)).unwrap(), b"Hello YOU");
//! ```

mod adapter;
mod budget;
mod builtin;
mod call;
mod context;
mod error;
mod eval;
mod field;
mod function;
mod hosts;
mod slot;
mod state;
mod templates;
mod walk;

pub use adapter::{Int64, IntoFunction, Param, Rest, Return, Strings, WithContext};
pub use budget::{Budget, Exceeded};
pub use context::{Context, without_no_value};
pub use error::{ExecError, FuncError};
pub use function::{FuncResult, Function, Functions, Signature};
pub use hosts::Hosts;
pub use templates::{MissingKey, Parsed, Templates};
