//! Random templates: expressions that mostly fit together, and actions around them.

use super::functions::{FUNCTIONS, Kind, kind};
use super::random::Random;

/// The names of the templates that every random template may include.
pub(super) const HELPERS: [&str; 3] = ["helper.plain", "helper.list", "helper.map"];

#[rustfmt::skip]
const TEXTS: &[&str] = &[
    "", "a", "hello world", "Hello", "fooBar", "foo-bar_baz", "é", "日本 語", " x ", "a,b,c", "a.b.c", "1", "12.50", "true",
    "1h30m", "a/b/../c.txt", "%s-%v", "%d|%05d", "%q %T", "https://u:p@h.io:8/p?q=1#f", "<b>&\\\"'", "x: 1\\ny: [2, 3]",
    "line\\nline\\n", "\\t", "2006-01-02", "key", "name", "a b", "nested", "YWJj", "$1x", "1.2.3", "string", "slice", "no",
    "0x1F", "1e3", "null", "~", "\\x00",
];
#[rustfmt::skip]
const PATTERNS: &[&str] = &[
    "a+", "[a-z]+", "(a)(b)?", "^.", "l", "\\\\d+", "\\\\s", "(?i)H", "x*", "[^a]", "(?P<n>o)", "b|c", "\\\\bh", "",
    "(?:l|o){2}", "[[:alpha:]]", "\\\\pL",
];
#[rustfmt::skip]
const VERSIONS: &[&str] = &[
    "1.2.3", "v1.2", ">=1.0.0", "^1.2", "~1.2.3", ">1.0 <2.0", "1.x || 2.0.0", "1.2.3-rc.1+b", "*", "1.26.0-0", "!=1.2",
    ">=1.2 || <0.5", "1.2 - 1.4", "=1",
];
#[rustfmt::skip]
const DOCUMENTS: &[&str] = &[
    "a: 1", "{\\\"a\\\":[1,2.5,null]}", "[1, x, {y: z}]", "a: [", "", "x: 1.0\\ny: 0x10\\nz: yes", "- 1\\n- b",
    "{\\\"b\\\":1e3}", "a: 2020-01-01",
];
#[rustfmt::skip]
const DURATIONS: &[&str] = &[
    "1h", "90m", "1500ms", "0", "2h45m30.5s", "-1h", "36h",
];
#[rustfmt::skip]
const TOML: &[&str] = &[
    "a = 1", "[t]\\nx = [1, 2.5]", "", "k = 2020-01-01", "[[l]]\\nb = true",
];
#[rustfmt::skip]
const NUMBERS: &[&str] = &[
    "0", "1", "2", "3", "-1", "7", "10", "100", "1.5", "2.0", "-0.5", "1e6", "0x10", "'a'", "1234567890123", "0.1",
];

#[rustfmt::skip]
const TEMPLATES: &[&str] = &[
    "{{ . }}", "{{ .a }}", "{{ .Values.s1 | upper }}", "plain", "{{ range . }}<{{ . }}>{{ end }}", "{{ . | toJson }}", "{{ .x.y }}",
    "{{ include \\\"helper.plain\\\" . }}", "{{ define \\\"own\\\" }}o{{ end }}{{ template \\\"own\\\" }}", "{{ nope }}",
    "{{ $x := . }}{{ $x }}", "{{ if . }}y{{ else }}n{{ end }}", "{{ with .nested }}{{ . }}{{ end }}", "{{", "{{/* c */}}z",
    "{{ tpl \\\"{{ . }}\\\" . }}", "{{- . -}}", "{{ index . 0 }}", "{{ .Template.Name }}",
];
#[rustfmt::skip]
const DATES: &[&str] = &[
    "2020-02-29T23:59:58Z", "1999-12-31T00:00:00+02:00", "2020-01-01", "", "x",
];
#[rustfmt::skip]
const LAYOUTS: &[&str] = &[
    "2006-01-02T15:04:05Z07:00", "2006-01-02", "Mon Jan _2 15:04:05 2006", "3:04PM", "02/01/06 .000 -0700 MST", "x", "2006-002",
];
#[rustfmt::skip]
const ZONES: &[&str] = &["UTC", "Europe/Berlin", "America/New_York", "", "Nowhere/X"];
#[rustfmt::skip]
const COUNTS: &[&str] = &["0", "1", "2", "3", "5", "12", "-1", "-3", "100"];

/// Writes one template.
pub(super) struct Writer<'r> {
    random: &'r mut Random,
    /// The variables that are known here.
    variables: Vec<(String, Kind)>,
    /// How many ranges are open.
    ranges: usize,
}

impl<'r> Writer<'r> {
    pub(super) fn new(random: &'r mut Random) -> Self {
        Self {
            random,
            variables: Vec::new(),
            ranges: 0,
        }
    }

