//! Charts as packages: their files, with another version or other default values, and back to an archive.

use std::io::{self, Write as _};

use artifact::Root;
use flate2::{Compression, GzBuilder};
use yaml::Value;

use super::{Data, Error, File, Lock, Metadata, archive, directory, document};

const CHART: &str = "Chart.yaml";
const REQUIREMENTS: &str = "requirements.yaml";

/// Where the chosen versions of dependencies stand, the newer place first.
const LOCKS: [&str; 2] = ["Chart.lock", "requirements.lock"];
const VALUES: &str = "values.yaml";

/// How the names of archives end.
const ARCHIVE: &str = ".tgz";

/// What Helm writes into the header of its archives.
const COMMENT: &str = "Helm";

/// The mode of every file in an archive.
const MODE: u32 = 0o644;

/// The files of a chart as its author has them, without what `.helmignore` leaves out.
#[derive(Clone, Debug, Default)]
pub struct Package {
    files: Vec<File>,
}

impl Package {
    /// The files of a directory. Links are followed within `root`.
    pub fn from_directory(root: &Root) -> Result<Self, Error> {
        Ok(Self {
            files: directory::read(root)?,
        })
    }

    /// The files of a gzip-compressed tarball.
    pub fn from_archive(bytes: &[u8]) -> Result<Self, Error> {
        Ok(Self {
            files: archive::read(bytes)?,
        })
    }

    /// What `Chart.yaml` says, and `requirements.yaml` where there is one; checked against the rules.
    pub fn metadata(&self) -> Result<Metadata, Error> {
        let mut metadata = Metadata::default();
        let chart = self.file(CHART).ok_or(Error::NoMetadata)?;
        let failed = |file: &str, problem| Error::File {
            file: file.to_owned(),
            problem,
        };
        let read = metadata.merge(chart);
        read.map_err(|problem| failed(CHART, problem))?;
        if metadata.api_version.is_empty() {
            "v1".clone_into(&mut metadata.api_version);
        }
        if let Some(requirements) = self.file(REQUIREMENTS) {
            let read = metadata.merge(requirements);
            read.map_err(|problem| failed(REQUIREMENTS, problem))?;
        }
        metadata.validate()?;
        Ok(metadata)
    }

    /// The versions of dependencies that were chosen, where that was written down.
    pub fn lock(&self) -> Result<Option<Lock>, Error> {
        let found = LOCKS
            .into_iter()
            .find_map(|name| Some((name, self.file(name)?)));
        found
            .map(|(name, text)| {
                Lock::read(text).map_err(|problem| Error::File {
                    file: name.to_owned(),
                    problem,
                })
            })
            .transpose()
    }

