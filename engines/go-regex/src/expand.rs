//! References to groups in a replacement: `$1`, `${1}`, `$name`, `${name}` and `$$`.

/// Appends `template` with its references resolved. A group that is missing or took no part in the
/// match gives nothing; a `$` that starts no reference stands for itself.
pub(super) fn append<'t>(
    out: &mut Vec<u8>,
    template: &[u8],
    names: &[Option<String>],
    group: impl Fn(usize) -> Option<&'t [u8]>,
) {
    let mut rest = template;
    while let Some(at) = rest.iter().position(|byte| *byte == b'$') {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(b"$") {
            out.push(b'$');
            rest = after;
            continue;
        }
        let Some((name, after)) = reference(rest) else {
            out.push(b'$');
            continue;
        };
        rest = after;
        let found = match number(name) {
            Some(number) => group(number),
            None => names
                .iter()
                .enumerate()
                .filter(|(_, known)| known.as_deref() == Some(name))
                .find_map(|(index, _)| group(index + 1)),
        };
        out.extend_from_slice(found.unwrap_or_default());
    }
    out.extend_from_slice(rest);
}

/// The name at the start of `text`, in braces or as long as letters, digits and `_` go.
fn reference(text: &[u8]) -> Option<(&str, &[u8])> {
    let (body, has_brace) = match text.strip_prefix(b"{") {
        Some(body) => (body, true),
        None => (text, false),
    };
    let valid = body.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let end = valid
        .find(|c: char| !(c == '_' || c.is_alphabetic() || c.is_numeric()))
        .unwrap_or(valid.len());
    if end == 0 {
        return None;
    }
    let after = &body[end..];
    let after = if has_brace {
        after.strip_prefix(b"}")?
    } else {
        after
    };
    Some((&valid[..end], after))
}

/// The number of a group; anything else, also a number with leading zeros, is a name.
fn number(name: &str) -> Option<usize> {
    if !name.bytes().all(|byte| byte.is_ascii_digit()) || (name.len() > 1 && name.starts_with('0'))
    {
        return None;
    }
    name.parse()
        .ok()
        .filter(|number: &usize| *number < 1_000_000_000)
}