    pub(super) fn body(&mut self, depth: usize) -> String {
        let known = self.variables.len();
        let mut out = String::new();
        for _ in 0..=self.random.below(if depth == 0 { 3 } else { 2 }) {
            out.push_str(&self.node(depth));
        }
        self.variables.truncate(known);
        out
    }

    /// What an `if` may ask.
    pub(super) fn condition(&mut self) -> String {
        self.pipeline(Kind::Bool, 1)
    }

    fn node(&mut self, depth: usize) -> String {
        let choice = self.random.below(100);
        match choice {
            0..10 => (*self.random.choose(&["text ", " \n", "x", "  - a\n"])).to_owned(),
            10..65 => self.printed(),
            65..75 => {
                let kind = self.printed_kind();
                let value = self.pipeline(kind, 0);
                let variable = (format!("$v{}", self.random.below(4)), kind);
                let name = variable.0.clone();
                let sign = if self.variables.contains(&variable) && self.random.percent(50) {
                    "="
                } else {
                    self.variables.push(variable);
                    ":="
                };
                self.tag(&format!("{name} {sign} {value}"))
            }
            _ if depth > 1 => self.printed(),
            75..84 => {
                let kind = *self.random.choose(&[Kind::Bool, Kind::Any]);
                self.branch("if", kind, depth)
            }
            84..90 => {
                let kind = *self.random.choose(&[Kind::Dict, Kind::Any, Kind::Text]);
                self.branch("with", kind, depth)
            }
            90..97 => self.range(depth),
            97 => self.called("template"),
            98 => {
                let number = self.random.below(1_000_000);
                let value = self.pipeline(Kind::Any, 1);
                let head = self.tag(&format!("block \"block.{number}\" {value}"));
                // A block knows no variables but its own.
                let known = std::mem::take(&mut self.variables);
                let ranges = std::mem::take(&mut self.ranges);
                let body = self.body(depth + 1);
                self.variables = known;
                self.ranges = ranges;
                format!("{head}{body}{}", self.tag("end"))
            }
            _ => self.called("include"),
        }
    }

    fn called(&mut self, word: &str) -> String {
        let value = if word == "template" {
            self.pipeline(Kind::Any, 1)
        } else {
            self.expression(Kind::Any, 1)
        };
        let helper = *self.random.choose(&HELPERS);
        self.tag(&format!("{word} \"{helper}\" {value}"))
    }

    fn printed(&mut self) -> String {
        let kind = self.printed_kind();
        let value = self.pipeline(kind, 0);
        self.tag(&value)
    }

    fn printed_kind(&mut self) -> Kind {
        *self.random.choose(&[
            Kind::Text,
            Kind::Text,
            Kind::Any,
            Kind::Number,
            Kind::Bool,
            Kind::List,
            Kind::Dict,
        ])
    }

    fn tag(&mut self, content: &str) -> String {
        let left = *self.random.choose(&["{{ ", "{{ ", "{{ ", "{{- "]);
        let right = *self.random.choose(&[" }}", " }}", " }}", " -}}"]);
        format!("{left}{content}{right}")
    }

    fn branch(&mut self, word: &str, kind: Kind, depth: usize) -> String {
        let condition = self.pipeline(kind, 1);
        let mut out = self.tag(&format!("{word} {condition}"));
        out.push_str(&self.body(depth + 1));
        if self.random.percent(20) {
            let condition = self.pipeline(kind, 1);
            out.push_str(&self.tag(&format!("else {word} {condition}")));
            out.push_str(&self.body(depth + 1));
        }
        if self.random.percent(40) {
            out.push_str(&self.tag("else"));
            out.push_str(&self.body(depth + 1));
        }
        out.push_str(&self.tag("end"));
        out
    }

    fn range(&mut self, depth: usize) -> String {
        let kind = *self
            .random
            .choose(&[Kind::List, Kind::List, Kind::Dict, Kind::Small]);
        let over = self.expression(kind, 1);
        let known = self.variables.len();
        let head = match self.random.below(3) {
            _ if kind == Kind::Small => over,
            0 => over,
            1 => {
                self.variables.push(("$e".to_owned(), Kind::Any));
                format!("$e := {over}")
            }
            _ => {
                let names = ["$k", "$e"];
                self.variables
                    .extend(names.map(|name| (name.to_owned(), Kind::Any)));
                format!("$k, $e := {over}")
            }
        };
        let mut out = self.tag(&format!("range {head}"));
        self.ranges += 1;
        out.push_str(&self.body(depth + 1));
        if self.random.percent(20) {
            let word = *self.random.choose(&["break", "continue"]);
            let condition = self.expression(Kind::Bool, 1);
            out.push_str(&self.tag(&format!("if {condition}")));
            out.push_str(&self.tag(word));
            out.push_str(&self.tag("end"));
        }
        self.ranges -= 1;
        self.variables.truncate(known);
        if self.random.percent(20) {
            out.push_str(&self.tag("else"));
            out.push_str(&self.body(depth + 1));
        }
        out.push_str(&self.tag("end"));
        out
    }

