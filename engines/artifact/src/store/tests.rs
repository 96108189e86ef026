use std::io::Read as _;
use std::os::unix::fs::symlink;
use std::sync::mpsc;
use std::time::Duration;

use super::*;

fn fixture() -> (tempfile::TempDir, Store, ObjectDir) {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let object = ObjectDir::new("GitRepository", "flux-system", "apps").unwrap();
    store.make_directory(&object.file("x").unwrap()).unwrap();
    (directory, store, object)
}

fn put(store: &Store, path: &ArtifactPath, content: &str) -> Stored {
    store
        .write(path, Algorithm::Sha256, |out| {
            out.write_all(content.as_bytes())
        })
        .map(|(stored, ())| stored)
        .unwrap()
}

fn files(store: &Store, object: &ObjectDir) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(store.root().join(object.as_str()))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn set_age(store: &Store, path: &ArtifactPath, now: Duration, age: u64) {
    let time = now.as_secs() - age;
    let time = rustix::fs::Timespec {
        tv_sec: time.cast_signed(),
        tv_nsec: 0,
    };
    let times = rustix::fs::Timestamps {
        last_access: time,
        last_modification: time,
    };
    let path = store.local_path(path);
    rustix::fs::utimensat(rustix::fs::CWD, path, &times, rustix::fs::AtFlags::empty()).unwrap();
}

#[test]
fn s1_paths_stay_inside() {
    let object = ObjectDir::new("GitRepository", "ns", "name").unwrap();
    let path = object.file("abc.tar.gz").unwrap();
    assert_eq!(path.as_str(), "gitrepository/ns/name/abc.tar.gz");
    assert_eq!(path.file_name(), "abc.tar.gz");
    assert_eq!(ArtifactPath::parse(path.as_str()).unwrap(), path);
    assert_eq!(path.object(), object);
    for bad in [
        "",
        "a",
        "a/b/c",
        "a/b/c/d/e",
        "a/../c/d",
        "a/b/c/..",
        "/b/c/d",
        "a/b//d",
        "a/b/c/d\\e",
    ] {
        assert!(ArtifactPath::parse(bad).is_err(), "{bad}");
    }
    assert_eq!(
        ObjectDir::new("K", "..", "n").unwrap_err().to_string(),
        "invalid artifact path 'k/../n': expected <kind>/<namespace>/<name>/<file>"
    );
}

#[test]
fn s10_store_needs_an_existing_directory() {
    let (directory, ..) = fixture();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    for path in [file, directory.path().join("none")] {
        let error = Store::open(&path).unwrap_err().to_string();
        assert!(error.contains("is not an existing directory"), "{error}");
    }
}

#[test]
fn s6_write_is_whole_private_and_hashed() {
    let (_directory, store, object) = fixture();
    let path = object.file("a.tar.gz").unwrap();
    let stored = put(&store, &path, "content");
    assert_eq!(
        stored,
        Stored {
            digest: Algorithm::Sha256.digest(b"content"),
            size: 7
        }
    );
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&store.local_path(&path)), 0o600);
    assert_eq!(mode(&store.root().join(object.as_str())), 0o700);
    assert_eq!(files(&store, &object), ["a.tar.gz"]);
}

#[test]
fn s6_failed_write_leaves_the_old_file_and_no_rest() {
    let (_directory, store, object) = fixture();
    let path = object.file("a.tar.gz").unwrap();
    put(&store, &path, "old");
    let result = store.write(&path, Algorithm::Sha256, |out| {
        out.write_all(b"half")?;
        Err::<(), _>(io::Error::other("broken"))
    });
    assert_eq!(result.unwrap_err().to_string(), "broken");
    let mut text = String::new();
    store
        .read(&path)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, "old");
    assert_eq!(files(&store, &object), ["a.tar.gz"]);
}

#[test]
fn r5_verification_tells_missing_from_changed() {
    let (_directory, store, object) = fixture();
    let path = object.file("a").unwrap();
    let digest = put(&store, &path, "content").digest;
    assert_eq!(store.verify(&path, &digest).unwrap(), Verification::Intact);
    fs::write(store.local_path(&path), "changed").unwrap();
    let actual = Algorithm::Sha256.digest(b"changed");
    assert_eq!(
        store.verify(&path, &digest).unwrap(),
        Verification::Mismatch { actual }
    );
    store.remove(&path).unwrap();
    store.remove(&path).unwrap();
    assert_eq!(store.verify(&path, &digest).unwrap(), Verification::Missing);
    symlink("/etc/hostname", store.local_path(&path)).unwrap();
    assert_eq!(
        store.verify(&path, &digest).unwrap(),
        Verification::Missing,
        "a link is no artifact"
    );
}

