//! Regular expressions in Go's syntax (RE2), run by the `regex` crate.
//!
//! The two differ in what `\d`, `\w`, `\s` and `\b` cover, in set operators inside of brackets and in
//! a few escapes; the text is rewritten on the way, and refused in Go's words.

use regex::Regex;

/// How often one repetition may ask for its operand.
const MAX_REPEAT: u32 = 1000;

/// What `[:name:]` may name.
const NAMED_CLASSES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

/// A compiled expression and what it was written as.
#[derive(Debug)]
pub(super) struct Pattern {
    source: String,
    regex: Regex,
}

impl Pattern {
    /// Fails with the message of Go's `regexp.Compile`.
    pub(super) fn parse(source: &str) -> Result<Self, String> {
        let translated = Translator::new(source)
            .run()
            .map_err(|why| format!("error parsing regexp: {why}"))?;
        let regex = Regex::new(&translated).map_err(|_| {
            format!("error parsing regexp: expression nests too deeply: `{source}`")
        })?;
        Ok(Self {
            source: source.to_owned(),
            regex,
        })
    }

    pub(super) fn source(&self) -> &str {
        &self.source
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

/// What stands before a repetition.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Operand,
    /// A repetition that began at this byte.
    Repetition(usize),
}

struct Translator<'a> {
    source: &'a str,
    at: usize,
    out: String,
    /// Open groups.
    depth: usize,
    before: Before,
}

type Step<T = ()> = Result<T, String>;

impl<'a> Translator<'a> {
    fn new(source: &'a str) -> Self {
        Self {
            source,
            at: 0,
            out: String::with_capacity(source.len() + 8),
            depth: 0,
            before: Before::Nothing,
        }
    }

    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn run(mut self) -> Step<String> {
        while let Some(c) = self.rest().chars().next() {
            let start = self.at;
            match c {
                '\\' => self.escape()?,
                '[' => self.class()?,
                '(' => self.open()?,
                ')' => {
                    if self.depth == 0 {
                        return Err(format!("unexpected ): `{}`", self.source));
                    }
                    self.depth -= 1;
                    self.copy(c, Before::Operand);
                }
                '|' => self.copy(c, Before::Nothing),
                '*' | '+' | '?' => {
                    self.next();
                    self.repeat(start)?;
                }
                '{' if self.bounds()? => self.repeat(start)?,
                '^' | '$' | '.' => self.copy(c, Before::Operand),
                _ => {
                    self.next();
                    self.literal(c);
                }
            }
        }
        if self.depth > 0 {
            return Err(format!("missing closing ): `{}`", self.source));
        }
        Ok(self.out)
    }

    fn copy(&mut self, c: char, before: Before) {
        self.at += c.len_utf8();
        self.out.push(c);
        self.before = before;
    }

    fn literal(&mut self, c: char) {
        push_literal(&mut self.out, c);
        self.before = Before::Operand;
    }

    /// The operator that began at `start` and has been read, with the `?` that makes it lazy.
    fn repeat(&mut self, start: usize) -> Step {
        if self.rest().starts_with('?') {
            self.at += 1;
        }
        let operator = &self.source[start..self.at];
        match self.before {
            Before::Nothing => Err(format!(
                "missing argument to repetition operator: `{}`",
                operator
                    .strip_suffix('?')
                    .filter(|bare| !bare.is_empty())
                    .unwrap_or(operator)
            )),
            Before::Repetition(earlier) => Err(format!(
                "invalid nested repetition operator: `{}`",
                &self.source[earlier..self.at]
            )),
            Before::Operand => {
                self.out.push_str(operator);
                self.before = Before::Repetition(start);
                Ok(())
            }
        }
    }

