use super::*;

#[test]
fn a_precision_beyond_all_digits_is_filled_with_zeros() {
    for (verb, expected) in [('f', 2 + 100_000), ('e', 2 + 100_000 + 4)] {
        let text = float(0.5, verb, Some(100_000));
        assert_eq!(text.len(), expected);
        assert!(text.contains('5') && text.contains("000"));
    }
    assert_eq!(float(5e-324, 'f', Some(1_074)).len(), 2 + 1_074);
}

#[test]
fn text_prints_as_in_go() {
    let operands = [Value::int(1), Value::int(2), Value::text("a"), Value::Nil];
    assert_eq!(sprint(&operands), b"1 2a<nil>");
    assert_eq!(sprintln(&operands), b"1 2 a <nil>\n");
    assert_eq!(sprintf(b"%v|%d|%s|%v", &operands), b"1|2|a|<nil>");
}

#[test]
fn quotes_escape_what_go_does_not_print() {
    for (text, expected) in [
        (&b"a\"b\\c\n"[..], r#""a\"b\\c\n""#),
        (b"\xff\xc3\xa9\x00\x7f", r#""\xff\u{e9}\x00\x7f""#),
        (
            "\u{200b}\u{1f600}\u{e0001}".as_bytes(),
            "\"\\u200b\u{1f600}\\U000e0001\"",
        ),
    ] {
        assert_eq!(quote(text), expected.replace("\\u{e9}", "\u{e9}"));
    }
}
