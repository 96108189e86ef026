//! Artifacts that cannot be used (section 9).

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};

use crate::support::Fixture;
use crate::table::{End, good, row, run};

const ARTIFACT: &str = "ArtifactFailed";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A tarball with one entry of any name.
fn entry(name: &str, kind: EntryType) -> Vec<u8> {
    let mut header = Header::new_gnu();
    header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(0);
    header.set_cksum();
    let mut builder = Builder::new(Vec::new());
    builder.append(&header, std::io::empty()).unwrap();
    gzip(&builder.into_inner().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn k9_artifacts_that_cannot_be_used() {
    let fixture = Fixture::new("bad-artifact").await;
    let truncated = good("truncated");
    let truncated = truncated[..truncated.len() / 2].to_vec();
    let wrong = format!("sha256:{}", "0".repeat(64));
    let rows = vec![
        row("digest-wrong").digest(&wrong).fails(
            ARTIFACT,
            &format!("failed to verify archive: computed digest doesn't match provided '{wrong}'"),
        ),
        row("digest-unknown")
            .digest("md5:d41d8cd98f00b204e9800998ecf8427e")
            .fails(ARTIFACT, "failed to verify archive: …md5…"),
        row("digest-short")
            .digest("sha256:abc")
            .fails(ARTIFACT, "failed to verify archive: …"),
        row("truncated").bytes(truncated).fails(ARTIFACT, "failed to extract archive: …"),
        row("no-gzip")
            .bytes(b"not compressed".to_vec())
            .fails(ARTIFACT, "failed to extract archive: …"),
        row("no-tar")
            .bytes(gzip(&[b'x'; 2048]))
            .fails(ARTIFACT, "failed to extract archive: …"),
        row("name-leads-out")
            .bytes(entry("../evil.yaml", EntryType::Regular))
            .fails(ARTIFACT, "failed to extract archive: …../evil.yaml…"),
        row("name-absolute")
            .bytes(entry("/etc/evil.yaml", EntryType::Regular))
            .fails(ARTIFACT, "failed to extract archive: …/etc/evil.yaml…"),
        row("special-file")
            .bytes(entry("pipe", EntryType::Fifo))
            .fails(ARTIFACT, "failed to extract archive: …pipe…"),
        row("url-none")
            .url("not a url")
            .fails(ARTIFACT, "invalid artifact URL: …"),
        row("url-scheme")
            .url("ftp://example.com/a.tar.gz")
            .fails(ARTIFACT, "…ftp://example.com/a.tar.gz…"),
        row("url-unreachable").url("http://127.0.0.1:1/a.tar.gz").fails(
            ARTIFACT,
            "failed to download archive: GET http://127.0.0.1:1/a.tar.gz giving up after 1 attempt(s): …",
        ),
        row("url-not-served")
            .url(&fixture.address_of("nothing.tar.gz"))
            .ends(End::Quiet)
            .fails(ARTIFACT, "Source is not ready, artifact not found, retrying in 30s"),
    ];
    run(&fixture, rows).await;
}
