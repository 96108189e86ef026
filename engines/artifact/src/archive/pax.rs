//! PAX extended header records (POSIX.1-2001), for names and sizes that USTAR cannot hold.

/// Appends `<length> <key>=<value>\n`, where the length counts its own digits.
pub(super) fn record(out: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + digits(rest);
    if digits(length) + rest != length {
        length = rest + digits(length);
    }
    out.extend_from_slice(length.to_string().as_bytes());
    out.push(b' ');
    out.extend_from_slice(key);
    out.push(b'=');
    out.extend_from_slice(value);
    out.push(b'\n');
}

fn digits(number: usize) -> usize {
    number.to_string().len()
}

/// The name of the record's own entry, for readers that do not know PAX: `<dir>/PaxHeaders.0/<file>`.
pub(super) fn header_name(name: &[u8]) -> Vec<u8> {
    let at = name
        .iter()
        .rposition(|byte| *byte == b'/')
        .map_or(0, |slash| slash + 1);
    let (directory, file) = name.split_at(at);
    let joined = [directory, b"PaxHeaders.0/", file].concat();
    let mut ascii = ascii(&joined);
    ascii.truncate(100);
    while ascii.last() == Some(&b'/') {
        ascii.pop();
    }
    ascii
}

/// The ASCII characters of a name.
pub(super) fn ascii(name: &[u8]) -> Vec<u8> {
    name.iter().copied().filter(u8::is_ascii).collect()
}
