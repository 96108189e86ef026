//! Keywords that combine schemas, and what is left when all have been applied.

use super::path::Token;
use super::{Checker, Detail, Pass};
use crate::schema::failure::Kind;
use crate::schema::instance::Instance;

impl<'s> Checker<'s> {
    pub(super) fn combinations(&mut self, pass: &mut Pass<'_, 's, '_>) {
        let node = pass.node;
        if let Some(id) = node.not
            && self.same(pass, id, None, Detail::None).is_ok()
        {
            pass.fail(Kind::Not);
        }
        self.all_of(pass);
        self.any_of(pass);
        self.one_of(pass);
        if let Some(id) = node.condition {
            let branch = match self.same(pass, id, None, Detail::None) {
                Ok(()) => node.then,
                Err(_) => node.otherwise,
            };
            if let Some(id) = branch {
                let result = self.same(pass, id, None, Detail::Full);
                pass.keep(result);
            }
        }
    }

    fn all_of(&mut self, pass: &mut Pass<'_, 's, '_>) {
        let mut causes = Vec::new();
        for id in &pass.node.all_of {
            if let Err(failure) = self.same(pass, *id, None, Detail::Full) {
                causes.push(*failure);
                if pass.detail == Detail::None {
                    break;
                }
            }
        }
        if !causes.is_empty() {
            pass.fail_with(Kind::AllOf, causes);
        }
    }

    fn any_of(&mut self, pass: &mut Pass<'_, 's, '_>) {
        let node = pass.node;
        if node.any_of.is_empty() {
            return;
        }
        let mut matched = false;
        let mut causes = Vec::new();
        for id in &node.any_of {
            match self.same(pass, *id, None, Detail::Full) {
                Ok(()) => {
                    matched = true;
                    // The others may still evaluate what is left.
                    if pass.unevaluated.is_empty() {
                        break;
                    }
                }
                Err(failure) => causes.push(*failure),
            }
        }
        if !matched {
            pass.fail_with(Kind::AnyOf, causes);
        }
    }

    fn one_of(&mut self, pass: &mut Pass<'_, 's, '_>) {
        let node = pass.node;
        if node.one_of.is_empty() {
            return;
        }
        let mut matched = None;
        let mut causes = Vec::new();
        for (at, id) in node.one_of.iter().enumerate() {
            let detail = match matched {
                None => Detail::Full,
                Some(_) => Detail::None,
            };
            match (self.same(pass, *id, None, detail), matched) {
                (Ok(()), None) => matched = Some(at),
                (Ok(()), Some(first)) => {
                    pass.fail(Kind::OneOfMany(first, at));
                    break;
                }
                (Err(failure), None) => causes.push(*failure),
                (Err(_), Some(_)) => {}
            }
        }
        if matched.is_none() {
            pass.fail_with(Kind::OneOfNone, causes);
        }
    }

    /// `unevaluatedProperties` and `unevaluatedItems`.
    pub(super) fn leftovers(&mut self, pass: &mut Pass<'_, 's, '_>) {
        let node = pass.node;
        if let (Some(id), Instance::Object(entries)) = (node.unevaluated_properties, pass.instance)
        {
            let left = std::mem::take(&mut pass.unevaluated.properties);
            for (name, value) in entries.iter().filter(|(name, _)| left.contains(name)) {
                let result = self.inside(pass, id, value, Token::Name(name));
                pass.keep(result);
            }
        }
        if let (Some(id), Instance::Array(items)) = (node.unevaluated_items, pass.instance) {
            for at in std::mem::take(&mut pass.unevaluated.items) {
                let result = self.inside(pass, id, &items[at], Token::Index(at));
                pass.keep(result);
            }
        }
    }
}
