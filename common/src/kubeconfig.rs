//! Kubeconfigs, read as kubectl reads them.
//!
//! The client library reads them too, with a YAML parser of its own, which is as large as ours and would stay in the memory of
//! every controller for the one file that it reads when it starts.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use kube::config::{Kubeconfig, KubeconfigError};
use serde::Deserialize as _;
use yaml::{Budget, Dialect};

/// Why a kubeconfig is of no use.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file cannot be read.
    #[error("failed to read the kubeconfig {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It holds something else.
    #[error("{} is no kubeconfig: {source}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where it broke.
        source: ParseError,
    },
    /// It is not of the kind or version of those before it.
    #[error("{} does not go together with the kubeconfigs before it: {source}", path.display())]
    Merge {
        /// The file.
        path: PathBuf,
        /// What differs.
        source: KubeconfigError,
    },
}

/// Why a text is no kubeconfig. It may quote the text.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// It is no YAML.
    #[error(transparent)]
    Yaml(#[from] yaml::Error),
    /// Its fields are others.
    #[error(transparent)]
    Fields(#[from] serde_json::Error),
}

/// The files that KUBECONFIG names.
pub(crate) fn named() -> Vec<PathBuf> {
    let list = env::var_os("KUBECONFIG").unwrap_or_default();
    env::split_paths(&list)
        .filter(|path| !path.as_os_str().is_empty())
        .collect()
}

/// The file of the user, where there is one.
pub(crate) fn of_user() -> Option<PathBuf> {
    let path = env::home_dir()?.join(".kube").join("config");
    path.is_file().then_some(path)
}

/// Reads files; what an earlier one says counts.
pub(crate) fn load(paths: &[PathBuf]) -> Result<Kubeconfig, FileError> {
    let mut all = Kubeconfig::default();
    for path in paths {
        let text = fs::read(path).map_err(|source| FileError::Read {
            path: path.clone(),
            source,
        })?;
        let mut one = parse(&text).map_err(|source| FileError::Parse {
            path: path.clone(),
            source,
        })?;
        if let Some(folder) = path.parent() {
            resolve(&mut one, folder);
        }
        all = all.merge(one).map_err(|source| FileError::Merge {
            path: path.clone(),
            source,
        })?;
    }
    Ok(all)
}

/// Reads the text of a kubeconfig; what is empty says nothing.
pub(crate) fn parse(text: &[u8]) -> Result<Kubeconfig, ParseError> {
    match yaml::decode_first(text, Dialect::Kubernetes, &Budget::default())? {
        Some(value) if !value.is_null() => Ok(Kubeconfig::deserialize(value.to_json())?),
        _ => Ok(Kubeconfig::default()),
    }
}

/// Files that a kubeconfig names are looked for from its own folder.
fn resolve(kubeconfig: &mut Kubeconfig, folder: &Path) {
    let absolute = |file: &mut Option<String>| {
        if let Some(name) = file.as_deref().filter(|name| !name.is_empty()) {
            *file = Some(folder.join(name).to_string_lossy().into_owned());
        }
    };
    for cluster in kubeconfig
        .clusters
        .iter_mut()
        .flat_map(|named| &mut named.cluster)
    {
        absolute(&mut cluster.certificate_authority);
    }
    for user in kubeconfig
        .auth_infos
        .iter_mut()
        .flat_map(|named| &mut named.auth_info)
    {
        absolute(&mut user.client_certificate);
        absolute(&mut user.client_key);
        absolute(&mut user.token_file);
    }
}

#[cfg(test)]
mod tests {
    use testing::Dir;

    use super::*;

    const FIRST: &str = "apiVersion: v1\nkind: Config\ncurrent-context: one\n\
        clusters:\n- name: here\n  cluster: {server: 'https://first', certificate-authority: ca.crt}\n\
        users:\n- name: me\n  user: {client-certificate: /abs/me.crt, client-key: keys/me.key}\n";
    const SECOND: &str = "kind: Config\ncurrent-context: two\n\
        clusters:\n- name: here\n  cluster: {server: 'https://second'}\n- name: there\n  cluster: {server: 'https://there'}\n\
        users: null\ncontexts: []\n";

    fn write(dir: &Dir, name: &str, text: &str) -> PathBuf {
        let path = dir.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn what_an_earlier_file_says_counts_and_files_are_looked_for_from_its_folder() {
        let dir = Dir::new("kubeconfig").unwrap();
        let paths = [write(&dir, "first", FIRST), write(&dir, "second", SECOND)];
        let all = load(&paths).unwrap();
        assert_eq!(all.current_context.as_deref(), Some("one"));
        let servers: Vec<_> = all
            .clusters
            .iter()
            .map(|named| named.cluster.as_ref().unwrap().server.as_deref().unwrap())
            .collect();
        assert_eq!(servers, ["https://first", "https://there"]);
        let authority = all.clusters[0].cluster.as_ref().unwrap();
        let authority = authority.certificate_authority.as_deref().unwrap();
        assert_eq!(Path::new(authority), dir.path().join("ca.crt"));
        let user = all.auth_infos[0].auth_info.as_ref().unwrap();
        assert_eq!(user.client_certificate.as_deref(), Some("/abs/me.crt"));
        let key = user.client_key.as_deref().unwrap();
        assert_eq!(Path::new(key), dir.path().join("keys/me.key"));
    }

    #[test]
    fn what_is_no_kubeconfig_is_named_with_its_line() {
        let dir = Dir::new("kubeconfig").unwrap();
        let missing = load(&[dir.path().join("none")]).unwrap_err().to_string();
        assert!(missing.contains("failed to read the kubeconfig") && missing.contains("none"));
        let broken = write(&dir, "broken", "a: b\n- c\n");
        let error = load(&[broken]).unwrap_err().to_string();
        assert!(
            error.contains("broken is no kubeconfig: ") && error.contains("line 1"),
            "{error}"
        );
        let other = write(&dir, "other", "users: text\n");
        let error = load(&[other]).unwrap_err().to_string();
        assert!(error.contains("other is no kubeconfig: "), "{error}");
        let other = write(&dir, "kind", "kind: Other\n");
        let first = write(&dir, "first", FIRST);
        let error = load(&[first, other]).unwrap_err().to_string();
        assert!(error.contains("does not go together"), "{error}");
    }

    #[test]
    fn an_empty_file_says_nothing() {
        for text in ["", "---\n", "# nothing\n"] {
            assert!(parse(text.as_bytes()).unwrap().clusters.is_empty());
        }
    }
}
