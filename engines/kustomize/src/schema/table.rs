//! Merge schemas in a compact form.
//!
//! A table is a list of definitions, each with the fields that a merge has to know, and an index
//! from `apiVersion` and kind. The text form has a line per fact:
//!
//! ```text
//! core.v1.PodSpec<TAB>containers=*name:123<TAB>nodeSelector=-<TAB>affinity=87
//! @v1<TAB>Pod<TAB>n
//! =v1<TAB>Pod<TAB>456
//! ```
//!
//! The first names a definition (its number is its line) and its fields; `*KEYS:ITEM` is a list
//! that merges by these keys (none: a set of scalars), `%VALUE` a map, a number another
//! definition, `-` an object of which nothing more is known. `@` tells the scope of a kind, `n` for
//! namespaced and `c` for cluster, and `=` its definition. A definition is read when it is first asked for: builds meet few of them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::id::{Gvk, split_api_version};

/// What a schema says about one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An object of which nothing more is known.
    Opaque,
    /// A definition of the table.
    Definition(usize),
    /// A map with values of one shape.
    Map(Arc<Shape>),
    /// A list that merges.
    MergeList {
        /// The fields that tell elements apart; none for sets of scalars.
        keys: Arc<[Box<str>]>,
        item: Option<Arc<Shape>>,
    },
}

/// Whether objects of a kind live in a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Namespaced,
    Cluster,
}

/// Facts by kind, then by `apiVersion`: few kinds have more than two.
type ByType<T> = HashMap<Cow<'static, str>, Vec<(Cow<'static, str>, T)>>;

/// The fields of a definition.
pub(crate) type Fields = HashMap<Box<str>, Shape>;

/// A definition in its text form, and as it was read.
#[derive(Clone, Debug, Default)]
struct Definition {
    text: &'static str,
    fields: OnceLock<Fields>,
}

impl Definition {
    fn fields(&self) -> &Fields {
        self.fields.get_or_init(|| {
            let words = self.text.split('\t').filter_map(|word| {
                let (field, shape) = word.split_once('=')?;
                Some((field.into(), parse_shape(shape)?))
            });
            words.collect()
        })
    }
}

impl From<Fields> for Definition {
    fn from(fields: Fields) -> Self {
        Self {
            text: "",
            fields: fields.into(),
        }
    }
}

/// Definitions with their index.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    /// Definitions by the part of their name that is not the same for nearly all.
    names: HashMap<&'static str, usize>,
    definitions: Vec<Definition>,
    kinds: ByType<usize>,
    scopes: ByType<Scope>,
}

