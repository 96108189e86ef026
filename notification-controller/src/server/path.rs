//! Canonical paths, to which requests are redirected as Go's multiplexer does (R1).

use axum::http::Uri;

/// The canonical form of a request's path, with its query, when it is another one.
pub(super) fn canonical(uri: &Uri) -> Option<String> {
    let path = uri.path();
    let clean = clean(path);
    if clean == path {
        return None;
    }
    Some(match uri.query() {
        Some(query) => format!("{clean}?{query}"),
        None => clean,
    })
}

/// Without empty segments, `.` and `..`; a final slash stays.
fn clean(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    let mut clean = format!("/{}", segments.join("/"));
    if path.ends_with('/') && !segments.is_empty() {
        clean.push('/');
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r1_doubled_slashes_and_dots_are_cleaned_and_the_query_stays() {
        for (from, to) in [
            ("/hook//abc", Some("/hook/abc")),
            ("/hook/./abc?x=1", Some("/hook/abc?x=1")),
            ("/a/../hook/", Some("/hook/")),
            ("//", Some("/")),
            ("/", None),
            ("/hook/abc", None),
            ("/hook/abc/?x=//", None),
        ] {
            let uri: Uri = from.parse().unwrap();
            assert_eq!(canonical(&uri).as_deref(), to, "{from}");
        }
    }
}
