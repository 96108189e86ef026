//! Trees of files to build, each the same every time.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Result;

/// Files to build.
#[derive(Clone, Debug)]
pub struct Input {
    /// What it is, in a few words.
    pub name: String,
    /// The directory to build, below the root of the tree.
    pub root: &'static str,
    /// Paths below the root of the tree, and contents.
    pub files: Vec<(String, String)>,
}

impl Input {
    pub(crate) fn new(name: impl Into<String>, root: &'static str) -> Self {
        Self {
            name: name.into(),
            root,
            files: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, path: impl Into<String>, content: impl Into<String>) {
        self.files.push((path.into(), content.into()));
    }

    /// Writes the tree below a folder.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        for (path, content) in &self.files {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, content)?;
        }
        Ok(())
    }
}

fn deployment(name: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  labels:
    app.kubernetes.io/name: {name}
    app.kubernetes.io/part-of: shop
spec:
  replicas: 2
  revisionHistoryLimit: 3
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 25%
      maxUnavailable: 0
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
      annotations:
        prometheus.io/scrape: \"true\"
        prometheus.io/port: \"9797\"
    spec:
      serviceAccountName: {name}
      containers:
      - name: app
        image: registry.example.com/shop/{name}:1.0.0
        imagePullPolicy: IfNotPresent
        args: [--port=8080, --level=info]
        ports:
        - name: http
          containerPort: 8080
          protocol: TCP
        - name: metrics
          containerPort: 9797
          protocol: TCP
        env:
        - name: LOG_FORMAT
          value: json
        - name: PASSWORD
          valueFrom:
            secretKeyRef:
              name: {name}-secret
              key: password
        envFrom:
        - configMapRef:
            name: {name}-config
        livenessProbe:
          httpGet:
            path: /healthz
            port: http
          initialDelaySeconds: 5
          timeoutSeconds: 5
        readinessProbe:
          httpGet:
            path: /readyz
            port: http
        resources:
          limits:
            cpu: \"2\"
            memory: 512Mi
          requests:
            cpu: 100m
            memory: 64Mi
        volumeMounts:
        - name: data
          mountPath: /data
      volumes:
      - name: data
        emptyDir: {{}}
"
    )
}

fn service(name: &str) -> String {
    format!(
        "apiVersion: v1
kind: Service
metadata:
  name: {name}
spec:
  type: ClusterIP
  selector:
    app.kubernetes.io/name: {name}
  ports:
  - name: http
    port: 80
    targetPort: http
    protocol: TCP
"
    )
}

fn config_map(name: &str) -> String {
    format!(
        "apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
data:
  LEVEL: info
  URL: http://backend:8080/api
  app.properties: |
    color=blue
    size=10
"
    )
}

fn secret(name: &str) -> String {
    format!(
        "apiVersion: v1
kind: Secret
metadata:
  name: {name}
type: Opaque
data:
  password: c2VjcmV0
"
    )
}

/// What a service of a shop needs.
fn app(name: &str) -> String {
    [
        deployment(name),
        service(name),
        config_map(&format!("{name}-config")),
        secret(&format!("{name}-secret")),
    ]
    .join("---\n")
}

/// A base of four objects and an overlay that uses the usual fields.
pub fn small_overlay() -> Input {
    let mut input = Input::new("small overlay", "overlay");
    input.add("base/kustomization.yaml", "resources: [app.yaml]\n");
    input.add("base/app.yaml", app("web"));
    input.add(
        "overlay/kustomization.yaml",
        "resources: [../base]
namespace: production
namePrefix: prod-
labels:
- pairs: {env: production}
  includeSelectors: true
images: [{name: registry.example.com/shop/web, newTag: 1.2.3}]
replicas: [{name: web, count: 5}]
configMapGenerator:
- name: extra
  literals: [A=1, B=2]
patches:
- path: patch.yaml
",
    );
    input.add(
        "overlay/patch.yaml",
        "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - name: app
        resources: {limits: {memory: 1Gi}}
",
    );
    input
}

