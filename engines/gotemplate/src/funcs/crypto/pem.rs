//! PEM blocks as Go's `encoding/pem` writes and finds them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A block: what it calls itself, and its bytes.
pub(super) struct Block {
    pub label: String,
    pub bytes: Vec<u8>,
}

/// A block without headers, in lines of 64 characters.
pub(super) fn encode(label: &str, bytes: &[u8]) -> String {
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = STANDARD.encode(bytes);
    while rest.len() > 64 {
        let tail = rest.split_off(64);
        out.push_str(&rest);
        out.push('\n');
        rest = tail;
    }
    if !rest.is_empty() {
        out.push_str(&rest);
        out.push('\n');
    }
    out.push_str("-----END ");
    out.push_str(label);
    out.push_str("-----\n");
    out
}

/// The first sound block of a text; headers are passed over.
pub(super) fn decode(text: &str) -> Option<Block> {
    const BEGIN: &str = "-----BEGIN ";
    let mut rest = text;
    loop {
        let start = if rest.starts_with(BEGIN) {
            0
        } else {
            rest.find("\n-----BEGIN ")? + 1
        };
        rest = &rest[start + BEGIN.len()..];
        if let Some(block) = block(rest) {
            return Some(block);
        }
    }
}

/// The block whose label starts at `text`.
fn block(text: &str) -> Option<Block> {
    let (line, body) = text.split_once('\n')?;
    let label = line.trim_end().strip_suffix("-----")?;
    let end = format!("-----END {label}-----");
    let mut encoded = String::new();
    let mut is_closed = false;
    for line in body.lines() {
        let line = line.trim();
        if line == end {
            is_closed = true;
            break;
        }
        if !line.contains(':') {
            encoded.push_str(line);
        }
    }
    let bytes = STANDARD.decode(encoded).ok()?;
    is_closed.then(|| Block {
        label: label.to_owned(),
        bytes,
    })
}
