use super::*;

/// The versions that each row of [`EXPECTED`] is checked against: bit `n` stands for the `n`th.
const VERSIONS: &[&str] = &[
    "0.0.0",
    "0.0.1",
    "0.0.3",
    "0.1.0",
    "0.2.3",
    "0.2.9",
    "0.3.0",
    "1.0.0",
    "1.0.1",
    "1.2.0",
    "1.2.3",
    "1.2.3-beta.1",
    "1.2.4-rc.1",
    "1.3.0",
    "1.9.9",
    "2.0.0-alpha",
    "2.0.0",
    "2.1.5",
    "3.0.0",
    "v1.2.3+build.5",
    "11.1.0",
    "0.0.0-a",
    "1.2.0-beta.2",
    "1.0.0-0",
];

/// What the original library (v3.5.0) says; `None` where it refuses the range.
#[rustfmt::skip]
#[expect(clippy::unreadable_literal, reason = "bit sets")]
const EXPECTED: &[(&str, Option<u32>)] = &[
    ("", None),
    ("*", Some(0x1f67ff)),
    ("x", Some(0x1f67ff)),
    ("1.x", Some(0x86780)),
    ("1.x.5", Some(0x86780)),
    ("4.X", Some(0x0)),
    ("1.2", Some(0x80600)),
    ("1.2.x", Some(0x80600)),
    ("1.2.3", Some(0x80400)),
    ("=1.2.3", Some(0x80400)),
    ("= 1.2.3", Some(0x80400)),
    ("!=1.2.3", Some(0x1763ff)),
    ("!=1.2.x", Some(0x1761ff)),
    ("!=1.x", Some(0x17007f)),
    ("!=1", Some(0x17007f)),
    ("!=*", Some(0x1f67fe)),
    ("!=1.2-beta.2", Some(0xbfffff)),
    (">1", Some(0x170000)),
    (">1.2", Some(0x176000)),
    (">1.2.3", Some(0x176000)),
    (">*", Some(0x1f67fe)),
    ("<1", Some(0x7f)),
    ("<1.2.x", Some(0x1ff)),
    ("<1.2.3", Some(0x3ff)),
    (">=1", Some(0x1f6780)),
    (">=1.2.3-0", Some(0x1ffc00)),
    ("=>1.2", Some(0x1f6600)),
    (">=1.2.3-beta.1", Some(0x1ffc00)),
    ("<=1", Some(0x867ff)),
    ("<=1.2", Some(0x807ff)),
    ("<=1.2.3", Some(0x807ff)),
    ("=<1.2.x", Some(0x807ff)),
    ("<=*", Some(0x7)),
    ("<=1.2.3-beta.1", Some(0xe00bff)),
    ("~1", Some(0x86780)),
    ("~1.2", Some(0x80600)),
    ("~1.2.3", Some(0x80400)),
    ("~>1.2", Some(0x80600)),
    ("~0.0.0", Some(0x1f67ff)),
    ("~0", Some(0x7f)),
    ("~0.0", Some(0x7)),
    ("~*", Some(0x1f67ff)),
    ("~1.2.3-beta.1", Some(0x81c00)),
    ("~1.2-beta.1", Some(0x481e00)),
    ("^*", Some(0x1)),
    ("^1.2.3", Some(0x86400)),
    ("^1.2", Some(0x86600)),
    ("^1", Some(0x86780)),
    ("^0.2.3", Some(0x30)),
    ("^0.2", Some(0x30)),
    ("^0.0.3", Some(0x4)),
    ("^0.0", Some(0x7)),
    ("^0", Some(0x7f)),
    ("^0.0.0", Some(0x1)),
    ("^0.x", Some(0x7f)),
    ("^1.2.3-beta.1", Some(0x87c00)),
    ("^1-0", Some(0xc87f80)),
    (">=1.2, <2", Some(0x86600)),
    (">=1.2,<2", Some(0x86600)),
    (">=1.2 <2", Some(0x86600)),
    (">=1.2<2", None),
    (">=1.2 , <2", Some(0x86600)),
    (">=1.2, , <2", None),
    (",>1", None),
    (">1,", None),
    ("1.0 - 2.0", Some(0x96780)),
    ("1.2.3 - 1.x", Some(0x86400)),
    ("0.2 - 0.3 || 2.0", Some(0x10070)),
    ("0.2 - 0.3 || >2", Some(0x140070)),
    ("0.5 1.0 - 2.0", None),
    (">=0.5, 1.0 - 2.0", Some(0x96780)),
    (">=1.0 - 2.0", None),
    ("1 - 2 - 3", None),
    ("1 - 2<3", Some(0xb6780)),
    ("1 - 2 <1.5", Some(0x82780)),
    ("1 - 2, <1.5", Some(0x82780)),
    ("1 -2", None),
    ("1- 2", None),
    ("1-2", Some(0x487f80)),
    ("1.2.3.4", None),
    ("1x", None),
    ("1.xx", None),
    ("**", None),
    ("V1.2.3", None),
    ("v1.2.3", Some(0x80400)),
    (">= v1.2", Some(0x1f6600)),
    ("~ 1.2", Some(0x80600)),
    ("~ >1", None),
    ("> = 1", None),
    (">>1", None),
    ("01.02.03", Some(0x80400)),
    ("1.2.3-01", None),
    ("1.2.3-a..b", None),
    ("1.2.3+meta", Some(0x80400)),
    (">=1.2.3+meta", Some(0x1f6400)),
    ("!=1.2.3+meta", Some(0x1763ff)),
    ("99999999999999999999", None),
    ("1||", None),
    ("||1", None),
    ("1 || 2 || 0.3", Some(0xb67c0)),
    ("*-0", Some(0xffffff)),
    ("x-0", Some(0xffffff)),
    (">=0-0", Some(0xffffff)),
    (">0.0.0-0", Some(0xffffff)),
    ("0.0.0-a", Some(0x200000)),
    ("1.2.x-beta.2", Some(0x481e00)),
    ("<2.0.0-0", Some(0xe87fff)),
    (">1-0", Some(0x178000)),
    ("<=1-0", Some(0xe87fff)),
    ("a", None),
    ("latest", None),
    ("1,2", Some(0x0)),
    ("1 1.2", Some(0x80600)),
    ("1|2", None),
];

