//! What the command prints for charts on disk.

use std::fs;
use std::path::Path;

use clap::Parser as _;

use super::*;

#[derive(Debug, clap::Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

/// What goes to standard output, or the message of the failure; then what goes to standard error.
fn printed(words: &[&str]) -> (Result<String, String>, String) {
    let line = match Line::try_parse_from([&["helm"], words].concat()) {
        Ok(line) => line,
        Err(error) => return (Err(error.to_string()), String::new()),
    };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let done = run(line.args, &mut out, &mut err).map_err(|error| error.to_string());
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.map(|()| text(out)), text(err))
}

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn chart() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    write(
        root,
        "Chart.yaml",
        "{apiVersion: v2, name: demo, version: 1.0.0}",
    );
    write(root, "values.yaml", "color: red\nsize: 1\n");
    write(
        root,
        "templates/b.yaml",
        "kind: Service\nname: {{ .Release.Name }}-{{ .Values.color }}-{{ .Values.size }}",
    );
    write(
        root,
        "templates/a.yaml",
        "kind: Deployment\nns: {{ .Release.Namespace }} {{ .Release.IsUpgrade }} {{ .Capabilities.KubeVersion }}",
    );
    write(
        root,
        "templates/t.yaml",
        "kind: Pod\nmetadata: {name: t, annotations: {helm.sh/hook: test}}",
    );
    write(
        root,
        "templates/j.yaml",
        "kind: Job\nmetadata: {name: j, annotations: {helm.sh/hook: pre-install}}",
    );
    write(root, "crds/c.yaml", "kind: CustomResourceDefinition\n");
    write(root, "templates/NOTES.txt", "notes");
    dir
}

#[test]
fn of_a_flag_given_twice_the_last_one_counts() {
    let dir = chart();
    let path = dir.path().to_str().unwrap();
    let words = [
        "template",
        "r",
        path,
        "-n",
        "one",
        "--kube-version",
        "1.20.0",
        "--set",
        "color=blue",
        "-n",
        "two",
        "--kube-version",
        "1.31.0",
        "--is-upgrade",
        "--is-upgrade",
        "--set",
        "size=2",
    ];
    let (done, _) = printed(&words);
    let text = done.unwrap();
    assert!(text.contains("ns: two true v1.31.0"), "{text}");
    assert!(text.contains("name: r-blue-2"), "{text}");
}

#[test]
fn manifests_come_by_kind_and_hooks_after_them() {
    let dir = chart();
    let path = dir.path().to_str().unwrap();
    let (out, err) = printed(&[
        "template",
        "rel",
        path,
        "-n",
        "ns",
        "--kube-version",
        "1.30",
    ]);
    assert_eq!(
        out.unwrap(),
        "---\n# Source: demo/templates/b.yaml\nkind: Service\nname: rel-red-1\n\
         ---\n# Source: demo/templates/a.yaml\nkind: Deployment\nns: ns false v1.30\n\
         ---\n# Source: demo/templates/t.yaml\nkind: Pod\n\
         metadata: {name: t, annotations: {helm.sh/hook: test}}\n\
         ---\n# Source: demo/templates/j.yaml\nkind: Job\n\
         metadata: {name: j, annotations: {helm.sh/hook: pre-install}}\n"
    );
    assert_eq!(err, "");
}

#[test]
fn flags_choose_what_is_printed() {
    let dir = chart();
    let path = dir.path().to_str().unwrap();
    let sources = |flags: &[&str]| {
        let (out, _) = printed(&[&["template", path], flags].concat());
        let out = out.unwrap();
        let lines = out
            .lines()
            .filter_map(|line| line.strip_prefix("# Source: demo/"));
        lines.map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    let manifests = "templates/b.yaml templates/a.yaml";
    assert_eq!(sources(&["--no-hooks"]), manifests);
    assert_eq!(
        sources(&["--skip-tests"]),
        format!("{manifests} templates/j.yaml")
    );
    assert_eq!(
        sources(&["--include-crds", "--no-hooks"]),
        format!("crds/c.yaml {manifests}")
    );
    assert_eq!(
        sources(&["-s", "templates/j.yaml", "-s", "templates/[ab].yaml"]),
        "templates/j.yaml templates/b.yaml templates/a.yaml"
    );
    let (out, _) = printed(&["template", path, "--is-upgrade", "-s", "templates/a.yaml"]);
    assert!(out.unwrap().contains("ns: default true v1.37"));
}

#[test]
fn values_of_flags_win_in_the_order_of_their_kinds() {
    let dir = chart();
    let path = dir.path().to_str().unwrap();
    write(dir.path(), "one.yaml", "color: green\nsize: 2\n");
    write(dir.path(), "two.yaml", "size: 3\n");
    let one = dir.path().join("one.yaml");
    let two = dir.path().join("two.yaml");
    let files = ["-f", one.to_str().unwrap(), "-f", two.to_str().unwrap()];
    let name = |flags: &[&str]| {
        let words = ["template", "r", path, "-s", "templates/b.yaml"];
        let (out, _) = printed(&[&words, flags].concat());
        let out = out.unwrap();
        let line = out.lines().find_map(|line| line.strip_prefix("name: "));
        line.unwrap().to_owned()
    };
    assert_eq!(name(&files), "r-green-3");
    assert_eq!(
        name(&[&files[..], &["--set", "color=blue,size=4"]].concat()),
        "r-blue-4"
    );
    assert_eq!(
        name(&["--set-string", "size=05", "--set", "size=4"]),
        "r-red-05"
    );
    assert_eq!(name(&["--set-json", r#"size={"a":1}"#]), "r-red-map[a:1]");
    write(dir.path(), "color.txt", "violet");
    let content = format!("color={}/color.txt", dir.path().display());
    assert_eq!(name(&["--set-file", &content]), "r-violet-1");
}

#[test]
fn failures_are_told_as_helm_tells_them() {
    let dir = chart();
    let path = dir.path().to_str().unwrap();
    let error = |words: &[&str]| {
        let (out, err) = printed(&[&["template"], words].concat());
        (out.unwrap_err(), err)
    };
    assert_eq!(
        error(&["r", "./nothing/here"]).0,
        "path \"./nothing/here\" not found"
    );
    assert_eq!(
        error(&["r", path, "-s", "x.yaml"]).0,
        "could not find template x.yaml in chart"
    );
    assert_eq!(
        error(&["r", path, "--kube-version", "x"]).0,
        "invalid kube version 'x': could not parse \"x\" as version"
    );
    let (message, lines) = error(&["Bad", path]);
    assert!(message.starts_with("release name check failed: release name \"Bad\": invalid"));
    assert!(
        lines.starts_with("level=ERROR msg=\"release name check failed\" error=\"release name")
    );
    write(dir.path(), "templates/x.yaml", "{{ fail \"no way\" }}");
    assert_eq!(
        error(&["r", path]).0,
        "execution error at (demo/templates/x.yaml:1:3): no way\n\n\
         Use --debug flag to render out invalid YAML"
    );
    let file = dir.path().join("values.yaml");
    let message = error(&["r", file.to_str().unwrap()]).0;
    assert!(message.ends_with("seems to be a YAML file, but expected a gzipped archive"));
}
