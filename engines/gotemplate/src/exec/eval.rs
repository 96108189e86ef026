//! The evaluation of pipelines, commands and operands.

use super::slot::Slot;
use super::state::{At, Evaluated, State};
use crate::parse::{Argument, Command, Declaration, Number, Pipeline};
use crate::stack::with_room;
use crate::value::{Type, Value};

/// The type that an argument must have.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted {
    /// Whatever it is, with the type of its place (Go's `reflect.Value`).
    Anything,
    /// A type.
    Of(Type),
}

impl<'t> State<'_, 't> {
    /// The value of a pipeline, which its variables take.
    pub(super) fn pipeline(&mut self, dot: &Slot, pipeline: &'t Pipeline) -> Evaluated {
        self.at(At::Pipeline(pipeline));
        let mut value = None;
        for command in &pipeline.commands {
            value = Some(self.command(dot, command, value)?.unboxed());
        }
        let value = value.unwrap_or_default();
        for variable in &pipeline.variables {
            match pipeline.declaration {
                Declaration::New => self.variables.push((&variable.name, value.clone())),
                Declaration::Assign => self.assign(&variable.name, value.clone())?,
            }
        }
        Ok(value)
    }

    /// Gives the innermost variable of a name another value.
    pub(super) fn assign(&mut self, name: &str, value: Slot) -> Evaluated<()> {
        match self
            .variables
            .iter_mut()
            .rev()
            .find(|(known, _)| *known == name)
        {
            Some((_, slot)) => {
                *slot = value;
                Ok(())
            }
            None => self.fail(format_args!("undefined variable: {name}")),
        }
    }

    /// A command with the value of the command before it, if there is one, as its last argument.
    fn command(&mut self, dot: &Slot, command: &'t Command, last: Option<Slot>) -> Evaluated {
        let Some((word, arguments)) = command.arguments.split_first() else {
            return self.fail("empty command");
        };
        match word {
            Argument::Field(_) | Argument::Chain(_) | Argument::Variable(_) => {
                return self.chain(dot, word, Some((word, arguments)), last);
            }
            Argument::Function(_, name) => {
                self.at(At::Argument(word));
                return self.call_function(dot, name, At::Command(command), arguments, last);
            }
            Argument::Pipeline(pipeline) => {
                self.not_a_function(word, arguments, last.as_ref())?;
                return with_room(|| self.pipeline(dot, pipeline));
            }
            _ => {}
        }
        self.at(At::Argument(word));
        self.not_a_function(word, arguments, last.as_ref())?;
        match word {
            Argument::Dot(_) => Ok(dot.clone()),
            Argument::Nil(_) => self.fail("nil is not a command"),
            constant => self.constant(constant),
        }
    }

    /// Fails when something that takes no arguments was given one.
    pub(super) fn not_a_function(
        &self,
        word: &Argument,
        arguments: &[Argument],
        last: Option<&Slot>,
    ) -> Evaluated<()> {
        if arguments.is_empty() && last.is_none() {
            return Ok(());
        }
        self.fail(format_args!("can't give argument to non-function {word}"))
    }

    /// A constant where no type is asked for.
    fn constant(&mut self, constant: &'t Argument) -> Evaluated {
        self.at(At::Argument(constant));
        Ok(Slot::plain(match constant {
            Argument::Bool(_, value) => Value::Bool(*value),
            Argument::Text { value, .. } => Value::Str(value.clone()),
            Argument::Number(_, number) => match ideal(number) {
                Some(value) => value,
                None => return self.fail(format_args!("{} overflows int", number.text)),
            },
            other => return self.fail(format_args!("can't evaluate command \"{other}\"")),
        }))
    }

    /// `.a.b`, `$x.a.b` and `(pipeline).a.b`. `call` is the word and the arguments of the command; an operand has none.
    pub(super) fn chain(
        &mut self,
        dot: &Slot,
        operand: &'t Argument,
        call: Option<(&'t Argument, &'t [Argument])>,
        last: Option<Slot>,
    ) -> Evaluated {
        self.at(At::Argument(operand));
        let (mut receiver, names) = match operand {
            Argument::Field(field) => (dot.clone(), field.names.as_slice()),
            Argument::Variable(variable) => {
                let value = self.variable(&variable.name)?;
                if variable.fields.is_empty() {
                    if let Some((word, arguments)) = call {
                        self.not_a_function(word, arguments, last.as_ref())?;
                    }
                    return Ok(value);
                }
                (value, variable.fields.as_slice())
            }
            Argument::Chain(chain) => {
                let term = chain.term.as_ref();
                let value = self.term(dot, term)?;
                (value, chain.names.as_slice())
            }
            other => return self.fail(format_args!("can't evaluate command \"{other}\"")),
        };
        let Some((name, path)) = names.split_last() else {
            return Ok(receiver);
        };
        for step in path {
            receiver = self.field(dot, step, At::Argument(operand), &[], None, receiver)?;
        }
        let arguments = call.map_or(&[][..], |(_, arguments)| arguments);
        self.field(dot, name, At::Argument(operand), arguments, last, receiver)
    }

    /// The term that a chain of fields begins with.
    fn term(&mut self, dot: &Slot, term: &'t Argument) -> Evaluated {
        self.at(At::Argument(term));
        match term {
            Argument::Pipeline(pipeline) => with_room(|| self.pipeline(dot, pipeline)),
            Argument::Function(_, name) => {
                self.call_function(dot, name, At::Argument(term), &[], None)
            }
            Argument::Dot(_) => Ok(dot.clone()),
            Argument::Field(_) | Argument::Variable(_) | Argument::Chain(_) => {
                self.chain(dot, term, None, None)
            }
            constant => self.constant(constant),
        }
    }

    fn variable(&self, name: &str) -> Evaluated {
        match self
            .variables
            .iter()
            .rev()
            .find(|(known, _)| *known == name)
        {
            Some((_, slot)) => Ok(slot.clone()),
            None => self.fail(format_args!("undefined variable: {name}")),
        }
    }

    /// An argument that must be of a type.
    pub(super) fn argument(
        &mut self,
        dot: &Slot,
        wanted: Wanted,
        argument: &'t Argument,
    ) -> Evaluated {
        self.at(At::Argument(argument));
        match argument {
            Argument::Dot(_) => self.validate(dot.clone(), wanted),
            Argument::Nil(_) => match wanted {
                Wanted::Anything => Ok(Slot::INVALID),
                Wanted::Of(wanted) if wanted.can_be_nil() => {
                    Ok(Slot::placed(wanted.zero(), wanted))
                }
                Wanted::Of(wanted) => self.fail(format_args!("cannot assign nil to {wanted}")),
            },
            Argument::Field(_) | Argument::Variable(_) | Argument::Chain(_) => {
                let value = self.chain(dot, argument, None, None)?;
                self.validate(value, wanted)
            }
            Argument::Pipeline(pipeline) => {
                let value = with_room(|| self.pipeline(dot, pipeline))?;
                self.validate(value, wanted)
            }
            Argument::Function(_, name) => {
                let value = self.call_function(dot, name, At::Argument(argument), &[], None)?;
                self.validate(value, wanted)
            }
            Argument::Bool(..) | Argument::Number(..) | Argument::Text { .. } => match wanted {
                Wanted::Anything | Wanted::Of(Type::Any) => self.constant(argument),
                Wanted::Of(wanted) => match typed(argument, wanted) {
                    Ok(value) => Ok(Slot::plain(value)),
                    Err(Some(expected)) => {
                        self.fail(format_args!("expected {expected}; found {argument}"))
                    }
                    Err(None) => self.fail(format_args!(
                        "can't handle {argument} for arg of type {wanted}"
                    )),
                },
            },
        }
    }

    /// Makes a value fit a type, by Go's rules of assignment.
    pub(super) fn validate(&self, slot: Slot, wanted: Wanted) -> Evaluated {
        let Wanted::Of(wanted) = wanted else {
            return Ok(slot);
        };
        if slot.is_invalid() {
            if wanted.can_be_nil() {
                return Ok(Slot::placed(wanted.zero(), wanted));
            }
            return self.fail(format_args!("invalid value; expected {wanted}"));
        }
        if matches!(wanted, Type::Any) {
            return Ok(slot);
        }
        if let Some(value) = assigned(&slot.value, wanted) {
            return Ok(Slot::plain(value));
        }
        let got = if slot.value.is_nil() {
            slot.type_name()
        } else {
            slot.value.type_name()
        };
        self.fail(format_args!(
            "wrong type for value; expected {wanted}; got {got}"
        ))
    }
}

