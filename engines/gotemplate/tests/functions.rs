//! Runs the tables in `tests/functions`: templates with what Helm 4.3.1 makes of them, the text or the error.
//!
//! Each table is a file of JSON objects, one a line: `t` is the template, `out` its text, `err` its error. All render with
//! `values.yaml` as `.Values`.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use gotemplate::exec::{Budget, Functions, Hosts, MissingKey, Templates};
use gotemplate::funcs::{self, Clock, Random, Time};
use gotemplate::value::{Map, MapType, Numbers, Value, no_methods};

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Time {
        Time::from_unix(1_589_716_800)
    }
}

/// Bytes that repeat from run to run.
struct Counting(std::cell::Cell<u64>);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let state = self
                .0
                .get()
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            self.0.set(state);
            *byte = state.to_be_bytes()[0];
        }
    }
}

static VALUES: MapType = MapType {
    name: "common.Values",
    element: gotemplate::value::Type::Any,
    methods: no_methods,
};

fn data(text: &str) -> Value {
    let tree = yaml::decode_first(
        text.as_bytes(),
        yaml::Dialect::Kubernetes,
        &yaml::Budget::default(),
    );
    let values = Value::from_yaml(&tree.unwrap().unwrap(), Numbers::Floats);
    let values = values.as_map().unwrap().with_type(&VALUES);
    Value::Map([("Values", values)].into_iter().collect::<Map>())
}

fn render(functions: &Arc<Functions>, template: &str, data: &Value) -> Result<String, String> {
    let mut templates = Templates::new("t", Arc::clone(functions), MissingKey::Zero);
    templates
        .add("t", template)
        .map_err(|error| error.to_string())?;
    let hosts = Hosts::new()
        .with::<Rc<dyn Clock>>(Rc::new(Noon))
        .with::<Rc<dyn Random>>(Rc::new(Counting(std::cell::Cell::new(1))));
    let mut context = Arc::new(templates).start(hosts, Budget::default());
    match context.execute("t", data) {
        Ok(text) => Ok(String::from_utf8_lossy(&text).into_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn check(table: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/functions");
    let values = std::fs::read_to_string(folder.join("values.yaml")).unwrap();
    let functions = Arc::new(funcs::helm());
    let rows = std::fs::read_to_string(folder.join(format!("{table}.jsonl"))).unwrap();
    let mut wrong = String::new();
    let (mut count, mut failed) = (0, 0);
    for row in rows.lines() {
        let row: serde_json::Value = serde_json::from_str(row).unwrap();
        let template = row["t"].as_str().unwrap();
        let expected = match (row["out"].as_str(), row["err"].as_str()) {
            (Some(text), _) => Ok(text.to_owned()),
            (None, error) => Err(error.unwrap().to_owned()),
        };
        count += 1;
        let actual = render(&functions, template, &data(&values));
        if actual != expected {
            failed += 1;
            let _ = writeln!(
                wrong,
                "{template}\n  expected {expected:?}\n  actual   {actual:?}"
            );
        }
    }
    assert!(count > 0, "{table} has no rows");
    assert!(wrong.is_empty(), "{failed} of {count} in {table}:\n{wrong}");
}

macro_rules! tables {
    ($($name:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            check(stringify!($name));
        })*
    };
}

tables!(
    strings,
    lists,
    dicts,
    numbers,
    data_formats,
    dates,
    regexes,
    versions,
    misc,
    toml_errors,
);
