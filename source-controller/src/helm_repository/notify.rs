//! What the success event says (E5).

use crds::meta::Artifact;

/// The size of the stored index, and where it comes from.
pub fn message(artifact: &Artifact, url: &str) -> String {
    let size = artifact.size.map_or_else(
        || "unknown size".to_owned(),
        |size| format!("size {}", human(size)),
    );
    format!("stored fetched index of {size} from '{url}'")
}

/// A number of bytes with four digits and a decimal unit: `2.048kB`, `1.5MB`.
fn human(bytes: i64) -> String {
    const UNITS: [&str; 7] = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    #[expect(clippy::cast_precision_loss, reason = "four digits are shown")]
    let mut size = bytes as f64;
    let mut unit = 0;
    while size >= 1000.0 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    let whole = format!("{size:.0}").len();
    let text = format!("{size:.*}", 4_usize.saturating_sub(whole));
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    format!("{text}{}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e5_sizes_have_four_digits_at_most() {
        for (bytes, expected) in [
            (0, "0B"),
            (999, "999B"),
            (1000, "1kB"),
            (1024, "1.024kB"),
            (12_345, "12.35kB"),
            (1_500_000, "1.5MB"),
            (123_456_789, "123.5MB"),
        ] {
            assert_eq!(human(bytes), expected);
        }
    }
}