    /// Reads `{2}`, `{2,}` or `{2,5}`; anything else is a literal brace.
    fn bounds(&mut self) -> Step<bool> {
        let Some(end) = self.rest().find('}') else {
            return Ok(false);
        };
        let inner = &self.rest()[1..end];
        let (low, high) = match inner.split_once(',') {
            Some((low, high)) => (low, Some(high)),
            None => (inner, None),
        };
        let number = |text: &str| {
            let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let leading = text.len() > 1 && text.starts_with('0');
            (plain && !leading).then(|| text.parse::<u32>().unwrap_or(u32::MAX))
        };
        let Some(least) = number(low) else {
            return Ok(false);
        };
        let most = match high {
            None => Some(least),
            Some("") => None,
            Some(high) => match number(high) {
                Some(most) => Some(most),
                None => return Ok(false),
            },
        };
        let operator = &self.rest()[..=end];
        if least > MAX_REPEAT || most.is_some_and(|most| most > MAX_REPEAT || most < least) {
            return Err(format!("invalid repeat count: `{operator}`"));
        }
        self.at += end + 1;
        Ok(true)
    }

    /// `(`, with flags or a name.
    fn open(&mut self) -> Step {
        let rest = self.rest();
        let Some(special) = rest.strip_prefix("(?") else {
            self.depth += 1;
            self.copy('(', Before::Nothing);
            return Ok(());
        };
        let name = special.strip_prefix("P<").or_else(|| {
            special
                .strip_prefix('<')
                .filter(|rest| !rest.starts_with(['=', '!']))
        });
        if let Some(named) = name {
            let Some(end) = named.find('>') else {
                return Err(format!("invalid named capture: `{rest}`"));
            };
            let length = rest.len() - named.len() + end + 1;
            let valid = |c: char| c == '_' || c.is_ascii_alphanumeric();
            if end == 0 || !named[..end].chars().all(valid) {
                return Err(format!("invalid named capture: `{}`", &rest[..length]));
            }
            self.depth += 1;
            self.at += length;
            // Names do not matter here, and Rust's are narrower.
            self.out.push('(');
            self.before = Before::Nothing;
            return Ok(());
        }
        let flags = special
            .find(|c: char| !"imsU-".contains(c))
            .unwrap_or(special.len());
        let written = &special[..flags];
        let minus = written.matches('-').count();
        let valid = minus <= 1 && !written.ends_with('-');
        match special[flags..].chars().next() {
            Some(end @ (':' | ')')) if valid && (end == ':' || flags > 0) => {
                self.at += 2 + flags + 1;
                self.out.push_str("(?");
                self.out.push_str(written);
                self.out.push(end);
                if end == ':' {
                    self.depth += 1;
                    self.before = Before::Nothing;
                }
                Ok(())
            }
            None => Err("missing argument to repetition operator: `?`".to_owned()),
            Some(bad) => {
                let length = 2 + flags + bad.len_utf8();
                Err(format!(
                    "invalid or unsupported Perl syntax: `{}`",
                    &rest[..length]
                ))
            }
        }
    }

    /// An escape outside of brackets.
    fn escape(&mut self) -> Step {
        let start = self.at;
        self.next();
        let Some(c) = self.next() else {
            return Err("trailing backslash at end of expression: ``".to_owned());
        };
        self.before = Before::Operand;
        match c {
            'A' => self.out.push_str(r"\A"),
            'z' => self.out.push_str(r"\z"),
            'b' => self.out.push_str(r"(?-u:\b)"),
            'B' => self.out.push_str(r"(?-u:\B)"),
            'C' => return Err(r"invalid escape sequence: `\C`".to_owned()),
            'Q' => {
                let quoted = self.rest();
                let end = quoted.find("\\E").unwrap_or(quoted.len());
                for c in quoted[..end].chars() {
                    push_literal(&mut self.out, c);
                }
                self.at += (end + 2).min(quoted.len());
            }
            'd' => self.out.push_str("[0-9]"),
            'D' => self.out.push_str("[^0-9]"),
            'w' => self.out.push_str("[0-9A-Za-z_]"),
            'W' => self.out.push_str("[^0-9A-Za-z_]"),
            's' => self.out.push_str(r"[\t\n\f\r ]"),
            'S' => self.out.push_str(r"[^\t\n\f\r ]"),
            'p' | 'P' => {
                let class = self.unicode_class(start)?;
                self.out.push_str(&class);
            }
            _ => {
                let c = self.escaped(c, start)?;
                push_literal(&mut self.out, c);
            }
        }
        Ok(())
    }

