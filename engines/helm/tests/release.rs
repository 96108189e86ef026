//! Records against what Helm 4.3.1 reads and writes.
//!
//! `release/records.jsonl` holds one record a line: `input`, the JSON as some Helm wrote it; `json`,
//! the same record decoded and encoded by Helm 4.3.1's own types; `observed` and `values`, the texts
//! that helm-controller 1.6 digests; `digest`, the digest of `observed`. `full.payload` is the first
//! of them as Helm's Secret driver packs it.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use helm::release::{
    ApplyMethod, DecodeError, Observation, Release, Status, Written, values_digest, values_text,
};
use serde_json::Value;

fn records() -> Vec<Value> {
    include_str!("release/records.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn text<'r>(record: &'r Value, field: &str) -> &'r str {
    record[field].as_str().unwrap()
}

/// A record as Helm kept it before compression.
fn decoded(json: &str) -> Release {
    Release::from_stored(STANDARD.encode(json).as_bytes(), &BTreeMap::new()).unwrap()
}

#[test]
fn records_of_helm_3_and_4_come_back_as_helm_4_writes_them() {
    for record in records() {
        let release = decoded(text(&record, "input"));
        // Helm keeps an empty list of files apart from none; none is what it makes.
        let expected = text(&record, "json").replace("\"files\":[]", "\"files\":null");
        let expected = match text(&record, "name") {
            // A record without `info` is one that Helm itself cannot use.
            "bare" => r#"{"name":"foo","info":{}}"#.to_owned(),
            _ => expected,
        };
        assert_eq!(release.to_json(), expected, "{}", record["name"]);
    }
}

#[test]
fn what_is_packed_unpacks_and_equal_records_have_equal_bytes() {
    for record in records() {
        let release = decoded(text(&record, "input"));
        let stored = release.to_stored(Written::Created(1_700_000_000));
        let again = Release::from_stored(stored.payload.as_bytes(), &stored.labels).unwrap();
        assert_eq!(again, release);
        assert_eq!(again.to_payload(), stored.payload);
    }
}

#[test]
fn a_payload_of_helms_driver_decodes() {
    let payload = include_bytes!("release/full.payload");
    let release = Release::from_stored(payload, &BTreeMap::new()).unwrap();
    assert_eq!(release, decoded(text(&records()[0], "json")));
    assert_eq!(release.info.status, Status::Deployed);
    assert_eq!(release.apply_method, ApplyMethod::ServerSide);
    assert_eq!(release.hooks[0].weight, -5);
    let chart = release.chart.unwrap();
    assert_eq!(&*chart.files[0].data, &[0, 255, 10]);
    assert_eq!(&*chart.schema.unwrap(), br#"{"type":"object"}"#);
}

#[test]
fn a_secret_has_helms_name_and_labels() {
    let mut release = decoded(text(&records()[0], "json"));
    release.labels.insert("team".to_owned(), "a".to_owned());
    // Helm's own labels win over those of the user.
    release.labels.insert("owner".to_owned(), "me".to_owned());
    let stored = release.to_stored(Written::Modified(1_700_000_001));
    assert_eq!(stored.name, "sh.helm.release.v1.web.v3");
    let labels: Vec<_> = stored
        .labels
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        labels,
        [
            ("modifiedAt", "1700000001"),
            ("name", "web"),
            ("owner", "helm"),
            ("status", "deployed"),
            ("team", "a"),
            ("version", "3"),
        ]
    );
    let again = Release::from_stored(stored.payload.as_bytes(), &stored.labels).unwrap();
    let kept: Vec<_> = again.labels.keys().map(String::as_str).collect();
    assert_eq!(kept, ["team"]);
}

#[test]
fn h5_2_the_digest_of_a_snapshot_is_that_of_helm_controller() {
    for record in records() {
        let release = decoded(text(&record, "input"));
        let observation = Observation::new(&release, "");
        assert_eq!(
            observation.to_json(),
            text(&record, "observed"),
            "{}",
            record["name"]
        );
        assert_eq!(observation.sha256(), text(&record, "digest"));
    }
    // The one that helm-controller's own tests pin.
    let release = Release {
        name: "foo".to_owned(),
        ..Release::default()
    };
    assert_eq!(
        Observation::new(&release, "").sha256(),
        "sha256:f1498f27a16a09cd7e1ee610d924df065c03d30035638babc95dd9a8d412ce4d"
    );
    assert!(
        Observation::new(&release, "sha256:ab")
            .to_json()
            .ends_with("\"namespace\":\"\",\"ociDigest\":\"sha256:ab\"}\n")
    );
}

#[test]
fn h26_14_a_test_run_does_not_change_the_digest() {
    let mut release = decoded(text(&records()[0], "json"));
    let before = Observation::new(&release, "").sha256();
    assert!(release.hooks[1].is_test());
    release.hooks[1].last_run.phase = helm::release::HookPhase::Failed;
    assert_eq!(Observation::new(&release, "").sha256(), before);
    release.hooks[0].last_run.phase = helm::release::HookPhase::Failed;
    assert_ne!(Observation::new(&release, "").sha256(), before);
}

#[test]
fn h5_4_values_are_digested_as_yaml_with_keys_sorted_by_bytes() {
    for record in records() {
        let release = decoded(text(&record, "input"));
        assert_eq!(values_text(&release.config), text(&record, "values"));
    }
    let digest = |json: &str| values_digest(&decoded(&format!("{{\"config\":{json}}}")).config);
    assert_eq!(
        digest("{}"),
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    assert_eq!(
        digest(
            r#"{"replicas":3,"image":{"tag":"latest","repository":"nginx"},"ports":[
                {"protocol":"TCP","port":8080},{"port":9090,"protocol":"UDP"}]}"#
        ),
        "sha256:fcdc2b0de1581a3633ada4afee3f918f6eaa5b5ab38c3fef03d5b48d3f85d9f6"
    );
    assert_eq!(
        digest(
            r#"{"replicas":3,"test":{"632bd80235a05f4192aefade":"value1",
                "632bd80ddf416cf32fd50679":"value2","632bd817c559818a52307da2":"value3",
                "632bd82398e71231a98004b6":"value4"}}"#
        ),
        "sha256:8a980fcbeadd6f05818f07e8aec14070c22250ca3d96af1fcd5f93b3e85b4d70"
    );
}