/// Twelve overlays on top of each other, with thirty patches each.
pub fn deep_stack() -> Input {
    const LEVELS: usize = 12;
    const APPS: usize = 30;
    let mut input = Input::new("deep stack, 360 patches", "level12");
    let apps: Vec<String> = (0..APPS).map(|at| app(&format!("app{at}"))).collect();
    input.add("level0/kustomization.yaml", "resources: [apps.yaml]\n");
    input.add("level0/apps.yaml", apps.join("---\n"));
    for level in 1..=LEVELS {
        let mut text = format!(
            "resources: [../level{}]\nnameSuffix: \"-{level}\"\n",
            level - 1
        );
        text.push_str("patches:\n");
        for at in 0..APPS {
            // Writing to a string cannot fail.
            let _ = match at % 3 {
                0 => write!(
                    text,
                    "- target: {{kind: Deployment, name: app{at}}}
  patch: |-
    - op: replace
      path: /spec/replicas
      value: {level}
"
                ),
                1 => write!(
                    text,
                    "- target: {{kind: Deployment, name: app{at}}}
  patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {{name: app{at}}}
    spec:
      template:
        spec:
          containers:
          - name: app
            env: [{{name: LEVEL{level}, value: \"{level}\"}}]
"
                ),
                _ => write!(
                    text,
                    "- target: {{kind: Service, labelSelector: '!missing', name: app{at}}}
  patch: |-
    - op: add
      path: /metadata/annotations
      value: {{level: \"{level}\"}}
"
                ),
            };
        }
        input.add(format!("level{level}/kustomization.yaml"), text);
    }
    input
}

/// A thousand apps that refer to their ConfigMap and Secret: 4,000 objects.
pub fn references() -> Input {
    let mut input = Input::new("4,000 objects with references", "overlay");
    let apps: Vec<String> = (0..1000).map(|at| app(&format!("app{at}"))).collect();
    input.add("base/kustomization.yaml", "resources: [apps.yaml]\n");
    input.add("base/apps.yaml", apps.join("---\n"));
    input.add(
        "overlay/kustomization.yaml",
        "resources: [../base]
namePrefix: prod-
labels:
- pairs: {env: production}
  includeSelectors: true
",
    );
    input
}

/// ConfigMaps with a prefix, a namespace and a label.
pub fn config_maps(count: usize) -> Input {
    let mut input = Input::new(format!("{count} ConfigMaps"), "overlay");
    let maps: Vec<String> = (0..count)
        .map(|at| config_map(&format!("config{at}")))
        .collect();
    input.add("base/kustomization.yaml", "resources: [maps.yaml]\n");
    input.add("base/maps.yaml", maps.join("---\n"));
    input.add(
        "overlay/kustomization.yaml",
        "resources: [../base]
namePrefix: prod-
namespace: production
labels:
- pairs: {env: production}
",
    );
    input
}

/// Custom resource definitions with large schemas, 30 MB.
pub fn crds() -> Input {
    const SIZE: usize = 500 << 10;
    let mut input = Input::new("30 MB of CRDs", "crds");
    let mut names = Vec::new();
    for at in 0..60 {
        let mut text = format!(
            "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things{at}.example.com
spec:
  group: example.com
  names: {{kind: Thing{at}, plural: things{at}}}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
"
        );
        let mut field = 0;
        while text.len() < SIZE {
            let _ = write!(
                text,
                "          field{field}:
            description: >-
              What field {field} is about, in more words than anyone needs, since most of a
              definition is text like this: it explains, it repeats itself, and it goes on.
            type: object
            properties:
              name:
                description: 'The name of the thing: required.'
                type: string
                pattern: ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$
              count:
                type: integer
                format: int32
                minimum: 0
                default: {field}
            required:
            - name
"
            );
            field += 1;
        }
        input.add(format!("crds/crd{at}.yaml"), text);
        names.push(format!("crd{at}.yaml"));
    }
    input.add(
        "crds/kustomization.yaml",
        format!(
            "resources: [{}]\ncommonAnnotations: {{owner: platform}}\n",
            names.join(", ")
        ),
    );
    input
}

/// How much of the base an overlay changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlays {
    /// It patches one object and adds one.
    Few,
    /// It puts all objects in a namespace.
    All,
    /// It puts all objects in a namespace, and gives them a prefix and a label, in selectors too.
    Rename,
}

impl Overlays {
    /// `count` overlays `o0`, `o1`, … over one base of 400 objects.
    pub fn input(self, count: usize) -> Input {
        let mut input = Input::new(format!("{count} overlays"), "o0");
        let apps: Vec<String> = (0..100).map(|at| app(&format!("app{at}"))).collect();
        input.add("base/kustomization.yaml", "resources: [apps.yaml]\n");
        input.add("base/apps.yaml", apps.join("---\n"));
        for at in 0..count {
            let text = match self {
                Self::Few => format!(
                    "resources: [../base]
configMapGenerator: [{{name: settings, literals: [TENANT=t{at}]}}]
patches:
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {{name: app{}}}
    spec: {{replicas: {}}}
",
                    at % 100,
                    at % 7
                ),
                Self::All => format!("resources: [../base]\nnamespace: tenant-{at}\n"),
                Self::Rename => format!(
                    "resources: [../base]
namespace: tenant-{at}
namePrefix: t{at}-
labels:
- pairs: {{tenant: t{at}}}
  includeSelectors: true
"
                ),
            };
            input.add(format!("o{at}/kustomization.yaml"), text);
        }
        input
    }
}
