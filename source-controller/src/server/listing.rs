//! A directory as a page of links.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

/// The page of a directory, names sorted, directories with a slash.
pub async fn page(directory: PathBuf) -> io::Result<String> {
    let mut names = Vec::new();
    let mut entries = tokio::fs::read_dir(directory).await?;
    while let Some(entry) = entries.next_entry().await? {
        let mut name = entry.file_name().to_string_lossy().into_owned();
        // Links count as what they lead to.
        if tokio::fs::metadata(entry.path())
            .await
            .is_ok_and(|found| found.is_dir())
        {
            name.push('/');
        }
        names.push(name);
    }
    names.sort();
    let mut page =
        "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n"
            .to_owned();
    for name in names {
        // Writing to a string cannot fail.
        let _ = writeln!(
            page,
            "<a href=\"./{}\">{}</a>",
            escape_url(&name),
            escape_html(&name)
        );
    }
    page.push_str("</pre>\n");
    Ok(page)
}

/// Percent-encodes everything but what may stand in a path; `/` stays.
pub fn escape_url(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$()*+,;=@".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;")
}
