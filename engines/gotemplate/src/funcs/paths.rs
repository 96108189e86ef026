//! File names with slashes; the platform's own are no different here.

use crate::exec::Functions;
use crate::value::Str;

pub(super) fn add(functions: &mut Functions) {
    for name in ["base", "osBase"] {
        functions.add(name, |path: Str| base(&path));
    }
    for name in ["dir", "osDir"] {
        functions.add(name, |path: Str| dir(&path));
    }
    for name in ["clean", "osClean"] {
        functions.add(name, |path: Str| clean(&path));
    }
    for name in ["ext", "osExt"] {
        functions.add(name, |path: Str| ext(&path));
    }
    for name in ["isAbs", "osIsAbs"] {
        functions.add(name, |path: Str| path.starts_with(b"/"));
    }
}

/// The last element without slashes behind it; `.` for no path, `/` for slashes alone.
fn base(path: &[u8]) -> Vec<u8> {
    if path.is_empty() {
        return b".".to_vec();
    }
    let end = path.iter().rposition(|byte| *byte != b'/');
    match end {
        None => b"/".to_vec(),
        Some(end) => path[..=end]
            .rsplit(|byte| *byte == b'/')
            .next()
            .unwrap_or_default()
            .to_vec(),
    }
}

/// Everything up to the last slash, cleaned.
fn dir(path: &[u8]) -> Vec<u8> {
    let end = path
        .iter()
        .rposition(|byte| *byte == b'/')
        .map_or(0, |at| at + 1);
    clean(&path[..end])
}

/// From the last point of the last element on.
fn ext(path: &[u8]) -> Str {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    match name.iter().rposition(|byte| *byte == b'.') {
        Some(at) => Str::from(&name[at..]),
        None => Str::default(),
    }
}

/// Without empty elements, `.` and what `..` takes back.
fn clean(path: &[u8]) -> Vec<u8> {
    let is_rooted = path.starts_with(b"/");
    let mut elements: Vec<&[u8]> = Vec::new();
    for element in path.split(|byte| *byte == b'/') {
        match element {
            b"" | b"." => {}
            b".." => match elements.last() {
                Some(last) if *last != b".." => {
                    elements.pop();
                }
                None if is_rooted => {}
                _ => elements.push(element),
            },
            _ => elements.push(element),
        }
    }
    let joined = elements.join(&b'/');
    match (is_rooted, joined.is_empty()) {
        (true, _) => [b"/", &joined[..]].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => joined,
    }
}
