//! How operands are printed under a verb (Go: `fmt/print.go`).

use super::pad::{Case, Flags, Integer};
use crate::stack::with_room;
use crate::value::{Host, Kind, List, Map, Type, Value};

/// How deep values may nest; what is deeper prints as dots. Only a map that was put into itself is so deep, and Go dies of one.
const MAX_DEPTH: usize = 1_000;

/// Where pointers point to: nowhere that means anything.
const ADDRESS: u64 = 0xc0_0000_0000;

/// Prints operands to a buffer.
pub(super) struct Printer<'o> {
    pub(super) out: &'o mut Vec<u8>,
    pub(super) flags: Flags,
    /// Whether the operand stands in a note on a wrong verb: its methods are not asked then.
    noting: bool,
}

impl<'o> Printer<'o> {
    pub(super) fn new(out: &'o mut Vec<u8>) -> Self {
        Self {
            out,
            flags: Flags::default(),
            noting: false,
        }
    }

    fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn push_char(&mut self, c: char) {
        self.out
            .extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// An operand.
    pub(super) fn operand(&mut self, value: &Value, verb: char) {
        match (value, verb) {
            (Value::Nil, 'T' | 'v') => self.flags.pad(self.out, b"<nil>"),
            (Value::Nil, _) => self.wrong_verb(verb, None),
            (_, 'T') => self.flags.text(self.out, value.type_name().as_bytes()),
            (_, 'p') => self.pointer(value, 'p'),
            (Value::Bytes(bytes), 'v' | 'd') if self.flags.sharp_v => {
                self.go_bytes("[]byte", bytes);
            }
            (Value::List(_) | Value::Map(_), 'w') => self.wrong_verb(verb, Some(value)),
            (Value::Host(host), _) if self.method(host.as_ref(), value, verb) => {}
            _ => self.value(value, verb, 0),
        }
    }

    /// What follows a wrong verb: `%!d(string=x)`.
    fn wrong_verb(&mut self, verb: char, value: Option<&Value>) {
        let outer = std::mem::replace(&mut self.noting, true);
        self.push("%!");
        self.push_char(verb);
        self.push("(");
        match value {
            Some(value) => {
                self.push(&value.type_name());
                self.push("=");
                self.value(value, 'v', 0);
            }
            None => self.push("<nil>"),
        }
        self.push(")");
        self.noting = outer;
    }

    /// Prints what the `String` or `Error` method of an object gives, if the verb asks for text; false if not.
    fn method(&mut self, host: &dyn Host, value: &Value, verb: char) -> bool {
        if self.noting {
            return false;
        }
        if verb == 'w' {
            self.wrong_verb(verb, Some(value));
            return true;
        }
        if self.flags.sharp_v || !matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') {
            return false;
        }
        let Some(text) = host.text() else {
            return false;
        };
        self.text(&text, value, verb);
        true
    }

    /// An element of a list, map or struct: `boxed` ones stand in an interface.
    fn element(&mut self, value: &Value, place: Type, verb: char, depth: usize) {
        match value {
            Value::Nil if matches!(place, Type::Any) && self.flags.sharp_v => {
                self.push("interface {}(nil)");
            }
            Value::Nil => self.push("<nil>"),
            Value::Host(host) if self.method(host.as_ref(), value, verb) => {}
            _ => self.value(value, verb, depth),
        }
    }

