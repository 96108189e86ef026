//! A build that is taken over is the build that would have been made.

use std::cell::Cell;
use std::io;
use std::path::PathBuf;

use artifact::Algorithm;
use kustomize::{FileKind, MemoryView};
use proptest::prelude::*;
use serde_json::json;
use substitute::Mode;

use super::*;
use crate::build::substitute::{Strategy as When, Variables};

/// A view that counts what is read of it.
struct Counting {
    below: MemoryView,
    reads: Cell<usize>,
}

impl FileView for Counting {
    fn resolve(&self, path: &Path) -> io::Result<(PathBuf, FileKind)> {
        self.below.resolve(path)
    }

    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        self.reads.set(self.reads.get() + 1);
        self.below.read(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        self.below.list(path)
    }
}

/// A unit, and what it is built from.
struct World {
    builds: Builds,
    parsed: Shared,
    key: ObjectKey,
    files: MemoryView,
    spec: serde_json::Value,
    variables: Vec<(&'static str, String)>,
}

impl World {
    fn new(builds: Builds) -> Self {
        Self {
            builds,
            parsed: Shared::default(),
            key: ObjectKey::new("ns", "app"),
            files: MemoryView::new().with("app/a.yaml", map("a", "${who}")),
            spec: json!({"path": "app", "targetNamespace": "ns"}),
            variables: vec![("who", "me".to_owned())],
        }
    }

    /// What is kept or built, how many files were read for it, and what a build that knows nothing gives.
    fn build(&self, artifact: &str) -> (Result<Manifest, String>, usize, Result<Manifest, String>) {
        let view = Counting {
            below: self.files.clone(),
            reads: Cell::new(0),
        };
        let spec: KustomizationSpec = serde_json::from_value(self.spec.clone()).unwrap();
        let mut variables = Variables::default();
        variables.extend(self.variables.iter().cloned());
        let substitution = Substitution {
            variables,
            mode: Mode::Strict,
            strategy: When::WithVariables,
        };
        let directory = build::build_path(self.spec["path"].as_str().unwrap());
        let order = Order {
            key: &self.key,
            artifact: &Algorithm::Sha256.digest(artifact.as_bytes()),
            view: &view,
            directory: &directory,
            spec: &spec,
            substitution: Some(&substitution),
        };
        let built = self.builds.manifest(&order, &self.parsed);
        let reads = view.reads.get();
        let fresh = build::build(&view, &directory, &spec, Some(&substitution), None);
        let text = |error: BuildError| error.to_string();
        (built.map_err(text), reads, fresh.map_err(text))
    }

