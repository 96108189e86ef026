//! The order of the output: as read, or by kind and name.

use std::cmp::Ordering;

use crate::config::SortOptions;
use crate::error::Error;
use crate::id::{ORDER_FIRST, ORDER_LAST, ResId, rank};
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
    let rank_of = |id: &ResId| rank_of(&id.gvk.kind);
    match legacy {
        Some(_) => objects.sort_by(schemas, rank_of, compare),
        None => objects.sort_as_ever(schemas, rank_of, compare),
    }
}

/// The order of objects of one rank.
fn compare(a: &ResId, b: &ResId) -> Ordering {
    let (a_gvk, b_gvk) = (&a.gvk, &b.gvk);
    if a_gvk == b_gvk {
        return a.compare_in_kind(b);
    }
    let by_kind = a_gvk.compare(b_gvk);
    let namespaces = &*a_gvk.kind == "Namespace" && &*b_gvk.kind == "Namespace";
    // Core namespaces stand before those of other groups.
    if namespaces && (a_gvk.group.is_empty() || b_gvk.group.is_empty()) {
        by_kind.reverse()
    } else {
        by_kind
    }
}
