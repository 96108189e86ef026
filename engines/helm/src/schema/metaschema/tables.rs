//! The keywords of each draft, and of each vocabulary of the newer ones.

/// What may stand behind a keyword.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    Any,
    Boolean,
    Number,
    Positive,
    Text,
    Format(&'static str),
    /// Text in a format of a definition, and what else holds for it.
    Reference,
    Identifier,
    Address,
    Anchor,
    Vocabulary,
    Schema,
    /// A boolean or a schema, for the draft whose schemas are no booleans.
    SchemaOrBoolean,
    Schemas,
    NamedSchemas,
    PatternSchemas,
    Items,
    Dependencies,
    Count,
    CountOrZero,
    Names,
    NamedNames,
    Types,
    Enum,
    Values,
}

pub(super) type Keywords = &'static [(&'static str, Shape)];

pub(super) const COUNTS: Keywords = &[
    ("maxItems", Shape::Count),
    ("maxLength", Shape::Count),
    ("maxProperties", Shape::Count),
    ("minItems", Shape::CountOrZero),
    ("minLength", Shape::CountOrZero),
    ("minProperties", Shape::CountOrZero),
    ("pattern", Shape::Format("regex")),
    ("required", Shape::Names),
    ("type", Shape::Types),
    ("uniqueItems", Shape::Boolean),
];

pub(super) const LIMITS: Keywords = &[
    ("exclusiveMaximum", Shape::Number),
    ("exclusiveMinimum", Shape::Number),
    ("maximum", Shape::Number),
    ("minimum", Shape::Number),
    ("multipleOf", Shape::Positive),
];

pub(super) const COMBINED: Keywords = &[
    ("allOf", Shape::Schemas),
    ("anyOf", Shape::Schemas),
    ("not", Shape::Schema),
    ("oneOf", Shape::Schemas),
];

/// Drafts 4, 6 and 7.
pub(super) const CLASSIC: Keywords = &[
    ("definitions", Shape::NamedSchemas),
    ("dependencies", Shape::Dependencies),
    ("description", Shape::Text),
    ("enum", Shape::Enum),
    ("format", Shape::Text),
    ("items", Shape::Items),
    ("properties", Shape::NamedSchemas),
    ("title", Shape::Text),
    ("$schema", Shape::Format("uri")),
];

pub(super) const DRAFT_4: Keywords = &[
    ("$ref", Shape::Text),
    ("additionalItems", Shape::SchemaOrBoolean),
    ("additionalProperties", Shape::SchemaOrBoolean),
    ("exclusiveMaximum", Shape::Boolean),
    ("exclusiveMinimum", Shape::Boolean),
    ("id", Shape::Text),
    ("maximum", Shape::Number),
    ("minimum", Shape::Number),
    ("multipleOf", Shape::Positive),
    ("patternProperties", Shape::NamedSchemas),
];

pub(super) const DRAFT_6: Keywords = &[
    ("$id", Shape::Format("uri-reference")),
    ("$ref", Shape::Format("uri-reference")),
    ("additionalItems", Shape::Schema),
    ("additionalProperties", Shape::Schema),
    ("contains", Shape::Schema),
    ("patternProperties", Shape::NamedSchemas),
    ("propertyNames", Shape::Schema),
];

pub(super) const DRAFT_7: Keywords = &[
    ("$comment", Shape::Text),
    ("contentEncoding", Shape::Text),
    ("contentMediaType", Shape::Text),
    ("else", Shape::Schema),
    ("examples", Shape::Values),
    ("if", Shape::Schema),
    ("patternProperties", Shape::PatternSchemas),
    ("readOnly", Shape::Boolean),
    ("then", Shape::Schema),
    ("writeOnly", Shape::Boolean),
];

pub(super) const CORE_2019: Keywords = &[
    ("$anchor", Shape::Anchor),
    ("$comment", Shape::Text),
    ("$defs", Shape::NamedSchemas),
    ("$id", Shape::Identifier),
    ("$recursiveAnchor", Shape::Boolean),
    ("$recursiveRef", Shape::Reference),
    ("$ref", Shape::Reference),
    ("$schema", Shape::Address),
    ("$vocabulary", Shape::Vocabulary),
];

pub(super) const CORE_2020: Keywords = &[
    ("$anchor", Shape::Anchor),
    ("$comment", Shape::Text),
    ("$defs", Shape::NamedSchemas),
    ("$dynamicAnchor", Shape::Anchor),
    ("$dynamicRef", Shape::Reference),
    ("$id", Shape::Identifier),
    ("$ref", Shape::Reference),
    ("$schema", Shape::Address),
    ("$vocabulary", Shape::Vocabulary),
];

pub(super) const APPLICATOR: Keywords = &[
    ("additionalProperties", Shape::Schema),
    ("contains", Shape::Schema),
    ("dependentSchemas", Shape::NamedSchemas),
    ("else", Shape::Schema),
    ("if", Shape::Schema),
    ("patternProperties", Shape::PatternSchemas),
    ("properties", Shape::NamedSchemas),
    ("propertyNames", Shape::Schema),
    ("then", Shape::Schema),
];

pub(super) const APPLICATOR_2019: Keywords = &[
    ("additionalItems", Shape::Schema),
    ("items", Shape::Items),
    ("unevaluatedItems", Shape::Schema),
    ("unevaluatedProperties", Shape::Schema),
];

pub(super) const APPLICATOR_2020: Keywords =
    &[("items", Shape::Schema), ("prefixItems", Shape::Schemas)];

pub(super) const UNEVALUATED: Keywords = &[
    ("unevaluatedItems", Shape::Schema),
    ("unevaluatedProperties", Shape::Schema),
];

pub(super) const VALIDATION: Keywords = &[
    ("const", Shape::Any),
    ("dependentRequired", Shape::NamedNames),
    ("enum", Shape::Values),
    ("maxContains", Shape::Count),
    ("minContains", Shape::Count),
];

pub(super) const META_DATA: Keywords = &[
    ("deprecated", Shape::Boolean),
    ("description", Shape::Text),
    ("examples", Shape::Values),
    ("readOnly", Shape::Boolean),
    ("title", Shape::Text),
    ("writeOnly", Shape::Boolean),
];

pub(super) const FORMAT: Keywords = &[("format", Shape::Text)];

pub(super) const CONTENT: Keywords = &[
    ("contentEncoding", Shape::Text),
    ("contentMediaType", Shape::Text),
    ("contentSchema", Shape::Schema),
];

/// What the root of the newer drafts adds for schemas written for older ones.
pub(super) const LEGACY_2019: Keywords = &[
    ("definitions", Shape::NamedSchemas),
    ("dependencies", Shape::Dependencies),
];

pub(super) const LEGACY_2020: Keywords = &[
    ("$recursiveAnchor", Shape::Anchor),
    ("$recursiveRef", Shape::Reference),
    ("definitions", Shape::NamedSchemas),
    ("dependencies", Shape::Dependencies),
];
