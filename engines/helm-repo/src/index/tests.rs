use super::*;

fn json(text: &str) -> String {
    Index::read(text.as_bytes()).unwrap().to_json()
}

fn error(text: &str) -> String {
    Index::read(text.as_bytes()).unwrap_err().to_string()
}

const SMALL: &str = "\
apiVersion: v1
generated: 2020-01-02T03:04:05.500000000Z
entries:
  b: []
  a:
  - name: a
    version: 1.0.0
    urls: [a-1.0.0.tgz]
    created: 2016-10-06T16:23:20.499814565-06:00
    digest: abc
  - name: a
    version: 1.10.0
    apiVersion: v2
    appVersion: 1.0
    description: <b> & c
    annotations: {z: yes, k: 1}
    dependencies: [{name: d, version: \">1\", repository: \"\"}]
    urls:
    - https://h.test/a-1.10.0.tgz
";

/// As the original writes the same index.
const STORED: &str = r#"{
  "apiVersion": "v1",
  "generated": "2020-01-02T03:04:05.5Z",
  "entries": {
    "a": [
      {
        "name": "a",
        "version": "1.10.0",
        "description": "\u003cb\u003e \u0026 c",
        "apiVersion": "v2",
        "appVersion": "1",
        "annotations": {
          "k": "1",
          "z": "true"
        },
        "dependencies": [
          {
            "name": "d",
            "version": "\u003e1",
            "repository": ""
          }
        ],
        "urls": [
          "https://h.test/a-1.10.0.tgz"
        ],
        "created": "0001-01-01T00:00:00Z"
      },
      {
        "name": "a",
        "version": "1.0.0",
        "apiVersion": "v1",
        "urls": [
          "a-1.0.0.tgz"
        ],
        "created": "2016-10-06T16:23:20.499814565-06:00",
        "digest": "abc"
      }
    ],
    "b": []
  }
}"#;

#[test]
fn h3_an_index_is_stored_as_sorted_indented_json() {
    assert_eq!(json(SMALL), STORED);
    assert_eq!(json(STORED), STORED, "and read again as JSON");
}

#[test]
fn h3_null_and_invalid_entries_are_dropped() {
    let text = "\
apiVersion: v1
entries:
  a:
  - null
  - {name: a, version: one}
  - {name: a/b, version: 1.0.0}
  - {name: .., version: 1.0.0}
  - {version: 1.0.0}
  - {name: a, version: 1.0.0, type: other}
  - {name: a, version: 1.0.0, maintainers: [null]}
  - {name: a, version: 1.0.0, dependencies: [{name: x, alias: 'a b'}]}
  - {name: a, version: v2, dependencies: [{name: x}, {name: x}]}
";
    let index = Index::read(text.as_bytes()).unwrap();
    assert_eq!(index.len(), 1);
    assert!(index.to_json().contains("\"version\": \"v2\""));
}

#[test]
fn h3_what_is_no_index_is_told() {
    assert_eq!(error(""), "empty index.yaml file");
    assert_eq!(error("entries: {}\n"), "no API version specified");
    assert_eq!(error("{}"), "no API version specified");
    assert_eq!(error("# nothing\n"), "no API version specified");
    assert!(error("apiVersion: v1\napiVersion: v1\n").contains("already set in map"));
    let unknown = "apiVersion: v1\nentries: {a: [{name: a, version: 1.0.0, what: 1}]}\n";
    assert!(
        error(unknown).contains("json: unknown field \"what\""),
        "{}",
        error(unknown)
    );
    assert!(error("apiVersion: v1\nwhat: 1\n").contains("unknown field \"what\""));
    assert!(error("[]").contains("expected a mapping"));
    assert!(error("<html></html>").contains("expected a mapping"));
    assert!(error("apiVersion: v1\nentries: {a: 1}").contains("versions of chart 'a'"));
    let late = "apiVersion: v1\nentries: {a: [{name: a, version: 1.0.0, created: soon}]}";
    assert!(error(late).contains("parsing time \"soon\""));
    assert!(error("a: [b").contains("line"));
}

#[test]
fn h3_json_may_have_fields_that_nobody_knows() {
    let text = r#"{"apiVersion": "v1", "x": 1, "entries": {"a": [{"name": "a", "version": "1.0.0", "y": "\ud83d\ude00"}]}}"#;
    assert_eq!(Index::read(text.as_bytes()).unwrap().len(), 1);
}

#[test]
fn aliases_stand_for_what_they_name_within_bounds() {
    let text = "\
apiVersion: v1
annotations: {n: &n \"1\"}
entries:
  a:
  - &first {name: a, version: 1.0.0, maintainers: &m [{name: me}]}
  - {name: a, version: 1.1.0, maintainers: *m}
  - *first
";
    assert_eq!(Index::read(text.as_bytes()).unwrap().len(), 3);
    assert!(error("apiVersion: v1\nentries: {a: [*none]}").contains("none"));
    let mut bomb = "apiVersion: v1\nannotations:\n  a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..9 {
        let before = format!("*a{}", level - 1);
        let list = vec![before; 9].join(",");
        bomb = format!("{bomb}  a{level}: &a{level} [{list}]\n");
    }
    assert!(error(&bomb).contains("aliasing"), "{}", error(&bomb));
}

#[test]
fn one_chart_is_found_in_a_stored_index() {
    let versions = find(STORED.as_bytes(), "a").unwrap().unwrap();
    let versions: Vec<&str> = versions.iter().map(|entry| &*entry.version).collect();
    assert_eq!(versions, ["1.10.0", "1.0.0"]);
    assert_eq!(find(STORED.as_bytes(), "b").unwrap(), Some(Vec::new()));
    assert_eq!(find(STORED.as_bytes(), "c").unwrap(), None);
    assert!(find(b"nonsense", "c").is_err());
}

#[test]
fn h3_text_is_cleaned_as_in_charts_and_repeated_dependencies_stay() {
    let index = "
apiVersion: v1
entries:
  a:
  - name: a
    version: 1.0.0
    description: \"one\\ntwo\\u200b\\u00ad\\u00a0three\"
    maintainers: [{name: \"x\\u200by\", email: e}]
    dependencies: [{name: d, version: \"1\\t2\", repository: r}, {name: d, version: 1, repository: r}]
    urls: [u]
";
    let stored: Value = serde_json::from_str(&json(index)).unwrap();
    let entry = &stored["entries"]["a"][0];
    assert_eq!(entry["description"], "one two three");
    assert_eq!(entry["maintainers"][0]["name"], "xy");
    assert_eq!(entry["dependencies"][0]["version"], "1 2");
    assert_eq!(entry["dependencies"][1]["name"], "d");
}
