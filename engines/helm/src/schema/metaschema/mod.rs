//! The schemas of schemas, as tables of keywords and what may stand behind them.
//!
//! They hold what the published metaschemas assert; titles, defaults and examples are left out.

mod tables;

use std::fmt::Write as _;

use super::draft::Draft;

use tables::{
    APPLICATOR, APPLICATOR_2019, APPLICATOR_2020, CLASSIC, COMBINED, CONTENT, CORE_2019, CORE_2020,
    COUNTS, DRAFT_4, DRAFT_6, DRAFT_7, FORMAT, Keywords, LEGACY_2019, LEGACY_2020, LIMITS,
    META_DATA, Shape, UNEVALUATED, VALIDATION,
};

/// The text of the metaschema at `url`, when there is one.
pub(super) fn text(url: &str) -> Option<String> {
    let path = url
        .strip_prefix("http://json-schema.org/")
        .or_else(|| url.strip_prefix("https://json-schema.org/"))?;
    let draft = match path {
        "schema" => return text(Draft::LATEST.url()),
        "draft-04/schema" => {
            return Some(write(Draft::D4, url, &[CLASSIC, COUNTS, COMBINED, DRAFT_4]));
        }
        "draft-06/schema" => {
            let tables = [CLASSIC, COUNTS, COMBINED, LIMITS, DRAFT_6];
            return Some(write(Draft::D6, url, &tables));
        }
        "draft-07/schema" => {
            // The later table wins where both have a keyword.
            let tables = [CLASSIC, COUNTS, COMBINED, LIMITS, DRAFT_6, DRAFT_7];
            return Some(write(Draft::D7, url, &tables));
        }
        _ if path.starts_with("draft/2019-09/") => Draft::D2019,
        _ if path.starts_with("draft/2020-12/") => Draft::D2020,
        _ => return None,
    };
    let part = path.splitn(3, '/').nth(2)?;
    let tables: &[Keywords] = match (part, draft) {
        ("schema", Draft::D2019) => &[LEGACY_2019],
        ("schema", _) => &[LEGACY_2020],
        ("meta/core", Draft::D2019) => &[CORE_2019],
        ("meta/core", _) => &[CORE_2020],
        ("meta/applicator", Draft::D2019) => &[APPLICATOR, COMBINED, APPLICATOR_2019],
        ("meta/applicator", _) => &[APPLICATOR, COMBINED, APPLICATOR_2020],
        ("meta/unevaluated", Draft::D2020) => &[UNEVALUATED],
        ("meta/validation", _) => &[VALIDATION, COUNTS, LIMITS],
        ("meta/meta-data", _) => &[META_DATA],
        ("meta/format", Draft::D2019)
        | ("meta/format-annotation" | "meta/format-assertion", Draft::D2020) => &[FORMAT],
        ("meta/content", _) => &[CONTENT],
        _ => return None,
    };
    Some(write(draft, url, tables))
}

/// The vocabularies that the root of a newer draft is made of.
fn vocabularies(draft: Draft) -> &'static [&'static str] {
    match draft {
        Draft::D2019 => &[
            "core",
            "applicator",
            "validation",
            "meta-data",
            "format",
            "content",
        ],
        Draft::D2020 => &[
            "core",
            "applicator",
            "unevaluated",
            "validation",
            "meta-data",
            "format-annotation",
            "content",
        ],
        _ => &[],
    }
}

