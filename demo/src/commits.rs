//! New commits of a repository on this machine, seen as soon as the branch moves.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How often the branch is looked at: one read of a tiny file.
const LOOK: Duration = Duration::from_millis(50);

/// The last commit of a branch.
#[derive(Debug)]
pub(crate) struct Commits {
    head: watch::Receiver<String>,
    looking: Option<JoinHandle<()>>,
    _sender: watch::Sender<String>,
}

impl Commits {
    /// Follows `branch` of the repository at `git_dir`; without one there is never a new commit.
    pub(crate) fn follow(git_dir: Option<&Path>, branch: &str) -> Self {
        let reference = git_dir.map(|dir| dir.join("refs/heads").join(branch));
        let first = reference.as_deref().and_then(read).unwrap_or_default();
        let (sender, head) = watch::channel(first);
        let looking = reference.map(|reference| tokio::spawn(look(reference, sender.clone())));
        Self {
            head,
            looking,
            _sender: sender,
        }
    }

    /// Waits for the next commit and returns its hash.
    pub(crate) async fn next(&mut self) -> String {
        // The sender lives in `self`: without changes this waits for ever.
        let _ = self.head.changed().await;
        self.head.borrow_and_update().clone()
    }
}

impl Drop for Commits {
    fn drop(&mut self) {
        if let Some(looking) = &self.looking {
            looking.abort();
        }
    }
}

/// A branch that moved has a file of its own, even when it was packed before.
async fn look(reference: PathBuf, sender: watch::Sender<String>) {
    loop {
        tokio::time::sleep(LOOK).await;
        if let Some(commit) = read(&reference) {
            sender.send_if_modified(|head| {
                let moved = *head != commit;
                *head = commit;
                moved
            });
        }
    }
}

fn read(reference: &Path) -> Option<String> {
    let text = std::fs::read_to_string(reference).ok()?;
    Some(text.trim().to_owned()).filter(|commit| !commit.is_empty())
}

#[cfg(test)]
mod tests {
    use testing::Dir;
    use testing::git::Repository;

    use super::*;

    #[tokio::test]
    async fn a_new_commit_is_seen() {
        let dir = Dir::new("commits-test").unwrap();
        let repository = Repository::create(dir.path().join("r.git")).unwrap();
        repository.commit("main").file("a", "1").write().unwrap();
        let mut commits = Commits::follow(Some(repository.path()), "main");
        let second = repository.commit("main").file("a", "2").write().unwrap();
        let seen = tokio::time::timeout(Duration::from_secs(10), commits.next()).await;
        assert_eq!(seen.unwrap(), second);
    }

    #[tokio::test]
    async fn a_remote_repository_has_no_local_commits() {
        let mut commits = Commits::follow(None, "main");
        assert!(tokio::time::timeout(LOOK, commits.next()).await.is_err());
    }
}
