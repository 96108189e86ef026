//! Which paths mean something on the network (`api/internal/git/repospec.go`).

/// A URL that is fetched over http.
pub(super) fn is_http(path: &str) -> bool {
    let scheme = path.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
    })
}

/// Names a git repository: by scheme, in the form of scp, or on the host that needs neither.
pub(super) fn is_repository(path: &str) -> bool {
    if path.starts_with('/') {
        return false;
    }
    let path = path.split('?').next().unwrap_or_default();
    let path = strip_prefix_ignoring_case(path, "git::").unwrap_or(path);
    for scheme in ["ssh://", "https://", "http://", "file://"] {
        if let Some(rest) = strip_prefix_ignoring_case(path, scheme) {
            return scheme == "file://" || has_repository(rest);
        }
    }
    let (user, rest) = split_user(path);
    let lower = rest.to_ascii_lowercase();
    let known_host = lower.starts_with("github.com/") || lower.starts_with("github.com:");
    (user || known_host) && has_repository(rest)
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix)
        .then(|| &text[prefix.len()..])
}

/// Whether `user@` stands in front, and what comes after.
fn split_user(path: &str) -> (bool, &str) {
    let Some((user, rest)) = path.split_once('@') else {
        return (false, path);
    };
    let name = user
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic())
        && user
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if name { (true, rest) } else { (false, path) }
}

/// Host and repository are both there.
fn has_repository(rest: &str) -> bool {
    let Some(at) = rest.find(['/', ':']) else {
        return false;
    };
    let path = &rest[at + 1..];
    at > 0 && (path.contains(".git") || path.contains("_git/") || path.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_are_told_from_directories() {
        for path in [
            "https://example.org/org/repo",
            "git@example.org:org/repo.git",
            "github.com/org/repo//path?ref=v1",
            "ssh://git@example.org/org/repo",
            "file:///somewhere",
        ] {
            assert!(is_repository(path), "{path}");
        }
        for path in [
            "../base",
            "base",
            "/abs",
            "a@b",
            "dir/with:colon/x",
            "github.com",
        ] {
            assert!(!is_repository(path), "{path}");
        }
    }
}
