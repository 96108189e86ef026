//! Where the programs of the control plane come from.
#![allow(clippy::unwrap_used)]

use std::os::unix::fs::symlink;
use std::time::Duration;

use testing::Dir;
use testing::binaries::{Binaries, Tool};
use testing::process::Program;

/// Runs `control-plane build` with an empty cache; exit code and output.
fn build(dir: &Dir, path: &str, assets: &str) -> (Option<i32>, String) {
    let log = dir.path().join("log");
    let program = Program::new(env!("CARGO_BIN_EXE_control-plane"))
        .arg("build")
        .env("PATH", path)
        .env("XDG_CACHE_HOME", dir.path())
        .env("KUBEBUILDER_ASSETS", assets)
        .log(&log);
    let mut process = program.start().unwrap();
    let status = process.wait(Duration::from_mins(1)).unwrap();
    (status.code(), process.log_text().unwrap())
}

#[test]
fn a_missing_go_is_named_with_the_way_to_get_it() {
    let dir = Dir::new("build-test").unwrap();
    let (code, output) = build(&dir, "/nonexistent", "");
    assert_eq!(code, Some(1), "{output}");
    assert!(
        output.contains("the program `go` was not found"),
        "{output}"
    );
    assert!(output.contains("https://go.dev/dl/"), "{output}");
}

#[test]
fn an_old_go_is_refused() {
    let dir = Dir::new("build-test").unwrap();
    std::fs::write(dir.path().join("go"), "#!/bin/sh\necho go1.21.3\n").unwrap();
    std::fs::set_permissions(
        dir.path().join("go"),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let (code, output) = build(&dir, dir.path().to_str().unwrap(), "");
    assert_eq!(code, Some(1), "{output}");
    assert!(output.contains("Go is too old: go1.21.3"), "{output}");
}

#[tokio::test]
async fn assets_of_kubebuilder_come_first() {
    // The real programs, under another folder, with those of this repository out of reach.
    let real = Binaries::ensure(&Tool::CONTROL_PLANE, &mut |_| {}).unwrap();
    let dir = Dir::new("build-test").unwrap();
    let assets = dir.path().join("assets");
    std::fs::create_dir(&assets).unwrap();
    for tool in [Tool::Etcd, Tool::ApiServer] {
        symlink(real.path(tool), assets.join(tool.file_name())).unwrap();
    }
    let log = dir.path().join("log");
    let program = Program::new(env!("CARGO_BIN_EXE_control-plane"))
        .args(["run", "--with", "nothing"])
        .env("PATH", "/bin:/usr/bin")
        .env("XDG_CACHE_HOME", dir.path().join("cache"))
        .env("KUBEBUILDER_ASSETS", &assets)
        .log(&log);
    let mut process = program.start().unwrap();
    process
        .wait_log("ready after", Duration::from_mins(1))
        .await
        .unwrap();
    assert!(
        !dir.path().join("cache/sluice").exists(),
        "something was built"
    );
}
