//! A chart that was found or made, and what is said of it (E5, C5, C8).

use std::fmt;

use crds::source::HelmChart;
use crds::source::well_known::reason;
use select::semver::Version;

use super::error::BuildError;

/// A chart.
pub struct Build {
    /// Its name in its own metadata.
    pub name: String,
    /// Its version, build metadata included.
    pub version: String,
    /// The files of values that were merged.
    pub values_files: Vec<String>,
    /// Whether it was packaged here, or taken as it is.
    pub packaged: bool,
    /// How many charts that it needs were found elsewhere (C9).
    pub resolved: usize,
    /// Its archive; none when the stored one is still right.
    pub archive: Option<Vec<u8>>,
}

impl Build {
    /// The reason of conditions and events (E4).
    pub fn reason(&self) -> &'static str {
        if self.packaged {
            reason::CHART_PACKAGE_SUCCEEDED
        } else {
            reason::CHART_PULL_SUCCEEDED
        }
    }
}

/// As users know it from conditions and events (E5).
impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = if self.packaged { "packaged" } else { "pulled" };
        let (name, version) = (&self.name, &self.version);
        write!(f, "{action} '{name}' chart with version '{version}'")?;
        if self.values_files.is_empty() {
            return Ok(());
        }
        write!(
            f,
            " and merged values files [{}]",
            self.values_files.join(" ")
        )
    }
}

/// The files of values that are asked for; those of the chart itself are none (C7).
pub fn values_files(object: &HelmChart) -> &[String] {
    match &*object.spec.values_files {
        [only] if super::values::clean(only) == "values.yaml" => &[],
        files => files,
    }
}

/// What is added to the version (C8): part of the source's revision where each makes a new chart, and the generation
/// where values are merged.
pub fn version_metadata(object: &HelmChart, revision: Option<&str>) -> String {
    let mut parts = Vec::new();
    if let Some(revision) = revision {
        parts.push(revision.chars().take(12).collect::<String>());
    }
    if !values_files(object).is_empty() {
        parts.push(object.metadata.generation.unwrap_or_default().to_string());
    }
    parts.join(".")
}

/// The version with other build metadata.
pub fn with_metadata(version: &str, metadata: &str) -> Result<String, BuildError> {
    if metadata.is_empty() {
        return Ok(version.to_owned());
    }
    let parsed = Version::parse(version).map_err(|error| {
        BuildError::Metadata(format!(
            "failed to parse version from chart metadata as SemVer: {error}"
        ))
    })?;
    let text = parsed.to_string();
    let base = text.split('+').next().unwrap_or_default();
    Ok(format!("{base}+{metadata}"))
}

/// Whether the stored artifact is this chart, built for this generation (C5).
pub fn is_stored(object: &HelmChart, name: &str, version: &str) -> bool {
    let status = &object.status;
    let generation = object.metadata.generation.unwrap_or_default();
    status.observed_generation == generation
        && status.observed_chart_name.as_deref() == Some(name)
        && status
            .artifact
            .as_ref()
            .is_some_and(|artifact| artifact.revision == version)
}

/// The stored chart, as what it was when it was built.
pub fn stored(object: &HelmChart, name: String, version: String, packaged: bool) -> Build {
    let observed = &object.status.observed_values_files;
    let values_files = if observed.is_empty() {
        values_files(object)
    } else {
        observed
    };
    Build {
        name,
        version,
        values_files: values_files.to_vec(),
        packaged,
        resolved: 0,
        archive: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c8_suffixes_replace_build_metadata() {
        let mut object = HelmChart::default();
        object.metadata.generation = Some(3);
        let suffix = |object: &HelmChart, revision| version_metadata(object, revision);
        assert_eq!(suffix(&object, None), "");
        assert_eq!(suffix(&object, Some("0123456789abcdef")), "0123456789ab");
        object.spec.values_files = vec!["./values.yaml".into()];
        assert_eq!(
            suffix(&object, None),
            "",
            "the chart's own values are no list"
        );
        object.spec.values_files = vec!["values.yaml".into(), "prod.yaml".into()];
        assert_eq!(suffix(&object, None), "3");
        assert_eq!(suffix(&object, Some("0123456789abcdef")), "0123456789ab.3");
        assert_eq!(with_metadata("1.2.3+old", "3").unwrap(), "1.2.3+3");
        assert_eq!(with_metadata("v1.2", "3").unwrap(), "1.2.0+3");
        assert_eq!(with_metadata("1.2.3+old", "").unwrap(), "1.2.3+old");
        assert!(with_metadata("one", "3").is_err());
    }

    #[test]
    fn e5_a_build_says_what_it_is() {
        let build = |packaged, files: &[&str]| Build {
            name: "app".into(),
            version: "1.0.0".into(),
            values_files: files.iter().map(ToString::to_string).collect(),
            packaged,
            resolved: 0,
            archive: None,
        };
        assert_eq!(
            build(false, &[]).to_string(),
            "pulled 'app' chart with version '1.0.0'"
        );
        assert_eq!(
            build(true, &["a", "b"]).to_string(),
            "packaged 'app' chart with version '1.0.0' and merged values files [a b]"
        );
        assert_eq!(build(true, &[]).reason(), "ChartPackageSucceeded");
    }
}
