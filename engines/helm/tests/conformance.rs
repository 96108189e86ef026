//! The conformance corpus, byte for byte.
//!
//! `SLUICE_CONFORMANCE` names the folder that holds `helm/<group>/<chart>/<case>`; without it, it is
//! looked for in `../shared/conformance` beside the workspace. `SLUICE_CASE` runs the cases whose
//! path contains its text, and shows where they differ.
#![allow(clippy::unwrap_used)]
#![expect(clippy::print_stdout, reason = "the counts are the point")]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use gotemplate::funcs::{Clock, Random, Time};
use helm::chart::Chart;
use helm::output;
use helm::render::{
    Capabilities, KubeVersion, Operation, Purpose, Release, Request, SchemaCheck, World, release,
};
use helm::{Diagnostic, Level};

/// Cases are rendered on this many threads.
const THREADS: usize = 2;

/// Deep recursion of templates needs it; the main thread of a program has as much.
const STACK: usize = 64 << 20;

struct Case {
    dir: PathBuf,
    name: String,
    group: String,
    fields: serde_json::Value,
}

/// How a case went.
struct Outcome {
    group: String,
    name: String,
    wants_error: bool,
    passed: bool,
    same_error_text: bool,
    /// What differs.
    difference: String,
}

fn corpus() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance");
    let folder = std::env::var_os("SLUICE_CONFORMANCE").map_or_else(beside, PathBuf::from);
    let folder = folder.join("helm");
    assert!(
        folder.is_dir(),
        "no conformance corpus at {}: set SLUICE_CONFORMANCE to the folder that holds helm/",
        folder.display()
    );
    folder
}

fn subdirs(folder: &Path) -> Vec<PathBuf> {
    let mut dirs: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    dirs.sort();
    dirs
}

fn cases() -> Vec<Case> {
    let corpus = corpus();
    let wanted = std::env::var("SLUICE_CASE").unwrap_or_default();
    let mut cases = Vec::new();
    for group in subdirs(&corpus) {
        for chart in subdirs(&group) {
            for dir in subdirs(&chart) {
                let name = dir.strip_prefix(&corpus).unwrap().display().to_string();
                if !name.contains(&wanted) || !dir.join("case.json").exists() {
                    continue;
                }
                let text = fs::read_to_string(dir.join("case.json")).unwrap();
                cases.push(Case {
                    group: group.file_name().unwrap().to_string_lossy().into_owned(),
                    fields: serde_json::from_str(&text).unwrap(),
                    dir,
                    name,
                });
            }
        }
    }
    cases
}

/// The same time for ever, and the same random bytes from render to render.
#[derive(Default)]
struct Fixed(Cell<u64>);

impl Clock for Fixed {
    fn now(&self) -> Time {
        Time::from_unix(1_700_000_000)
    }
}

impl Random for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        // splitmix64, since the search for primes needs bytes that differ.
        for byte in bytes {
            self.0.set(self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
            let mut mixed = self.0.get();
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (mixed >> 56) as u8;
        }
    }
}

impl Case {
    fn text(&self, name: &str) -> String {
        self.fields[name].as_str().unwrap_or_default().to_owned()
    }

    fn switch(&self, name: &str) -> bool {
        self.fields[name].as_bool().unwrap_or_default()
    }

    /// What is printed on standard output, or on standard error.
    fn render(&self) -> Result<String, String> {
        let mut diagnostics = Vec::new();
        self.try_render(&mut diagnostics).map_err(|error| {
            let mut text = String::new();
            for line in diagnostics {
                writeln!(text, "{line}").unwrap();
            }
            writeln!(text, "Error: {error}").unwrap();
            text
        })
    }

