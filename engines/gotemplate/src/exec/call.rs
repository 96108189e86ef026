//! Calls of functions and methods.

use super::builtin::{Arity, Builtin, builtin};
use super::eval::Wanted;
use super::function::Function;
use super::slot::Slot;
use super::state::{At, Evaluated, State};
use crate::fmt::quote;
use crate::parse::Argument;

impl<'t> State<'_, 't> {
    /// Calls a function by name. An error of the function is blamed on `node`.
    pub(super) fn call_function(
        &mut self,
        dot: &Slot,
        name: &str,
        node: At<'t>,
        arguments: &'t [Argument],
        last: Option<Slot>,
    ) -> Evaluated {
        if let Some(function) = self.functions.get(name) {
            let base = self.arguments.len();
            let done = self.call(dot, function, node, name, arguments, last, base);
            self.arguments.truncate(base);
            return done;
        }
        match builtin(name) {
            Some(function) => self.call_builtin(dot, function, node, name, arguments, last),
            None => self.fail(format_args!("{} is not a defined function", quote(name))),
        }
    }

    /// Calls a function with the arguments that stand on the stack from `base` on (the receiver of a method), those of the command,
    /// and `last`. The caller clears the stack.
    #[expect(
        clippy::too_many_arguments,
        reason = "a call is made of the function, its arguments and the place to blame"
    )]
    pub(super) fn call(
        &mut self,
        dot: &Slot,
        function: &Function,
        node: At<'t>,
        name: &str,
        arguments: &'t [Argument],
        last: Option<Slot>,
        base: usize,
    ) -> Evaluated {
        self.step()?;
        let signature = function.signature();
        let arity = Arity {
            fixed: signature.fixed.len(),
            variadic: signature.variadic.is_some(),
        };
        self.check_count(name, arity, arguments.len(), last.as_ref())?;
        let parameter = |at: usize| {
            let fixed = signature.fixed.get(at).copied();
            fixed.or(signature.variadic)
        };
        for (at, argument) in arguments.iter().enumerate() {
            let Some(wanted) = parameter(at) else { break };
            self.push_argument(dot, Wanted::Of(wanted), argument)?;
        }
        if let Some(last) = last
            && let Some(wanted) = parameter(arguments.len())
        {
            let last = self.validate(last, Wanted::Of(wanted))?;
            self.arguments.push(last.value);
        }
        match function.call(self.context, &self.arguments[base..]) {
            Ok(value) => {
                if let Some(text) = value.as_str() {
                    self.made(text.len())?;
                }
                Ok(Slot::placed(value, signature.result))
            }
            Err(error) => {
                self.at(node);
                self.fail_calling(name, error)
            }
        }
    }

    fn check_count(
        &self,
        name: &str,
        arity: Arity,
        written: usize,
        last: Option<&Slot>,
    ) -> Evaluated<()> {
        let given = written + usize::from(last.is_some());
        let wanted = arity.fixed;
        if arity.variadic {
            if given < wanted {
                return self.fail(format_args!(
                    "wrong number of args for {name}: want at least {wanted} got {written}"
                ));
            }
        } else if given != wanted {
            return self.fail(format_args!(
                "wrong number of args for {name}: want {wanted} got {given}"
            ));
        }
        Ok(())
    }

    fn call_builtin(
        &mut self,
        dot: &Slot,
        function: Builtin,
        node: At<'t>,
        name: &str,
        arguments: &'t [Argument],
        last: Option<Slot>,
    ) -> Evaluated {
        self.step()?;
        self.check_count(name, function.arity(), arguments.len(), last.as_ref())?;
        if let Builtin::And | Builtin::Or = function {
            return self.logic(dot, function, arguments, last);
        }
        let wanted = |at| function.parameter(at).map_or(Wanted::Anything, Wanted::Of);
        let mut slots = Vec::with_capacity(arguments.len() + 1);
        for (at, argument) in arguments.iter().enumerate() {
            slots.push(self.argument(dot, wanted(at), argument)?);
        }
        // Only `call` shows how its first argument is written.
        let callee = match (arguments.first(), &last) {
            _ if function != Builtin::Call => String::new(),
            (Some(argument), _) => self.shown(argument).to_string(),
            (None, Some(last)) => callee_name(last),
            (None, None) => String::new(),
        };
        if let Some(last) = last {
            slots.push(self.validate(last, wanted(arguments.len()))?);
        }
        match function.call(self.context, slots, &callee) {
            Ok(slot) => {
                if let Some(text) = slot.value.as_str() {
                    self.made(text.len())?;
                }
                Ok(slot)
            }
            Err(error) => {
                self.at(node);
                self.fail_calling(name, error)
            }
        }
    }

    /// `and` and `or`: the first argument that decides, else the last one.
    fn logic(
        &mut self,
        dot: &Slot,
        function: Builtin,
        arguments: &'t [Argument],
        last: Option<Slot>,
    ) -> Evaluated {
        let decides = matches!(function, Builtin::Or);
        let mut value = Slot::INVALID;
        for argument in arguments {
            value = self.argument(dot, Wanted::Anything, argument)?;
            if value.value.is_true() == decides {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }
}

/// What Go's `reflect.Value.String` calls a value that came down the pipeline.
fn callee_name(slot: &Slot) -> String {
    match slot.value.as_str() {
        Some(text) => text.to_string(),
        None if slot.is_invalid() => "<invalid Value>".to_owned(),
        None => format!("<{} Value>", slot.type_name()),
    }
}