#[test]
fn r2_removing_an_object_takes_everything() {
    let (_directory, store, object) = fixture();
    put(&store, &object.file("a").unwrap(), "");
    assert!(store.remove_object(&object).unwrap());
    assert!(!store.remove_object(&object).unwrap());
}

/// Artifacts with their ages in seconds; the first is the current one.
#[track_caller]
fn check_garbage(ages: &[(&str, u64)], ttl: u64, records: usize, expected: &[&str]) {
    let (_directory, store, object) = fixture();
    let now = Duration::from_secs(2_000_000_000);
    for (name, age) in ages {
        let path = object.file(name).unwrap();
        put(&store, &path, name);
        set_age(&store, &path, now, *age);
    }
    let current = object.file(ages[0].0).unwrap();
    let retention = Retention {
        ttl: Duration::from_secs(ttl),
        records,
    };
    store.collect_garbage(&current, retention, now).unwrap();
    assert_eq!(files(&store, &object), expected);
}

#[test]
fn s8_expired_files_go_but_never_the_current_one() {
    check_garbage(&[("c", 500), ("b", 59), ("a", 61)], 60, 5, &["b", "c"]);
}

#[test]
fn s8_records_bound_what_is_kept() {
    check_garbage(
        &[("d", 1), ("c", 2), ("b", 3), ("a", 4)],
        60,
        2,
        &["c", "d"],
    );
    check_garbage(&[("a", 9), ("b", 3), ("c", 2)], 60, 2, &["a", "c"]);
    check_garbage(&[("a", 9), ("b", 3)], 60, 0, &["a"]);
}

#[test]
fn s8_locks_go_with_their_files_and_other_things_stay() {
    let (_directory, store, object) = fixture();
    let now = Duration::from_secs(2_000_000_000);
    let [old, current] = ["old", "current"].map(|name| object.file(name).unwrap());
    for path in [&old, &current] {
        put(&store, path, "");
        set_age(&store, path, now, 100);
        drop(store.lock(path).unwrap());
    }
    symlink("current", store.root().join(object.as_str()).join("latest")).unwrap();
    let abandoned = object.file(".tmp-1").unwrap();
    let in_use = object.file(".tmp-2").unwrap();
    for (path, age) in [(&abandoned, 700), (&in_use, 100)] {
        fs::write(store.local_path(path), "").unwrap();
        set_age(&store, path, now, age);
    }
    let retention = Retention {
        ttl: Duration::from_mins(1),
        records: 2,
    };
    assert_eq!(
        store.collect_garbage(&current, retention, now).unwrap(),
        ["old"]
    );
    assert_eq!(
        files(&store, &object),
        [".tmp-2", "current", "current.lock", "latest"]
    );
}

#[test]
fn s6_lock_is_exclusive_and_survives_collection() {
    let (_directory, store, object) = fixture();
    let path = object.file("a").unwrap();
    let held = store.lock(&path).unwrap();
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let lock = store.lock(&path).unwrap();
            sender.send(()).unwrap();
            drop(lock);
        });
        // The file is unlinked and taken anew while the thread waits for the old one.
        fs::remove_file(store.local_path(&object.file("a.lock").unwrap())).unwrap();
        let second = store.lock(&path).unwrap();
        drop(held);
        assert!(receiver.try_recv().is_err());
        drop(second);
        receiver.recv_timeout(Duration::from_secs(10)).unwrap();
    });
}

#[test]
fn s2_a_link_moves_in_one_step_and_is_not_collected() {
    let (_directory, store, object) = fixture();
    let [old, new] = ["old", "new"].map(|name| object.file(name).unwrap());
    let link = object.file("latest.tar.gz").unwrap();
    put(&store, &old, "old");
    put(&store, &new, "new");
    store.link(&old, &link).unwrap();
    store.link(&new, &link).unwrap();
    assert_eq!(fs::read_to_string(store.local_path(&link)).unwrap(), "new");
    assert!(
        fs::read_link(store.local_path(&link))
            .unwrap()
            .is_absolute()
    );
    let retention = Retention {
        ttl: Duration::ZERO,
        records: 1,
    };
    let now = Duration::from_secs(u32::MAX.into());
    store.collect_garbage(&new, retention, now).unwrap();
    assert_eq!(files(&store, &object), ["latest.tar.gz", "new"]);
}
