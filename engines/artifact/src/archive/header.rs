//! Header blocks of the tar format: USTAR, with the name split into prefix and name where that fits,
//! else a PAX record before it (S3). The bytes are those of Go's `archive/tar` for the same fields.

use super::pax;

/// Bytes of a tar block.
pub(super) const BLOCK: usize = 512;
const NAME_LENGTH: usize = 100;
const PREFIX_LENGTH: usize = 155;
/// The largest number that fits in eleven octal digits.
const MAX_OCTAL_SIZE: u64 = 0o777_7777_7777;

/// What an entry is, with the mode that every archive gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryType {
    Directory,
    File,
    Executable,
    Extended,
}

impl EntryType {
    fn flag(self) -> u8 {
        match self {
            Self::Directory => b'5',
            Self::File | Self::Executable => b'0',
            Self::Extended => b'x',
        }
    }

    fn mode(self) -> u64 {
        match self {
            Self::Directory => 0o750,
            Self::File => 0o600,
            Self::Executable => 0o700,
            Self::Extended => 0,
        }
    }
}

/// The header of one entry: one block, or more with PAX records.
pub(super) fn encode(name: &[u8], kind: EntryType, size: u64) -> Vec<u8> {
    let short = name.is_ascii() && name.len() <= NAME_LENGTH;
    let fits = size <= MAX_OCTAL_SIZE;
    if fits {
        if short {
            return block(b"", name, kind, size).to_vec();
        }
        if let Some((prefix, rest)) = split(name) {
            return block(prefix, rest, kind, size).to_vec();
        }
    }
    let mut records = Vec::new();
    if !short {
        pax::record(&mut records, b"path", name);
    }
    if !fits {
        pax::record(&mut records, b"size", size.to_string().as_bytes());
    }
    let mut out = block(
        b"",
        &pax::header_name(name),
        EntryType::Extended,
        records.len() as u64,
    )
    .to_vec();
    out.extend_from_slice(&records);
    out.resize(out.len().next_multiple_of(BLOCK), 0);
    let ascii = pax::ascii(name);
    let size_field = if fits { size } else { 0 };
    out.extend_from_slice(&block(b"", truncated(&ascii), kind, size_field));
    out
}

/// Splits a long name at a slash so that both parts fit into their fields.
fn split(name: &[u8]) -> Option<(&[u8], &[u8])> {
    if !name.is_ascii() || name.len() <= NAME_LENGTH {
        return None;
    }
    let searched = &name[..name.len().min(PREFIX_LENGTH + 1)];
    let at = searched.iter().rposition(|byte| *byte == b'/')?;
    let rest = name.len() - at - 1;
    let splits = at > 0 && rest > 0 && rest <= NAME_LENGTH;
    splits.then(|| (&name[..at], &name[at + 1..]))
}

fn truncated(name: &[u8]) -> &[u8] {
    &name[..name.len().min(NAME_LENGTH)]
}

fn block(prefix: &[u8], name: &[u8], kind: EntryType, size: u64) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    block[..name.len()].copy_from_slice(name);
    octal(&mut block[100..108], kind.mode());
    octal(&mut block[108..116], 0); // uid
    octal(&mut block[116..124], 0); // gid
    octal(&mut block[124..136], size);
    octal(&mut block[136..148], 0); // mtime
    block[156] = kind.flag();
    block[257..265].copy_from_slice(b"ustar\x0000");
    if kind != EntryType::Extended {
        octal(&mut block[329..337], 0); // device numbers
        octal(&mut block[337..345], 0);
    }
    block[345..345 + prefix.len()].copy_from_slice(prefix);
    // The checksum counts its own field as spaces, and is written as six digits, NUL, space.
    block[148..156].fill(b' ');
    let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
    octal(&mut block[148..155], sum);
    block
}

/// Octal digits, padded with zeros, and a NUL at the end.
fn octal(field: &mut [u8], mut value: u64) {
    let digits = field.len() - 1;
    for digit in field[..digits].iter_mut().rev() {
        *digit = b"01234567"[usize::try_from(value & 7).unwrap_or_default()];
        value >>= 3;
    }
    field[digits] = 0;
}
