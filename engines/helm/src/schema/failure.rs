//! What is wrong with an instance, as a tree, and as text.

use std::fmt::{self, Write as _};

use crate::json::Json;
use crate::text::quote;

use super::draft::escape_token;
use super::number::{Number, show_count, show_number};

/// A part of the instance that a keyword refuses.
#[derive(Debug)]
pub(super) struct Failure {
    /// The names and indices that lead to the part.
    pub at: Vec<String>,
    pub kind: Kind,
    pub causes: Vec<Failure>,
}

/// A limit and what was there instead.
#[derive(Debug)]
pub(super) struct Count {
    pub got: usize,
    pub want: i64,
}

/// Why.
#[derive(Debug)]
pub(super) enum Kind {
    /// Nobody asks for the reason.
    Unsaid,
    /// The whole instance, by the schema at a location.
    Schema(String),
    Group,
    Reference,
    FalseSchema,
    Cycle {
        url: String,
        keywords: (String, String),
    },
    Type {
        got: &'static str,
        want: Vec<&'static str>,
    },
    Const(Json),
    Enum(Vec<Json>),
    Format {
        got: String,
        want: &'static str,
        why: String,
    },
    Not,
    AllOf,
    AnyOf,
    OneOfNone,
    OneOfMany(usize, usize),
    MinProperties(Count),
    MaxProperties(Count),
    Required(Vec<String>),
    Dependency {
        property: String,
        missing: Vec<String>,
    },
    AdditionalProperties(Vec<String>),
    PropertyNames(String),
    MinItems(Count),
    MaxItems(Count),
    UniqueItems(usize, usize),
    AdditionalItems(usize),
    Contains,
    MinContains {
        got: Vec<usize>,
        want: i64,
    },
    MaxContains {
        got: Vec<usize>,
        want: i64,
    },
    MinLength(Count),
    MaxLength(Count),
    Pattern {
        got: String,
        want: String,
    },
    /// A limit by its keyword.
    Limit {
        keyword: &'static str,
        got: Number,
        want: Number,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        self.show(&mut out, 0);
        f.write_str(&out)
    }
}

impl Failure {
    /// The failures below the line that names the schema.
    pub(super) fn details(&self) -> String {
        let text = self.to_string();
        match (&self.kind, text.split_once('\n')) {
            (Kind::Schema(_), Some((_, details))) => details.to_owned(),
            _ => text,
        }
    }

