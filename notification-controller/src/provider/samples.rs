//! Secrets for tests.

use super::secret::{Data, Named};

/// The data of a Secret with these entries.
pub(super) fn data(entries: &[(&str, &str)]) -> Data {
    entries
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec()))
        .collect()
}

/// The Secret of this data.
pub(super) fn named(data: &Data) -> Named<'_> {
    Named { name: "ns/s", data }
}
