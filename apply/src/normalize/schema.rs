//! The table of the built-in kinds, generated from their Go types: see `schema/main.go`.
//!
//! A process meets few of the types, and waits most of the time: a type is read when it is first asked for.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

/// How a value of a Go type is written in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Bool,
    Integer,
    Float,
    Bytes,
    Quantity,
    IntOrText,
    /// To the second, and to the microsecond.
    Time,
    MicroTime,
    Any,
    List(Box<Type>),
    Map(Box<Type>),
    /// A pointer: absent is not the same as empty.
    Optional(Box<Type>),
    /// The fields at this place of the table.
    Struct(usize),
}

impl Type {
    /// Whether `omitempty` leaves out a field of this type that is absent. Structs, and what Go writes as one, stay.
    pub fn absent_is_empty(&self) -> bool {
        !matches!(
            self,
            Self::Struct(_)
                | Self::Quantity
                | Self::IntOrText
                | Self::Time
                | Self::MicroTime
                | Self::Any
        )
    }
}

/// One field of a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub name: &'static str,
    /// Left out when empty, or when it is the zero of its type.
    pub omit_empty: bool,
    pub omit_zero: bool,
    pub ty: Type,
}

pub(super) struct Schema {
    kinds: HashMap<(&'static str, &'static str), usize>,
    structs: Vec<Struct>,
}

/// The fields of a struct as the table spells them, and as they were read.
struct Struct {
    text: &'static str,
    fields: OnceLock<Box<[Field]>>,
}

const WRITTEN: &str = "the committed table is what the generator writes";

static SCHEMA: LazyLock<Schema> =
    LazyLock::new(|| Schema::parse(include_str!("../../schema/builtin.txt")).expect(WRITTEN));

/// The table.
pub(super) fn builtin() -> &'static Schema {
    &SCHEMA
}

impl Schema {
    /// The type of a kind, when it is a built-in one.
    pub fn kind(&self, api_version: &str, kind: &str) -> Option<usize> {
        self.kinds.get(&(api_version, kind)).copied()
    }

    /// Whether any version of a kind is a built-in one.
    pub fn has_kind(&self, group: &str, kind: &str) -> bool {
        self.kinds.keys().any(|(api_version, known)| {
            *known == kind && api_version.split_once('/').map_or("", |(group, _)| group) == group
        })
    }

    pub fn fields(&self, number: usize) -> &[Field] {
        let Struct { text, fields } = &self.structs[number];
        fields.get_or_init(|| {
            let words = text.split(' ').filter(|word| !word.is_empty());
            words
                .map(parse_field)
                .collect::<Option<_>>()
                .expect(WRITTEN)
        })
    }

    fn parse(table: &'static str) -> Option<Self> {
        let mut kinds = HashMap::new();
        let mut structs = Vec::new();
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let (what, rest) = line.split_once(' ')?;
            match what {
                "kind" => {
                    let mut words = rest.split(' ');
                    let key = (words.next()?, words.next()?);
                    kinds.insert(key, words.next()?.parse().ok()?);
                }
                "type" => {
                    let (number, text) = rest.split_once(' ').unwrap_or((rest, ""));
                    if number.parse() != Ok(structs.len()) {
                        return None;
                    }
                    let fields = OnceLock::new();
                    structs.push(Struct { text, fields });
                }
                _ => return None,
            }
        }
        structs.shrink_to_fit();
        Some(Self { kinds, structs })
    }
}

fn parse_field(word: &'static str) -> Option<Field> {
    let (name, code) = word.split_once(':')?;
    let flags = name.trim_start_matches(|c: char| !"?!".contains(c));
    Some(Field {
        name: &name[..name.len() - flags.len()],
        omit_empty: flags.contains('?'),
        omit_zero: flags.contains('!'),
        ty: parse_type(code)?,
    })
}

fn parse_type(code: &str) -> Option<Type> {
    let inner = |code: &str| parse_type(code).map(Box::new);
    Some(match code.as_bytes().first()? {
        b's' => Type::Text,
        b'b' => Type::Bool,
        b'i' => Type::Integer,
        b'f' => Type::Float,
        b'y' => Type::Bytes,
        b'q' => Type::Quantity,
        b'x' => Type::IntOrText,
        b't' => Type::Time,
        b'm' => Type::MicroTime,
        b'a' => Type::Any,
        b'[' => Type::List(inner(&code[1..])?),
        b'{' => Type::Map(inner(&code[1..])?),
        b'*' => Type::Optional(inner(&code[1..])?),
        _ => Type::Struct(code.parse().ok()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_describes_the_kinds_and_every_type_they_use() {
        let schema = builtin();
        assert!(schema.kinds.len() > 150);
        let known = |ty: &Type| {
            let mut ty = ty;
            while let Type::List(inner) | Type::Map(inner) | Type::Optional(inner) = ty {
                ty = inner;
            }
            !matches!(ty, Type::Struct(number) if *number >= schema.structs.len())
        };
        let mut fields = (0..schema.structs.len()).flat_map(|number| schema.fields(number));
        assert!(fields.all(|field| known(&field.ty)));
        let deployment = schema.kind("apps/v1", "Deployment").unwrap();
        let spec = schema
            .fields(deployment)
            .iter()
            .find(|field| field.name == "spec")
            .unwrap();
        let Type::Struct(spec) = spec.ty else {
            panic!("{spec:?}")
        };
        let replicas = &schema.fields(spec)[0];
        assert_eq!(
            *replicas,
            Field {
                name: "replicas",
                omit_empty: true,
                omit_zero: false,
                ty: Type::Optional(Box::new(Type::Integer)),
            }
        );
    }

    #[test]
    fn k14_7_custom_resources_and_definitions_are_not_in_the_table() {
        assert_eq!(
            builtin().kind("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
            None
        );
        assert_eq!(builtin().kind("example.com/v1", "Deployment"), None);
    }
}
