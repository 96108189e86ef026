//! The drafts of JSON Schema: their names, where they keep schemas inside of schemas.

use std::collections::BTreeMap;

use crate::json::Json;

use super::url::split_fragment;

/// A version of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Draft {
    D4,
    D6,
    D7,
    D2019,
    D2020,
}

/// Every draft, oldest first.
pub(super) const DRAFTS: [Draft; 5] = [Draft::D4, Draft::D6, Draft::D7, Draft::D2019, Draft::D2020];

/// How a keyword holds schemas.
#[derive(Clone, Copy)]
enum Holds {
    One,
    List,
    Named,
}

use Holds::{List, Named, One};

/// Keywords that hold schemas, and the draft that brought them.
const SUBSCHEMAS: &[(&str, Holds, Draft)] = &[
    ("definitions", Named, Draft::D4),
    ("not", One, Draft::D4),
    ("allOf", List, Draft::D4),
    ("anyOf", List, Draft::D4),
    ("oneOf", List, Draft::D4),
    ("properties", Named, Draft::D4),
    ("additionalProperties", One, Draft::D4),
    ("patternProperties", Named, Draft::D4),
    ("items", One, Draft::D4),
    ("items", List, Draft::D4),
    ("additionalItems", One, Draft::D4),
    ("dependencies", Named, Draft::D4),
    ("propertyNames", One, Draft::D6),
    ("contains", One, Draft::D6),
    ("if", One, Draft::D7),
    ("then", One, Draft::D7),
    ("else", One, Draft::D7),
    ("$defs", Named, Draft::D2019),
    ("dependentSchemas", Named, Draft::D2019),
    ("unevaluatedProperties", One, Draft::D2019),
    ("unevaluatedItems", One, Draft::D2019),
    ("contentSchema", One, Draft::D2019),
    ("prefixItems", List, Draft::D2020),
];

impl Draft {
    /// What counts when a schema does not say.
    pub(super) const LATEST: Self = Self::D2020;

    /// The address of the draft's own schema.
    pub(super) fn url(self) -> &'static str {
        match self {
            Self::D4 => "http://json-schema.org/draft-04/schema",
            Self::D6 => "http://json-schema.org/draft-06/schema",
            Self::D7 => "http://json-schema.org/draft-07/schema",
            Self::D2019 => "https://json-schema.org/draft/2019-09/schema",
            Self::D2020 => "https://json-schema.org/draft/2020-12/schema",
        }
    }

    /// The draft that `$schema` names; an empty fragment and the scheme do not matter.
    pub(super) fn from_url(text: &str) -> Option<Self> {
        let (url, fragment) = split_fragment(text);
        if !fragment.is_empty() {
            return None;
        }
        let bare = without_scheme(url);
        if bare == "json-schema.org/schema" {
            return Some(Self::LATEST);
        }
        DRAFTS
            .into_iter()
            .find(|draft| without_scheme(draft.url()) == bare)
    }

    /// The keyword that gives a schema its address.
    pub(super) fn id_keyword(self) -> &'static str {
        match self {
            Self::D4 => "id",
            _ => "$id",
        }
    }

    /// The address that `schema` gives itself, without fragment. Beside a `$ref`, older drafts
    /// ignore everything.
    pub(super) fn id_of(self, schema: &BTreeMap<String, Json>) -> Option<&str> {
        if self < Self::D2019 && schema.contains_key("$ref") {
            return None;
        }
        let id = schema.get(self.id_keyword())?.as_str()?;
        Some(split_fragment(id).0).filter(|id| !id.is_empty())
    }

    /// The schemas directly inside of `schema`, each with the tail of its pointer.
    pub(super) fn subschemas(self, schema: &BTreeMap<String, Json>) -> BTreeMap<String, &Json> {
        let mut found = BTreeMap::new();
        for (keyword, holds, since) in SUBSCHEMAS {
            if *since > self {
                continue;
            }
            let Some(value) = schema.get(*keyword) else {
                continue;
            };
            match (holds, value) {
                (One, value) => {
                    found.insert(format!("/{keyword}"), value);
                }
                (List, Json::Array(items)) => {
                    for (at, item) in items.iter().enumerate() {
                        found.insert(format!("/{keyword}/{at}"), item);
                    }
                }
                (Named, Json::Object(entries)) => {
                    for (name, value) in entries {
                        found.insert(format!("/{keyword}/{}", escape_token(name)), value);
                    }
                }
                _ => {}
            }
        }
        found
    }
}

fn without_scheme(url: &str) -> &str {
    url.strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"))
        .unwrap_or(url)
}

/// A name as part of a JSON pointer.
pub(super) fn escape_token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The name that a part of a JSON pointer stands for; `None` when a tilde has no meaning.
pub(super) fn unescape_token(token: &str) -> Option<String> {
    let mut parts = token.split('~');
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut chars = part.chars();
        name.push(match chars.next() {
            Some('0') => '~',
            Some('1') => '/',
            _ => return None,
        });
        name.push_str(chars.as_str());
    }
    Some(name)
}
