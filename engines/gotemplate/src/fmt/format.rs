//! `Sprintf`: the format string, its flags, widths, precisions and argument indexes (Go: `doPrintf` in `fmt/print.go`).

use super::pad::Flags;
use super::printer::Printer;
use super::runes::runes;
use crate::value::Value;

/// Widths and precisions beyond this are taken for mistakes.
const LARGEST: usize = 1_000_000;

/// A format string and its operands, while it is worked on.
struct Format<'f> {
    text: &'f [u8],
    at: usize,
    operands: &'f [Value],
    /// The operand that comes next.
    next: usize,
    /// Whether an operand was chosen by its number anywhere; then nobody minds operands that are left.
    reordered: bool,
    /// Whether the last choice by number was a good one.
    good_choice: bool,
}

pub(super) fn sprintf(out: &mut Vec<u8>, text: &[u8], operands: &[Value]) {
    let mut format = Format {
        text,
        at: 0,
        operands,
        next: 0,
        reordered: false,
        good_choice: true,
    };
    let mut printer = Printer::new(out);
    while let Some(percent) = format.text[format.at..]
        .iter()
        .position(|byte| *byte == b'%')
    {
        printer
            .out
            .extend_from_slice(&format.text[format.at..format.at + percent]);
        format.at += percent + 1;
        format.good_choice = true;
        printer.flags = format.flags();
        if !format.directive(&mut printer) {
            break;
        }
    }
    printer.out.extend_from_slice(&format.text[format.at..]);
    if !format.reordered && format.next < operands.len() {
        extra(&mut printer, &operands[format.next..]);
    }
}

/// `%!(EXTRA string=x)`
fn extra(printer: &mut Printer<'_>, operands: &[Value]) {
    printer.flags = Flags::default();
    printer.out.extend_from_slice(b"%!(EXTRA ");
    for (at, operand) in operands.iter().enumerate() {
        if at > 0 {
            printer.out.extend_from_slice(b", ");
        }
        if operand.is_nil() {
            printer.out.extend_from_slice(b"<nil>");
        } else {
            printer
                .out
                .extend_from_slice(operand.type_name().as_bytes());
            printer.out.push(b'=');
            printer.operand(operand, 'v');
        }
    }
    printer.out.push(b')');
}

impl Format<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn flags(&mut self) -> Flags {
        let mut flags = Flags::default();
        loop {
            match self.peek() {
                Some(b'#') => flags.sharp = true,
                Some(b'0') => flags.zero = true,
                Some(b'+') => flags.plus = true,
                Some(b'-') => flags.minus = true,
                Some(b' ') => flags.space = true,
                _ => return flags,
            }
            self.at += 1;
        }
    }

    /// Width, precision, verb and operand; false at the end of the text.
    fn directive(&mut self, printer: &mut Printer<'_>) -> bool {
        let mut after_index = self.choice();
        if self.peek() == Some(b'*') {
            self.at += 1;
            match self.integer_operand() {
                Some(width) => {
                    printer.flags.width = Some(width.unsigned_abs());
                    if width < 0 {
                        printer.flags.minus = true;
                        printer.flags.zero = false;
                    }
                }
                None => printer.out.extend_from_slice(b"%!(BADWIDTH)"),
            }
            after_index = false;
        } else {
            printer.flags.width = self.number();
            if after_index && printer.flags.width.is_some() {
                self.good_choice = false;
            }
        }
        if self.peek() == Some(b'.') && self.at + 1 < self.text.len() {
            self.at += 1;
            if after_index {
                self.good_choice = false;
            }
            after_index = self.choice();
            if self.peek() == Some(b'*') {
                self.at += 1;
                let precision = self.integer_operand().map(usize::try_from);
                printer.flags.precision = precision.and_then(Result::ok);
                if printer.flags.precision.is_none() {
                    printer.out.extend_from_slice(b"%!(BADPREC)");
                }
                after_index = false;
            } else {
                printer.flags.precision = Some(self.number().unwrap_or(0));
            }
        }
        if !after_index {
            self.choice();
        }
        self.verb(printer)
    }

    fn verb(&mut self, printer: &mut Printer<'_>) -> bool {
        let Some((verb, bytes)) = runes(&self.text[self.at..]).next() else {
            printer.out.extend_from_slice(b"%!(NOVERB)");
            return false;
        };
        self.at += bytes.len();
        let note = |printer: &mut Printer<'_>, note: &str| {
            printer
                .out
                .extend_from_slice(format!("%!{verb}({note})").as_bytes());
        };
        match (verb, self.operands.get(self.next)) {
            ('%', _) => printer.out.push(b'%'),
            _ if !self.good_choice => note(printer, "BADINDEX"),
            (_, None) => note(printer, "MISSING"),
            (_, Some(operand)) => {
                if matches!(verb, 'v' | 'w') {
                    printer.flags.sharp_v = std::mem::take(&mut printer.flags.sharp);
                    printer.flags.plus_v = std::mem::take(&mut printer.flags.plus);
                }
                printer.operand(operand, verb);
                self.next += 1;
            }
        }
        true
    }

    /// A number; nothing where none stands, or one that is too large.
    fn number(&mut self) -> Option<usize> {
        let mut number = None;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            let known = number.unwrap_or(0);
            if known > LARGEST {
                self.at = self.text.len();
                return None;
            }
            number = Some(known * 10 + usize::from(digit - b'0'));
            self.at += 1;
        }
        number
    }

    /// `[3]`: chooses the operand that comes next; tells whether a choice stood here.
    fn choice(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.reordered = true;
        let rest = &self.text[self.at..];
        let Some(close) = rest
            .iter()
            .position(|byte| *byte == b']')
            .filter(|_| rest.len() >= 3)
        else {
            self.good_choice = false;
            self.at += 1;
            return false;
        };
        let number = std::str::from_utf8(&rest[1..close]).ok();
        let number = number
            .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|text| text.parse::<usize>().ok())
            .filter(|number| *number <= 10 * LARGEST);
        self.at += close + 1;
        match number {
            Some(number) if (1..=self.operands.len()).contains(&number) => {
                self.next = number - 1;
                true
            }
            Some(_) => {
                self.good_choice = false;
                true
            }
            None => {
                self.good_choice = false;
                false
            }
        }
    }

    /// The next operand as a width or precision.
    fn integer_operand(&mut self) -> Option<isize> {
        let operand = self.operands.get(self.next)?;
        self.next += 1;
        let number = match operand.underlying() {
            Value::Int(_, number) => isize::try_from(number).ok(),
            Value::Uint(_, number) => isize::try_from(number).ok(),
            _ => None,
        };
        number.filter(|number| number.unsigned_abs() <= LARGEST)
    }
}
