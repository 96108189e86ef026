//! Git objects, taken apart into what was signed and the signature.

/// Headers of a commit that hold signatures.
const COMMIT_HEADERS: [&[u8]; 2] = [b"gpgsig ", b"gpgsig-sha256 "];

/// How signatures begin that follow the text of a tag.
const ARMORS: [(&str, Kind); 4] = [
    ("-----BEGIN PGP SIGNATURE-----", Kind::Pgp),
    ("-----BEGIN PGP MESSAGE-----", Kind::Pgp),
    ("-----BEGIN SSH SIGNATURE-----", Kind::Ssh),
    ("-----BEGIN SIGNED MESSAGE-----", Kind::X509),
];

/// An object and its signature.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signed {
    /// The bytes that were signed.
    pub payload: Vec<u8>,
    /// The signature with its armor; empty when there is none.
    pub signature: String,
}

/// What kind of signature it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// There is none.
    Empty,
    /// PGP.
    Pgp,
    /// OpenSSH.
    Ssh,
    /// S/MIME.
    X509,
    /// None of these.
    Unknown,
}

impl Kind {
    /// The name that messages use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Pgp => "openpgp",
            Self::Ssh => "ssh",
            Self::X509 => "x509",
            Self::Unknown => "unknown",
        }
    }
}

impl Signed {
    /// Takes a commit apart: the signature is a header, whose further lines are indented by a space.
    pub fn commit(bytes: &[u8]) -> Self {
        let mut signed = Self::default();
        let mut rest = bytes;
        let mut is_signature = false;
        loop {
            let end = rest.iter().position(|byte| *byte == b'\n');
            let (line, after) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
            if line.is_empty() || line == b"\n" {
                break;
            }
            let continues = is_signature && line.starts_with(b" ");
            let header = COMMIT_HEADERS.iter().find(|name| line.starts_with(name));
            if continues {
                push(&mut signed.signature, &line[1..]);
            } else if let Some(name) = header {
                // One by the hash of the object itself, the first of its kind.
                is_signature = true;
                if signed.signature.is_empty() {
                    push(&mut signed.signature, &line[name.len()..]);
                }
            } else {
                is_signature = false;
                signed.payload.extend_from_slice(line);
            }
            rest = after;
        }
        signed.payload.extend_from_slice(rest);
        signed
    }

    /// Takes a tag apart: the signature is what follows the text.
    pub fn tag(bytes: &[u8]) -> Self {
        let mut at = 0;
        let mut found = None;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if ARMORS
                .iter()
                .any(|(armor, _)| line.starts_with(armor.as_bytes()))
            {
                found = Some(at);
            }
            at += line.len();
        }
        let (payload, signature) = bytes.split_at(found.unwrap_or(bytes.len()));
        Self {
            payload: payload.to_vec(),
            signature: String::from_utf8_lossy(signature).into_owned(),
        }
    }

    /// What kind of signature it has.
    pub fn kind(&self) -> Kind {
        let text = self.signature.trim_start();
        if text.is_empty() {
            return Kind::Empty;
        }
        let found = ARMORS.iter().find(|(armor, _)| text.starts_with(armor));
        found.map_or(Kind::Unknown, |(_, kind)| *kind)
    }
}

fn push(text: &mut String, line: &[u8]) {
    text.push_str(&String::from_utf8_lossy(line));
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &[u8] = b"tree 1\nparent 2\nauthor a\ngpgsig -----BEGIN SSH SIGNATURE-----\n abc\n \n -----END SSH SIGNATURE-----\nencoding x\n\nsubject\n\n gpgsig no\n";

    #[test]
    fn g10_the_signature_of_a_commit_is_a_header() {
        let signed = Signed::commit(COMMIT);
        assert_eq!(
            signed.payload,
            b"tree 1\nparent 2\nauthor a\nencoding x\n\nsubject\n\n gpgsig no\n"
        );
        assert_eq!(
            signed.signature,
            "-----BEGIN SSH SIGNATURE-----\nabc\n\n-----END SSH SIGNATURE-----\n"
        );
        assert_eq!(signed.kind(), Kind::Ssh);
        let unsigned = Signed::commit(b"tree 1\n\ngpgsig in the text\n");
        assert_eq!(unsigned.kind(), Kind::Empty);
        assert_eq!(unsigned.payload, b"tree 1\n\ngpgsig in the text\n");
        assert_eq!(Signed::commit(b"").kind(), Kind::Empty);
    }

    #[test]
    fn g10_the_signature_of_a_tag_follows_its_text() {
        let tag = b"object 1\n\ntext\n-----BEGIN PGP SIGNATURE-----\nfirst\n-----BEGIN PGP SIGNATURE-----\nabc\n";
        let signed = Signed::tag(tag);
        assert!(signed.payload.ends_with(b"first\n"), "the last one counts");
        assert_eq!(signed.kind(), Kind::Pgp);
        assert_eq!(Signed::tag(b"object 1\n\ntext\n").kind(), Kind::Empty);
        let other = Signed {
            signature: "-----BEGIN SIGNED MESSAGE-----".into(),
            ..Signed::default()
        };
        assert_eq!(other.kind(), Kind::X509);
    }
}
