//! Text as Go prints it: quoted strings and characters, names of types.

use yaml::Value;

pub(crate) use gotemplate::fmt::quote;

/// `c` in Go's single quotes (`strconv.QuoteRune`, the `%q` of a character).
pub(crate) fn quote_char(c: char) -> String {
    match c {
        '\'' => r"'\''".to_owned(),
        '"' => "'\"'".to_owned(),
        c => quote(c.to_string()).replace('"', "'"),
    }
}

/// The type that Go would hold `value` in.
pub(crate) fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "nil",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int64",
        Value::Uint(_) => "uint64",
        Value::Float(_) => "float64",
        Value::Str(_) => "string",
        Value::Seq(_) => "[]interface {}",
        Value::Map(_) => "map[string]interface {}",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_escape_the_single_quote_only() {
        assert_eq!(quote_char('\''), r"'\''");
        assert_eq!(quote_char('"'), "'\"'");
        assert_eq!(quote_char('\u{85}'), r"'\u0085'");
        assert_eq!(quote_char('\\'), r"'\\'");
    }
}