/// The value as one of type `wanted`, when it can be assigned to it: the types are the same, or they differ in name only and one of
/// them has none.
fn assigned(value: &Value, wanted: Type) -> Option<Value> {
    let have = value.type_of()?;
    if have == wanted {
        return Some(value.clone());
    }
    match (value, wanted) {
        (Value::Map(map), Type::Map(wanted)) => {
            let have = map.map_type();
            let fits = have.element == wanted.element && !(have.is_named() && wanted.is_named());
            fits.then(|| Value::Map(map.with_type(wanted)))
        }
        (Value::List(list), Type::List(wanted)) => {
            let have = list.list_type();
            let fits = have.element == wanted.element && !(have.is_named() && wanted.is_named());
            fits.then(|| Value::List(list.with_type(wanted)))
        }
        _ => None,
    }
}

/// A number where no type is asked for: its notation decides. Nothing when it fits no `int`.
fn ideal(number: &Number) -> Option<Value> {
    if let Some((real, imaginary)) = number.complex {
        return Some(Value::Complex(real, imaginary));
    }
    let text = &number.text;
    let hexadecimal =
        (text.starts_with("0x") || text.starts_with("0X")) && !text.contains(['p', 'P']);
    let is_float =
        !hexadecimal && !text.starts_with('\'') && text.contains(['.', 'e', 'E', 'p', 'P']);
    match (number.float, number.int) {
        (Some(float), _) if is_float => Some(Value::Float(float)),
        (_, Some(int)) => Some(Value::int(int)),
        (_, None) => None,
    }
}

