//! Random template files as charts have them: documents with names, hooks and data.

use std::fmt::Write as _;

use super::grammar::{HELPERS, Writer};
use super::random::Random;

/// What an object says beside its name: expressions that look at all that a chart may look at. None ends with a line break.
#[rustfmt::skip]
const FIELDS: &[&str] = &[
    "v: {{ .Values | toJson }}",
    "v:\n  {{- toYaml .Values | nindent 2 }}",
    "{{- $_ := set .Values \"changed\" .Chart.Name }}\nv: {{ keys .Values | sortAlpha | join \",\" }}",
    "{{- with .Values.global }}{{ $_ := set . \"by\" $.Chart.Name }}{{ end }}\ng: {{ .Values.global | toJson }}",
    "s: \"{{ range $name, $sub := .Subcharts }}{{ $name }}={{ $sub.Values | toJson | b64enc }};{{ end }}\"",
    "i: {{ include \"who\" . }}",
    "c: {{ .Chart.IsRoot }} {{ .Template.BasePath }} {{ .Chart.Version }}",
    "c: {{ .Chart | toJson }}",
    "c: {{ .Chart.Dependencies | toJson }}",
    "r: {{ .Release | toJson }}",
    "r: {{ .Release.IsInstall }} {{ .Release.IsUpgrade }} {{ .Release.Revision }} {{ .Release.Service }}",
    "k: {{ .Capabilities.KubeVersion.Version }} {{ .Capabilities.KubeVersion.Minor }} {{ .Capabilities.KubeVersion.GitVersion }}",
    "a: {{ .Capabilities.APIVersions.Has \"x.io/v1/Thing\" }} {{ .Capabilities.APIVersions.Has \"apps/v1\" }}",
    "f: {{ .Files.Get \"files/a.txt\" | quote }}",
    "f:\n  {{- (.Files.Glob \"files/*\").AsConfig | nindent 2 }}",
    "f:\n{{ (.Files.Glob \"**.txt\").AsSecrets | indent 2 }}",
    "f: {{ range .Files.Lines \"files/a.txt\" }}<{{ . }}>{{ end }}",
    "f: \"{{ range $path, $bytes := .Files.Glob \"**\" }}{{ $path }}={{ len $bytes }};{{ end }}\"",
    "f: {{ .Files.GetBytes \"config.json\" | toString | quote }}",
    "t: {{ tpl (.Files.Get \"files/deep/c.yaml\") . | quote }}",
    "t: {{ tpl \"{{ include \\\"who\\\" . }}{{ .Template.Name }}\" . }}",
    "t: {{ .Template.Name }}",
    "{{- define \"own\" }}own of {{ .Chart.Name }}{{ end }}\no: {{ template \"own\" . }}",
    "b: {{ block \"who\" . }}block{{ end }}",
    "{{- range $i, $w := .Values.words }}\nw{{ $i }}: {{ $w | quote }}\n{{- else }}\nw: none\n{{- end }}",
    "{{- range $key, $value := .Values.dict }}\n{{ $key }}: {{ $value | toJson }}\n{{- end }}",
    "{{- if and .Values.yes (not .Values.no) }}\ny: {{ .Values.s1 | quote }}\n{{- end }}",
    "d: {{ .Values.missing | default .Values.n1 }}\n\n",
    "n: {{ .Values.n1 }} {{ .Values.n2 | int64 }} {{ printf \"%v|%d\" .Values.n3 .Values.int }}",
    "x: {{ dig \"sub\" \"b\" \"none\" (.Values | merge dict) | toJson }}",
    "w: |-   \n  kept   \n  {{- /* gone */ -}}   \n  joined",
    "m: # comment {{ \"not\" }}\n  k: &x 1\n  l: *x",
    "m: {a: 1, \"b\": [x, 'y'], c: {{ .Values.list | toJson }}}",
    "{{/* a comment\n of two lines */}}z: 1\r",
    "l: {{ (lookup \"v1\" \"Secret\" \"\" \"\").items | toJson }}",
    "{{ .Values.s2 | quote }}: 1",
];

/// As [`FIELDS`], but mostly failures.
#[rustfmt::skip]
const RISKY: &[&str] = &[
    "d: {{ .Values.missing.deeper | quote }}",
    "q: {{ required \"it is needed\" .Values.a }}",
    "x: {{ .Values.sub.a | toJson }}",
    "u: {{ .Values.global.a.b }}",
    "\tt: tab",
    "dup: 1\ndup: 2",
];

#[rustfmt::skip]
const KINDS: &[&str] = &[
    "Namespace", "ServiceAccount", "Secret", "ConfigMap", "CustomResourceDefinition", "ClusterRole", "RoleBinding", "Service", "DaemonSet",
    "Deployment", "Job", "Ingress", "Unknown", "Pod", "NetworkPolicy", "PriorityClass", "APIService", "StatefulSet", "Another", "List",
    "HorizontalPodAutoscaler", "{{ .Values.kind | default \"Templated\" }}", "\"Quoted\"", "",
];

/// What stands between two documents, and around them.
#[rustfmt::skip]
const BREAKS: &[&str] = &[
    "---\n", "---\n", "---\n", "--- \n", "---  # comment\n", "---\n---\n", "\n---\n\n", "{{ \"---\" }}\n", "---\n# only a comment\n---\n",
    "---\n{{- if .Values.yes }}{{ end }}\n", "{{ if .Values.no }}\n---\n{{ end }}", "---\n  \n---\n", "--- \r\n",
];

