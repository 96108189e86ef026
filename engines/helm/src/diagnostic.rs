//! What is worth telling beside the result, worded and printed as Helm's log lines.

use std::fmt;

/// How serious a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Good to know.
    Info,
    /// Something was skipped or is out of date.
    Warn,
    /// What follows failed.
    Error,
}

/// A line for the user. It prints as Go's `slog` text handler does: `level=WARN msg="..." key=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How serious it is.
    pub level: Level,
    /// What happened.
    pub message: String,
    /// Details by name, in order.
    pub details: Vec<(&'static str, String)>,
}

impl Diagnostic {
    /// A line without details.
    pub fn new(level: Level, message: impl Into<String>) -> Self {
        Self {
            level,
            message: message.into(),
            details: Vec::new(),
        }
    }

    /// The same line with one more detail.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.details.push((name, value.into()));
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        };
        write!(f, "level={level} msg={}", Quoted(&self.message))?;
        for (name, value) in &self.details {
            write!(f, " {name}={}", Quoted(value))?;
        }
        Ok(())
    }
}

/// Text in quotes when `slog` puts it in quotes.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '=');
        let bare = |c: char| plain(c) || (!c.is_ascii() && !c.is_control() && !c.is_whitespace());
        if !self.0.is_empty() && self.0.chars().all(bare) {
            return f.write_str(self.0);
        }
        f.write_str("\"")?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                c if c.is_control() => write!(f, "\\x{:02x}", u32::from(c))?,
                c => write!(f, "{c}")?,
            }
        }
        f.write_str("\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_read_as_slog_prints_them() {
        let line = Diagnostic::new(Level::Warn, "this chart is deprecated");
        assert_eq!(
            line.to_string(),
            r#"level=WARN msg="this chart is deprecated""#
        );
        let line = Diagnostic::new(Level::Error, "failed").with("error", "a \"b\"");
        assert_eq!(
            line.to_string(),
            r#"level=ERROR msg=failed error="a \"b\"""#
        );
    }
}
