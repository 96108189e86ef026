//! One text to its documents, the way Helm splits: at every line that begins with three dashes,
//! whatever follows them.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// Where the next line with three dashes begins: one before it.
static DASHES: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\n---"));

/// The documents of `text` without those that are blank. Each loses the white space before it, and
/// keeps what is behind it.
pub fn split<'a>(text: &'a str) -> Vec<&'a str> {
    let text = text.trim_start();
    let mut documents = Vec::new();
    let (mut start, mut at) = (0, 0);
    let mut add = |document: &'a str| {
        let document = document.trim_start();
        if !document.is_empty() {
            documents.push(document);
        }
    };
    loop {
        if text[at..].starts_with("---") {
            add(&text[start..at]);
            let rest = &text[at + 3..];
            start = text.len() - rest.trim_start_matches([' ', '\t']).len();
        }
        match DASHES.find(&text.as_bytes()[at..]) {
            Some(offset) => at += offset + 1,
            None => break,
        }
    }
    add(&text[start..]);
    documents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_begin_behind_dashes() {
        let text = "\n \n---\na: 1\n---  \n\n---\t# note\nb: 2\n---c: 3\n--- \n";
        assert_eq!(split(text), ["a: 1\n", "# note\nb: 2\n", "c: 3\n"]);
        assert_eq!(split(""), Vec::<&str>::new());
        assert_eq!(split("a: |\n  ---\n"), ["a: |\n  ---\n"]);
        assert_eq!(split("----\n"), ["-\n"]);
    }
}
