//! Random charts with all that a chart may hold.

use std::collections::BTreeMap;

use super::manifests::{add, helpers, manifest};
use super::random::Random;
use super::values::{flags, values};

/// A chart in the folder `fuzz`, values files beside it, and the flags that name them.
#[derive(Default)]
pub(super) struct Whole {
    pub(super) files: BTreeMap<String, String>,
    pub(super) flags: Vec<String>,
}

/// Names of charts and of aliases, which values have as well.
const CHARTS: &[&str] = &["sub", "lib", "zed", "one-more"];

/// Keys of values that mean something to charts, beside some that do not.
const KEYS: &[&str] = &[
    "a", "b", "c", "enabled", "global", "exports", "sub", "lib", "zed", "al", "data", "one-more",
];

/// How deep charts lie in charts.
const DEPTH: usize = 3;

impl Whole {
    pub(super) fn random(random: &mut Random) -> Self {
        let mut whole = Self::default();
        whole.chart(random, "fuzz", "fuzz/", 0);
        whole.command_line(random);
        whole
    }

    /// Writes a chart and those in it; the version it has.
    fn chart(&mut self, random: &mut Random, name: &str, root: &str, depth: usize) -> &'static str {
        let version = *random.choose(&["1.2.3", "0.1.0", "2.0.0-rc.1", "1.2.3+b"]);
        let api = *random.choose(&["v2", "v2", "v2", "v1"]);
        let mut about = format!("apiVersion: {api}\nname: {name}\nversion: {version}\n");
        #[rustfmt::skip]
        let notes = [
            (20, "appVersion: \"1.0\"\n"), (10, "appVersion: 1.5\n"), (8, "kubeVersion: \">=1.20.0-0\"\n"), (1, "kubeVersion: <1.20\n"),
            (5, "deprecated: true\n"), (10, "annotations: {a: b, c/d: \"1\"}\n"), (10, "keywords: [x, y]\n"), (10, "home: https://x.y/\n"),
            (5, "icon: x.png\n"), (10, "maintainers: [{name: m, email: m@x.y}]\n"), (10, "description: |\n  two\n  lines\n"),
            (5, "sources: [https://x.y/z]\n"),
        ];
        let mut known = Vec::new();
        for (chance, note) in notes {
            let key = note.split(':').next();
            if !known.contains(&key) && random.percent(chance) {
                known.push(key);
                about.push_str(note);
            }
        }
        if depth > 0 && random.percent(15) {
            about.push_str("type: library\n");
        }
        let dependencies = self.dependencies(random, root, depth);
        if !dependencies.is_empty() {
            let text = format!("dependencies:\n{dependencies}");
            if api == "v1" {
                self.put(root, "requirements.yaml", text);
            } else {
                about.push_str(&text);
            }
        }
        self.put(root, "Chart.yaml", about);
        if random.percent(92) {
            let text = values(random) + &table(random);
            self.put(root, "values.yaml", text);
        }
        self.templates(random, name, root, depth);
        self.beside(random, root, depth);
        version
    }

    /// Writes the charts that a chart holds; the list of its dependencies.
    fn dependencies(&mut self, random: &mut Random, root: &str, depth: usize) -> String {
        let mut list = String::new();
        for name in CHARTS {
            let chance = [40, 25, 10, 0][depth.min(DEPTH)];
            if !random.percent(chance) {
                continue;
            }
            let inside = format!("{root}charts/{name}/");
            let version = self.chart(random, name, &inside, depth + 1);
            for _ in 0..if random.percent(2) {
                2
            } else {
                usize::from(random.percent(90))
            } {
                list.push_str(&dependency(random, name, version));
            }
        }
        list
    }

    fn templates(&mut self, random: &mut Random, name: &str, root: &str, depth: usize) {
        if depth == 0 || random.percent(40) {
            self.put(root, "templates/_helpers.tpl", helpers(random, name));
        }
        for number in 0..=random.below(if depth == 0 { 3 } else { 2 }) {
            let folder = *random.choose(&["", "", "", "nested/", "tests/", "a.b/"]);
            let ending =
                *random.choose(&["yaml", "yaml", "yaml", "yaml", "yml", "txt", "tpl", "json"]);
            let first = *random.choose(&["t", "z", "A", "Z"]);
            let text = manifest(random);
            self.put(
                root,
                &format!("templates/{folder}{first}{number}.{ending}"),
                text,
            );
        }
        if random.percent(15) {
            let text = *random.choose(&[
                "hi\n",
                "{{ .Release.Name }}",
                "{{ include \"who\" . }}",
                "{{ .Chart.Name }}{{- /* nothing */ -}}",
            ]);
            self.put(root, "templates/NOTES.txt", text.to_owned());
        }
    }

    /// What lies beside the templates.
    fn beside(&mut self, random: &mut Random, root: &str, depth: usize) {
        #[rustfmt::skip]
        let files = [
            (50, "files/a.txt", "one\ntwo\n"), (30, "files/b.txt", "no end of line"), (20, "files/deep/c.yaml", "x: {{ .Values.s1 }}\n"),
            (20, "config.json", "{\"a\": 1}\n"), (10, "files/empty", ""), (10, "files/ü.txt", "é\r\nü\r\n"), (10, "README.md", "# Read\n"),
            (10, "LICENSE", "free\n"), (10, "templates/.hidden.yaml", "a: 1\n"), (5, "values.schema.json", "{\"type\":\"object\"}"),
            (1, ".helmignore", "*.txt\n!a.txt\n"), (8, ".helmignore", "# not these\n*.txt\nfiles/\n"), (8, ".helmignore", "files/deep\nt1.*\n/config.json\n"),
            (10, "crds/one.yaml", "kind: CustomResourceDefinition\nmetadata: {name: one}\n---\nkind: CustomResourceDefinition\nmetadata: {name: two}\n"),
            (5, "crds/deep/not.txt", "no definition\n"), (5, "crds/b.yml", "# only a comment\n---\nkind: X\n"),
        ];
        for (chance, path, text) in files {
            if random.percent(chance) {
                self.put(root, path, text.to_owned());
            }
        }
        if random.percent(if depth == 0 { 4 } else { 2 }) {
            let text = schema(random);
            self.put(root, "values.schema.json", text);
        }
    }

    fn put(&mut self, root: &str, path: &str, text: String) {
        self.files.insert(format!("{root}{path}"), text);
    }

    fn command_line(&mut self, random: &mut Random) {
        for file in ["first.yaml", "second.yaml"] {
            if random.percent(40) {
                let known = if random.percent(30) {
                    values(random)
                } else {
                    String::new()
                };
                let text = known + &table(random);
                self.files.insert(file.to_owned(), text);
                self.flag(&["-f", file]);
            }
        }
        if random.percent(8) {
            self.flags.extend(flags(random));
        }
        #[rustfmt::skip]
        let assigned = [
            "sub.enabled=false", "tags.t=true", "tags.t=false,tags.u=true", "global.a=1", "sub=null", "sub.a=null", "al.enabled=true",
            "lib.global.a=null", "a.b.c=false", "zed.a.b=1", "global=null", "sub.global.c=7", "sub.zed.enabled=true", "tags=null",
            "global.a.b=x", "one-more.a={1,2}",
        ];
        while random.percent(30) {
            let value = *random.choose(&assigned);
            self.flag(&["--set", value]);
        }
        #[rustfmt::skip]
        let switches: &[(usize, &[&str])] = &[
            (15, &["--include-crds"]), (10, &["--no-hooks"]), (10, &["--skip-tests"]), (15, &["--is-upgrade"]), (15, &["-n", "space"]),
            (2, &["-s", "templates/t0.yaml"]), (1, &["-s", "charts/sub/templates/*"]), (10, &["-a", "x.io/v1/Thing,y.io/v2"]),
            (8, &["--kube-version", "1.29.3"]), (3, &["--kube-version", "v1.31"]), (4, &["--skip-schema-validation"]),
            (5, &["--set-file", "a=fuzz/Chart.yaml"]), (4, &["--set-json", "sub={\"a\":[1,null],\"b\":null}"]),
        ];
        for (chance, switch) in switches {
            if random.percent(*chance) {
                self.flag(switch);
            }
        }
    }

    fn flag(&mut self, words: &[&str]) {
        self.flags
            .extend(words.iter().map(|word| (*word).to_owned()));
    }
}

