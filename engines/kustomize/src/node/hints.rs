//! Schemas in comments: `# {"type":"array", …}` behind a key says how its list merges
//! (`kyaml/fieldmeta`).

use std::sync::Arc;

use yaml::Budget;
use yaml::node::{Comments, Content, Node as Written};

use super::Node;
use crate::schema;

/// What every schema that says how a list merges has in it.
const MARK: &str = "x-kubernetes-patch-strategy";

/// Notes the schemas that stand in the comments of `text` in the tree that was read from it.
pub(super) fn attach(text: &str, node: &mut Node) {
    if !text.contains(MARK) || !text.contains('#') {
        return;
    }
    let Ok(trees) = yaml::node::parse(text.as_bytes(), &Budget::default()) else {
        return;
    };
    if let Some(tree) = trees.first() {
        walk(&tree.root, node);
    }
}

fn walk(written: &Written, node: &mut Node) {
    match (&written.content, node) {
        (Content::Mapping(entries, _), Node::Map(map)) => {
            let map = Arc::make_mut(map);
            for (key, value) in entries {
                let Some(at) = key.as_str().and_then(|name| map.position(name)) else {
                    continue;
                };
                let entry = &mut map.entries_mut()[at];
                walk(value, &mut entry.value);
                entry.hint = hint(&value.comments)
                    .or_else(|| hint(&key.comments))
                    .map(Arc::new);
            }
        }
        (Content::Sequence(items, _), Node::Seq(nodes)) => {
            for (written, node) in items.iter().zip(Arc::make_mut(nodes).iter_mut()) {
                walk(written, node);
            }
        }
        _ => {}
    }
}

fn hint(comments: &Comments) -> Option<schema::Shape> {
    [&comments.line, &comments.head]
        .into_iter()
        .filter(|comment| comment.contains(MARK))
        .find_map(|comment| schema::of_comment(comment.trim_start_matches('#')))
}