    /// The character of an escape whose first letter `c` has been read.
    fn escaped(&mut self, c: char, start: usize) -> Step<char> {
        let bad = |end: usize| {
            Err(format!(
                "invalid escape sequence: `{}`",
                &self.source[start..end]
            ))
        };
        match c {
            'a' => Ok('\u{7}'),
            'f' => Ok('\u{c}'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'v' => Ok('\u{b}'),
            '0'..='7' => {
                // A single digit other than zero would be a back reference.
                let more = self
                    .rest()
                    .bytes()
                    .take(2)
                    .take_while(|byte| (b'0'..=b'7').contains(byte))
                    .count();
                if c != '0' && more == 0 {
                    return bad(self.at);
                }
                let digits = &self.source[self.at - 1..self.at + more];
                self.at += more;
                let code = u32::from_str_radix(digits, 8).ok();
                Ok(code.and_then(char::from_u32).unwrap_or_default())
            }
            'x' => {
                let rest = self.rest();
                let (digits, length) = match rest.strip_prefix('{') {
                    Some(inner) => match inner.find('}') {
                        Some(end) => (&inner[..end], end + 2),
                        None => return bad(self.source.len()),
                    },
                    None => match rest.get(..2) {
                        Some(digits) => (digits, 2),
                        None => return bad(self.source.len()),
                    },
                };
                let hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                let code = u32::from_str_radix(digits, 16).ok().filter(|_| hex);
                let Some(c) = code.and_then(char::from_u32) else {
                    return bad(self.at + length);
                };
                self.at += length;
                Ok(c)
            }
            c if c.is_ascii_punctuation() => Ok(c),
            _ => bad(self.at),
        }
    }

    /// `\pL` or `\p{Greek}`, whose `p` has been read.
    fn unicode_class(&mut self, start: usize) -> Step<String> {
        let rest = self.rest();
        let length = match rest.chars().next() {
            Some('{') if rest.contains('}') => rest.find('}').map_or(0, |end| end + 1),
            Some(c) if c != '{' => c.len_utf8(),
            _ => {
                let shown = &self.source[start..];
                return Err(format!("invalid character class range: `{shown}`"));
            }
        };
        self.at += length;
        let class = &self.source[start..self.at];
        let negated = class.replace("{^", "{");
        let known = Regex::new(&negated).is_ok();
        if !known {
            return Err(format!("invalid character class range: `{class}`"));
        }
        if negated == class {
            return Ok(class.to_owned());
        }
        let flipped = if class.starts_with("\\p") {
            "\\P"
        } else {
            "\\p"
        };
        Ok(format!("{flipped}{}", &negated[2..]))
    }

    /// A class in brackets.
    fn class(&mut self) -> Step {
        let start = self.at;
        self.next();
        self.out.push('[');
        if self.rest().starts_with('^') {
            self.at += 1;
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let rest = self.rest();
            match rest.chars().next() {
                None => {
                    return Err(format!("missing closing ]: `{}`", &self.source[start..]));
                }
                Some(']') if !first => {
                    self.next();
                    self.out.push(']');
                    self.before = Before::Operand;
                    return Ok(());
                }
                _ => {}
            }
            // A dash counts only between characters, at the ends, or behind a class.
            if rest.starts_with('-') && !first && !rest.starts_with("-]") {
                let length = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                return Err(format!(
                    "invalid character class range: `{}`",
                    &rest[..length]
                ));
            }
            first = false;
            if self.named_class(rest)? || self.perl_class(rest)? {
                continue;
            }
            let range = self.at;
            let low = self.class_char(start)?;
            let rest = self.rest();
            let mut high = low;
            if rest.starts_with('-') && !rest.starts_with("-]") && rest.len() > 1 {
                self.next();
                high = self.class_char(start)?;
                if high < low {
                    let shown = &self.source[range..self.at];
                    return Err(format!("invalid character class range: `{shown}`"));
                }
            }
            push_literal(&mut self.out, low);
            if high != low {
                self.out.push('-');
                push_literal(&mut self.out, high);
            }
        }
    }

    /// `[:alpha:]` inside of brackets.
    fn named_class(&mut self, rest: &str) -> Step<bool> {
        if !rest.starts_with("[:") {
            return Ok(false);
        }
        let Some(end) = rest.find(":]") else {
            return Ok(false);
        };
        let class = &rest[..end + 2];
        let name = rest[2..end].trim_start_matches('^');
        if !NAMED_CLASSES.contains(&name) {
            return Err(format!("invalid character class range: `{class}`"));
        }
        self.out.push_str(class);
        self.at += class.len();
        Ok(true)
    }

    /// `\d`, `\pL` and their like inside of brackets.
    fn perl_class(&mut self, rest: &str) -> Step<bool> {
        let mut chars = rest.chars();
        if chars.next() != Some('\\') {
            return Ok(false);
        }
        let start = self.at;
        let class = match chars.next() {
            Some('d') => "[0-9]",
            Some('D') => "[^0-9]",
            Some('w') => "[0-9A-Za-z_]",
            Some('W') => "[^0-9A-Za-z_]",
            Some('s') => r"[\t\n\f\r ]",
            Some('S') => r"[^\t\n\f\r ]",
            Some('p' | 'P') => {
                self.at += 2;
                let class = self.unicode_class(start)?;
                self.out.push_str(&class);
                return Ok(true);
            }
            _ => return Ok(false),
        };
        self.at += 2;
        self.out.push_str(class);
        Ok(true)
    }

    /// One character inside of the brackets that began at `class`.
    fn class_char(&mut self, class: usize) -> Step<char> {
        let start = self.at;
        match self.next() {
            None => Err(format!("missing closing ]: `{}`", &self.source[class..])),
            Some('\\') => match self.next() {
                None => Err("trailing backslash at end of expression: ``".to_owned()),
                Some(c) => self.escaped(c, start),
            },
            Some(c) => Ok(c),
        }
    }
}

/// `c` as the `regex` crate takes it for itself, inside and outside of brackets.
fn push_literal(out: &mut String, c: char) {
    if c.is_ascii_punctuation()
        && !matches!(
            c,
            '_' | '<' | '>' | '"' | '\'' | '/' | ',' | ':' | ';' | '=' | '@' | '!' | '%' | '`'
        )
    {
        out.push('\\');
    }
    out.push(c);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_ascii_as_in_go() {
        let matches = |pattern: &str, text: &str| Pattern::parse(pattern).unwrap().is_match(text);
        assert!(!matches(r"^\d$", "٣"));
        assert!(!matches(r"^\w$", "é"));
        assert!(!matches(r"^[\w]$", "é"));
        assert!(!matches(r"^\s$", "\u{a0}"));
        assert!(matches(r"^\pL$", "é"));
        assert!(matches(r"^[^\d-]$", "a"));
        assert!(matches(r"^[a&&b]$", "&"));
        assert!(matches(r"^\Qa.b\E$", "a.b"));
        assert!(matches(r"^[]a]$", "]"));
        assert!(matches(r"^a{,2}$", "a{,2}"));
        assert!(matches(r"^[[:alpha:]_]+$", "ab_"));
        assert!(matches(r"(?i)^AB$", "ab"));
    }

    #[test]
    fn errors_read_as_in_go() {
        for (pattern, message) in [
            ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
            ("(?!a)", "invalid or unsupported Perl syntax: `(?!`"),
            ("(?<!a)", "invalid or unsupported Perl syntax: `(?<`"),
            ("(a", "missing closing ): `(a`"),
            ("a)", "unexpected ): `a)`"),
            ("[a", "missing closing ]: `[a`"),
            ("x[z-a]", "invalid character class range: `z-a`"),
            ("*a", "missing argument to repetition operator: `*`"),
            ("a**", "invalid nested repetition operator: `**`"),
            ("a{1001}", "invalid repeat count: `{1001}`"),
            (r"\8", r"invalid escape sequence: `\8`"),
            (r"\1", r"invalid escape sequence: `\1`"),
            (r"a\", "trailing backslash at end of expression: ``"),
            (r"\p{Nope}", r"invalid character class range: `\p{Nope}`"),
        ] {
            assert_eq!(
                Pattern::parse(pattern).unwrap_err(),
                format!("error parsing regexp: {message}"),
                "{pattern}"
            );
        }
    }
}
