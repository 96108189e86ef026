//! Label selectors in the syntax of the Kubernetes API (`apimachinery/pkg/labels`).

use yaml::Str;

use crate::error::Error;

/// Conditions that all have to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LabelSelector {
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    Exists(String),
    Absent(String),
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Greater(String, i64),
    Less(String, i64),
}

impl LabelSelector {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let mut parser = Parser {
            tokens: tokens(text),
            at: 0,
        };
        let conditions = parser.conditions().map_err(|problem| {
            Error::Config(format!("unable to parse selector {text:?}: {problem}"))
        })?;
        Ok(Self { conditions })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    pub(super) fn matches(&self, labels: &[(Str, Str)]) -> bool {
        let value = |key: &str| {
            labels
                .iter()
                .find(|(name, _)| *name == *key)
                .map(|(_, value)| value.as_str())
        };
        let number = |key: &str| value(key).and_then(|text| text.parse::<i64>().ok());
        self.conditions.iter().all(|condition| match condition {
            Condition::Exists(key) => value(key).is_some(),
            Condition::Absent(key) => value(key).is_none(),
            Condition::In(key, wanted) => {
                value(key).is_some_and(|value| wanted.iter().any(|wanted| wanted == value))
            }
            Condition::NotIn(key, unwanted) => {
                value(key).is_none_or(|value| !unwanted.iter().any(|unwanted| unwanted == value))
            }
            Condition::Greater(key, bound) => number(key).is_some_and(|value| value > *bound),
            Condition::Less(key, bound) => number(key).is_some_and(|value| value < *bound),
        })
    }
}

fn is_symbol(char: char) -> bool {
    matches!(char, '=' | '!' | '(' | ')' | ',' | '<' | '>')
}

/// Symbols and the words between them.
fn tokens(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        if char.is_whitespace() {
            continue;
        }
        let mut token = String::from(char);
        if is_symbol(char) {
            if matches!(char, '=' | '!') && chars.peek() == Some(&'=') {
                token.extend(chars.next());
            }
        } else {
            while let Some(next) = chars.next_if(|next| !next.is_whitespace() && !is_symbol(*next))
            {
                token.push(next);
            }
        }
        out.push(token);
    }
    out
}

struct Parser {
    tokens: Vec<String>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> &str {
        self.tokens.get(self.at).map_or("", String::as_str)
    }

    fn next(&mut self) -> String {
        let token = self.peek().to_owned();
        self.at += 1;
        token
    }

    fn is_word(&self) -> bool {
        self.peek()
            .chars()
            .next()
            .is_some_and(|char| !is_symbol(char))
    }

    fn conditions(&mut self) -> Result<Vec<Condition>, String> {
        let mut out = Vec::new();
        if self.tokens.is_empty() {
            return Ok(out);
        }
        loop {
            out.push(self.condition()?);
            match self.next().as_str() {
                "" => return Ok(out),
                "," => {}
                other => return Err(format!("found '{other}', expected: ',' or end of string")),
            }
        }
    }

    fn condition(&mut self) -> Result<Condition, String> {
        if self.peek() == "!" {
            self.next();
            return Ok(Condition::Absent(self.key()?));
        }
        let key = self.key()?;
        match self.peek() {
            "" | "," => return Ok(Condition::Exists(key)),
            _ => {}
        }
        match self.next().as_str() {
            "=" | "==" => Ok(Condition::In(key, vec![self.exact_value()?])),
            "!=" => Ok(Condition::NotIn(key, vec![self.exact_value()?])),
            "in" => Ok(Condition::In(key, self.values()?)),
            "notin" => Ok(Condition::NotIn(key, self.values()?)),
            ">" => Ok(Condition::Greater(key, self.number()?)),
            "<" => Ok(Condition::Less(key, self.number()?)),
            other => Err(format!(
                "found '{other}', expected: in, notin, =, ==, !=, <, >"
            )),
        }
    }

    fn key(&mut self) -> Result<String, String> {
        if !self.is_word() {
            return Err(format!("found '{}', expected: identifier", self.peek()));
        }
        let key = self.next();
        let name = match key.split_once('/') {
            Some((prefix, name)) if is_domain(prefix) => name,
            Some(_) => return Err(format!("key {key:?}: the prefix must be a DNS subdomain")),
            None => &key,
        };
        if name.is_empty() || !is_label_value(name) {
            return Err(format!(
                "key {key:?}: name part must consist of alphanumeric characters, '-', '_' or '.', \
                 and must start and end with an alphanumeric character"
            ));
        }
        Ok(key)
    }

    fn exact_value(&mut self) -> Result<String, String> {
        if matches!(self.peek(), "" | ",") {
            return Ok(String::new());
        }
        self.value()
    }

    fn value(&mut self) -> Result<String, String> {
        if !self.is_word() {
            return Err(format!("found '{}', expected: identifier", self.peek()));
        }
        let value = self.next();
        if is_label_value(&value) {
            return Ok(value);
        }
        Err(format!(
            "value {value:?}: a valid label must be an empty string or consist of alphanumeric \
             characters, '-', '_' or '.', and must start and end with an alphanumeric character"
        ))
    }

    fn number(&mut self) -> Result<i64, String> {
        let value = self.value()?;
        value
            .parse()
            .map_err(|_| format!("for 'Gt', 'Lt' operators, the value must be an integer: {value}"))
    }

    fn values(&mut self) -> Result<Vec<String>, String> {
        match self.next().as_str() {
            "(" => {}
            other => return Err(format!("found '{other}', expected: '('")),
        }
        let mut out = Vec::new();
        loop {
            match self.peek() {
                ")" => {
                    self.next();
                    if out.is_empty() {
                        out.push(String::new());
                    }
                    return Ok(out);
                }
                "," => {
                    self.next();
                    if matches!(self.peek(), "," | ")") {
                        out.push(String::new());
                    }
                }
                _ => out.push(self.value()?),
            }
        }
    }
}

fn is_label_value(text: &str) -> bool {
    let alphanumeric = |char: char| char.is_ascii_alphanumeric();
    text.len() <= 63
        && text
            .chars()
            .all(|char| alphanumeric(char) || matches!(char, '-' | '_' | '.'))
        && (text.is_empty() || (text.starts_with(alphanumeric) && text.ends_with(alphanumeric)))
}

fn is_domain(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 253
        && text.split('.').all(|part| {
            let inner = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit();
            part.starts_with(inner)
                && part.ends_with(inner)
                && part.chars().all(|char| inner(char) || char == '-')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(selector: &str) -> bool {
        let labels = [("app", "web"), ("tier", "3")].map(|(key, value)| (key.into(), value.into()));
        LabelSelector::parse(selector).unwrap().matches(&labels)
    }

    #[test]
    fn operators_of_the_kubernetes_api_match() {
        for selector in [
            "",
            "app",
            "!db",
            "app=web",
            "app==web,tier!=4",
            "app in (web, api)",
            "app notin (api)",
            "db notin (x)",
            "tier>2",
            "tier<4",
        ] {
            assert!(matches(selector), "{selector}");
        }
        for selector in ["!app", "app=api", "db", "app in (api)", "tier>3"] {
            assert!(!matches(selector), "{selector}");
        }
    }

    #[test]
    fn bad_selectors_are_errors() {
        for selector in ["app in web", "=x", "app=a/b", "a b", "app in (x"] {
            assert!(LabelSelector::parse(selector).is_err(), "{selector}");
        }
    }
}
