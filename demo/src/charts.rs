//! The charts that come with the demo: packed, listed in an index, and as artifacts of a registry.

use std::fmt::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use ring::digest::{SHA256, digest};
use serde_json::json;
use testing::registry::{Artifact, Layer};

/// The folders of the charts.
const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/charts");

/// The version that a chart has in its folder.
const VERSION: &str = "version: 1.0.0\n";

/// The type of a chart's configuration in a registry.
const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";

/// The type of a packed chart in a registry.
pub(crate) const CONTENT: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/// A packed chart.
#[derive(Debug)]
pub(crate) struct Chart {
    name: &'static str,
    version: &'static str,
    pub(crate) bytes: Vec<u8>,
}

impl Chart {
    /// Packs the chart `name` as this version of it.
    pub(crate) fn pack(name: &'static str, version: &'static str) -> anyhow::Result<Self> {
        let folder = Path::new(FILES).join(name);
        let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for file in testing::files_below(&folder)? {
            let mut content = std::fs::read(folder.join(&file))?;
            if file == "Chart.yaml" {
                let text = String::from_utf8(content)?;
                content = text
                    .replace(VERSION, &format!("version: {version}\n"))
                    .into_bytes();
            }
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            archive.append_data(&mut header, format!("{name}/{file}"), &content[..])?;
        }
        Ok(Self {
            name,
            version,
            bytes: archive.into_inner()?.finish()?,
        })
    }

    /// The name of its file in a Helm repository.
    pub(crate) fn file_name(&self) -> String {
        format!("{}-{}.tgz", self.name, self.version)
    }

    /// What is pushed to a registry.
    pub(crate) fn artifact(self) -> Artifact {
        let metadata = json!({ "apiVersion": "v2", "name": self.name, "version": self.version });
        Artifact {
            config_type: CONFIG.to_owned(),
            config: metadata.to_string().into_bytes(),
            layers: vec![Layer {
                media_type: CONTENT.to_owned(),
                bytes: self.bytes,
                annotations: Vec::new(),
            }],
            annotations: Vec::new(),
            subject: None,
        }
    }
}

/// The `index.yaml` of a Helm repository with these versions of one chart.
pub(crate) fn index(name: &str, charts: &[Chart]) -> String {
    let mut text = format!("apiVersion: v1\nentries:\n  {name}:\n");
    for chart in charts {
        let Chart { name, version, .. } = chart;
        let (file, digest) = (chart.file_name(), hex(digest(&SHA256, &chart.bytes)));
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "    - apiVersion: v2\n      name: {name}\n      version: {version}\n      \
             digest: {digest}\n      urls:\n        - {file}\n"
        );
    }
    text
}

/// Hexadecimal digits.
pub(crate) fn hex(bytes: impl AsRef<[u8]>) -> String {
    let digits = bytes.as_ref().iter();
    digits.fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn a_packed_chart_has_its_files_below_its_name_and_the_version_that_was_asked_for() {
        let chart = Chart::pack("cache", "1.1.0").unwrap();
        assert_eq!(chart.file_name(), "cache-1.1.0.tgz");
        let mut archive = tar::Archive::new(GzDecoder::new(&chart.bytes[..]));
        let mut paths = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let path = entry.path().unwrap().display().to_string();
            if path == "cache/Chart.yaml" {
                let mut text = String::new();
                entry.read_to_string(&mut text).unwrap();
                assert!(text.contains("version: 1.1.0\n"), "{text}");
            }
            paths.push(path);
        }
        assert_eq!(paths[0], "cache/Chart.yaml");
        assert!(paths.contains(&"cache/templates/tests/answers.yaml".to_owned()));
    }

    #[test]
    fn the_same_version_has_the_same_bytes() {
        let pack = || Chart::pack("queue", "1.0.0").unwrap().bytes;
        assert_eq!(pack(), pack());
        assert_ne!(pack(), Chart::pack("queue", "1.1.0").unwrap().bytes);
    }

    #[test]
    fn an_index_names_each_version_and_where_it_is() {
        let charts = ["1.0.0", "1.1.0"].map(|version| Chart::pack("cache", version).unwrap());
        let text = index("cache", &charts);
        assert!(text.starts_with("apiVersion: v1\nentries:\n  cache:\n    - apiVersion: v2\n"));
        assert!(text.contains("version: 1.1.0\n"), "{text}");
        assert!(text.ends_with("urls:\n        - cache-1.1.0.tgz\n"));
    }
}
