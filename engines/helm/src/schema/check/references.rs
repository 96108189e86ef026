//! Keywords that jump to other schemas.

use super::{Checker, Detail, Pass};
use crate::schema::failure::{Failure, Kind};
use crate::schema::node::NodeId;

impl<'s> Checker<'s> {
    /// Applies the schema that `keyword` refers to.
    pub(super) fn follow(
        &mut self,
        pass: &mut Pass<'_, 's, '_>,
        id: NodeId,
        keyword: &'static str,
    ) -> Result<(), Box<Failure>> {
        self.same(pass, id, Some(keyword), Detail::Full)
            .map_err(|failure| {
                let mut reference = pass.failure(Kind::Reference);
                reference.causes = match failure.kind {
                    Kind::Group => failure.causes,
                    _ => vec![*failure],
                };
                reference
            })
    }

    /// `$recursiveRef` and `$dynamicRef`.
    pub(super) fn newer_references(&mut self, pass: &mut Pass<'_, 's, '_>) {
        let node = pass.node;
        if let Some(first) = node.recursive_reference {
            let mut target = first;
            if self.arena[first.0].recursive_anchor {
                let mut scope = Some(&pass.scope);
                while let Some(step) = scope {
                    let resource = self.arena[step.node.0].resource;
                    if self.arena[resource.0].recursive_anchor {
                        target = step.node;
                    }
                    scope = step.parent;
                }
            }
            let result = self.follow(pass, target, "$recursiveRef");
            pass.keep(result);
        }
        if let Some((first, anchor)) = &node.dynamic_reference {
            let mut target = *first;
            let initial = &self.arena[first.0].dynamic_anchor;
            if let Some(anchor) = anchor
                && initial.as_ref() == Some(anchor)
            {
                let mut scope = Some(&pass.scope);
                while let Some(step) = scope {
                    let resource = self.arena[step.node.0].resource;
                    let anchors = &self.arena[resource.0].dynamic_anchors;
                    if let Some((_, id)) = anchors.iter().find(|(name, _)| name == anchor) {
                        target = *id;
                    }
                    scope = step.parent;
                }
            }
            let result = self.follow(pass, target, "$dynamicRef");
            pass.keep(result);
        }
    }
}
