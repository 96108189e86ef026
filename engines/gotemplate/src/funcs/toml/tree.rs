//! The tables of a document while it is read, with what may still be added to them.

use std::collections::BTreeMap;

use crate::value::{List, ListType, Map, Value};

/// What a key leads to.
pub(super) enum Node {
    /// A value that is complete; also an array.
    Value(Value),
    /// A table, also an inline one: it takes more keys all the same.
    Table(Table),
    /// `[[name]]`
    Tables(Vec<Table>),
}

#[derive(Default)]
pub(super) struct Table {
    entries: BTreeMap<String, Node>,
    /// Made on the way to another key, so that it may still get a header of its own.
    is_implicit: bool,
}

/// A key that leads nowhere, or to something that is there already. The texts are those of the library.
pub(super) enum Clash {
    /// A parent of a table is a value.
    NoTable(usize),
    /// Something has that name already; so many parts of the key name it.
    Defined(usize),
    /// A table array where there is something else.
    NoArray,
}

impl Node {
    /// The table that more keys go to: of an array of tables the last one.
    fn open(&mut self) -> Option<&mut Table> {
        match self {
            Self::Value(_) => None,
            Self::Table(table) => Some(table),
            Self::Tables(tables) => tables.last_mut(),
        }
    }

    pub fn into_value(self) -> Value {
        match self {
            Self::Value(value) => value,
            Self::Table(table) => Value::Map(table.into_map()),
            Self::Tables(tables) => {
                let maps = tables.into_iter().map(|table| Value::Map(table.into_map()));
                Value::List(List::typed(ListType::MAPS, maps.collect()))
            }
        }
    }
}

impl Table {
    /// The table at a path that is known to be there.
    pub fn at(&mut self, path: &[String]) -> Option<&mut Self> {
        path.iter().try_fold(self, |table, key| {
            table.entries.get_mut(key).and_then(Node::open)
        })
    }

    /// The parents of a header's table, made where they are missing.
    fn parents(&mut self, path: &[String]) -> Result<&mut Self, Clash> {
        let mut here = self;
        for (index, key) in path.iter().enumerate() {
            let node = here.entries.entry(key.clone()).or_insert_with(|| {
                Node::Table(Self {
                    is_implicit: true,
                    ..Self::default()
                })
            });
            here = node.open().ok_or(Clash::NoTable(index + 1))?;
        }
        Ok(here)
    }

    /// `[path]`
    pub fn declare(&mut self, path: &[String]) -> Result<(), Clash> {
        let Some((last, parents)) = path.split_last() else {
            return Ok(());
        };
        let parent = self.parents(parents)?;
        match parent.entries.get_mut(last) {
            None => {
                parent
                    .entries
                    .insert(last.clone(), Node::Table(Self::default()));
                Ok(())
            }
            Some(Node::Table(table)) if table.is_implicit => {
                table.is_implicit = false;
                Ok(())
            }
            Some(_) => Err(Clash::Defined(path.len())),
        }
    }

    /// `[[path]]`
    pub fn declare_in_array(&mut self, path: &[String]) -> Result<(), Clash> {
        let Some((last, parents)) = path.split_last() else {
            return Ok(());
        };
        let parent = self.parents(parents)?;
        match parent.entries.get_mut(last) {
            None => {
                let tables = vec![Self::default()];
                parent.entries.insert(last.clone(), Node::Tables(tables));
                Ok(())
            }
            Some(Node::Tables(tables)) => {
                tables.push(Self::default());
                Ok(())
            }
            Some(_) => Err(Clash::NoArray),
        }
    }

    /// One table on the way of a dotted key. A table that is passed through a second time can have no header any more: so it is
    /// upstream.
    pub fn step(&mut self, key: &str) -> Result<(), Clash> {
        match self.entries.get_mut(key) {
            None => {
                let table = Self {
                    is_implicit: true,
                    ..Self::default()
                };
                self.entries.insert(key.to_owned(), Node::Table(table));
                Ok(())
            }
            Some(Node::Table(table)) => {
                table.is_implicit = false;
                Ok(())
            }
            Some(Node::Tables(_)) => Ok(()),
            Some(Node::Value(_)) => Err(Clash::Defined(1)),
        }
    }

    /// Sets a value; one for an implicit table is dropped: so it is upstream.
    pub fn set(&mut self, key: &str, node: Node) -> Result<(), Clash> {
        match self.entries.get_mut(key) {
            None => {
                self.entries.insert(key.to_owned(), node);
                Ok(())
            }
            Some(Node::Table(table)) if table.is_implicit => {
                table.is_implicit = false;
                Ok(())
            }
            Some(_) => Err(Clash::Defined(1)),
        }
    }

    pub fn into_map(self) -> Map {
        self.entries
            .into_iter()
            .map(|(key, node)| (key, node.into_value()))
            .collect()
    }
}
