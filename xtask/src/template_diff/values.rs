//! Random values under the names that random templates look up.

use super::random::Random;

#[rustfmt::skip]
const TEXTS: &[&str] = &[
    "\"\"", "abc", "\"Hello World\"", "\"12\"", "\"true\"", "fooBar-baz", "\"é日本\"", "\"a,b c\"", "\" pad \"", "\"1.5\"",
    "\"line\\nline\"", "\"%v %d\"", "\"{{ .x }}\"", "\"null\"", "\"x: 1\"", "\"1h\"", "\"~\"", "\"0123\"",
];
#[rustfmt::skip]
const NUMBERS: &[&str] = &[
    "0", "1", "-3", "42", "1.5", "1000000", "12345678", "0.1", "1e21", "-0.0", "9007199254740993", "2.50", "0x1f", "1e-7",
];

/// A values file.
pub(super) fn values(random: &mut Random) -> String {
    let mut entries = vec![("int", random.below(20).to_string())];
    let fixed = [
        ("yes", "true"),
        ("no", "false"),
        ("\"null\"", "null"),
        ("none", "[]"),
        ("nothing", "{}"),
    ];
    entries.extend(fixed.map(|(name, value)| (name, value.to_owned())));
    for name in ["s1", "s2", "s3"] {
        entries.push((name, (*random.choose(TEXTS)).to_owned()));
    }
    for name in ["n1", "n2", "n3"] {
        entries.push((name, (*random.choose(NUMBERS)).to_owned()));
    }
    entries.push(("words", list(random, TEXTS)));
    entries.push(("numbers", list(random, NUMBERS)));
    entries.push(("list", flow(random, 0)));
    entries.push(("dict", mapping(random, 0)));
    let [text, number] = [TEXTS, NUMBERS].map(|choices| *random.choose(choices));
    let (key, a) = (flow(random, 1), mapping(random, 1));
    entries.push((
        "obj",
        format!("{{text: {text}, number: {number}, key: {key}, a: {a}}}"),
    ));
    let (first, second) = (mapping(random, 1), mapping(random, 1));
    entries.push(("objects", format!("[{first}, {second}]")));
    entries.push(("deep", format!("{{er: {}}}", mapping(random, 1))));
    let lines: Vec<_> = entries
        .iter()
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect();
    lines.concat()
}

#[rustfmt::skip]
const ASSIGNED: &[&str] = &[
    "1", "x", "", "null", "true", "0x10", "1.5", "{a,b}", "{}", "{1,null,x y}", "a\\,b", "a=b", "007", "1e3", "-0", "é", "{a", "\"q\"",
    "9223372036854775808", " pad ", "{{ . }}",
];
#[rustfmt::skip]
const PATHS: &[&str] = &[
    "s1", "s2", "n1", "list", "list[0]", "list[7]", "words[1]", "dict.name", "dict.new.deep", "obj.key[0].x", "deep.er", "missing",
    "nothing.a\\.b", "objects[0].name", "objects[1]", "null.x", "global.g", "s3.sub", "list[x]", "",
];
#[rustfmt::skip]
const JSON: &[&str] = &[
    "1", "\"x\"", "null", "[1,{\"a\":null}]", "{\"name\":{\"deep\":[]}}", "1.0", "1e30", "{", "x", "{}",
];

/// Values that are set on the command line; mostly none.
pub(super) fn flags(random: &mut Random) -> Vec<String> {
    let mut flags = Vec::new();
    while random.percent(40) {
        let path = *random.choose(PATHS);
        let (flag, choices) = *random.choose(&[
            ("--set", ASSIGNED),
            ("--set-string", ASSIGNED),
            ("--set-literal", ASSIGNED),
            ("--set-json", JSON),
        ]);
        flags.push(flag.to_owned());
        flags.push(format!("{path}={}", random.choose(choices)));
    }
    flags
}

fn list(random: &mut Random, items: &[&str]) -> String {
    let count = random.below(5);
    let items: Vec<_> = (0..count).map(|_| *random.choose(items)).collect();
    format!("[{}]", items.join(", "))
}

fn scalar(random: &mut Random) -> String {
    match random.below(6) {
        0 | 1 => (*random.choose(TEXTS)).to_owned(),
        2 | 3 => (*random.choose(NUMBERS)).to_owned(),
        4 => (*random.choose(&["true", "false"])).to_owned(),
        _ => "null".to_owned(),
    }
}

fn item(random: &mut Random, depth: usize) -> String {
    match random.below(6) {
        0 if depth < 2 => flow(random, depth + 1),
        1 if depth < 2 => mapping(random, depth + 1),
        _ => scalar(random),
    }
}

fn flow(random: &mut Random, depth: usize) -> String {
    let count = random.below(5);
    let items: Vec<_> = (0..count).map(|_| item(random, depth)).collect();
    format!("[{}]", items.join(", "))
}

fn mapping(random: &mut Random, depth: usize) -> String {
    let mut entries = Vec::new();
    for key in ["name", "key", "a", "nested", "b.c"] {
        if random.percent(50) {
            entries.push(format!("{key}: {}", item(random, depth)));
        }
    }
    format!("{{{}}}", entries.join(", "))
}
