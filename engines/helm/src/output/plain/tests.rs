use super::*;

/// Documents that charts print; the lines of all of them are mixed below.
const DOCUMENTS: [&str; 9] = [
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  labels:\n    app.kubernetes.io/name: \"x\"\nspec:\n  ports:\n  - port: 80\n    name: http\n  - 5\n",
    "apiVersion: batch/v1\nkind: Job\nmetadata:\n  annotations:\n    \"helm.sh/hook\": pre-install,test\n    helm.sh/hook-weight: '-5'\n  name: \"b\"\n",
    "# Source: x\n\nkind: ConfigMap\napiVersion: v1\ndata:\n  a: |-\n    {\n      \"b\": 1\n    }\n\n  c: >\n\n    text # no comment\n   # comment\nmetadata: \n    name: c\n",
    "apiVersion: v1\nkind: Role\nmetadata:\n  annotations:\n    {}\n  labels:\n    []\nrules:\n- verbs: [\"get\", 'a,b', x]\n  args:\n  - --a=b\n  - -c\n  - 'it''s'\n  - 5ae0\n  - 0x1f\n",
    "apiVersion: v1\nkind: List\nitems:\n  - - a\n    - b: c\n      d: 1.5\n  -\n    e: {}\n    f: []\n  - |+\n    g\n\n",
    "kind: X\napiVersion: v1\nmetadata:\n  name: 5\n",
    "apiVersion: v1\nkind: X\nKind: Y\nmetadata: null\nspec: {a: b}\n",
    "apiVersion: v1\nkind: X\na: yes\nb: 1e400\nc: &x d\ne: *x\nf: g: h\n",
    "apiVersion: v1\nkind: X\nmetadata:\n  annotations:\n    a: \"b\"\n    y: z\n    c: true\n  name: n\nlist:\n- a\n- b: \"c\n    d\"\n",
];

/// What changes the meaning of a line.
const ODD: &str = " \n:-#'\"{}[]&*!|>%@`?,.~<=\\\t\r\u{7f}0e1xyn/_";

#[test]
fn the_usual_is_understood() {
    for (document, name, annotations) in [
        (DOCUMENTS[0], "a", 0),
        (DOCUMENTS[1], "b", 2),
        (DOCUMENTS[2], "c", 0),
        (DOCUMENTS[3], "", 0),
        (DOCUMENTS[4], "", 0),
    ] {
        let head = read(document).unwrap();
        assert_eq!(
            (head.name.as_str(), head.annotations.len()),
            (name, annotations)
        );
    }
    assert_eq!(
        read(DOCUMENTS[1])
            .unwrap()
            .annotation("helm.sh/hook-weight"),
        Some("-5")
    );
}

#[test]
fn what_is_unusual_is_left_to_the_decoder() {
    for document in &DOCUMENTS[5..] {
        assert_eq!(read(document), None, "{document}");
    }
    let head = "apiVersion: v1\nkind: X\n";
    for rest in [
        "a: b\n  c\n",
        "a:\n  b: 1\n c: 2\n",
        "a: 1\n- b\n",
        "a: \"b\\n\"\n",
        "a:\tb\n",
        "a: \u{e9}\n",
        "a: |2\n  b\n",
        "a: |\n  \n   b\n",
        "a: |\n    b\n  c\n",
        "- a\n",
        "a\n",
        "a: b #c\n",
        "a: [b: c]\n",
        "a: !!str b\n",
        "? a\n",
        "---\na: b\n",
        "kind: Y\n",
        "a: .inf\n",
        "a: b:\n",
        "1: a\n",
        "metadata:\n- a\n",
        "metadata: {}\n",
        "a: -\n",
        "a: - b\n",
        "a:\n  - b\n  c: d\n",
        "%a: b\n",
        "a: @b\n",
        "a:\r\n",
    ] {
        assert_eq!(read(&format!("{head}{rest}")), None, "{rest}");
    }
}

#[test]
fn what_is_understood_is_what_the_decoder_says() {
    let lines: Vec<&str> = DOCUMENTS
        .iter()
        .flat_map(|document| document.lines())
        .collect();
    let mut state = 1_u64;
    let mut below = |limit: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % limit
    };
    let mut understood = 0;
    for _ in 0..20_000 {
        let mut document = String::from("apiVersion: v1\nkind: X\n");
        for _ in 0..below(7) {
            let (_, content) = indented(lines[below(lines.len())]);
            document.push_str(&" ".repeat(below(4) * (1 + below(2))));
            document.push_str(content);
            document.push('\n');
        }
        if below(2) == 0 {
            let at = below(document.len());
            let odd = ODD.as_bytes()[below(ODD.len())];
            document.replace_range(at..=at, char::from(odd).encode_utf8(&mut [0; 4]));
        }
        if let Some(head) = read(&document) {
            understood += 1;
            assert_eq!(Head::decode(&document), Ok(head), "{document}");
        }
    }
    assert!(understood > 1_000, "{understood}");
}