    fn show(&self, out: &mut String, indent: usize) {
        let mut indent = indent;
        // A reference that failed for one reason adds nothing to it.
        if !(matches!(self.kind, Kind::Reference) && self.causes.len() == 1) {
            if indent > 0 {
                out.push('\n');
                out.push_str(&"  ".repeat(indent - 1));
                out.push_str("- ");
            }
            indent += 1;
            if !matches!(self.kind, Kind::Schema(_)) {
                let mut pointer = String::new();
                for token in &self.at {
                    pointer.push('/');
                    pointer.push_str(&escape_token(token));
                }
                // Writing to a string cannot fail.
                let _ = write!(out, "at {}: ", single_quoted(&pointer));
            }
            let _ = write!(out, "{}", self.kind);
        }
        for cause in &self.causes {
            cause.show(out, indent);
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsaid | Self::Group | Self::Reference => f.write_str("validation failed"),
            Self::Schema(location) => write!(
                f,
                "jsonschema validation failed with {}",
                single_quoted(location)
            ),
            Self::FalseSchema => f.write_str("false schema"),
            Self::Cycle { url, keywords } => write!(
                f,
                "both {} and {} resolve to {} causing reference cycle",
                keywords.0,
                keywords.1,
                quote(url)
            ),
            Self::Type { got, want } => write!(f, "got {got}, want {}", want.join(" or ")),
            Self::Const(Json::Array(_) | Json::Object(_)) => f.write_str("'const' failed"),
            Self::Const(want) => write!(f, "value must be {}", display(want)),
            Self::Enum(want)
                if want
                    .iter()
                    .any(|item| matches!(item, Json::Array(_) | Json::Object(_))) =>
            {
                f.write_str("'enum' failed")
            }
            Self::Enum(want) => {
                let shown: Vec<String> = want.iter().map(display).collect();
                match shown.as_slice() {
                    [one] => write!(f, "value must be {one}"),
                    many => write!(f, "value must be one of {}", many.join(", ")),
                }
            }
            Self::Format { got, want, why } => {
                write!(f, "{} is not valid {want}: {why}", single_quoted(got))
            }
            Self::Not => f.write_str("'not' failed"),
            Self::AllOf => f.write_str("'allOf' failed"),
            Self::AnyOf => f.write_str("'anyOf' failed"),
            Self::OneOfNone => f.write_str("'oneOf' failed, none matched"),
            Self::OneOfMany(first, second) => write!(
                f,
                "'oneOf' failed, subschemas {}, {} matched",
                show_count(*first),
                show_count(*second)
            ),
            Self::MinProperties(count) => count.show(f, "minProperties"),
            Self::MaxProperties(count) => count.show(f, "maxProperties"),
            Self::MinItems(count) => count.show(f, "minItems"),
            Self::MaxItems(count) => count.show(f, "maxItems"),
            Self::MinLength(count) => count.show(f, "minLength"),
            Self::MaxLength(count) => count.show(f, "maxLength"),
            Self::Required(missing) => match missing.as_slice() {
                [one] => write!(f, "missing property {}", single_quoted(one)),
                many => write!(f, "missing properties {}", listed(many)),
            },
            Self::Dependency { property, missing } => write!(
                f,
                "properties {} required, if {} exists",
                listed(missing),
                single_quoted(property)
            ),
            Self::AdditionalProperties(names) => {
                write!(f, "additional properties {} not allowed", listed(names))
            }
            Self::PropertyNames(name) => {
                write!(f, "invalid propertyName {}", single_quoted(name))
            }
            Self::UniqueItems(first, second) => write!(
                f,
                "items at {} and {} are equal",
                show_count(*first),
                show_count(*second)
            ),
            Self::AdditionalItems(count) => write!(
                f,
                "last {} additionalItem(s) not allowed",
                show_count(*count)
            ),
            Self::Contains => f.write_str("no items match contains schema"),
            Self::MinContains { got, want } if got.is_empty() => write!(
                f,
                "min {} items required to match contains schema, but none matched",
                show_count(*want)
            ),
            Self::MinContains { got, want } => show_matches(f, "min", got, *want),
            Self::MaxContains { got, want } => show_matches(f, "max", got, *want),
            Self::Pattern { got, want } => write!(
                f,
                "{} does not match pattern {}",
                single_quoted(got),
                single_quoted(want)
            ),
            Self::Limit { keyword, got, want } => write!(
                f,
                "{keyword}: got {}, want {}",
                show_number(got),
                show_number(want)
            ),
        }
    }
}

impl Count {
    fn show(&self, f: &mut fmt::Formatter<'_>, keyword: &str) -> fmt::Result {
        let (got, want) = (show_count(self.got), show_count(self.want));
        write!(f, "{keyword}: got {got}, want {want}")
    }
}

fn show_matches(f: &mut fmt::Formatter<'_>, word: &str, got: &[usize], want: i64) -> fmt::Result {
    let places: Vec<String> = got.iter().map(ToString::to_string).collect();
    write!(
        f,
        "{word} {} items required to match contains schema, but matched {} items at {}",
        show_count(want),
        show_count(got.len()),
        places.join(" ")
    )
}

/// Text in single quotes, with Go's escapes for everything else.
fn single_quoted(text: &str) -> String {
    let quoted = quote(text).replace("\\\"", "\"").replace('\'', "\\'");
    format!("'{}'", &quoted[1..quoted.len() - 1])
}

fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| single_quoted(name)).collect();
    quoted.join(", ")
}

/// A constant of a schema as Go prints it.
fn display(json: &Json) -> String {
    match json {
        Json::Null => "<nil>".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(digits) => digits.to_string(),
        Json::String(text) => single_quoted(text),
        Json::Array(_) | Json::Object(_) => "value".to_owned(),
    }
}
