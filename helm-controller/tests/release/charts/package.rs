//! Charts of the corpus as they are released here.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;

/// A template of an object that the API server refuses: an upgrade with this value fails after its record was made.
const REFUSED: (&str, &str) = (
    "templates/zz-refused.yaml",
    "{{- if (.Values.global).refused }}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: refused\ndata:\n  \
     \"no key\": value\n{{- end }}\n",
);

/// The name of a test that ends well where pods are only played: those of a Job do.
pub const TEST: &str = "zz-test";
const TESTED: (&str, &str) = (
    "templates/zz-test.yaml",
    "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: zz-test\n  labels: {app: zz-test}\n  annotations:\n    helm.sh/hook: test\nspec:\n  \
     template:\n    spec:\n      restartPolicy: Never\n      containers:\n      - name: main\n        \
     image: example.com/none\n",
);

/// The chart of a folder of the corpus, with two more templates: a test, and an object that `global.refused` asks for.
pub fn of(folder: &str) -> Vec<u8> {
    let path = corpus().join(folder).join("chart.tgz");
    let bytes = std::fs::read(&path).unwrap();
    let mut old = tar::Archive::new(GzDecoder::new(bytes.as_slice()));
    let mut new = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let mut root = None;
    for entry in old.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().into_owned();
        let mut header = entry.header().clone();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        new.append_data(&mut header, &path, content.as_slice())
            .unwrap();
        root = root.or_else(|| path.iter().next().map(PathBuf::from));
    }
    let root = root.unwrap();
    for (name, text) in [REFUSED, TESTED] {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(1_700_000_000);
        new.append_data(&mut header, root.join(name), text.as_bytes())
            .unwrap();
    }
    new.into_inner().unwrap().finish().unwrap()
}

fn corpus() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance");
    let folder = std::env::var_os("SLUICE_CONFORMANCE").map_or_else(beside, PathBuf::from);
    let folder = folder.join("helm/charts");
    assert!(
        folder.is_dir(),
        "no charts at {}: set SLUICE_CONFORMANCE to the folder that holds helm/",
        folder.display()
    );
    folder
}

/// Puts `over` over values: objects one by one, everything else whole.
pub fn merge(values: &mut Value, over: &Value) {
    match (values, over) {
        (Value::Object(values), Value::Object(over)) => {
            for (key, over) in over {
                merge(values.entry(key).or_insert(Value::Null), over);
            }
        }
        (values, over) => *values = over.clone(),
    }
}