impl Table {
    /// Reads the text form. Lines that are not of the form are skipped: the text is our own.
    pub(crate) fn parse(text: &'static str) -> Self {
        let mut table = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (first, rest) = line.split_once('\t').unwrap_or((line, ""));
            let mut words = rest.split('\t');
            if let Some(api_version) = first.strip_prefix('@') {
                let (Some(kind), Some(scope)) = (words.next(), words.next()) else {
                    continue;
                };
                let scope = match scope {
                    "n" => Scope::Namespaced,
                    "c" => Scope::Cluster,
                    _ => continue,
                };
                set(&mut table.scopes, api_version.into(), kind.into(), scope);
            } else if let Some(api_version) = first.strip_prefix('=') {
                let (Some(kind), Some(Ok(at))) = (words.next(), words.next().map(str::parse))
                else {
                    continue;
                };
                set(&mut table.kinds, api_version.into(), kind.into(), at);
            } else {
                table.names.insert(first, table.definitions.len());
                table.definitions.push(Definition {
                    text: rest,
                    fields: OnceLock::new(),
                });
            }
        }
        table
    }

    /// The number of the definition with this full name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        let short = ["io.k8s.api.", "io.k8s.apimachinery.pkg."]
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix))
            .unwrap_or(name);
        self.names.get(short).copied()
    }

    /// How many definitions there are.
    pub(crate) fn len(&self) -> usize {
        self.definitions.len()
    }

    /// Adds a definition and gives its number.
    pub(crate) fn push(&mut self, fields: Fields) -> usize {
        self.definitions.push(fields.into());
        self.definitions.len() - 1
    }

    /// Replaces a definition made before.
    pub(crate) fn set(&mut self, at: usize, fields: Fields) {
        self.definitions[at] = fields.into();
    }

    pub(crate) fn set_kind(&mut self, api_version: &str, kind: &str, definition: usize) {
        set(
            &mut self.kinds,
            api_version.to_owned().into(),
            kind.to_owned().into(),
            definition,
        );
    }

    pub(crate) fn set_scope(&mut self, api_version: &str, kind: &str, scope: Scope) {
        set(
            &mut self.scopes,
            api_version.to_owned().into(),
            kind.to_owned().into(),
            scope,
        );
    }

    pub(crate) fn scope(&self, api_version: &str, kind: &str) -> Option<Scope> {
        get(&self.scopes, kind, |found| found == api_version)
    }

    /// [`Table::scope`] for a group and a version.
    pub(crate) fn scope_of(&self, gvk: &Gvk) -> Option<Scope> {
        get(&self.scopes, &gvk.kind, |api_version| {
            split_api_version(api_version) == (&*gvk.group, &*gvk.version)
        })
    }

    /// The shape of objects of a kind.
    pub(crate) fn kind(&self, api_version: &str, kind: &str) -> Option<Shape> {
        get(&self.kinds, kind, |found| found == api_version).map(Shape::Definition)
    }

    /// The shape of a field of a node with `shape`.
    pub(crate) fn field(&self, shape: &Shape, name: &str) -> Option<Shape> {
        match shape {
            Shape::Definition(at) => self.definitions[*at].fields().get(name).cloned(),
            Shape::Map(value) => Some((**value).clone()),
            Shape::Opaque | Shape::MergeList { .. } => None,
        }
    }
}

fn set<T>(facts: &mut ByType<T>, api_version: Cow<'static, str>, kind: Cow<'static, str>, fact: T) {
    let facts = facts.entry(kind).or_default();
    match facts.iter_mut().find(|(known, _)| *known == api_version) {
        Some((_, known)) => *known = fact,
        None => facts.push((api_version, fact)),
    }
}

fn get<T: Copy>(facts: &ByType<T>, kind: &str, is: impl Fn(&str) -> bool) -> Option<T> {
    let facts = facts.get(kind)?;
    facts
        .iter()
        .find(|(api_version, _)| is(api_version))
        .map(|(_, fact)| *fact)
}

fn parse_shape(text: &str) -> Option<Shape> {
    if text == "-" {
        return Some(Shape::Opaque);
    }
    if let Some(value) = text.strip_prefix('%') {
        return Some(Shape::Map(Arc::new(parse_shape(value)?)));
    }
    if let Some(list) = text.strip_prefix('*') {
        let (keys, item) = list.split_once(':')?;
        return Some(Shape::MergeList {
            keys: keys
                .split(',')
                .filter(|key| !key.is_empty())
                .map(Into::into)
                .collect(),
            item: parse_shape(item).map(Arc::new),
        });
    }
    text.parse().ok().map(Shape::Definition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_reads_back() {
        let table = Table::parse("# c\nA\tx=*k,l:1\ty=-\tz=%-\nB\n@v1\tA\tn\n=v1\tA\t0\n");
        let a = table.kind("v1", "A").unwrap();
        assert_eq!(
            table.field(&a, "x"),
            Some(Shape::MergeList {
                keys: ["k", "l"].map(Into::into).into(),
                item: Some(Arc::new(Shape::Definition(1))),
            })
        );
        assert_eq!(table.field(&a, "y"), Some(Shape::Opaque));
        let z = table.field(&a, "z").unwrap();
        assert_eq!(table.field(&z, "any"), Some(Shape::Opaque));
        assert_eq!(table.field(&a, "w"), None);
        assert_eq!(table.scope("v1", "A"), Some(Scope::Namespaced));
        assert_eq!(table.scope("v1", "B"), None);
    }
}
