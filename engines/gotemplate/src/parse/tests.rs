use super::*;

fn functions(name: &str) -> bool {
    matches!(name, "f" | "include" | "print")
}

fn body(text: &str) -> String {
    let definitions = parse("t", text, &functions).unwrap();
    definitions.last().unwrap().to_string()
}

fn error(text: &str) -> String {
    parse("t", text, &functions).unwrap_err().to_string()
}

#[test]
fn nodes_print_in_a_normal_form() {
    for (text, expected) in [
        ("a{{ .b.c }}d", "a{{.b.c}}d"),
        (
            "{{ $x := f .a 1 | f \"q\" }}{{ $x.y }}",
            "{{$x := f .a 1 | f \"q\"}}{{$x.y}}",
        ),
        (
            "{{if .a}}1{{else if .b}}2{{else}}3{{end}}",
            "{{if .a}}1{{else}}{{if .b}}2{{else}}3{{end}}{{end}}",
        ),
        (
            "{{range $i, $e := .list}}{{break}}{{end}}",
            "{{range $i, $e := .list}}{{break}}{{end}}",
        ),
        (
            "{{with (f .x).y.z}}{{.}}{{end}}",
            "{{with (f .x).y.z}}{{.}}{{end}}",
        ),
        ("{{template \"n\" .}}{{/* gone */}}", "{{template \"n\" .}}"),
        ("a \n{{- 1 -}}\n b", "a{{1}}b"),
        ("{{- /* c */ -}} x", "x"),
        (
            "{{ print `raw` 'c' 0x1F -1.5e3 nil true }}",
            "{{print `raw` 'c' 0x1F -1.5e3 nil true}}",
        ),
    ] {
        assert_eq!(body(text), expected, "{text}");
    }
}

#[test]
fn definitions_are_collected_and_blank_ones_give_way() {
    let text = "{{define \"a\"}}A{{end}}{{block \"b\" .}}B{{end}}{{define \"a\"}} {{end}}";
    let names: Vec<_> = parse("t", text, &functions)
        .unwrap()
        .into_iter()
        .map(|d| (d.name.to_string(), d.to_string()))
        .collect();
    let expected = [("a", "A"), ("b", "B"), ("t", "{{template \"b\" .}}")];
    assert_eq!(
        names,
        expected.map(|(name, body)| (name.to_owned(), body.to_owned()))
    );
}

#[test]
fn errors_are_worded_and_placed_as_go_does() {
    for (text, expected) in [
        ("{{", "template: t:1: unclosed action"),
        ("\n{{ .a\n", "template: t:3: unclosed action started at t:2"),
        ("{{ if .a }}", "template: t:1: unexpected EOF"),
        ("{{ end }}", "template: t:1: unexpected {{end}}"),
        ("{{ nope }}", "template: t:1: function \"nope\" not defined"),
        ("{{ $x }}", "template: t:1: undefined variable \"$x\""),
        ("{{ .a }", "template: t:1: unexpected \"}\" in operand"),
        ("{{ (f .a }}", "template: t:1: unclosed left paren"),
        ("{{ f .a) }}", "template: t:1: unexpected right paren"),
        ("{{ | f }}", "template: t:1: unexpected \"|\" in command"),
        (
            "{{ f | 1 }}",
            "template: t:1: non executable command in pipeline stage 2",
        ),
        ("{{ if }}{{end}}", "template: t:1: missing value for if"),
        ("{{ break }}", "template: t:1: {{break}} outside {{range}}"),
        (
            "{{ range $a, $b, $c := .x }}{{end}}",
            "template: t:1: too many declarations in range",
        ),
        ("{{ \"a }}", "template: t:1: unterminated quoted string"),
        ("{{/* }}", "template: t:1: unclosed comment"),
        ("{{ 1.2.3 }}", "template: t:1: unexpected \".3\" in operand"),
        (
            "{{ 99999999999999999999 }}",
            "template: t:1: integer overflow: \"99999999999999999999\"",
        ),
        ("{{ .a.b$c }}", "template: t:1: bad character U+0024 '$'"),
        (
            "{{ true.x }}",
            "template: t:1: unexpected . after term \"true\"",
        ),
        (
            "{{ template .x }}",
            "template: t:1: unexpected \".x\" in template clause",
        ),
        (
            "{{define \"a\"}}1{{end}}{{define \"a\"}}2{{end}}",
            "template: t:1: template: multiple definition of template \"a\"",
        ),
    ] {
        assert_eq!(error(text), expected, "{text}");
    }
}

#[test]
fn positions_are_line_and_byte_column() {
    let source = Source {
        name: "c/t.yaml".into(),
        text: "a\n é{{ .b }}".into(),
    };
    assert_eq!(source.locate(0), "c/t.yaml:1:0");
    assert_eq!(source.locate(8), "c/t.yaml:2:6");
}

#[test]
fn nesting_has_a_limit() {
    let deep = "{{if .a}}".repeat(50_000);
    assert!(error(&deep).contains("nest deeper"));
    let parens = format!("{{{{ {}", "(".repeat(20_000));
    assert!(error(&parens).contains("max expression depth exceeded"));
}

#[test]
fn bytes_that_are_no_utf8_are_kept_outside_of_quotes() {
    let text = b"a\xff{{ `\xfe` }}{{ \"\xfd\" }}{{ \"\\xfc\" }}";
    let definitions = parse("t", &text[..], &functions).unwrap();
    let source = &definitions[0].source.text;
    let shown: Vec<&[u8]> = definitions[0]
        .body
        .iter()
        .map(|node| match node {
            Node::Text(span) => span.of(source),
            Node::Constant(quoted) => quoted.inside(source),
            Node::Action(pipeline) => match &pipeline.first.word {
                Argument::Text(text) => text.bytes(source),
                _ => b"other",
            },
            _ => b"other",
        })
        .collect();
    let expected: [&[u8]; 4] = [b"a\xff", b"\xfe", "\u{fffd}".as_bytes(), b"\xfc"];
    assert_eq!(shown, expected);
    for (text, expected) in [
        (&b"{{ a\xff }}"[..], "bad character U+FFFD '\u{fffd}'"),
        (
            b"{{ \xff }}",
            "unrecognized character in action: U+FFFD '\u{fffd}'",
        ),
    ] {
        let error = parse("t", text, &functions).unwrap_err();
        assert_eq!(error.to_string(), format!("template: t:1: {expected}"));
    }
}
