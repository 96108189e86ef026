//! Letters by the rules of Go's `unicode`: one character maps to one character.

use std::sync::LazyLock;

/// The upper case, where that is a single character.
pub(super) fn to_upper(c: char) -> char {
    match single(c.to_uppercase()) {
        Some(upper) => upper,
        None => match c {
            // Greek letters whose full upper case is two letters have a simple one as well.
            '\u{1F80}'..='\u{1FAF}' => char::from_u32(u32::from(c) | 8).unwrap_or(c),
            '\u{1FB3}' | '\u{1FC3}' | '\u{1FF3}' => char::from_u32(u32::from(c) + 9).unwrap_or(c),
            _ => c,
        },
    }
}

/// The lower case, where that is a single character.
pub(super) fn to_lower(c: char) -> char {
    match c {
        'İ' => 'i',
        _ => single(c.to_lowercase()).unwrap_or(c),
    }
}

/// The title case: the upper case but for digraphs, and for Georgian, which has none.
pub(super) fn to_title(c: char) -> char {
    match c {
        '\u{01C4}'..='\u{01C6}' => '\u{01C5}',
        '\u{01C7}'..='\u{01C9}' => '\u{01C8}',
        '\u{01CA}'..='\u{01CC}' => '\u{01CB}',
        '\u{01F1}'..='\u{01F3}' => '\u{01F2}',
        '\u{10D0}'..='\u{10FA}' | '\u{10FD}'..='\u{10FF}' => c,
        _ => to_upper(c),
    }
}

fn single(mut mapped: impl Iterator<Item = char>) -> Option<char> {
    let first = mapped.next()?;
    mapped.next().is_none().then_some(first)
}

/// Whether `c` belongs to a category, for characters beyond ASCII.
fn is_in(class: &LazyLock<Option<::regex::Regex>>, c: char) -> bool {
    class
        .as_ref()
        .is_some_and(|class| class.is_match(c.encode_utf8(&mut [0; 4])))
}

macro_rules! category {
    ($name:ident, $class:literal, $ascii:expr) => {
        pub(super) fn $name(c: char) -> bool {
            static CLASS: LazyLock<Option<::regex::Regex>> =
                LazyLock::new(|| ::regex::Regex::new($class).ok());
            if c.is_ascii() {
                let is_ascii: fn(char) -> bool = $ascii;
                is_ascii(c)
            } else {
                is_in(&CLASS, c)
            }
        }
    };
}

category!(is_letter, r"\p{L}", |c| c.is_ascii_alphabetic());
category!(is_upper, r"\p{Lu}", |c| c.is_ascii_uppercase());
category!(is_lower, r"\p{Ll}", |c| c.is_ascii_lowercase());
category!(is_title, r"\p{Lt}", |_| false);
category!(is_digit, r"\p{Nd}", |c| c.is_ascii_digit());
category!(is_number, r"\p{N}", |c| c.is_ascii_digit());
category!(is_punctuation, r"\p{P}", |c| c.is_ascii_punctuation()
    && !"$+<=>^`|~".contains(c));
