//! Checksums.

use std::fmt::Write as _;

use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha512};

use crate::exec::Functions;
use crate::value::Str;

pub(super) fn add(functions: &mut Functions) {
    functions.add("sha1sum", |text: Str| hexadecimal(&Sha1::digest(&*text)));
    functions.add("sha256sum", |text: Str| {
        hexadecimal(&Sha256::digest(&*text))
    });
    functions.add("sha512sum", |text: Str| {
        hexadecimal(&Sha512::digest(&*text))
    });
    functions.add("adler32sum", |text: Str| adler32(&text).to_string());
}

fn hexadecimal(digest: &[u8]) -> String {
    let mut out = String::with_capacity(digest.len() * 2);
    for byte in digest {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// RFC 1950.
fn adler32(bytes: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    let (mut a, mut b) = (1, 0);
    for byte in bytes {
        a = (a + u32::from(*byte)) % MODULUS;
        b = (b + a) % MODULUS;
    }
    b << 16 | a
}
