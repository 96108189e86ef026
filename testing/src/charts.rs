//! A Helm repository over http, and charts in it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::http::Files;

/// A packaged chart of these files beside its `Chart.yaml`.
///
/// # Errors
/// When a path does not fit into an archive.
pub fn package(name: &str, version: &str, files: &[(&str, &str)]) -> anyhow::Result<Vec<u8>> {
    let metadata = format!("apiVersion: v2\nname: {name}\nversion: {version}\nappVersion: \"7\"\n");
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let own = ("Chart.yaml", metadata.as_str());
    for (path, text) in std::iter::once(&own).chain(files) {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        let path = format!("{name}/{path}");
        archive.append_data(&mut header, path, text.as_bytes())?;
    }
    Ok(archive.into_inner()?.finish()?)
}

/// A repository with an index; it ends on drop.
#[derive(Debug)]
pub struct Charts {
    files: Files,
    /// Lines of the index by the names of the charts.
    entries: Mutex<BTreeMap<String, String>>,
}

impl Charts {
    /// Starts one without charts.
    pub async fn start() -> anyhow::Result<Self> {
        let charts = Self {
            files: Files::start().await?,
            entries: Mutex::default(),
        };
        charts.index();
        Ok(charts)
    }

    /// The address of the repository.
    pub fn url(&self) -> &str {
        self.files.url()
    }

    /// Asks for this user name and password from now on.
    pub fn guard(&self, user: &str, password: &str) {
        self.files.guard(user, password);
    }

    /// Adds a version of a chart.
    ///
    /// # Errors
    /// When a path does not fit into an archive.
    pub fn publish(&self, name: &str, version: &str, files: &[(&str, &str)]) -> anyhow::Result<()> {
        let bytes = package(name, version, files)?;
        let digest = format!("{:x}", Sha256::digest(&bytes));
        let file = format!("{name}-{version}.tgz");
        self.files.put(&format!("/{file}"), bytes);
        {
            let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
            let lines = entries.entry(name.to_owned()).or_default();
            write!(
                lines,
                "  - apiVersion: v2\n    name: {name}\n    version: {version}\n    digest: {digest}\n    urls: [{file}]\n"
            )?;
        }
        self.index();
        Ok(())
    }

    /// Writes the index anew.
    fn index(&self) {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = "apiVersion: v1\nentries:".to_owned();
        text.push_str(if entries.is_empty() { " {}\n" } else { "\n" });
        for (name, lines) in entries.iter() {
            let _ = write!(text, "  {name}:\n{lines}");
        }
        self.files.put("/index.yaml", text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::get;

    #[tokio::test]
    async fn what_is_published_is_in_the_index() {
        let charts = Charts::start().await.unwrap();
        let file = [("templates/a.yaml", "a: 1\n")];
        charts.publish("web", "1.0.0", &file).unwrap();
        charts.publish("web", "1.1.0", &file).unwrap();
        let index = get(&format!("{}/index.yaml", charts.url())).await.unwrap();
        assert_eq!(index.text().matches("name: web").count(), 2);
        let chart = get(&format!("{}/web-1.1.0.tgz", charts.url())).await;
        let digest = format!("{:x}", Sha256::digest(chart.unwrap().body));
        assert!(index.text().contains(&digest));
    }
}