    fn try_render(&self, diagnostics: &mut Vec<Diagnostic>) -> Result<String, String> {
        let mut capabilities = Capabilities::default();
        let kube_version = self.text("kubeVersion");
        if !kube_version.is_empty() {
            capabilities.kube_version =
                KubeVersion::parse(&kube_version).map_err(|error| error.to_string())?;
        }
        for version in self.fields["apiVersions"].as_array().into_iter().flatten() {
            capabilities
                .api_versions
                .push(version.as_str().unwrap().to_owned());
        }
        let values = fs::read(self.dir.join("values.yaml")).unwrap_or_default();
        let values = helm::values::decode(&values)
            .map_err(|error| format!("failed to parse values.yaml: {error}"))?;
        let bytes = fs::read(self.dir.join(self.text("chart"))).unwrap();
        let loaded = Chart::from_archive(&bytes).map_err(|error| error.to_string())?;
        let chart = loaded.chart;
        chart.check_type().map_err(|error| error.to_string())?;
        if chart.metadata.deprecated {
            diagnostics.push(Diagnostic::new(Level::Warn, "this chart is deprecated"));
        }
        chart
            .check_dependencies()
            .map_err(|error| error.to_string())?;
        let request = Request {
            release: Release {
                name: self.text("release"),
                namespace: self.text("namespace"),
                revision: 1,
                operation: if self.switch("isUpgrade") {
                    Operation::Upgrade
                } else {
                    Operation::Install
                },
            },
            capabilities,
            schema: if self.switch("skipSchemaValidation") {
                SchemaCheck::Skipped
            } else {
                SchemaCheck::Enforced
            },
            purpose: Purpose::Manifests,
        };
        let world = World {
            clock: Rc::new(Fixed::default()),
            random: Rc::new(Fixed::default()),
            cluster: None,
        };
        let rendered =
            release(&chart, &values, &request, &world, diagnostics).map_err(|failure| {
                if failure.is_in_rendering() {
                    format!("{failure}\n\nUse --debug flag to render out invalid YAML")
                } else {
                    failure.to_string()
                }
            })?;
        let crds = if self.switch("includeCRDs") {
            rendered.chart.crds()
        } else {
            Vec::new()
        };
        let hooks: Vec<_> = rendered
            .hooks
            .iter()
            .filter(|hook| !(self.switch("skipTests") && hook.is_test()))
            .collect();
        let mut printed = Vec::new();
        output::template(&mut printed, &crds, &rendered.manifests, &hooks)
            .map_err(|error| error.to_string())?;
        String::from_utf8(printed).map_err(|error| error.to_string())
    }

    fn run(&self) -> Outcome {
        let expected = fs::read(self.dir.join("expected.yaml"));
        let wants_error = expected.is_err();
        let got = self.render();
        let (passed, same_error_text, difference) = match (&expected, &got) {
            (Ok(expected), Ok(text)) => {
                let expected = String::from_utf8_lossy(expected);
                (*expected == *text, false, first_difference(&expected, text))
            }
            (Ok(_), Err(error)) => (false, false, error.clone()),
            (Err(_), Ok(_)) => (false, false, "rendered, but has to fail".to_owned()),
            (Err(_), Err(error)) => {
                let expected = fs::read_to_string(self.dir.join("expected-error.txt")).unwrap();
                let same = expected.trim() == error.trim();
                (true, same, first_difference(&expected, error))
            }
        };
        Outcome {
            group: self.group.clone(),
            name: self.name.clone(),
            wants_error,
            passed,
            same_error_text,
            difference,
        }
    }
}

fn first_difference(expected: &str, got: &str) -> String {
    let mut lines = expected.lines().zip(got.lines()).enumerate();
    match lines.find(|(_, (expected, got))| expected != got) {
        Some((at, (expected, got))) => {
            format!(
                "line {}:\n  expected {expected:?}\n  got      {got:?}",
                at + 1
            )
        }
        None => format!(
            "{} and {} bytes, equal but for the end",
            expected.len(),
            got.len()
        ),
    }
}

fn run_all(cases: &[Case]) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, || {
                    while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let outcome = case.run();
                        outcomes.lock().unwrap().push(outcome);
                    }
                })
                .unwrap();
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap();
    outcomes.sort_by(|a, b| a.name.cmp(&b.name));
    outcomes
}

#[test]
fn every_case_renders_byte_for_byte() {
    let cases = cases();
    let outcomes = run_all(&cases);
    let shows_all = std::env::var_os("SLUICE_CASE").is_some();
    let mut counts: BTreeMap<(String, &str), (usize, usize)> = BTreeMap::new();
    let mut failed = Vec::new();
    for outcome in &outcomes {
        let kind = if outcome.wants_error {
            "error"
        } else {
            "output"
        };
        let count = counts.entry((outcome.group.clone(), kind)).or_default();
        count.0 += usize::from(outcome.passed);
        count.1 += 1;
        if outcome.wants_error {
            let count = counts
                .entry((outcome.group.clone(), "same error text"))
                .or_default();
            count.0 += usize::from(outcome.same_error_text);
            count.1 += 1;
        }
        if !outcome.passed {
            failed.push(&outcome.name);
        }
        let differs = !outcome.passed || outcome.wants_error && !outcome.same_error_text;
        if differs && (!outcome.passed || shows_all) {
            println!("{}: {}", outcome.name, outcome.difference);
        }
    }
    for ((group, kind), (passed, all)) in &counts {
        println!("{group} {kind}: {passed} of {all}");
    }
    assert!(!outcomes.is_empty(), "no case has this name");
    assert!(
        failed.is_empty(),
        "{} of {} cases differ",
        failed.len(),
        outcomes.len()
    );
}
