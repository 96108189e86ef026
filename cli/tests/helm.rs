//! Runs the cases of `tests/helm`: charts, arguments, and what Helm 4.3.1 prints for them.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

fn write(root: &Path, files: &Value) {
    for (path, content) in files.as_object().unwrap() {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let bytes = match content {
            Value::String(text) => text.clone().into_bytes(),
            other => STANDARD.decode(other["base64"].as_str().unwrap()).unwrap(),
        };
        fs::write(path, bytes).unwrap();
    }
}

/// Standard output, if the program succeeds, and standard error.
fn printed(case: &Value) -> (Option<String>, String) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &case["files"]);
    let args = case["args"].as_array().unwrap().iter();
    #[expect(clippy::disallowed_methods, reason = "the program is what is tested")]
    let mut program = Command::new(env!("CARGO_BIN_EXE_sluice"));
    let output = program
        .args(["helm", "template"])
        .args(args.map(|arg| arg.as_str().unwrap()))
        .current_dir(folder.path())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let out = output.status.success().then(|| text(output.stdout));
    (out, text(output.stderr))
}

fn check(topic: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/helm/{topic}.jsonl"));
    let cases = fs::read_to_string(path).unwrap();
    let mut wrong = String::new();
    let mut count = 0;
    for case in cases.lines() {
        let case: Value = serde_json::from_str(case).unwrap();
        let out = case["out"].as_str().map(str::to_owned);
        let err = case["err"].as_str().unwrap_or_default();
        let (our_out, our_err) = printed(&case);
        count += 1;
        if our_out != out || our_err.trim_end() != err.trim_end() {
            let _ = writeln!(
                wrong,
                "{} {}\nhelm: {out:?} {err:?}\nours: {our_out:?} {our_err:?}",
                case["name"], case["args"]
            );
        }
    }
    assert!(count > 0, "{topic} has no cases");
    assert!(wrong.is_empty(), "{wrong}");
}

macro_rules! topics {
    ($($name:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            check(stringify!($name));
        })*
    };
}

topics!(
    capabilities,
    conditions_and_tags,
    dependencies,
    files,
    ignored_files,
    import_values,
    metadata,
    output,
    set_flags,
    subchart_values,
    values_files,
);
