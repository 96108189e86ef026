use super::*;

fn segments(path: &str) -> Vec<Vec<u8>> {
    path.split('/')
        .filter(|part| !part.is_empty())
        .map(|part| part.as_bytes().to_vec())
        .collect()
}

/// Paths that end in `/` are directories.
#[track_caller]
fn check(lines: &str, excluded: &[&str], kept: &[&str]) {
    let matcher = Matcher::exactly(parse(lines.as_bytes(), &[]));
    for (paths, expected) in [(excluded, true), (kept, false)] {
        for path in paths {
            assert_eq!(
                matcher.excludes(&segments(path), path.ends_with('/')),
                expected,
                "patterns {lines:?}, path {path:?}"
            );
        }
    }
}

#[test]
fn i5_name_without_slash_matches_any_segment() {
    check(
        "vulkano",
        &["vulkano", "value/vulkano/", "value/vulkano/tail"],
        &["value/volcano/tail"],
    );
    check(
        "*middle/",
        &["vul/middle/", "vul/middle/tail"],
        &["vul/middle"],
    );
    check("/", &[], &["a", "a/", "b/c"]);
}

#[test]
fn i5_path_is_anchored_and_takes_descendants() {
    check(
        "/deploy",
        &["deploy", "deploy/", "deploy/a/b"],
        &["x/deploy", "deployment"],
    );
    check("a/b", &["a/b", "a/b/c"], &["x/a/b", "a", "a/c"]);
    check(
        "*/hello",
        &["a/hello", "a/hello/b"],
        &["hello", "a/b/hello"],
    );
    check("/*.yaml", &["a.yaml"], &["b/a.yaml"]);
}

#[test]
fn i5_double_star_is_a_whole_segment() {
    check(
        "**/.sops.yaml",
        &[".sops.yaml", "a/.sops.yaml", "a/b/.sops.yaml"],
        &["sops.yaml"],
    );
    check(
        "a/**/b",
        &["a/b", "a/x/b", "a/x/y/b", "a/x/b/c"],
        &["b", "x/a/b", "a/x/c"],
    );
    check("a/**", &["a", "a/x", "a/x/y"], &["b/a"]);
    check("a/x**y/b", &[], &["a/xzy/b", "a/x/y/b"]);
    check("**/a/", &["a/", "x/a/", "x/a/file"], &["a", "x/a"]);
}

#[test]
fn i5_traversal_takes_the_first_match_only() {
    // The first `b` is taken; the path after it has to match then.
    check("**/b/c", &["b/c", "x/b/c"], &["b/x/b/c"]);
}

#[test]
fn i5_last_match_wins_and_parents_do_not_block() {
    check(
        "/*\n!/deploy",
        &["src/", "README.md"],
        &["deploy/", "deploy/app.yaml", "deploy/a/b.yaml"],
    );
    check("*.md\n!docs/*.md\n*.md", &["docs/a.md"], &[]);
    check(
        "src/\n!src/keep.yaml",
        &["src/", "src/a.yaml"],
        &["src/keep.yaml"],
    );
}

#[test]
fn i5_comments_blanks_and_spaces() {
    check("# a\n\n   \n\t\nb  \n", &["b"], &["a", "# a"]);
    check(" #c", &[" #c"], &["#c"]);
    check("d\\ ", &["d "], &["d"]);
    check("e\r\nf\r\n", &["e", "f"], &["e\r"]);
    check("!", &[], &["a"]);
}

#[test]
fn i5_malformed_patterns_match_nothing() {
    check("[\na/[x\n\\", &[], &["[", "a/[x", "\\"]);
}

#[test]
fn i4_patterns_are_scoped_to_their_directory() {
    let mut patterns = parse(b"*.txt\n/only", &segments("apps"));
    patterns.extend(parse(b"!a.txt", &segments("apps/base")));
    let matcher = Matcher::exactly(patterns);
    let excluded = |path: &str| matcher.excludes(&segments(path), false);
    assert!(excluded("apps/x.txt"));
    assert!(excluded("apps/only"));
    assert!(excluded("apps/base/b.txt"));
    assert!(!excluded("apps/base/a.txt"));
    assert!(!excluded("apps/base/only"));
    assert!(!excluded("x.txt"));
    assert!(!excluded("apps"));
}

#[test]
fn i2_i3_defaults_apply_only_without_patterns() {
    let defaults = Matcher::for_source(Vec::new());
    let own = Matcher::for_source(parse(b"*.md", &[]));
    for path in [
        "logo.png",
        "a/b.zip",
        ".github/w.yml",
        "x/.sops.yaml",
        "x/appveyor.yml",
        "c.tar.gz",
    ] {
        assert!(defaults.excludes(&segments(path), false), "{path}");
        assert!(!own.excludes(&segments(path), false), "{path}");
    }
    for path in [
        ".gitignore",
        "a/.gitattributes",
        ".gitmodules",
        ".git/config",
    ] {
        assert!(defaults.excludes(&segments(path), false), "{path}");
        assert!(own.excludes(&segments(path), false), "{path}");
    }
    assert!(!defaults.excludes(&segments(".sourceignore"), false));
    assert!(!defaults.excludes(&segments("app.yaml"), false));
    assert!(
        !defaults.excludes(&segments(".github"), false),
        "a file of that name is no directory"
    );
}

#[test]
fn i1_version_control_patterns_can_be_overruled() {
    let matcher = Matcher::for_source(parse(b"!.gitignore", &[]));
    assert!(!matcher.excludes(&segments(".gitignore"), false));
    assert!(matcher.excludes(&segments(".gitmodules"), false));
}

#[test]
fn i3_comment_only_text_has_no_patterns() {
    assert!(parse(b"# nothing\n\n  \n", &[]).is_empty());
}