/// An entry of a chart's dependencies.
fn dependency(random: &mut Random, name: &str, version: &str) -> String {
    let wanted = *random.choose(&[
        version, version, version, "*", ">=0-0", "^1", "~1.2", "x", "9.9.9",
    ]);
    let mut entry = format!("- name: {name}\n  version: {wanted:?}\n");
    let mut field = |key: &str, value: &str| add(&mut entry, format_args!("  {key}: {value}\n"));
    if random.percent(50) {
        field(
            "repository",
            random.choose::<&str>(&["\"\"", "https://x.y/", "file://../x"]),
        );
    }
    if random.percent(25) {
        let own = format!("al-{name}");
        let aliases: &[&str] = if random.percent(4) {
            &["al", "sub", "\"bad alias\""]
        } else {
            &[&own, "al", "B_c"]
        };
        field("alias", random.choose::<&str>(aliases));
    }
    if random.percent(40) {
        let own = format!("{name}.enabled");
        let several = format!("\"{name}.none,{name}.enabled,b\"");
        let conditions: &[&str] = &[
            &own,
            &several,
            "al.enabled",
            "global.a",
            "a.b.c",
            "tags.t",
            "data",
        ];
        field("condition", random.choose::<&str>(conditions));
    }
    if random.percent(30) {
        field(
            "tags",
            random.choose::<&str>(&["[t]", "[u, t]", "[front]", "[]"]),
        );
    }
    if random.percent(30) {
        #[rustfmt::skip]
        let imports = [
            "[data]", "[a, data]", "[{child: data, parent: x}]", "[{child: exports.data, parent: b}]", "[{child: a, parent: .}]",
            "[{child: global, parent: global}]", "[{child: zed.a, parent: sub.b}, data]", "[{child: none, parent: x}]",
            "[{child: dict, parent: dict}]", "[{child: deep.er, parent: obj.a}]",
        ];
        field("import-values", random.choose::<&str>(&imports));
    }
    entry
}

