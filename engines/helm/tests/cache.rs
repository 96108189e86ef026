//! A chart that was loaded once: what its second render does not do again.
#![allow(clippy::unwrap_used)]

use std::cell::Cell;
use std::rc::Rc;

use gotemplate::funcs::{Clock, Random, Time};
use helm::chart::{Cache, Chart, Loaded};
use helm::render::{
    Capabilities, Operation, Purpose, Release, Request, SchemaCheck, World, release,
};

struct Still;

impl Clock for Still {
    fn now(&self) -> Time {
        Time::from_unix(0)
    }
}

impl Random for Still {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// A chart with a subchart: three templates, and a partial.
fn load(folder: &std::path::Path) -> Loaded {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("Chart.yaml", "{apiVersion: v2, name: app, version: 1.0.0}");
    write(
        "templates/_p.tpl",
        "{{ define \"n\" }}n-{{ .Values.a }}{{ end }}",
    );
    write(
        "templates/a.yaml",
        "kind: A\nname: {{ include \"n\" . }}\n{{ tpl .Values.t . }}",
    );
    write("templates/b.yaml", "kind: B\nname: {{ .Values.a }}\n");
    write(
        "charts/sub/Chart.yaml",
        "{apiVersion: v2, name: sub, version: 1.0.0}",
    );
    write(
        "charts/sub/templates/c.yaml",
        "kind: C\nname: {{ .Values.global.g }}\n",
    );
    let root = artifact::Root::open(folder).unwrap();
    Chart::from_directory(&root).unwrap()
}

fn render(loaded: &Loaded, values: &str) -> String {
    let request = Request {
        release: Release {
            name: "r".to_owned(),
            namespace: "ns".to_owned(),
            revision: 1,
            operation: Operation::Install,
        },
        capabilities: Capabilities::default(),
        schema: SchemaCheck::Enforced,
        purpose: Purpose::Manifests,
    };
    let world = World {
        clock: Rc::new(Still),
        random: Rc::new(Still),
        cluster: None,
    };
    let values = helm::values::decode(values.as_bytes()).unwrap();
    let rendered = release(&loaded.chart, &values, &request, &world, &mut Vec::new()).unwrap();
    let texts = rendered.manifests.iter().map(|it| it.content.as_str());
    texts.collect()
}

#[test]
fn templates_of_a_digest_are_loaded_and_parsed_once_whatever_the_values() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(1 << 20);
    let loads = Cell::new(0);
    let get = |digest: &str| {
        let load = || {
            loads.set(loads.get() + 1);
            Ok(load(folder.path()))
        };
        cache.get_or_load(digest, load).unwrap()
    };
    let first = get("sha256:1");
    assert_eq!(first.chart.parsed_templates(), 0);
    let text = render(&first, "{a: 1, t: 'x: {{ .Values.a }}', global: {g: 7}}");
    assert!(text.contains("n-1\nx: 1") && text.contains("name: 7"));
    assert_eq!(first.chart.parsed_templates(), 4);

    let second = get("sha256:1");
    let text = render(&second, "{a: 2, t: 'y: 0', global: {g: 8}}");
    assert!(text.contains("n-2\ny: 0") && text.contains("name: 8"));
    assert_eq!((second.chart.parsed_templates(), loads.get()), (4, 1));

    // Another digest is another chart.
    render(&get("sha256:2"), "{a: 1, t: '', global: {g: 7}}");
    assert_eq!((second.chart.parsed_templates(), loads.get()), (4, 2));
}
