//! The evaluation of pipelines, commands and operands.

use super::slot::Slot;
use super::state::{At, Evaluated, State};
use crate::parse::{Argument, Command, Declaration, Notation, Number, Pipeline};
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
        let mut value = self.command(dot, &pipeline.first, None)?.unboxed();
        for command in pipeline.rest() {
            value = self.command(dot, command, Some(value))?.unboxed();
        }
        for variable in pipeline.variables() {
            let name = variable.of(self.text);
            match pipeline.declaration() {
                Declaration::New => self.variables.push((name, value.clone())),
                Declaration::Assign => self.assign(name, value.clone())?,
            }
        }
        Ok(value)
    }

    /// Gives the innermost variable of a name another value.
    pub(super) fn assign(&mut self, name: &[u8], value: Slot) -> Evaluated<()> {
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
            None => self.undefined(name),
        }
    }

    fn undefined<T>(&self, name: &[u8]) -> Evaluated<T> {
        let name = String::from_utf8_lossy(name);
        self.fail(format_args!("undefined variable: {name}"))
    }

    /// A command with the value of the command before it, if there is one, as its last argument.
    fn command(&mut self, dot: &Slot, command: &'t Command, last: Option<Slot>) -> Evaluated {
        let (word, arguments) = (&command.word, &*command.arguments);
        match word {
            Argument::Field(_) | Argument::Chain(..) | Argument::Variable { .. } => {
                return self.chain(dot, word, Some((word, arguments)), last);
            }
            Argument::Function(name) => {
                self.at(At::Argument(word));
                let name = self.name(*name);
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
        word: &'t Argument,
        arguments: &[Argument],
        last: Option<&Slot>,
    ) -> Evaluated<()> {
        if arguments.is_empty() && last.is_none() {
            return Ok(());
        }
        let word = self.shown(word);
        self.fail(format_args!("can't give argument to non-function {word}"))
    }

    /// A constant where no type is asked for.
    fn constant(&mut self, constant: &'t Argument) -> Evaluated {
        self.at(At::Argument(constant));
        Ok(Slot::plain(match constant {
            Argument::Bool(_, value) => Value::Bool(*value),
            Argument::Text(text) => Value::Str(text.value(self.text)),
            Argument::Number(number) => {
                let Some(value) = ideal(number) else {
                    let number = self.shown(constant);
                    return self.fail(format_args!("{number} overflows int"));
                };
                value
            }
            other => return self.no_command(other),
        }))
    }

    fn no_command<T>(&self, operand: &'t Argument) -> Evaluated<T> {
        let operand = self.shown(operand);
        self.fail(format_args!("can't evaluate command \"{operand}\""))
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
            Argument::Field(names) => (dot.clone(), *names),
            Argument::Variable { name, fields } => {
                let value = self.variable(name.of(self.text))?;
                if fields.span.is_empty() {
                    if let Some((word, arguments)) = call {
                        self.not_a_function(word, arguments, last.as_ref())?;
                    }
                    return Ok(value);
                }
                (value, *fields)
            }
            Argument::Chain(term, names) => (self.term(dot, term)?, *names),
            other => return self.no_command(other),
        };
        let mut names = names.each(self.text);
        let Some(mut name) = names.next() else {
            return Ok(receiver);
        };
        for next in names {
            receiver = self.field(dot, name, At::Argument(operand), &[], None, receiver)?;
            name = next;
        }
        let arguments = call.map_or(&[][..], |(_, arguments)| arguments);
        self.field(dot, name, At::Argument(operand), arguments, last, receiver)
    }

    /// The term that a chain of fields begins with.
    fn term(&mut self, dot: &Slot, term: &'t Argument) -> Evaluated {
        self.at(At::Argument(term));
        match term {
            Argument::Pipeline(pipeline) => with_room(|| self.pipeline(dot, pipeline)),
            Argument::Function(name) => {
                self.call_function(dot, self.name(*name), At::Argument(term), &[], None)
            }
            Argument::Dot(_) => Ok(dot.clone()),
            Argument::Field(_) | Argument::Variable { .. } | Argument::Chain(..) => {
                self.chain(dot, term, None, None)
            }
            constant => self.constant(constant),
        }
    }

    fn variable(&self, name: &[u8]) -> Evaluated {
        match self
            .variables
            .iter()
            .rev()
            .find(|(known, _)| *known == name)
        {
            Some((_, slot)) => Ok(slot.clone()),
            None => self.undefined(name),
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
            Argument::Field(_) | Argument::Variable { .. } | Argument::Chain(..) => {
                let value = self.chain(dot, argument, None, None)?;
                self.validate(value, wanted)
            }
            Argument::Pipeline(pipeline) => {
                let value = with_room(|| self.pipeline(dot, pipeline))?;
                self.validate(value, wanted)
            }
            Argument::Function(name) => {
                let name = self.name(*name);
                let value = self.call_function(dot, name, At::Argument(argument), &[], None)?;
                self.validate(value, wanted)
            }
            Argument::Bool(..) | Argument::Number(_) | Argument::Text(_) => match wanted {
                Wanted::Anything | Wanted::Of(Type::Any) => self.constant(argument),
                Wanted::Of(wanted) => match typed(argument, wanted, self.text) {
                    Ok(value) => Ok(Slot::plain(value)),
                    Err(Some(expected)) => {
                        let found = self.shown(argument);
                        self.fail(format_args!("expected {expected}; found {found}"))
                    }
                    Err(None) => {
                        let found = self.shown(argument);
                        self.fail(format_args!(
                            "can't handle {found} for arg of type {wanted}"
                        ))
                    }
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
    match (number.float, number.int) {
        (Some(float), _) if number.notation == Notation::Floating => Some(Value::Float(float)),
        (_, Some(int)) => Some(Value::int(int)),
        (_, None) => None,
    }
}

/// A constant of a source as a value of a type; the error tells what was expected, if a constant can be of the type at all.
fn typed(constant: &Argument, wanted: Type, source: &[u8]) -> Result<Value, Option<&'static str>> {
    let number = match constant {
        Argument::Number(number) => Some(number),
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
                Argument::Text(text) => Some(Value::Str(text.value(source))),
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
