//! Go's `fmt` on template values: `Sprint`, `Sprintf`, `Sprintln`, and the number and quote formats of `strconv`.
//!
//! | module | what it holds |
//! |---|---|
//! | `format` | the format string |
//! | `printer` | operands of every type under a verb |
//! | `pad` | single numbers and texts, padded |
//! | `float`, `quote`, `runes`, `printable` | what those are made of |

mod float;
mod format;
mod pad;
mod printable;
mod printer;
mod quote;
mod runes;

#[cfg(test)]
mod tests;

use crate::value::{Kind, Value};
use printer::Printer;

pub use float::float;
pub use printable::is_print;
pub use quote::quote;
pub(crate) use runes::first_runes;
pub use runes::{rune_count, runes};

/// `fmt.Sprint`: operands in their default format, a space between two of which neither is a string.
pub fn sprint(operands: &[Value]) -> Vec<u8> {
    let is_text = |operand: &Value| operand.kind() == Kind::String;
    joined(operands, is_text, |printer, operand| {
        printer.operand(operand, 'v');
    })
}

/// As [`sprint`], but of a pointer to a struct it shows the struct, and for nil the text `<no value>`.
pub(crate) fn sprint_indirect(operands: &[Value]) -> Vec<u8> {
    let is_text = |operand: &Value| operand.is_nil() || operand.kind() == Kind::String;
    joined(operands, is_text, |printer, operand| match operand {
        Value::Nil => printer.out.extend_from_slice(b"<no value>"),
        other => printer.indirect(other),
    })
}

fn joined(
    operands: &[Value],
    is_text: impl Fn(&Value) -> bool,
    print: impl Fn(&mut Printer<'_>, &Value),
) -> Vec<u8> {
    let mut out = Vec::new();
    let mut printer = Printer::new(&mut out);
    let mut after_text = true;
    for operand in operands {
        let text = is_text(operand);
        if !after_text && !text {
            printer.out.push(b' ');
        }
        print(&mut printer, operand);
        after_text = text;
    }
    out
}

/// `fmt.Sprintln`: operands in their default format, a space between any two, a newline at the end.
pub fn sprintln(operands: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    for (at, operand) in operands.iter().enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        append(&mut out, operand);
    }
    out.push(b'\n');
    out
}

/// `fmt.Sprintf`: every verb and flag that Go has, and Go's notes on mistakes (`%!d(string=x)`, `%!(EXTRA int=1)`).
pub fn sprintf(format: &[u8], operands: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    format::sprintf(&mut out, format, operands);
    out
}

/// Appends an operand in its default format, `%v`.
pub fn append(out: &mut Vec<u8>, operand: &Value) {
    Printer::new(out).operand(operand, 'v');
}

/// How templates print a value: as [`append`], but of a pointer to a struct it shows the struct.
pub(crate) fn append_indirect(out: &mut Vec<u8>, operand: &Value) {
    Printer::new(out).indirect(operand);
}

/// As [`append_indirect`], for a value that stands where a pointer leads: methods of pointers to it count.
pub(crate) fn append_in_place(out: &mut Vec<u8>, operand: &Value) {
    Printer::new(out).in_place(operand);
}

/// How many bytes the widths and precisions of a format may add at most.
pub(crate) fn padding(format: &[u8], operands: &[Value]) -> usize {
    const LARGEST: usize = 10_000_009;
    let mut sum = 0_usize;
    let mut number = 0_usize;
    for byte in format {
        if byte.is_ascii_digit() {
            number = (number * 10 + usize::from(byte - b'0')).min(LARGEST);
        } else {
            sum += number;
            number = 0;
            if *byte == b'*' {
                sum += operands.iter().map(width).max().unwrap_or(0);
            }
        }
    }
    sum
}

fn width(operand: &Value) -> usize {
    let number = match operand {
        Value::Int(_, number) => usize::try_from(number.unsigned_abs()).unwrap_or(0),
        Value::Uint(_, number) => usize::try_from(*number).unwrap_or(0),
        _ => 0,
    };
    number.min(1_000_000)
}
