//! What of a commit reaches an archive (S3, G6), and that it does so byte for byte each time.

use artifact::tree::{Content, Tree};
use artifact::{Algorithm, archive};
use git::Checkout;
use select::ignore::Matcher;
use testing::git::{Repository, Server};

use crate::{Client, MAIN};

fn tarball(checkout: &Checkout, ignored: &Matcher) -> Vec<u8> {
    let mut out = Vec::new();
    archive::write(&checkout.files().unwrap(), ignored, u64::MAX, &mut out).unwrap();
    out
}

fn write_everything(repository: &Repository) {
    let long = format!("{}/{}/{}", "d".repeat(80), "d".repeat(80), "n".repeat(99));
    let longer = format!("{}/{long}", "e".repeat(100));
    repository
        .commit("main")
        .file("README.md", "read me\n")
        .executable("bin/run", "#!/bin/sh\n")
        .symlink("link", "/etc/passwd")
        .symlink("apps/inside", "../README.md")
        .submodule("modules/other", "0123456789abcdef0123456789abcdef01234567")
        .file("a.b", "before a/ for disks, after it for git\n")
        .file("a/b", "")
        .file(&long, "split\n")
        .file(&longer, "extended\n")
        .file("caf\u{e9}.yaml", "not ascii\n")
        .file(".gitignore", "x\n")
        .message("Add everything\n\nWith a body.")
        .write()
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_fixed_commit_gives_the_fixed_digest() {
    let server = Server::start().await.unwrap();
    let repository = server.create("r").unwrap();
    write_everything(&repository);
    // History must not matter, nor how objects are packed.
    repository.git(["repack", "-a", "-d", "-q"]).unwrap();
    let checkout = Client::new(server.url("r")).checkout(MAIN).await.unwrap();
    assert_eq!(
        checkout.revision().to_string(),
        "main@sha1:298d8ed209639823fbab9e9bd95e0cf5ea0bb663"
    );
    let digest = Algorithm::Sha256.digest(&tarball(&checkout, &Matcher::for_source(Vec::new())));
    assert_eq!(
        digest.to_string(),
        "sha256:a8121c2e5f09bca9a34ce90bcdc14591fd028acdc49415f58e254e58e571d52d"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g6_links_vanish_and_submodules_are_empty_directories() {
    let server = Server::start().await.unwrap();
    let repository = server.create("r").unwrap();
    write_everything(&repository);
    let checkout = Client::new(server.url("r")).checkout(MAIN).await.unwrap();
    let directory = testing::Dir::new("files").unwrap();
    let bytes = tarball(&checkout, &Matcher::for_source(Vec::new()));
    archive::extract(
        bytes.as_slice(),
        directory.path(),
        None,
        &archive::Limits::default(),
    )
    .unwrap();
    let exists = |path: &str| directory.path().join(path).symlink_metadata().is_ok();
    assert!(exists("README.md") && exists("bin/run") && exists("modules/other") && exists("apps"));
    assert!(!exists("link") && !exists("apps/inside") && !exists(".gitignore"));
    assert_eq!(checkout.commit().subject, "Add everything");
    assert_eq!(checkout.commit().hash, checkout.revision().hash());
    assert_eq!(checkout.commit().committed, 1_767_225_600);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_come_whole_whatever_deltas_the_pack_holds() {
    let server = Server::start().await.unwrap();
    let repository = server.create("r").unwrap();
    let line = |n: usize| format!("line {n} of a file that compresses into deltas\n");
    let mut text: String = (0..5000).map(line).collect();
    for round in 0..5 {
        text.push_str(&line(round * 7));
        repository
            .commit("main")
            .file(&format!("copy{round}"), &text)
            .write()
            .unwrap();
    }
    repository
        .git(["repack", "-a", "-d", "-f", "-q", "--depth=50"])
        .unwrap();
    let checkout = Client::new(server.url("r")).checkout(MAIN).await.unwrap();
    let files = checkout.files().unwrap();
    let root = files.root().unwrap();
    let last = files
        .list(&root)
        .unwrap()
        .into_iter()
        .find(|entry| entry.name == b"copy4")
        .unwrap();
    let Content { size, mut reader } = files.open(&last.node).unwrap();
    let mut content = String::new();
    reader.read_to_string(&mut content).unwrap();
    assert_eq!((size, content == text), (text.len() as u64, true));
}