#[test]
fn what_no_helm_wrote_is_refused_with_its_place() {
    let read = |payload: &str| {
        Release::from_stored(payload.as_bytes(), &BTreeMap::new())
            .unwrap_err()
            .to_string()
    };
    assert!(read("***").starts_with("release record is not base64"));
    assert!(read(&STANDARD.encode([0x1f, 0x8b, 0x08, 0, 1])).contains("cannot be unpacked"));
    assert_eq!(
        read(&STANDARD.encode("{\"name\":")),
        "release record is not JSON: unexpected EOF"
    );
    for (json, message) in [
        (
            r#"{"version":"x"}"#,
            "release record: record.version is not an integer",
        ),
        (
            r#"{"info":[]}"#,
            "release record: record.info is not an object",
        ),
        (
            r#"{"info":{"last_deployed":"now"}}"#,
            "release record: record.info.last_deployed is not a time",
        ),
        (
            r#"{"chart":{"templates":[{"data":"?"}]}}"#,
            "release record: record.chart.templates.data is not base64",
        ),
    ] {
        assert_eq!(read(&STANDARD.encode(json)), message);
    }
}

#[test]
fn a_record_that_explodes_hits_the_budget() {
    use std::io::Write as _;

    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..129 {
        packer.write_all(&zeros).unwrap();
    }
    let payload = STANDARD.encode(packer.finish().unwrap());
    assert_eq!(
        Release::from_stored(payload.as_bytes(), &BTreeMap::new()),
        Err(DecodeError::TooLarge(128 << 20))
    );
}