    /// A call, maybe with its last argument before it: `x | f`.
    fn pipeline(&mut self, kind: Kind, depth: usize) -> String {
        let Some((name, mut arguments)) = self.call(kind, depth) else {
            return self.operand(kind);
        };
        if self.random.percent(30)
            && let Some(last) = arguments.pop()
        {
            return format!("{last} | {}", joined(name, &arguments));
        }
        joined(name, &arguments)
    }

    fn expression(&mut self, kind: Kind, depth: usize) -> String {
        if depth < 3 && self.random.percent(55) {
            let call = self.pipeline(kind, depth);
            return format!("({call})");
        }
        self.operand(kind)
    }

    fn call(&mut self, kind: Kind, depth: usize) -> Option<(&'static str, Vec<String>)> {
        let kind = if kind == Kind::Any || self.random.percent(1) {
            self.random.choose(FUNCTIONS).0
        } else {
            kind
        };
        let (_, functions) = FUNCTIONS.iter().find(|(gives, _)| *gives == kind)?;
        let (name, parameters) = *self.random.choose(functions);
        let mut arguments = Vec::new();
        let mut last = Kind::Any;
        for letter in parameters.chars() {
            if letter == '*' {
                for _ in 0..self.random.below(3) {
                    arguments.push(self.argument(last, depth));
                }
            } else {
                last = super::functions::kind(letter);
                arguments.push(self.argument(last, depth));
            }
        }
        Some((name, arguments))
    }

    fn argument(&mut self, wanted: Kind, depth: usize) -> String {
        let wanted = if self.random.percent(1) {
            kind(*self.random.choose(&['S', 'N', 'L', 'D', 'B', 'A']))
        } else {
            wanted
        };
        self.expression(wanted, depth + 1)
    }

    fn operand(&mut self, kind: Kind) -> String {
        if !self.variables.is_empty() && self.random.percent(30) {
            let (name, holds) = self.random.choose(&self.variables);
            if kind == Kind::Any || kind == *holds {
                return name.clone();
            }
        }
        if kind == Kind::Any && self.ranges > 0 && self.random.percent(30) {
            return ".".to_owned();
        }
        let constant = self.random.percent(45);
        match kind {
            Kind::Text if constant => self.quoted(TEXTS),
            Kind::Template if constant => self.quoted(TEMPLATES),
            Kind::Text | Kind::Template => self.value(&["s1", "s2", "s3", "obj.text"]),
            Kind::Pattern => self.quoted(PATTERNS),
            Kind::Version => self.quoted(VERSIONS),
            Kind::Document => self.quoted(DOCUMENTS),
            Kind::Toml => self.quoted(TOML),
            Kind::Fresh => {
                (*self
                    .random
                    .choose(&["(dict)", "(deepCopy $.Values.dict)", "(dict \"a\" 1)"]))
                .to_owned()
            }
            Kind::Duration => self.quoted(DURATIONS),
            Kind::Date => {
                let date = self.quoted(DATES);
                format!("(toDate \"2006-01-02T15:04:05Z07:00\" {date})")
            }
            Kind::Layout => self.quoted(LAYOUTS),
            Kind::Zone => self.quoted(ZONES),
            Kind::Count => (*self.random.choose(COUNTS)).to_owned(),
            Kind::Small => (*self.random.choose(&["0", "1", "2", "3", "5", "12"])).to_owned(),
            Kind::Number if constant => (*self.random.choose(NUMBERS)).to_owned(),
            Kind::Number => self.value(&["n1", "n2", "n3", "int", "obj.number"]),
            Kind::Bool if constant => (*self.random.choose(&["true", "false"])).to_owned(),
            Kind::Bool => self.value(&["yes", "no"]),
            Kind::List => self.value(&["list", "words", "numbers", "none", "objects"]),
            Kind::Dict => self.value(&["dict", "obj", "nothing", "deep.er"]),
            Kind::Any => {
                let other = *self.random.choose(&[
                    Kind::Text,
                    Kind::Number,
                    Kind::Bool,
                    Kind::List,
                    Kind::Dict,
                ]);
                match self.random.below(12) {
                    0 => self.value(&["null", "missing", "missing.deeper", "deep.er.est"]),
                    1 => (*self.random.choose(&[
                        ".Values",
                        ".Chart.Name",
                        ".Release",
                        "nil",
                        ".Capabilities.KubeVersion",
                    ]))
                    .to_owned(),
                    _ => self.operand(other),
                }
            }
        }
    }

    fn quoted(&mut self, texts: &[&str]) -> String {
        format!("\"{}\"", self.random.choose(texts))
    }

    fn value(&mut self, names: &[&str]) -> String {
        format!("$.Values.{}", self.random.choose(names))
    }
}

fn joined(name: &str, arguments: &[String]) -> String {
    let words = std::iter::once(name).chain(arguments.iter().map(String::as_str));
    words.collect::<Vec<_>>().join(" ")
}