    /// The bytes of a file.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        let found = self.files.iter().find(|file| file.name == name);
        found.map(|file| &*file.data)
    }

    /// The name of a file that has more bytes than allowed.
    pub fn over(&self, limit: u64) -> Option<&str> {
        let found = self
            .files
            .iter()
            .find(|file| file.data.len() as u64 > limit);
        found.map(|file| &*file.name)
    }

    /// The names of the charts that lie in `charts/`, as directories or archives.
    pub fn vendored(&self) -> Result<Vec<String>, Error> {
        let mut names = Vec::new();
        for file in &self.files {
            let Some(rest) = file.name.strip_prefix("charts/") else {
                continue;
            };
            if rest.starts_with(['_', '.']) {
                continue;
            }
            let below = match (rest.split_once('/'), rest.strip_suffix(ARCHIVE)) {
                (None, Some(_)) => Self::from_archive(&file.data)?,
                (Some((directory, CHART)), _) => self.below(&format!("charts/{directory}/")),
                _ => continue,
            };
            names.push(below.metadata()?.name);
        }
        Ok(names)
    }

    /// The files of a directory in it.
    fn below(&self, prefix: &str) -> Self {
        let files = self.files.iter().filter_map(|file| {
            let name = file.name.strip_prefix(prefix)?;
            Some(File {
                name: name.to_owned(),
                ..file.clone()
            })
        });
        Self {
            files: files.collect(),
        }
    }

    /// Adds a chart to `charts/`, as a directory of its name.
    pub fn vendor(&mut self, chart: &Self) -> Result<(), Error> {
        let name = chart.metadata()?.name;
        self.files.extend(chart.files.iter().map(|file| File {
            name: format!("charts/{name}/{}", file.name),
            ..file.clone()
        }));
        Ok(())
    }

    /// Writes another version into `Chart.yaml`.
    pub fn set_version(&mut self, version: &str) -> Result<(), Error> {
        self.set("version", version)
    }

    /// Writes another name into `Chart.yaml`.
    pub fn set_name(&mut self, name: &str) -> Result<(), Error> {
        self.set("name", name)
    }

    fn set(&mut self, field: &str, text: &str) -> Result<(), Error> {
        let failed = |problem| Error::File {
            file: CHART.to_owned(),
            problem,
        };
        let chart = self.file(CHART).ok_or(Error::NoMetadata)?;
        let mut value = document(chart).map_err(failed)?;
        let Some(map) = value.as_map_mut() else {
            return Err(failed("expected a mapping".to_owned()));
        };
        // Names match in any case.
        map.retain(|key, _| !key.eq_ignore_ascii_case(field));
        map.insert(field, Value::from(text));
        self.replace(CHART, yaml::encode(&value).into_bytes());
        Ok(())
    }

    /// Replaces the default values. A chart without such a file cannot take them.
    pub fn set_values(&mut self, values: Vec<u8>) -> Result<(), Error> {
        if self.file(VALUES).is_none() {
            return Err(Error::NoValues);
        }
        self.replace(VALUES, values);
        Ok(())
    }

    fn replace(&mut self, name: &str, data: Vec<u8>) {
        let data = Data::from(data);
        for file in &mut self.files {
            if file.name == name {
                file.data = data.clone();
            }
        }
    }

    /// The archive of the package: `<name>/<file>` for each file, without times, so that the same files give the same
    /// bytes.
    pub fn to_archive(&self, name: &str) -> Result<Vec<u8>, Error> {
        let failed = |error: io::Error| Error::Archive(error.to_string());
        let gzip = GzBuilder::new()
            .comment(COMMENT)
            .operating_system(255)
            .write(Vec::new(), Compression::default());
        let mut archive = tar::Builder::new(gzip);
        let is_chart = |file: &&File| file.name == CHART;
        let first = self.files.iter().filter(is_chart);
        let rest = self.files.iter().filter(|file| !is_chart(file));
        for file in first.chain(rest) {
            let mut header = tar::Header::new_gnu();
            header.set_size(file.data.len() as u64);
            header.set_mode(MODE);
            header.set_entry_type(tar::EntryType::Regular);
            let path = format!("{name}/{}", file.name);
            archive
                .append_data(&mut header, path, &*file.data)
                .map_err(failed)?;
        }
        let mut gzip = archive.into_inner().map_err(failed)?;
        gzip.flush().map_err(failed)?;
        gzip.finish().map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Chart;
    use super::*;

    fn package(files: &[(&str, &str)]) -> Package {
        let files = files.iter().map(|(name, text)| File {
            name: (*name).to_owned(),
            data: text.as_bytes().into(),
            modified: None,
        });
        Package {
            files: files.collect(),
        }
    }

    #[test]
    fn c5_a_package_is_read_back_with_its_new_version_and_values() {
        let mut package = package(&[
            ("values.yaml", "# comment\na: 1\n"),
            ("Chart.yaml", "apiVersion: v2\nname: app\nVersion: 1.0.0\n"),
            ("templates/x.yaml", "x: {{ .Values.a }}\n"),
            ("charts/sub/Chart.yaml", "name: sub\nversion: 1.0.0\n"),
        ]);
        package.set_version("1.0.0+3").unwrap();
        package.set_values(b"a: 2\n".to_vec()).unwrap();
        let bytes = package.to_archive("app").unwrap();
        assert_eq!(bytes, package.to_archive("app").unwrap());
        let chart = Chart::from_archive(&bytes).unwrap().chart;
        assert_eq!(chart.metadata.version, "1.0.0+3");
        assert_eq!(chart.values.get("a"), Some(&Value::Float(2.0)));
        assert_eq!(chart.templates.len(), 1);
        assert_eq!(chart.dependencies[0].name(), "sub");
        let again = Package::from_archive(&bytes).unwrap();
        assert_eq!(again.metadata().unwrap().name, "app");
        assert_eq!(again.vendored().unwrap(), ["sub"]);
    }

    #[test]
    fn c9_charts_are_added_under_another_name_and_locks_are_read() {
        let sub = [
            ("Chart.yaml", "name: sub\nversion: 1.2.3\n"),
            ("values.yaml", "b: 1\n"),
        ];
        let mut sub = package(&sub);
        sub.set_name("other").unwrap();
        let mut app = package(&[
            ("Chart.yaml", "apiVersion: v2\nname: app\nversion: 1.0.0\n"),
            (
                "Chart.lock",
                "dependencies: [{name: sub, version: 1.2.3}]\n",
            ),
        ]);
        app.vendor(&sub).unwrap();
        assert_eq!(app.vendored().unwrap(), ["other"]);
        assert!(app.file("charts/other/values.yaml").is_some());
        let lock = app.lock().unwrap().unwrap();
        assert_eq!(lock.dependencies[0].as_ref().unwrap().version, "1.2.3");
        assert!(sub.lock().unwrap().is_none());
        let broken = package(&[("Chart.lock", "dependencies: 1\n")]);
        assert!(broken.lock().is_err());
        sub.set_name("../out").unwrap();
        assert!(app.vendor(&sub).is_err(), "a name is no path");
    }

    #[test]
    fn rules_are_checked() {
        let say = |files: &[(&str, &str)]| package(files).metadata().unwrap_err().to_string();
        assert_eq!(say(&[]), "Chart.yaml file is missing");
        assert!(say(&[("Chart.yaml", "name: app\n")]).contains("version is required"));
        assert!(say(&[("Chart.yaml", "- x")]).starts_with("cannot load Chart.yaml"));
        let mut bare = package(&[("Chart.yaml", "name: app\nversion: 1.0.0\n")]);
        assert_eq!(
            bare.set_values(Vec::new()).unwrap_err().to_string(),
            "failed to locate values file: values.yaml"
        );
        assert_eq!(bare.over(10), Some("Chart.yaml"));
        assert_eq!(bare.over(100), None);
    }
}
