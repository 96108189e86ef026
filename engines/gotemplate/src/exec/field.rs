//! Fields, keys and methods.

use super::eval::Wanted;
use super::slot::Slot;
use super::state::{At, Evaluated, State};
use super::{Function, MissingKey};
use crate::fmt::quote;
use crate::parse::Argument;
use crate::value::{Field, Kind, Value};

impl<'t> State<'_, 't> {
    /// `receiver.name`, called with the arguments when it is a method.
    pub(super) fn field(
        &mut self,
        dot: &Slot,
        name: &str,
        node: At<'t>,
        arguments: &'t [Argument],
        last: Option<Slot>,
        receiver: Slot,
    ) -> Evaluated {
        if receiver.value.is_nil() {
            if receiver.boxed {
                return self.fail(format_args!(
                    "nil pointer evaluating {}.{name}",
                    receiver.type_name()
                ));
            }
            if self.context.missing_key() == MissingKey::Error {
                return self.fail(format_args!("nil data; no entry for key {}", quote(name)));
            }
            return Ok(Slot::INVALID);
        }
        if let Some(method) = method(&receiver, name) {
            return self.call_method(dot, method, node, name, arguments, last, receiver.value);
        }
        let has_arguments = !arguments.is_empty() || last.is_some();
        let plain = match &receiver.value {
            Value::Host(host) => host.underlying(),
            _ => None,
        };
        match plain.as_ref().unwrap_or(&receiver.value) {
            Value::Map(map) => {
                if has_arguments {
                    return self.fail(format_args!("{name} is not a method but has arguments"));
                }
                let element = map.map_type().element;
                match (map.get(name), self.context.missing_key()) {
                    (Some(value), _) => Ok(Slot::placed(value, element)),
                    (None, MissingKey::Invalid) => Ok(Slot::INVALID),
                    (None, MissingKey::Zero) => Ok(Slot::placed(element.zero(), element)),
                    (None, MissingKey::Error) => {
                        self.fail(format_args!("map has no entry for key {}", quote(name)))
                    }
                }
            }
            Value::Host(host) if matches!(host.kind(), Kind::Struct | Kind::Pointer) => {
                match host.field(name) {
                    Some(Field::Unexported) => self.fail(format_args!(
                        "{name} is an unexported field of struct type {}",
                        receiver.type_name()
                    )),
                    Some(Field::Exported { .. }) if has_arguments => self.fail(format_args!(
                        "{name} has arguments but cannot be invoked as function"
                    )),
                    Some(Field::Exported { value, interface }) => Ok(Slot {
                        value,
                        boxed: interface.is_some(),
                        addressed: interface.is_none()
                            && (receiver.addressed || host.kind() == Kind::Pointer),
                    }),
                    None => self.no_field(name, &receiver),
                }
            }
            _ => self.no_field(name, &receiver),
        }
    }

    fn no_field(&self, name: &str, receiver: &Slot) -> Evaluated {
        self.fail(format_args!(
            "can't evaluate field {name} in type {}",
            receiver.type_name()
        ))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a call is made of the method, its receiver, its arguments and the place to blame"
    )]
    fn call_method(
        &mut self,
        dot: &Slot,
        method: &'static Function,
        node: At<'t>,
        name: &str,
        arguments: &'t [Argument],
        last: Option<Slot>,
        receiver: Value,
    ) -> Evaluated {
        let base = self.arguments.len();
        self.arguments.push(receiver);
        let done = self.call(dot, method, node, name, arguments, last, base);
        self.arguments.truncate(base);
        done
    }

    pub(super) fn push_argument(
        &mut self,
        dot: &Slot,
        wanted: Wanted,
        argument: &'t Argument,
    ) -> Evaluated<()> {
        let value = self.argument(dot, wanted, argument)?;
        self.arguments.push(value.value);
        Ok(())
    }
}

fn method(receiver: &Slot, name: &str) -> Option<&'static Function> {
    match &receiver.value {
        Value::Host(host) => {
            let of_pointer = receiver.addressed.then(|| host.pointer_method(name));
            host.method(name).or(of_pointer.flatten())
        }
        Value::Map(map) => (map.map_type().methods)(name),
        Value::List(list) => (list.list_type().methods)(name),
        _ => None,
    }
}