/// The partial templates of a chart; those of the chart that comes last win.
pub(super) fn helpers(random: &mut Random, chart: &str) -> String {
    let [plain, list, map] = HELPERS;
    let trim = *random.choose(&["", "-"]);
    format!(
        "{{{{- define \"{plain}\" }}}}<{{{{ . }}}}>{{{{ end }}}}\n\
         {{{{- define \"{list}\" {trim}}}}} {{{{ range $i, $e := . }}}}{{{{ $i }}}}={{{{ $e }}}};{{{{ end }}}}{{{{ end }}}}\n\
         {{{{- define \"{map}\" }}}}{{{{ toYaml . | nindent 2 }}}}{{{{ end }}}}\n\
         {{{{ define \"who\" {trim}}}}} {chart} {{{{- end }}}}\n"
    )
}

/// A template file of one to three documents.
pub(super) fn manifest(random: &mut Random) -> String {
    let mut out = String::new();
    if random.percent(25) {
        out.push_str(line(random));
    }
    for number in 0..=random.below(3) {
        if number > 0 {
            out.push_str(line(random));
        }
        out.push_str(&document(random));
    }
    if random.percent(10) {
        out.push_str(line(random));
    }
    // Templates are defined at the top alone.
    if !out.contains("define") && random.percent(15) {
        let condition = if random.percent(20) {
            Writer::new(random).condition()
        } else {
            (*random.choose(&["true", ".Values.yes", ".Values.enabled", "not .Values.no"]))
                .to_owned()
        };
        out = format!("{{{{- if {condition} }}}}\n{out}{{{{- end }}}}\n");
    }
    out
}

/// Writes at the end of a text.
pub(super) fn add(text: &mut String, more: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = text.write_fmt(more);
}

fn line(random: &mut Random) -> &'static str {
    if random.percent(1) {
        // A line of four: the fourth belongs to the document.
        return "----\n";
    }
    random.choose::<&str>(BREAKS)
}

fn document(random: &mut Random) -> String {
    if random.percent(6) {
        #[rustfmt::skip]
        let empty = [
            "", "\n\n", "# only a comment\n", "{{/* nothing */}}\n", "{{- if .Values.no }}\nkind: X\n{{- end }}\n", "null\n", "{}\n",
        ];
        #[rustfmt::skip]
        let odd = [
            "plain text\n", "- a\n- list\n", "a: [\n", "kind: X\nmetadata: 5\n", "\u{feff}kind: X\n", "5\n", "kind: X\n  bad: indent\n",
        ];
        let documents = if random.percent(4) { odd } else { empty };
        return (*random.choose(&documents)).to_owned();
    }
    let mut out = String::new();
    if random.percent(5) {
        out.push_str("# Source: told/by/itself.yaml\n");
    }
    let version = *random.choose(&[
        "v1",
        "v1",
        "apps/v1",
        "batch/v1",
        "{{ .Values.version | default \"v9\" }}",
    ]);
    add(
        &mut out,
        format_args!("apiVersion: {version}\nkind: {}\n", random.choose(KINDS)),
    );
    out.push_str(&metadata(random));
    for _ in 0..=random.below(2) {
        let fields = if random.percent(1) { RISKY } else { FIELDS };
        out.push_str(random.choose::<&str>(fields));
        out.push('\n');
    }
    if random.percent(10) {
        let body = Writer::new(random).body(1);
        let name = random.below(1_000_000);
        let field = match random.below(3) {
            0 => format!(
                "{{{{- define \"body.{name}\" }}}}{body}{{{{ end }}}}\nout: {{{{ include \"body.{name}\" . | quote }}}}\n"
            ),
            1 => format!(
                "{{{{- define \"body.{name}\" }}}}{body}{{{{ end }}}}\nout: |-\n  {{{{- include \"body.{name}\" . | nindent 2 }}}}\n"
            ),
            _ => format!("out: |\n  {body}\n"),
        };
        out.push_str(&field);
    }
    out
}

fn metadata(random: &mut Random) -> String {
    let name = *random.choose(&[
        "b",
        "a",
        "{{ .Release.Name }}-x",
        "{{ include \"who\" . }}",
        "\"1\"",
        "c",
    ]);
    if random.percent(5) {
        return String::new();
    }
    let mut out = format!("metadata:\n  name: {name}\n");
    if random.percent(20) {
        out.push_str("  labels: {a: b}\n");
    }
    if random.percent(30) {
        #[rustfmt::skip]
        let hook = *random.choose(&[
            "pre-install", "post-install,pre-upgrade", "test", "test-success", "crd-install", "pre-delete", "unknown", "\"\"",
            "\"pre-install, post-install\"", "PRE-INSTALL", "pre-rollback", "\"test,unknown\"", "5",
        ]);
        add(
            &mut out,
            format_args!("  annotations:\n    \"helm.sh/hook\": {hook}\n"),
        );
        if random.percent(60) {
            let weight = *random.choose(&[
                "\"-5\"", "\"0\"", "\"3\"", "x", "\"\"", "\"+2\"", "7", "\"10\"",
            ]);
            add(
                &mut out,
                format_args!("    \"helm.sh/hook-weight\": {weight}\n"),
            );
        }
        if random.percent(30) {
            let policy = *random.choose(&[
                "hook-succeeded",
                "\"before-hook-creation, hook-failed\"",
                "x",
            ]);
            add(
                &mut out,
                format_args!("    helm.sh/hook-delete-policy: {policy}\n"),
            );
        }
    } else if random.percent(10) {
        out.push_str("  annotations: {helm.sh/resource-policy: keep}\n");
    }
    out
}