    /// A value, without asking its methods.
    fn value(&mut self, value: &Value, verb: char, depth: usize) {
        if depth > MAX_DEPTH {
            return self.push("...");
        }
        match value {
            Value::Nil => self.push("<nil>"),
            Value::Bool(flag) => match verb {
                't' | 'v' => {
                    let text: &[u8] = if *flag { b"true" } else { b"false" };
                    self.flags.pad(self.out, text);
                }
                _ => self.wrong_verb(verb, Some(value)),
            },
            Value::Int(_, number) => {
                let integer = Integer {
                    magnitude: number.unsigned_abs(),
                    negative: *number < 0,
                };
                self.integer(integer, number.cast_unsigned(), value, verb);
            }
            Value::Uint(_, number) => self.unsigned(*number, value, verb),
            Value::Float(number) => self.float(*number, value, verb),
            Value::Complex(real, imaginary) => self.complex(*real, *imaginary, value, verb),
            Value::Str(text) => self.text(text, value, verb),
            Value::Bytes(bytes) => match verb {
                's' | 'q' | 'x' | 'X' => self.text(bytes, value, verb),
                _ if self.flags.sharp_v => self.go_bytes("[]uint8", bytes),
                _ => {
                    let items = bytes.iter().map(|byte| byte_value(*byte));
                    self.items(&items.collect::<Vec<_>>(), Type::Any, verb, depth);
                }
            },
            Value::List(list) => with_room(|| self.list(list, verb, depth)),
            Value::Map(map) => with_room(|| self.map(map, verb, depth)),
            Value::Host(host) => self.host(host.as_ref(), value, verb, depth),
        }
    }

    fn integer(&mut self, integer: Integer, bits: u64, value: &Value, verb: char) {
        match verb {
            'v' | 'd' => self.flags.integer(self.out, integer, 10, verb),
            'b' => self.flags.integer(self.out, integer, 2, verb),
            'o' | 'O' => self.flags.integer(self.out, integer, 8, verb),
            'x' | 'X' => self.flags.integer(self.out, integer, 16, verb),
            'c' => self.flags.character(self.out, bits),
            'q' => self.flags.quoted_character(self.out, bits),
            'U' => self.flags.unicode(self.out, bits),
            _ => self.wrong_verb(verb, Some(value)),
        }
    }

    fn unsigned(&mut self, number: u64, value: &Value, verb: char) {
        if verb == 'v' && self.flags.sharp_v {
            return self.prefixed(number);
        }
        let integer = Integer {
            magnitude: number,
            negative: false,
        };
        self.integer(integer, number, value, verb);
    }

    /// `0x1f`
    fn prefixed(&mut self, number: u64) {
        let mut flags = self.flags;
        flags.sharp = true;
        let integer = Integer {
            magnitude: number,
            negative: false,
        };
        flags.integer(self.out, integer, 16, 'v');
    }

