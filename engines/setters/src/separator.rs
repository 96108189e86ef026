//! The lines between documents, as the Kubernetes tools for files split them (`splitDocuments` of kyaml).

/// The first separator behind the first line that carries content, which makes a file unreadable (F3).
pub(crate) fn bad_separator(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some(at) = rest.find("\n---") {
        let line = &rest[at + 1..];
        let end = line.find('\n')?;
        let content = line[3..end].trim();
        if !content.is_empty() && !content.starts_with('#') {
            return Some(line[..end].trim());
        }
        // The line break behind a separator belongs to it, so a separator right behind one is content.
        rest = &line[end + 1..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f3_text_behind_a_separator_makes_a_file_unreadable() {
        for text in [
            "a: 1\n--- b\nc: 2\n",
            "a: 1\n---- \nb: 2\n",
            "a: 1\r\n--- !tag\r\nb: 2\r\n",
        ] {
            assert!(bad_separator(text).is_some(), "{text:?}");
        }
        for text in [
            "--- b\n",
            "a: 1\n---\nb: 2\n",
            "a: 1\n---  # note\r\nb: 2\n",
            "a: 1\n--- b",
            "a: 1\n---\n--- b\n",
            "",
        ] {
            assert_eq!(bad_separator(text), None, "{text:?}");
        }
    }
}