#[test]
fn g4_ranges_agree_with_the_original_library() {
    let versions: Vec<Version> = VERSIONS
        .iter()
        .map(|v| Version::parse(v).unwrap())
        .collect();
    let mut wrong = Vec::new();
    for (text, expected) in EXPECTED {
        let actual = Constraint::parse(text).ok().map(|constraint| {
            (0..).zip(&versions).fold(0u32, |bits, (n, version)| {
                bits | (u32::from(constraint.allows(version)) << n)
            })
        });
        if actual != *expected {
            wrong.push(format!("{text:?}: expected {expected:x?}, got {actual:x?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn g4_tags_need_three_parts_and_may_be_loose() {
    for tag in [
        "1.2.3",
        "v1.2.3",
        "v2025.02.03-rc.1",
        "01.2.3",
        "1.2.3+build",
        "1-a.b.c",
    ] {
        assert!(Version::parse_tag(tag).is_ok(), "{tag}");
    }
    for tag in [
        "1", "1.2", "v1.2", "V1.2.3", "1.2.3.4", "1.2.x", "1.2.3-", "1.2.3+", "1.2.3-01", "a.b.c",
        "", "1..2",
    ] {
        assert!(Version::parse_tag(tag).is_err(), "{tag}");
    }
}

#[test]
fn g4_matching_orders_by_precedence_and_keeps_the_literal_tag() {
    let constraint = Constraint::parse(">=1.0.0").unwrap();
    let tags = [
        "1.0.0",
        "main",
        "v1.10.0",
        "1.9.0",
        "2.0.0-rc.1",
        "1.10.0+b",
    ];
    let found: Vec<_> = matching(&constraint, tags)
        .iter()
        .map(|v| v.original().to_owned())
        .collect();
    assert_eq!(found, ["v1.10.0", "1.10.0+b", "1.9.0", "1.0.0"]);
}

#[test]
fn errors_quote_the_text() {
    let error = Constraint::parse("1.2.3 || latest").unwrap_err();
    assert_eq!(error.to_string(), "improper constraint: \" latest\"");
    let error = Version::parse_tag("1.2").unwrap_err();
    assert_eq!(error.to_string(), "not a semantic version: `1.2`");
}
