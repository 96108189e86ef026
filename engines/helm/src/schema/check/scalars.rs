//! Keywords for text and numbers.

use super::Pass;
use super::objects::{above, below};
use crate::schema::failure::{Count, Kind};
use crate::schema::number::Number;

pub(super) fn text(pass: &mut Pass<'_, '_, '_>, text: &str) {
    let node = pass.node;
    if node.min_length.is_some() || node.max_length.is_some() {
        let length = text.chars().count();
        if let Some(want) = node.min_length.filter(|want| below(length, *want)) {
            pass.fail(Kind::MinLength(Count { got: length, want }));
        }
        if let Some(want) = node.max_length.filter(|want| above(length, *want)) {
            pass.fail(Kind::MaxLength(Count { got: length, want }));
        }
    }
    if let Some(pattern) = &node.pattern
        && !pattern.is_match(text)
    {
        pass.fail(Kind::Pattern {
            got: text.to_owned(),
            want: pattern.source().to_owned(),
        });
    }
}

pub(super) fn number(pass: &mut Pass<'_, '_, '_>, number: &Number) {
    let node = pass.node;
    let limits = [
        ("minimum", &node.minimum),
        ("maximum", &node.maximum),
        ("exclusiveMinimum", &node.exclusive_minimum),
        ("exclusiveMaximum", &node.exclusive_maximum),
        ("multipleOf", &node.multiple_of),
    ];
    for (keyword, limit) in limits {
        let Some(want) = limit else {
            continue;
        };
        let holds = match keyword {
            "minimum" => number >= want,
            "maximum" => number <= want,
            "exclusiveMinimum" => number > want,
            "exclusiveMaximum" => number < want,
            _ => number.is_multiple_of(want),
        };
        if !holds {
            pass.fail(Kind::Limit {
                keyword,
                got: number.clone(),
                want: want.clone(),
            });
        }
    }
}
