//! What is applied: the demo repository, a local one, or a remote one.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use testing::git::{self, Server};

use crate::args::Args;
use crate::objects::NAME;

/// The files of the demo repository.
const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/repository");

/// Where in the demo repository this cluster's entry is.
const DEMO_PATH: &str = "clusters/demo";

/// The branch when none is named.
const BRANCH: &str = "main";

/// A repository, served if it is local.
#[derive(Debug)]
pub(crate) struct Repository {
    origin: Origin,
    url: String,
    branch: String,
    path: String,
    credentials: Option<(String, String)>,
}

/// Where it comes from.
#[derive(Debug)]
enum Origin {
    Demo { _server: Server, git_dir: PathBuf },
    Local { _server: Server, git_dir: PathBuf },
    Remote,
}

impl Repository {
    /// Prepares the repository that the arguments name.
    pub(crate) async fn open(args: &Args) -> anyhow::Result<Self> {
        let branch = args.branch().unwrap_or(BRANCH).to_owned();
        match args.repo() {
            None => Self::demo().await,
            Some(repo) if Path::new(repo).is_dir() => {
                Self::local(Path::new(repo), branch, args).await
            }
            Some(repo) if repo.contains("://") => {
                let (url, credentials) = split_credentials(repo);
                let path = args.repo_path().to_owned();
                Ok(Self {
                    origin: Origin::Remote,
                    url,
                    branch,
                    path,
                    credentials,
                })
            }
            Some(repo) => bail!("REPO={repo} is neither an address (https://…) nor a local folder"),
        }
    }

    async fn demo() -> anyhow::Result<Self> {
        let server = Server::start().await?;
        let repository = server.create(NAME)?;
        let commit = repository.commit(BRANCH).folder(Path::new(FILES))?;
        commit.message("Begin the fleet").write()?;
        Ok(Self {
            url: server.url(NAME),
            branch: BRANCH.to_owned(),
            path: DEMO_PATH.to_owned(),
            credentials: None,
            origin: Origin::Demo {
                git_dir: repository.path().to_owned(),
                _server: server,
            },
        })
    }

    async fn local(dir: &Path, branch: String, args: &Args) -> anyhow::Result<Self> {
        let git_dir = git::git_dir(dir).with_context(|| format!("REPO={}", dir.display()))?;
        let server = Server::start().await?;
        server.link(NAME, &git_dir)?;
        Ok(Self {
            url: server.url(NAME),
            branch,
            path: args.repo_path().to_owned(),
            credentials: None,
            origin: Origin::Local {
                git_dir,
                _server: server,
            },
        })
    }

    /// The address, without credentials.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn branch(&self) -> &str {
        &self.branch
    }

    /// The folder to apply, relative to the root of the repository.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// User name and password of the address that was given.
    pub(crate) fn credentials(&self) -> Option<&(String, String)> {
        self.credentials.as_ref()
    }

    /// Whether it is the one that comes with the demo.
    pub(crate) fn is_demo(&self) -> bool {
        matches!(self.origin, Origin::Demo { .. })
    }

    /// The git folder of a repository on this machine.
    pub(crate) fn git_dir(&self) -> Option<&Path> {
        match &self.origin {
            Origin::Demo { git_dir, .. } | Origin::Local { git_dir, .. } => Some(git_dir),
            Origin::Remote => None,
        }
    }
}

/// Takes user name and password out of an address: they belong in a Secret.
fn split_credentials(url: &str) -> (String, Option<(String, String)>) {
    let split = || {
        let (scheme, rest) = url
            .split_once("://")
            .filter(|(scheme, _)| scheme.starts_with("http"))?;
        let authority = rest.split('/').next()?;
        let (user_info, _) = authority.rsplit_once('@')?;
        let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
        let clean = format!("{scheme}://{}", &rest[user_info.len() + 1..]);
        Some((clean, (user.to_owned(), password.to_owned())))
    };
    match split() {
        Some((clean, credentials)) => (clean, Some(credentials)),
        None => (url.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_taken_out_of_an_address() {
        let (url, credentials) = split_credentials("https://me:p@ss@git.example.dev/a@b.git");
        assert_eq!(url, "https://git.example.dev/a@b.git");
        assert_eq!(credentials, Some(("me".to_owned(), "p@ss".to_owned())));
        for plain in [
            "https://git.example.dev/a@b.git",
            "ssh://git@git.example.dev/a.git",
        ] {
            assert_eq!(split_credentials(plain), (plain.to_owned(), None));
        }
    }
}
