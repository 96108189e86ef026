//! Keywords for objects.

use super::path::Token;
use super::{Checker, Pass};
use crate::schema::draft::Draft;
use crate::schema::failure::{Count, Failure, Kind};
use crate::schema::instance::Instance;
use crate::schema::node::{Additional, Dependency};

type Entries<'i> = [(&'i str, Instance<'i>)];

impl<'s> Checker<'s> {
    pub(super) fn object<'i>(&mut self, pass: &mut Pass<'_, 's, 'i>, entries: &Entries<'i>) {
        let node = pass.node;
        let size = entries.len();
        if let Some(want) = node.min_properties.filter(|want| below(size, *want)) {
            pass.fail(Kind::MinProperties(Count { got: size, want }));
        }
        if let Some(want) = node.max_properties.filter(|want| above(size, *want)) {
            pass.fail(Kind::MaxProperties(Count { got: size, want }));
        }
        let missing = missing(entries, &node.required);
        if !missing.is_empty() {
            pass.fail(Kind::Required(missing));
        }
        if pass.is_settled() {
            return;
        }
        for (property, dependency) in &node.dependencies {
            if !contains(entries, property) {
                continue;
            }
            match dependency {
                Dependency::Properties(wanted) => require(pass, entries, property, wanted),
                Dependency::Schema(id) => {
                    let result = self.same(pass, *id, None, super::Detail::Full);
                    pass.keep(result);
                }
            }
        }
        self.properties(pass, entries);
        if node.draft < Draft::D6 || pass.is_settled() {
            return;
        }
        self.property_names(pass, entries);
        for (property, id) in &node.dependent_schemas {
            if contains(entries, property) {
                let result = self.same(pass, *id, None, super::Detail::Full);
                pass.keep(result);
            }
        }
        for (property, wanted) in &node.dependent_required {
            if contains(entries, property) {
                require(pass, entries, property, wanted);
            }
        }
    }

    fn properties<'i>(&mut self, pass: &mut Pass<'_, 's, 'i>, entries: &Entries<'i>) {
        let node = pass.node;
        let mut additional = Vec::new();
        for (name, value) in entries {
            if pass.is_settled() {
                return;
            }
            let mut evaluated = false;
            if let Some(id) = node.property(name) {
                evaluated = true;
                let result = self.inside(pass, id, value, Token::Name(name));
                pass.keep(result);
            }
            for (pattern, id) in &node.pattern_properties {
                if pattern.is_match(name) {
                    evaluated = true;
                    let result = self.inside(pass, *id, value, Token::Name(name));
                    pass.keep(result);
                }
            }
            if !evaluated && let Some(rule) = &node.additional_properties {
                evaluated = true;
                match rule {
                    Additional::Allowed => {}
                    Additional::Forbidden => additional.push((*name).to_owned()),
                    Additional::Schema(id) => {
                        let result = self.inside(pass, *id, value, Token::Name(name));
                        pass.keep(result);
                    }
                }
            }
            if evaluated {
                pass.unevaluated.properties.remove(name);
            }
        }
        if !additional.is_empty() {
            pass.fail(Kind::AdditionalProperties(additional));
        }
    }

    fn property_names<'i>(&mut self, pass: &mut Pass<'_, 's, 'i>, entries: &Entries<'i>) {
        let Some(id) = pass.node.property_names else {
            return;
        };
        for (name, _) in entries {
            let (id, meta) = self.switch(id, pass.path, pass.meta);
            let text = Instance::Text(name);
            if let Err(failure) = self.root(id, &text, meta, pass.scope.depth + 1) {
                pass.failures.push(Failure {
                    at: pass.path.names(),
                    kind: Kind::PropertyNames((*name).to_owned()),
                    causes: failure.causes,
                });
            }
        }
    }
}

fn require(pass: &mut Pass<'_, '_, '_>, entries: &Entries<'_>, property: &str, wanted: &[String]) {
    let missing = missing(entries, wanted);
    if !missing.is_empty() {
        pass.fail(Kind::Dependency {
            property: property.to_owned(),
            missing,
        });
    }
}

fn missing(entries: &Entries<'_>, wanted: &[String]) -> Vec<String> {
    wanted
        .iter()
        .filter(|name| !contains(entries, name))
        .cloned()
        .collect()
}

fn contains(entries: &Entries<'_>, name: &str) -> bool {
    entries
        .binary_search_by(|(known, _)| (*known).cmp(name))
        .is_ok()
}

/// Whether `size` is less than `limit`.
pub(super) fn below(size: usize, limit: i64) -> bool {
    i64::try_from(size).is_ok_and(|size| size < limit)
}

/// Whether `size` is more than `limit`.
pub(super) fn above(size: usize, limit: i64) -> bool {
    i64::try_from(size).map_or(true, |size| size > limit)
}