/// A constant as a value of a type; the error tells what was expected, if a constant can be of the type at all.
fn typed(constant: &Argument, wanted: Type) -> Result<Value, Option<&'static str>> {
    let number = match constant {
        Argument::Number(_, number) => Some(number),
        _ => None,
    };
    let (value, expected) = match wanted {
        Type::Bool => (
            match constant {
                Argument::Bool(_, value) => Some(Value::Bool(*value)),
                _ => None,
            },
            "bool",
        ),
        Type::String => (
            match constant {
                Argument::Text { value, .. } => Some(Value::Str(value.clone())),
                _ => None,
            },
            "string",
        ),
        Type::Int(kind) => (
            number.and_then(|number| Some(Value::Int(kind, kind.wrap(number.int?)))),
            "integer",
        ),
        Type::Uint(kind) => (
            number.and_then(|number| Some(Value::Uint(kind, kind.wrap(number.uint?)))),
            "unsigned integer",
        ),
        Type::Float64 => (
            number.and_then(|number| Some(Value::Float(number.float?))),
            "float",
        ),
        Type::Complex128 => (
            number.and_then(|number| number.complex.map(|(re, im)| Value::Complex(re, im))),
            "complex",
        ),
        Type::Any | Type::Bytes | Type::List(_) | Type::Map(_) | Type::Host(..) => {
            return Err(None);
        }
    };
    value.ok_or(Some(expected))
}
