//! A bare repository whose commits depend on nothing but what the test writes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, bail};

use super::program::git;
use crate::dir::files_below;

/// The first commit's date, 2026-01-01T00:00:00Z; each later one is a minute younger.
const FIRST: u64 = 1_767_225_600;

/// Who wrote everything.
const IDENTITY: &str = "Test <test@example.dev>";

/// A bare repository.
#[derive(Debug)]
pub struct Repository {
    dir: PathBuf,
    minutes: AtomicU64,
}

impl Repository {
    /// Creates an empty one in `dir`, whose default branch is `main`.
    ///
    /// As on the hosting services, any commit may be fetched by its hash, partial clones work and pushes are taken.
    pub fn create(dir: impl Into<PathBuf>) -> anyhow::Result<Self> {
        let dir = dir.into();
        fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
        git(
            &dir,
            ["init", "--quiet", "--bare", "--initial-branch=main", "."],
            b"",
        )?;
        for (key, value) in [
            ("http.receivepack", "true"),
            ("uploadpack.allowAnySHA1InWant", "true"),
            ("uploadpack.allowFilter", "true"),
        ] {
            git(&dir, ["config", key, value], b"")?;
        }
        Ok(Self {
            dir,
            minutes: AtomicU64::new(0),
        })
    }

    /// The bare repository's folder.
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// Begins a commit on a branch, on top of what is there.
    pub fn commit<'r>(&'r self, branch: &str) -> Commit<'r> {
        Commit {
            repository: self,
            branch: branch.to_owned(),
            message: None,
            changes: Vec::new(),
        }
    }

    /// A lightweight tag.
    pub fn tag(&self, name: &str, target: &str) -> anyhow::Result<()> {
        self.git(["update-ref", &format!("refs/tags/{name}"), target])
            .map(drop)
    }

    /// An annotated tag; returns the hash of the tag object.
    pub fn annotated_tag(&self, name: &str, target: &str, message: &str) -> anyhow::Result<String> {
        let stream = format!(
            "tag {name}\nfrom {target}\ntagger {IDENTITY} {} +0000\n{}",
            self.next_date(),
            data(message.as_bytes())
        );
        git(&self.dir, ["fast-import", "--quiet"], stream.as_bytes())?;
        self.rev_parse(&format!("refs/tags/{name}"))
    }

    /// Points a branch at a commit, forwards or not.
    pub fn set_branch(&self, name: &str, target: &str) -> anyhow::Result<()> {
        self.set_reference(&format!("refs/heads/{name}"), target)
    }

    /// Points any reference (`refs/…`) at an object.
    pub fn set_reference(&self, name: &str, target: &str) -> anyhow::Result<()> {
        self.git(["update-ref", name, target]).map(drop)
    }

    /// Deletes a reference (`refs/…`).
    pub fn delete_reference(&self, name: &str) -> anyhow::Result<()> {
        self.git(["update-ref", "-d", name]).map(drop)
    }

    /// The object that a revision names.
    pub fn rev_parse(&self, revision: &str) -> anyhow::Result<String> {
        self.git(["rev-parse", "--verify", "--quiet", revision])
            .with_context(|| format!("no {revision} in {}", self.dir.display()))
    }

    /// Installs a hook of the server, a shell script such as `exit 1`.
    pub fn hook(&self, name: &str, script: &str) -> anyhow::Result<()> {
        let folder = self.dir.join("hooks");
        fs::create_dir_all(&folder)?;
        let file = folder.join(name);
        fs::write(&file, format!("#!/bin/sh\n{script}\n"))?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
        Ok(())
    }

    /// Removes a hook.
    pub fn unhook(&self, name: &str) -> anyhow::Result<()> {
        Ok(fs::remove_file(self.dir.join("hooks").join(name))?)
    }

    /// Runs any other git command in the repository.
    pub fn git<const N: usize>(&self, args: [&str; N]) -> anyhow::Result<String> {
        git(&self.dir, args, b"")
    }

    fn next_date(&self) -> u64 {
        FIRST + 60 * self.minutes.fetch_add(1, Ordering::Relaxed)
    }
}

/// A commit in the making.
#[derive(Debug)]
#[must_use = "a commit exists after `write`"]
pub struct Commit<'r> {
    repository: &'r Repository,
    branch: String,
    message: Option<String>,
    changes: Vec<u8>,
}