/// Values under keys that charts look at.
fn table(random: &mut Random) -> String {
    let mut out = String::new();
    for key in KEYS {
        if random.percent(35) {
            let value = match *key {
                "enabled" => (*random.choose(&["true", "false", "null", "\"true\""])).to_owned(),
                "exports" => format!("{{data: {}, a: {}}}", value(random, 1), value(random, 2)),
                _ => held(random, key, 0),
            };
            add(&mut out, format_args!("{key}: {value}\n"));
        }
    }
    if random.percent(30) {
        let values = ["true", "false", "null", "x"];
        let [first, second] = [(); 2].map(|()| *random.choose(&values));
        add(
            &mut out,
            format_args!("tags: {{t: {first}, u: {second}, front: true}}\n"),
        );
    }
    out
}

/// The value of a key: a chart's values are a mapping, or all of it fails.
fn held(random: &mut Random, key: &str, depth: usize) -> String {
    let table = CHARTS.contains(&key) || ["global", "al"].contains(&key);
    if table && random.percent(98) {
        return mapping(random, depth);
    }
    value(random, depth)
}

fn mapping(random: &mut Random, depth: usize) -> String {
    let mut entries = Vec::new();
    for key in KEYS {
        if depth < 3 && random.percent(22) {
            entries.push(format!("{key}: {}", held(random, key, depth + 1)));
        }
    }
    format!("{{{}}}", entries.join(", "))
}

fn value(random: &mut Random, depth: usize) -> String {
    let choice = random.below(100);
    if depth < 3 && choice < 45 {
        return mapping(random, depth);
    }
    if depth < 3 && choice < 52 {
        let items: Vec<_> = (0..random.below(3))
            .map(|_| value(random, depth + 1))
            .collect();
        return format!("[{}]", items.join(", "));
    }
    #[rustfmt::skip]
    let scalars = [
        "0", "1", "2.5", "1e6", "x", "\"\"", "true", "false", "null", "~", "\"true\"", "\"{{ .Values.a }}\"", "12345678901", "0x1f", "0o17",
        "017", "1_000", ".5", "2020-01-01", "yes", "\"1\"", "-0.0", "!!str 5", "'it''s'",
    ];
    (*random.choose(&scalars)).to_owned()
}

fn schema(random: &mut Random) -> String {
    let mut rules = Vec::new();
    for key in KEYS.iter().chain(&["s1", "n1", "list", "dict"]) {
        if random.percent(15) {
            #[rustfmt::skip]
            let rule = *random.choose(&[
                "{\"type\":\"object\"}", "{\"type\":[\"string\",\"null\"]}", "{\"type\":\"boolean\"}", "{\"enum\":[1,\"x\",null]}",
                "{\"type\":\"number\",\"minimum\":1}", "{\"not\":{\"type\":\"array\"}}", "{\"$ref\":\"#/$defs/x\"}", "{\"pattern\":\"^[a-z]*$\"}",
                "{\"anyOf\":[{\"type\":\"integer\"},{\"required\":[\"a\"]}]}", "{\"additionalProperties\":false}", "{\"maxLength\":2}", "true",
            ]);
            rules.push(format!("{key:?}:{rule}"));
        }
    }
    let draft = *random.choose(&[
        "",
        "\"$schema\":\"http://json-schema.org/draft-07/schema#\",",
        "\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",",
        "\"$schema\":\"http://json-schema.org/draft-04/schema#\",",
    ]);
    let required = *random.choose(&[
        "",
        "",
        "\"required\":[\"a\",\"n1\"],",
        "\"required\":[\"global\"],",
    ]);
    format!(
        "{{{draft}{required}\"properties\":{{{}}},\"$defs\":{{\"x\":{{\"type\":\"string\"}}}}}}",
        rules.join(",")
    )
}
