//! Helm charts to render, each the same every time.

use std::fmt::Write as _;

use super::Input;

/// The metadata of a chart.
fn metadata(input: &mut Input) {
    input.add(
        "chart/Chart.yaml",
        "apiVersion: v2\nname: shop\nversion: 1.2.3\nappVersion: \"4.5.6\"\n",
    );
}

/// What charts made by `helm create` begin with.
const HELPERS: &str = r#"{{- define "shop.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- define "shop.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- define "shop.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "shop.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
{{- define "shop.selector" -}}
app.kubernetes.io/name: {{ include "shop.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
"#;

const DEPLOYMENT: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "shop.fullname" . }}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicaCount }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "shop.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "shop.labels" . | nindent 8 }}
    spec:
      containers:
        - name: {{ .Chart.Name }}
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          ports:
            - name: http
              containerPort: {{ .Values.service.port }}
          {{- with .Values.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
"#;

const SERVICE: &str = r#"apiVersion: v1
kind: Service
metadata:
  name: {{ include "shop.fullname" . }}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
spec:
  type: {{ .Values.service.type }}
  ports:
    - port: {{ .Values.service.port }}
      targetPort: http
  selector:
    {{- include "shop.selector" . | nindent 4 }}
"#;

const VALUES: &str = "replicaCount: 2
image: {repository: registry.test/shop, tag: \"\"}
nameOverride: \"\"
service: {type: ClusterIP, port: 8080}
autoscaling: {enabled: false}
resources:
  limits: {cpu: 100m, memory: 128Mi}
  requests: {cpu: 100m, memory: 128Mi}
";

/// The chart that `helm create` leads to: two templates and helpers.
pub fn small_chart() -> Input {
    let mut input = Input::new("small chart", "chart");
    metadata(&mut input);
    input.add("chart/values.yaml", VALUES);
    input.add("chart/templates/_helpers.tpl", HELPERS);
    input.add("chart/templates/deployment.yaml", DEPLOYMENT);
    input.add("chart/templates/service.yaml", SERVICE);
    input
}

/// A chart that calls `include` twelve thousand times and `tpl` four thousand times.
pub fn calling_chart() -> Input {
    const ITEMS: usize = 4_000;
    let mut input = Input::new("chart of 16000 include and tpl", "chart");
    metadata(&mut input);
    let mut values = String::from(VALUES);
    values.push_str("items:\n");
    for item in 0..ITEMS {
        // Writing to a string cannot fail.
        let _ = writeln!(
            values,
            "- {{name: item-{item}, text: \"{{{{ .Release.Name }}}}-{}\"}}",
            item % 100
        );
    }
    input.add("chart/values.yaml", values);
    input.add("chart/templates/_helpers.tpl", HELPERS);
    input.add(
        "chart/templates/items.yaml",
        r#"{{- range .Values.items }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .name }}
  labels:
    {{- include "shop.labels" $ | nindent 4 }}
data:
  text: {{ tpl .text $ | quote }}
{{- end }}
"#,
    );
    input
}
