//! What holds for every input: nothing panics, what is printed reads back, edits stay local.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use yaml::node::{self, Content, Node, ScalarStyle, SequenceIndent};
use yaml::{Budget, Dialect, Document, JsonEscape, Value, decode, decode_first, encode};

/// A key; `<<` is printed plain by go-yaml too, and reads back as a merge.
fn key() -> impl Strategy<Value = String> {
    text().prop_filter("merge keys", |text| text != "<<")
}

/// Text that is hard on a printer: indicators, spaces and breaks at the ends, numbers, words.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        "key",
        " ",
        "  ",
        "\n",
        "\t",
        ": ",
        ":",
        " #",
        "#",
        "- ",
        "-",
        "? ",
        "'",
        "\"",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&",
        "*",
        "!",
        "|",
        ">",
        "%",
        "@",
        "`",
        "---",
        "...",
        "yes",
        "null",
        "1",
        "0x1",
        "1.5",
        ".inf",
        "2001-01-01",
        "1:30",
        "é",
        "\u{2028}",
        "\u{feff}",
        "\u{1f600}",
        "\\",
        "\r",
        "long words that go on ",
        "<<",
        "~",
        "=",
        "\u{7}",
    ]);
    prop_oneof![
        4 => prop::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat()),
        1 => "[ -~]{0,120}",
        1 => prop::collection::vec(any::<char>(), 0..12).prop_map(|chars| chars.iter().collect()),
    ]
    .prop_filter("JSON does not escape what YAML refuses or folds", |text| {
        !text
            .chars()
            .any(|char| matches!(char, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}'))
    })
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i32>().prop_map(|quarters| Value::from(f64::from(quarters) / 4.0)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..5)
                .prop_map(|entries| entries.into_iter().collect()),
        ]
    })
}

/// Lines that look like YAML, sound or not.
fn document() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a: ",
        "b:\n",
        "  c: d\n",
        "- ",
        "\n",
        "\n\n",
        "  ",
        "# note\n",
        " # note\n",
        "'q'",
        "\"q\\n\"",
        "[a, b]",
        "{a: 1, b}",
        "[",
        "{",
        "}",
        "]",
        "|\n  text\n  more\n",
        ">-\n  fold\n  fold\n\n",
        "&x ",
        "*x",
        "!!str ",
        "!t ",
        "<<: ",
        "---\n",
        "...\n",
        "? k\n: v\n",
        "plain words\n",
        "word: another\n",
        "\t",
        "\r\n",
        "%TAG ! !\n",
        "\u{feff}",
        "é: ü\n",
        ",",
        ":",
        "\\",
        "\"",
        "'",
    ]);
    prop::collection::vec(pieces, 0..30).prop_map(|pieces| pieces.concat())
}

fn same_numbers(value: &Value) -> Value {
    // A float without a fraction comes back as an integer.
    decode_first(
        value.to_go_json(JsonEscape::Plain).as_bytes(),
        Dialect::Kubernetes,
        &Budget::default(),
    )
    .unwrap()
    .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_reads_back(value in value()) {
        let expected = same_numbers(&value);
        let back = decode(encode(&value).as_bytes(), Dialect::Kubernetes, &Budget::default());
        prop_assert_eq!(back, Ok(vec![expected.clone()]), "{}", encode(&value));
        // From v3 on a tab may start a literal block, which its own scanner then refuses.
        if value.to_go_json(JsonEscape::Plain).contains("\\t") {
            return Ok(());
        }
        for indent in [SequenceIndent::Wide, SequenceIndent::Compact] {
            let text = node::encode_v3(&expected, indent);
            let back = decode(text.as_bytes(), Dialect::Kubernetes, &Budget::default());
            prop_assert_eq!(back, Ok(vec![expected.clone()]), "{}", text);
        }
    }

    #[test]
    fn printing_is_stable(value in value()) {
        let text = encode(&value);
        let back = decode_first(text.as_bytes(), Dialect::Kubernetes, &Budget::default()).unwrap().unwrap();
        prop_assert_eq!(encode(&back), text);
    }

    #[test]
    fn go_json_is_json(value in value()) {
        for escape in [JsonEscape::Html, JsonEscape::Plain] {
            let json: serde_json::Value = serde_json::from_str(&value.to_go_json(escape)).unwrap();
            prop_assert_eq!(same_numbers(&Value::from_json(json)), same_numbers(&value));
        }
    }

    #[test]
    fn trees_print_to_documents_with_the_same_content(text in document()) {
        let budget = Budget::default();
        let Ok(trees) = node::parse(text.as_bytes(), &budget) else { return Ok(()) };
        let Ok(expected) = decode(text.as_bytes(), Dialect::Kyaml, &budget) else { return Ok(()) };
        let bare: Vec<node::Tree> = trees
            .into_iter()
            .map(|tree| node::Tree { head: String::new(), root: tree.root.without_comments(), foot: String::new() })
            .collect();
        if bare.iter().any(|tree| prints_as_another(&tree.root)) {
            return Ok(());
        }
        for indent in [SequenceIndent::Compact, SequenceIndent::Wide] {
            let printed = node::print(&bare, indent);
            prop_assert_eq!(decode(printed.as_bytes(), Dialect::Kyaml, &budget), Ok(expected.clone()), "{}", printed);
        }
    }

    #[test]
    fn an_edit_is_exact_or_refused(text in document(), value in text(), pick in any::<prop::sample::Index>()) {
        let Ok(mut document) = Document::parse(text.clone(), &Budget::default()) else { return Ok(()) };
        let paths = document.scalars();
        if paths.is_empty() { return Ok(()) }
        let path = pick.get(&paths);
        let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
        let span = document.get(path).unwrap().span;
        let (start, end) = (span.content.min(span.end) + mark, span.end + mark);
        if document.set(path, &Value::from(value.as_str())).is_err() {
            prop_assert_eq!(document.text(), text);
            return Ok(());
        }
        let node = document.get(path).unwrap();
        prop_assert_eq!(node.as_str(), Some(value.as_str()));
        prop_assert!(document.text().starts_with(&text[..start]));
        prop_assert!(document.text().ends_with(&text[end..]));
    }

    #[test]
    fn any_bytes_give_values_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for dialect in [Dialect::Kubernetes, Dialect::KubernetesStrict, Dialect::Kyaml] {
            if let Err(error) = decode(&bytes, dialect, &Budget::default()) {
                prop_assert!(!error.message().is_empty());
            }
        }
    }
}

/// Whether go-yaml prints something in `node` as something else: a null that is left out becomes
/// '' in brackets and before a colon; folded text may gain line breaks.
fn prints_as_another(node: &Node) -> bool {
    match &node.content {
        Content::Scalar(text, ScalarStyle::Plain) => text.is_empty(),
        Content::Scalar(_, style) => *style == ScalarStyle::Folded,
        Content::Alias(_) => false,
        Content::Sequence(items, _) => items.iter().any(prints_as_another),
        Content::Mapping(entries, _) => entries
            .iter()
            .any(|(key, value)| prints_as_another(key) || prints_as_another(value)),
    }
}
