//! JSON pointers (RFC 6901) and relative ones.

use super::{Checked, fail};

pub(super) fn json_pointer(text: &str) -> Checked {
    if text.is_empty() {
        return Ok(());
    }
    let Some(tokens) = text.strip_prefix('/') else {
        return fail("not starting with /");
    };
    for token in tokens.split('/') {
        let mut rest = token;
        while let Some(tilde) = rest.find('~') {
            rest = &rest[tilde + 1..];
            if !rest.starts_with(['0', '1']) {
                return fail("~ must be followed by 0 or 1");
            }
        }
    }
    Ok(())
}

pub(super) fn relative(text: &str) -> Checked {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return fail("must start with non-negative integer");
    }
    if digits > 1 && text.starts_with('0') {
        return fail("starts with zero");
    }
    match &text[digits..] {
        "#" => Ok(()),
        rest => json_pointer(rest),
    }
}
