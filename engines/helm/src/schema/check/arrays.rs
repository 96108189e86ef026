//! Keywords for arrays.

use super::objects::{above, below};
use super::path::Token;
use super::{Checker, Pass};
use crate::schema::draft::Draft;
use crate::schema::failure::{Count, Kind};
use crate::schema::instance::{Instance, duplicates};
use crate::schema::node::{Additional, Items, NodeId};

impl<'s> Checker<'s> {
    pub(super) fn array<'i>(&mut self, pass: &mut Pass<'_, 's, 'i>, items: &[Instance<'i>]) {
        let node = pass.node;
        let size = items.len();
        if let Some(want) = node.min_items.filter(|want| below(size, *want)) {
            pass.fail(Kind::MinItems(Count { got: size, want }));
        }
        if let Some(want) = node.max_items.filter(|want| above(size, *want)) {
            pass.fail(Kind::MaxItems(Count { got: size, want }));
        }
        if node.unique_items
            && let Some((first, second)) = duplicates(items)
        {
            pass.fail(Kind::UniqueItems(first, second));
        }
        if node.draft >= Draft::D2020 {
            let front = node.prefix_items.len().min(size);
            self.tuple(pass, items, &node.prefix_items);
            if let Some(id) = node.rest_items {
                self.each(pass, items, front, id);
            }
        } else {
            self.classic_items(pass, items);
        }
        self.contains(pass, items);
    }

    fn classic_items<'i>(&mut self, pass: &mut Pass<'_, 's, 'i>, items: &[Instance<'i>]) {
        let node = pass.node;
        let evaluated = match &node.items {
            Some(Items::Each(id)) => {
                self.each(pass, items, 0, *id);
                items.len()
            }
            Some(Items::Tuple(tuple)) => {
                self.tuple(pass, items, tuple);
                tuple.len().min(items.len())
            }
            None => 0,
        };
        match &node.additional_items {
            Some(Additional::Forbidden) if evaluated != items.len() => {
                pass.fail(Kind::AdditionalItems(items.len() - evaluated));
            }
            Some(Additional::Schema(id)) => self.each(pass, items, evaluated, *id),
            _ => {}
        }
    }

    fn tuple<'i>(&mut self, pass: &mut Pass<'_, 's, 'i>, items: &[Instance<'i>], tuple: &[NodeId]) {
        for (at, (item, id)) in items.iter().zip(tuple).enumerate() {
            let result = self.inside(pass, *id, item, Token::Index(at));
            pass.keep(result);
        }
    }

    fn each<'i>(
        &mut self,
        pass: &mut Pass<'_, 's, 'i>,
        items: &[Instance<'i>],
        from: usize,
        id: NodeId,
    ) {
        for (at, item) in items.iter().enumerate().skip(from) {
            let result = self.inside(pass, id, item, Token::Index(at));
            pass.keep(result);
        }
    }

    fn contains<'i>(&mut self, pass: &mut Pass<'_, 's, 'i>, items: &[Instance<'i>]) {
        let node = pass.node;
        let Some(id) = node.contains else {
            return;
        };
        let mut matched = Vec::new();
        let mut causes = Vec::new();
        for (at, item) in items.iter().enumerate() {
            match self.inside(pass, id, item, Token::Index(at)) {
                Ok(()) => {
                    matched.push(at);
                    if node.draft >= Draft::D2020 {
                        pass.unevaluated.items.remove(&at);
                    }
                }
                Err(failure) => causes.push(*failure),
            }
        }
        match node.min_contains {
            Some(want) if below(matched.len(), want) => {
                let got = matched.clone();
                pass.fail_with(Kind::MinContains { got, want }, causes);
            }
            None if matched.is_empty() => pass.fail_with(Kind::Contains, causes),
            _ => {}
        }
        if let Some(want) = node.max_contains.filter(|want| above(matched.len(), *want)) {
            pass.fail(Kind::MaxContains { got: matched, want });
        }
    }
}