fn write(draft: Draft, url: &str, tables: &[Keywords]) -> String {
    let mut properties = String::new();
    for (at, table) in tables.iter().enumerate() {
        for (keyword, shape) in *table {
            let replaced = tables[at + 1..]
                .iter()
                .any(|later| later.iter().any(|(other, _)| other == keyword));
            if !replaced {
                let comma = if properties.is_empty() { "" } else { "," };
                // Writing to a string cannot fail.
                let _ = write!(properties, "{comma}\"{keyword}\":{}", body(*shape, draft));
            }
        }
    }
    let mut head = match draft {
        Draft::D4 => String::new(),
        _ => format!("\"$id\":\"{url}\","),
    };
    match draft {
        Draft::D4 => head.push_str(
            r#""dependencies":{"exclusiveMaximum":["maximum"],"exclusiveMinimum":["minimum"]},"#,
        ),
        Draft::D2019 => head.push_str(r#""$recursiveAnchor":true,"#),
        Draft::D2020 => head.push_str(r#""$dynamicAnchor":"meta","#),
        Draft::D6 | Draft::D7 => {}
    }
    if url.ends_with("/schema") && draft >= Draft::D2019 {
        let parts: Vec<String> = vocabularies(draft)
            .iter()
            .map(|name| format!("{{\"$ref\":\"meta/{name}\"}}"))
            .collect();
        let _ = write!(head, "\"allOf\":[{}],", parts.join(","));
    }
    let types = match draft {
        Draft::D4 => "\"object\"",
        _ => r#"["object","boolean"]"#,
    };
    format!(
        "{{\"$schema\":\"{}\",{head}\"type\":{types},\"properties\":{{{properties}}},\"{}\":{{{}}}}}",
        draft.url(),
        definitions_keyword(draft),
        definitions(draft),
    )
}

fn definitions_keyword(draft: Draft) -> &'static str {
    if draft < Draft::D2019 {
        "definitions"
    } else {
        "$defs"
    }
}

/// Definitions that keywords share; each of the documents carries them all.
fn definitions(draft: Draft) -> String {
    let own = body(Shape::Schema, draft);
    let at_least_one = if draft == Draft::D4 {
        "\"minItems\":1,"
    } else {
        ""
    };
    let zero = if draft < Draft::D2019 {
        r##"{"allOf":[{"$ref":"#/definitions/count"},{}]}"##.to_owned()
    } else {
        body(Shape::Count, draft)
    };
    let anchor = match draft {
        Draft::D2020 => "^[A-Za-z_][-A-Za-z0-9._]*$",
        _ => "^[A-Za-z][-A-Za-z0-9.:_]*$",
    };
    format!(
        r#""schemas":{{"type":"array","minItems":1,"items":{own}}},"count":{{"type":"integer","minimum":0}},"countOrZero":{zero},"simpleTypes":{{"enum":["array","boolean","integer","null","number","object","string"]}},"names":{{"type":"array",{at_least_one}"items":{{"type":"string"}},"uniqueItems":true}},"anchor":{{"type":"string","pattern":"{anchor}"}},"uri":{{"type":"string","format":"uri"}},"uriReference":{{"type":"string","format":"uri-reference"}}"#
    )
}

fn body(shape: Shape, draft: Draft) -> String {
    let definition = |name: &str| {
        let keyword = definitions_keyword(draft);
        format!("{{\"$ref\":\"#/{keyword}/{name}\"}}")
    };
    let own = match draft {
        Draft::D2019 => r##"{"$recursiveRef":"#"}"##,
        Draft::D2020 => r##"{"$dynamicRef":"#meta"}"##,
        _ => r##"{"$ref":"#"}"##,
    };
    match shape {
        Shape::Any => "true".to_owned(),
        Shape::Boolean => r#"{"type":"boolean"}"#.to_owned(),
        Shape::Number => r#"{"type":"number"}"#.to_owned(),
        Shape::Positive if draft == Draft::D4 => {
            r#"{"type":"number","minimum":0,"exclusiveMinimum":true}"#.to_owned()
        }
        Shape::Positive => r#"{"type":"number","exclusiveMinimum":0}"#.to_owned(),
        Shape::Text => r#"{"type":"string"}"#.to_owned(),
        Shape::Format(format) => format!("{{\"type\":\"string\",\"format\":\"{format}\"}}"),
        Shape::Reference => definition("uriReference"),
        Shape::Identifier => {
            r##"{"$ref":"#/$defs/uriReference","pattern":"^[^#]*#?$"}"##.to_owned()
        }
        Shape::Address => definition("uri"),
        Shape::Anchor => definition("anchor"),
        Shape::Vocabulary => {
            r##"{"type":"object","propertyNames":{"$ref":"#/$defs/uri"},"additionalProperties":{"type":"boolean"}}"##.to_owned()
        }
        Shape::Schema => own.to_owned(),
        Shape::SchemaOrBoolean => format!("{{\"anyOf\":[{{\"type\":\"boolean\"}},{own}]}}"),
        Shape::Schemas => definition("schemas"),
        Shape::NamedSchemas => {
            format!("{{\"type\":\"object\",\"additionalProperties\":{own}}}")
        }
        Shape::PatternSchemas => format!(
            "{{\"type\":\"object\",\"additionalProperties\":{own},\"propertyNames\":{{\"format\":\"regex\"}}}}"
        ),
        Shape::Items => format!("{{\"anyOf\":[{own},{}]}}", definition("schemas")),
        Shape::Dependencies => format!(
            "{{\"type\":\"object\",\"additionalProperties\":{{\"anyOf\":[{own},{}]}}}}",
            definition("names")
        ),
        Shape::Count => definition("count"),
        Shape::CountOrZero => definition("countOrZero"),
        Shape::Names => definition("names"),
        Shape::NamedNames => format!(
            "{{\"type\":\"object\",\"additionalProperties\":{}}}",
            definition("names")
        ),
        Shape::Types => format!(
            "{{\"anyOf\":[{0},{{\"type\":\"array\",\"items\":{0},\"minItems\":1,\"uniqueItems\":true}}]}}",
            definition("simpleTypes")
        ),
        Shape::Enum => r#"{"type":"array","minItems":1,"uniqueItems":true}"#.to_owned(),
        Shape::Values => r#"{"type":"array"}"#.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;
    use crate::schema::draft::DRAFTS;

    #[test]
    fn every_metaschema_is_json_and_names_only_documents_that_exist() {
        for draft in DRAFTS {
            let document = text(draft.url()).unwrap();
            json::parse(document.as_bytes()).unwrap();
            for name in vocabularies(draft) {
                let base = draft.url().strip_suffix("schema").unwrap();
                let document = text(&format!("{base}meta/{name}")).unwrap();
                json::parse(document.as_bytes()).unwrap();
            }
        }
        assert!(text("http://json-schema.org/draft-03/schema").is_none());
        assert!(text("https://example.com/draft-07/schema").is_none());
    }
}
