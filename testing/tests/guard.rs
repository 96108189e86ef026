//! Nothing that a killed test has started may live on.
#![allow(clippy::unwrap_used)]

use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use testing::Dir;
use testing::process::Program;

const SOON: Duration = Duration::from_mins(2);

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let end = Instant::now() + SOON;
    while !condition() {
        assert!(Instant::now() < end, "not {what} within {SOON:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test]
async fn a_killed_process_leaves_no_program_and_no_folder_behind() {
    let dir = Dir::new("guard-test").unwrap();
    let log = dir.path().join("log");
    let program = Program::new(env!("CARGO_BIN_EXE_control-plane"))
        .args(["run", "--with", "controllers"])
        .log(&log);
    let mut runner = program.start().unwrap();
    let text = runner.wait_log("ready after", SOON).await.unwrap();
    let kubeconfig = text
        .lines()
        .find_map(|line| line.strip_prefix("export KUBECONFIG="))
        .unwrap();
    let folder = Path::new(kubeconfig).parent().unwrap().to_owned();
    let config = std::fs::read_to_string(kubeconfig).unwrap();
    let config: serde_json::Value = serde_json::from_str(&config).unwrap();
    let server = config["clusters"][0]["cluster"]["server"].as_str().unwrap();
    let address = server.strip_prefix("https://").unwrap().to_owned();
    TcpStream::connect(&address).unwrap();

    // SIGKILL: no destructor runs. The programs are in process groups of their own, so this signal does not reach them.
    runner.kill().unwrap();

    wait_until("refused", || TcpStream::connect(&address).is_err());
    wait_until("removed", || !folder.exists());
}