    fn float(&mut self, number: f64, value: &Value, verb: char) {
        let (format, precision) = match verb {
            'v' => ('g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => (verb, None),
            'f' | 'e' | 'E' => (verb, Some(6)),
            'F' => ('f', Some(6)),
            _ => return self.wrong_verb(verb, Some(value)),
        };
        self.flags.float(self.out, number, format, precision);
    }

    fn complex(&mut self, real: f64, imaginary: f64, value: &Value, verb: char) {
        if !matches!(
            verb,
            'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E'
        ) {
            return self.wrong_verb(verb, Some(value));
        }
        let plus = self.flags.plus;
        self.push("(");
        self.float(real, value, verb);
        self.flags.plus = true;
        self.float(imaginary, value, verb);
        self.push("i)");
        self.flags.plus = plus;
    }

    /// A string, or bytes under a verb for text.
    fn text(&mut self, text: &[u8], value: &Value, verb: char) {
        match verb {
            'v' if self.flags.sharp_v => self.flags.quoted(self.out, text),
            'v' | 's' => self.flags.text(self.out, text),
            'x' => self.flags.hexadecimal(self.out, text, Case::Lower),
            'X' => self.flags.hexadecimal(self.out, text, Case::Upper),
            'q' => self.flags.quoted(self.out, text),
            _ => self.wrong_verb(verb, Some(value)),
        }
    }

    /// `[]byte{0x1, 0x2}`
    fn go_bytes(&mut self, type_name: &str, bytes: &[u8]) {
        self.push(type_name);
        self.push("{");
        for (at, byte) in bytes.iter().enumerate() {
            self.push(if at > 0 { ", " } else { "" });
            self.prefixed(u64::from(*byte));
        }
        self.push("}");
    }

    fn list(&mut self, list: &List, verb: char, depth: usize) {
        if self.flags.sharp_v {
            self.push(list.list_type().name);
            if list.is_nil() {
                return self.push("(nil)");
            }
        }
        let items = list.items();
        self.items(&items, list.list_type().element, verb, depth);
    }

    fn items(&mut self, items: &[Value], place: Type, verb: char, depth: usize) {
        let (open, between, close) = if self.flags.sharp_v {
            ("{", ", ", "}")
        } else {
            ("[", " ", "]")
        };
        self.push(open);
        for (at, item) in items.iter().enumerate() {
            self.push(if at > 0 { between } else { "" });
            self.element(item, place, verb, depth + 1);
        }
        self.push(close);
    }

    fn map(&mut self, map: &Map, verb: char, depth: usize) {
        let (open, between, close) = if self.flags.sharp_v {
            ("{", ", ", "}")
        } else {
            ("map[", " ", "]")
        };
        if self.flags.sharp_v {
            self.push(map.map_type().name);
            if map.is_nil() {
                return self.push("(nil)");
            }
        }
        self.push(open);
        for (at, (key, value)) in map.entries().iter().enumerate() {
            self.push(if at > 0 { between } else { "" });
            self.value(&Value::Str(key.clone()), verb, depth + 1);
            self.push(":");
            self.element(value, map.map_type().element, verb, depth + 1);
        }
        self.push(close);
    }

    fn host(&mut self, host: &dyn Host, value: &Value, verb: char, depth: usize) {
        if let Some(plain) = host.underlying() {
            return self.value(&plain, verb, depth);
        }
        if host.kind() == Kind::Pointer {
            if depth > 0 {
                return self.pointer(value, verb);
            }
            self.push("&");
        }
        self.fields(host, verb, depth);
    }

    /// A struct.
    fn fields(&mut self, host: &dyn Host, verb: char, depth: usize) {
        if self.flags.sharp_v {
            self.push(host.type_name().trim_start_matches('*'));
        }
        self.push("{");
        for (at, (name, value)) in host.fields().iter().enumerate() {
            if at > 0 {
                self.push(if self.flags.sharp_v { ", " } else { " " });
            }
            if self.flags.plus_v || self.flags.sharp_v {
                self.push(name);
                self.push(":");
            }
            self.element(value, Type::Any, verb, depth + 1);
        }
        self.push("}");
    }

    /// A value where it stands: methods that take a pointer to it count.
    pub(super) fn in_place(&mut self, value: &Value) {
        match value {
            Value::Host(host) => match host.addressed_text() {
                Some(text) => self.out.extend_from_slice(&text),
                None => self.indirect(value),
            },
            other => self.indirect(other),
        }
    }

    /// What a pointer points to, printed as if it stood there itself.
    pub(super) fn indirect(&mut self, value: &Value) {
        match value {
            Value::Host(host)
                if host.kind() == Kind::Pointer
                    && host.text().is_none()
                    && host.underlying().is_none() =>
            {
                self.fields(host.as_ref(), 'v', 0);
            }
            other => self.operand(other, 'v'),
        }
    }

    fn pointer(&mut self, value: &Value, verb: char) {
        let address = match value {
            Value::List(list) if list.is_nil() => 0,
            Value::Map(map) if map.is_nil() => 0,
            Value::List(_) | Value::Map(_) | Value::Bytes(_) => ADDRESS,
            Value::Host(host) if host.kind() == Kind::Pointer => ADDRESS,
            _ => return self.wrong_verb(verb, Some(value)),
        };
        match verb {
            'v' if self.flags.sharp_v => {
                self.push(&format!("({})(", value.type_name()));
                self.prefixed(address);
                self.push(")");
            }
            'v' | 'p' => {
                let integer = Integer {
                    magnitude: address,
                    negative: false,
                };
                let mut flags = self.flags;
                flags.sharp = !flags.sharp;
                flags.integer(self.out, integer, 16, 'v');
            }
            'b' | 'o' | 'd' | 'x' | 'X' => self.unsigned(address, value, verb),
            _ => self.wrong_verb(verb, Some(value)),
        }
    }
}

fn byte_value(byte: u8) -> Value {
    Value::Uint(crate::value::UintKind::Uint8, u64::from(byte))
}