impl Commit<'_> {
    /// Writes a file.
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.entry("100644", path, content.as_ref())
    }

    /// Writes an executable file.
    pub fn executable(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.entry("100755", path, content.as_ref())
    }

    /// Writes a symbolic link.
    pub fn symlink(self, path: &str, target: &str) -> Self {
        self.entry("120000", path, target.as_bytes())
    }

    /// Writes a gitlink, the place of a submodule's commit.
    pub fn submodule(mut self, path: &str, commit: &str) -> Self {
        self.changes
            .extend(format!("M 160000 {commit} {}\n", quoted(path)).bytes());
        self
    }

    /// Removes a file or folder.
    pub fn remove(mut self, path: &str) -> Self {
        self.changes.extend(format!("D {}\n", quoted(path)).bytes());
        self
    }

    /// Removes everything that earlier commits wrote.
    pub fn remove_all(mut self) -> Self {
        self.changes.extend(b"deleteall\n");
        self
    }

    /// Writes every file of a folder, in the order of their names.
    pub fn folder(mut self, dir: &Path) -> anyhow::Result<Self> {
        for name in files_below(dir)? {
            let content = fs::read(dir.join(&name))?;
            self = self.file(&name, content);
        }
        Ok(self)
    }

    /// Sets the message; without it the commit says "Change".
    pub fn message(mut self, message: &str) -> Self {
        self.message = Some(message.to_owned());
        self
    }

    /// Writes the commit, moves the branch, and returns the commit's hash.
    pub fn write(self) -> anyhow::Result<String> {
        let Self {
            repository,
            branch,
            message,
            changes,
        } = self;
        if branch.starts_with("refs/") {
            bail!("a branch is named without refs/heads/: {branch}");
        }
        let reference = format!("refs/heads/{branch}");
        let message = message.unwrap_or_else(|| "Change".to_owned());
        let mut stream = format!(
            "commit {reference}\ncommitter {IDENTITY} {} +0000\n{}",
            repository.next_date(),
            data(message.as_bytes())
        )
        .into_bytes();
        if repository.rev_parse(&reference).is_ok() {
            stream.extend(format!("from {reference}^0\n").bytes());
        }
        stream.extend(changes);
        git(
            &repository.dir,
            ["fast-import", "--quiet", "--date-format=raw"],
            &stream,
        )
        .context("cannot write the commit")?;
        repository.rev_parse(&reference)
    }

    fn entry(mut self, mode: &str, path: &str, content: &[u8]) -> Self {
        let header = format!("M {mode} inline {}\ndata {}\n", quoted(path), content.len());
        self.changes.extend(header.bytes());
        self.changes.extend(content);
        self.changes.push(b'\n');
        self
    }
}

/// A length-prefixed text of the fast-import stream.
fn data(text: &[u8]) -> String {
    format!("data {}\n{}\n", text.len(), String::from_utf8_lossy(text))
}

/// A path in the quotes of git-fast-import(1).
fn quoted(path: &str) -> String {
    let escaped = path
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dir;

    fn repository() -> (Dir, Repository) {
        let dir = Dir::new("repository-test").unwrap();
        let repository = Repository::create(dir.path().join("r.git")).unwrap();
        (dir, repository)
    }

    #[test]
    fn the_same_commits_have_the_same_hashes_everywhere() {
        let (_dir, repository) = repository();
        let first = repository
            .commit("main")
            .file("a.yaml", "a: 1\n")
            .write()
            .unwrap();
        let second = repository
            .commit("main")
            .file("b c/d.yaml", "")
            .message("Add d")
            .write();
        assert_eq!(first, "e2cac09a29aa7c071c7f6d6ea58f084ab3233770");
        assert_eq!(second.unwrap(), "16eb55bc23bccb36b55b5e21fb77256f1e263f46");
        let tag = repository.annotated_tag("v1.0.0", &first, "One").unwrap();
        assert_eq!(tag, "b466c99f322a87e86ecd64c963db5c19f838610f");
        assert_eq!(repository.rev_parse("v1.0.0^{commit}").unwrap(), first);
    }

    #[test]
    fn commits_build_on_each_other_and_can_remove() {
        let (_dir, repository) = repository();
        let one = repository
            .commit("main")
            .file("a", "1")
            .file("b/c", "2")
            .executable("x", "3");
        one.symlink("l", "a").write().unwrap();
        repository
            .commit("main")
            .remove("b")
            .file("quote\"d", "4")
            .write()
            .unwrap();
        let list = repository.git(["ls-tree", "-r", "-z", "main"]).unwrap();
        let modes: Vec<String> = list
            .split_terminator('\0')
            .map(|line| format!("{} {}", &line[..6], line.rsplit('\t').next().unwrap()))
            .collect();
        assert_eq!(
            modes,
            ["100644 a", "120000 l", "100644 quote\"d", "100755 x"]
        );
    }

    #[test]
    fn a_branch_can_be_moved_back_and_references_deleted() {
        let (_dir, repository) = repository();
        let first = repository.commit("main").file("a", "1").write().unwrap();
        repository.commit("main").file("a", "2").write().unwrap();
        repository.set_branch("main", &first).unwrap();
        repository.tag("light", &first).unwrap();
        assert_eq!(repository.rev_parse("main").unwrap(), first);
        repository.delete_reference("refs/tags/light").unwrap();
        assert!(repository.rev_parse("light").is_err());
    }

    #[test]
    fn git_explains_what_it_refuses() {
        let (_dir, repository) = repository();
        let error = repository.tag("v1", "0123").unwrap_err().to_string();
        assert!(
            error.contains("update-ref") && error.contains("0123"),
            "{error}"
        );
        assert!(repository.commit("refs/heads/x").write().is_err());
    }
}
