//! The checksum of a scan (R9).

use artifact::Algorithm;

use crate::database::Keeping;

/// Modulus of Adler-32 (RFC 1950): the largest prime below 2^16.
const MODULUS: u32 = 65521;

/// The revision of these sorted tags: in decimal, the Adler-32 of their JSON array; or the SHA-256 of their lines where
/// tags belong to objects.
pub(super) fn of(tags: &[String], keeping: Keeping) -> Result<String, serde_json::Error> {
    Ok(match keeping {
        Keeping::ByImage => adler32(&serde_json::to_vec(tags)?).to_string(),
        Keeping::ByObject => {
            let mut hasher = Algorithm::Sha256.hasher();
            for tag in tags {
                hasher.update(tag.as_bytes());
                hasher.update(b"\n");
            }
            hasher.finish().to_string()
        }
    })
}

/// A dozen lines that no crate of the tree offers without its compressor.
fn adler32(bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (1_u32, 0_u32);
    // So many sums stay below 2^32 between two divisions.
    for chunk in bytes.chunks(5552) {
        for byte in chunk {
            low += u32::from(*byte);
            high += low;
        }
        low %= MODULUS;
        high %= MODULUS;
    }
    high << 16 | low
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(tags: &[&str]) -> Vec<String> {
        tags.iter().map(ToString::to_string).collect()
    }

    /// Checksums of Go 1.26's `adler32.Checksum` over `json.Marshal`, taken down by hand.
    #[test]
    fn r9_the_revision_is_the_adler_checksum_of_the_json_array() {
        let checksum = |list: &[&str]| of(&tags(list), Keeping::ByImage).unwrap();
        assert_eq!(checksum(&[]), "18153657");
        assert_eq!(checksum(&["b", "a"]), "183370288");
        let many: Vec<String> = (0..5000).map(|number| format!("v1.{number}.0")).collect();
        assert_eq!(of(&many, Keeping::ByImage).unwrap(), "2922774387");
    }

    #[test]
    fn r9_the_revision_is_the_sha256_of_lines_with_the_gate() {
        let found = of(&tags(&["b", "a"]), Keeping::ByObject).unwrap();
        assert_eq!(
            found,
            "sha256:aea8a04c2f293417e499bf5de2def8ebb1ed40264d128a67180ea56fbe4600ff"
        );
    }
}