    /// As [`World::build`], of which only the number of reads is left once the results have been compared.
    fn reads(&self, artifact: &str) -> usize {
        let (built, reads, fresh) = self.build(artifact);
        assert_eq!(built, fresh);
        assert!(built.is_ok(), "{built:?}");
        reads
    }
}

fn map(name: &str, value: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  key: {value}\n")
}

#[test]
fn the_same_artifact_is_not_even_read_again() {
    let world = World::new(Builds::default());
    assert!(world.reads("one") > 0);
    assert_eq!(world.reads("one"), 0);
}

#[test]
fn another_artifact_is_read_and_not_built_where_only_others_changed() {
    let mut world = World::new(Builds::default());
    let built = world.reads("one");
    world.files.insert("other/b.yaml", map("b", "1"));
    let compared = world.reads("two");
    assert!(0 < compared && compared <= built, "{compared} of {built}");
    assert_eq!(world.reads("two"), 0, "from now on it is the known one");
}

#[test]
fn a_file_the_spec_and_a_variable_each_count() {
    let mut world = World::new(Builds::default());
    world.reads("one");
    world.files.insert("app/b.yaml", map("b", "1"));
    assert_eq!(world.build("two").0.unwrap().objects.len(), 2);
    world.spec["namePrefix"] = "x-".into();
    assert!(world.reads("two") > 0);
    world.variables[0].1 = "you".to_owned();
    let (built, reads, _) = world.build("two");
    assert!(reads > 0);
    assert_eq!(built.unwrap().objects[0].as_value()["data"]["key"], "you");
    assert_eq!(world.reads("two"), 0);
}

#[test]
fn a_failure_is_not_kept_and_does_not_outlive_its_cause() {
    let mut world = World::new(Builds::default());
    world.reads("one");
    world.files.insert("app/b.yaml", "kind: [");
    let (built, _, fresh) = world.build("two");
    assert_eq!(built, fresh);
    assert!(built.is_err());
    world.files.insert("app/b.yaml", map("b", "1"));
    assert!(world.reads("three") > 0);
}

#[test]
fn what_is_kept_stays_within_the_budget_and_goes_with_its_object() {
    let mut world = World::new(Builds::with_budget(4_000));
    for number in 0..10 {
        world.key = ObjectKey::new("ns", &format!("app-{number}"));
        world.reads("one");
    }
    let count = |world: &World| world.builds.kept().builds.len();
    let kept = count(&world);
    assert!((1..10).contains(&kept), "{kept}");
    assert!(world.builds.kept().bytes <= 4_000);
    world.key = ObjectKey::new("ns", "app-0");
    assert_eq!(world.reads("one"), 0, "those that were there stay");
    world.builds.forget(&world.key);
    assert_eq!(count(&world), kept - 1);
    for number in 0..10 {
        world
            .builds
            .forget(&ObjectKey::new("ns", &format!("app-{number}")));
    }
    assert_eq!(world.builds.kept().bytes, 0);
}

/// Something that happens between two passes.
#[derive(Debug, Clone)]
enum Edit {
    File(&'static str, String),
    Spec(&'static str, serde_json::Value),
    Variable(String),
    Nothing,
}

fn edits() -> impl Strategy<Value = Edit> {
    let manifests = prop_oneof![
        ("[ab]", "[xy]|\\$\\{who\\}|\\$\\{none\\}").prop_map(|(name, value)| map(&name, &value)),
        Just("kind: [".to_owned()),
        Just(String::new()),
    ];
    let manifest = prop::sample::select(vec![
        "app/a.yaml",
        "app/b.yaml",
        "base/c.yaml",
        "other/d.yaml",
    ]);
    let kustomization = prop_oneof![
        Just("resources: [../base]\n".to_owned()),
        Just(
            "resources: [a.yaml]\nconfigMapGenerator: [{name: g, files: [../other/d.yaml]}]\n"
                .to_owned()
        ),
        Just("resources: [a.yaml, missing.yaml]\n".to_owned()),
    ];
    let place = prop::sample::select(vec!["app/kustomization.yaml", "base/kustomization.yaml"]);
    let field = prop_oneof![
        "(x-)?".prop_map(|prefix| Edit::Spec("namePrefix", prefix.into())),
        prop::sample::select(vec!["app", "base", "."])
            .prop_map(|path| Edit::Spec("path", path.into())),
        prop::sample::select(vec!["ns", "other"])
            .prop_map(|ns| Edit::Spec("targetNamespace", ns.into())),
    ];
    prop_oneof![
        4 => (manifest, manifests).prop_map(|(path, text)| Edit::File(path, text)),
        2 => (place, kustomization).prop_map(|(path, text)| Edit::File(path, text)),
        2 => field,
        1 => "[pq]".prop_map(Edit::Variable),
        2 => Just(Edit::Nothing),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is edited, in whatever order, and whether or not the parsed files are shared.
    #[test]
    fn the_result_is_that_of_a_build_that_knows_nothing(edits in prop::collection::vec(edits(), 1..20)) {
        let mut world = World::new(Builds::default());
        let mut revision = 0;
        for edit in edits {
            match edit {
                Edit::File(path, text) => {
                    revision += 1;
                    world.files.insert(path, text);
                }
                Edit::Spec(field, value) => world.spec[field] = value,
                Edit::Variable(value) => world.variables[0].1 = value,
                Edit::Nothing => {}
            }
            let (built, _, fresh) = world.build(&revision.to_string());
            prop_assert_eq!(built, fresh);
        }
    }
}
