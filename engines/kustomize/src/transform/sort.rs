//! The order of the output: as read, or by kind and name.

use std::cmp::Ordering;

use crate::config::SortOptions;
use crate::error::Error;
use crate::id::{Gvk, ORDER_FIRST, ORDER_LAST, ResId, rank};
use crate::resource::ResMap;
use crate::schema::Schemas;

/// Puts the objects in the order that the options ask for.
pub(crate) fn sort(
    objects: &mut ResMap,
    options: &SortOptions,
    schemas: &Schemas,
) -> Result<(), Error> {
    let legacy = match options.order.as_str() {
        "fifo" if options.legacy_sort_options.is_some() => {
            return Err(Error::Config(
                "the field 'sortOptions.legacySortOptions' is set but the selected sort order is \
                 'fifo', not 'legacy'"
                    .into(),
            ));
        }
        "fifo" => return Ok(()),
        "legacy" => &options.legacy_sort_options,
        _ => {
            return Err(Error::Config(
                "the field 'sortOptions.order' must be one of [fifo, legacy]".into(),
            ));
        }
    };
    let rank_of = |kind: &str| match legacy {
        Some(lists) => rank(kind, &lists.order_first, &lists.order_last),
        None => rank(kind, &ORDER_FIRST, &ORDER_LAST),
    };
    let mut keyed: Vec<_> = objects
        .take()
        .into_iter()
        .map(|resource| {
            let id = resource.id(schemas);
            let key = Key {
                rank: rank_of(&id.gvk.kind),
                gvk_text: id.gvk.sort_text(),
                name_text: name_text(&id),
                gvk: id.gvk,
            };
            (key, resource)
        })
        .collect();
    keyed.sort_by(|(a, _), (b, _)| a.compare(b));
    objects.append_all(keyed.into_iter().map(|(_, resource)| resource), schemas)
}

/// What an object is sorted by.
struct Key {
    rank: i32,
    gvk_text: String,
    name_text: String,
    gvk: Gvk,
}

impl Key {
    fn compare(&self, other: &Self) -> Ordering {
        if self.gvk == other.gvk {
            return self.name_text.cmp(&other.name_text);
        }
        let by_kind = self.gvk_text.cmp(&other.gvk_text);
        let namespaces = &*self.gvk.kind == "Namespace" && &*other.gvk.kind == "Namespace";
        // Core namespaces stand before those of other groups.
        let by_kind = if namespaces && (self.gvk.group.is_empty() || other.gvk.group.is_empty()) {
            by_kind.reverse()
        } else {
            by_kind
        };
        self.rank.cmp(&other.rank).then(by_kind)
    }
}

fn name_text(id: &ResId) -> String {
    let or = |text: &str, default: &str| {
        if text.is_empty() {
            default.to_owned()
        } else {
            text.to_owned()
        }
    };
    format!(
        "{}|{}|{}",
        id.gvk,
        or(&id.namespace, "~X"),
        or(&id.name, "~N")
    )
}
