//! Validation of values against `values.schema.json`, drafts 4, 6, 7, 2019-09 and 2020-12.
//!
//! Verdicts and messages are those of Helm 4.3, byte for byte, in its order of keywords. Where
//! Helm's order changes from run to run (the properties of an object), names come sorted.
//!
//! ```text
//! text ──json──▶ Document (addresses, anchors) ──compile──▶ nodes ──check(values)──▶ failures
//! ```
//!
//! References to the schema itself, its parts and the metaschemas resolve; nothing is fetched and
//! no file is read. Depth and steps are bounded.

mod address;
mod check;
mod compile;
mod document;
mod draft;
mod error;
mod failure;
mod format;
mod instance;
mod keywords;
mod loader;
mod metaschema;
mod node;
mod number;
mod pattern;
mod url;
mod validate;

use std::fmt::Write as _;

use yaml::{Map, Value};

use instance::Instance;
use validate::{Compiled, Invalid};

use crate::text::go_type;

/// The schema of a chart, ready to be applied to many values.
#[derive(Debug)]
pub struct Schema {
    /// The compiled schema, or what Helm prints in its place.
    compiled: Result<Compiled, String>,
}

impl Schema {
    /// Reads the content of a `values.schema.json`. A schema that is wrong in itself says so when
    /// it is applied, as in Helm.
    pub fn parse(text: &[u8]) -> Self {
        Self {
            compiled: Compiled::parse(text).map_err(|error| error.to_string()),
        }
    }

    /// Holds the coalesced `values` of one chart against the schema.
    ///
    /// # Errors
    ///
    /// The lines that Helm prints below the name of the chart: `- at '/a': got string, want
    /// integer` and a line break.
    pub fn check(&self, values: &Map) -> Result<(), String> {
        let compiled = self.compiled.as_ref().map_err(Clone::clone)?;
        compiled
            .check(&Instance::of_map(values))
            .map_err(|invalid| match invalid {
                Invalid::Failed(failure) => format!("{}\n", failure.details()),
                Invalid::Budget(budget) => format!("unable to validate schema: {budget}"),
            })
    }
}

/// A chart with what validation needs of it.
#[derive(Debug)]
pub struct ChartSchemas<'a> {
    /// The name of the chart, or the alias under which it is a dependency.
    pub name: &'a str,
    /// Its own schema.
    pub schema: Option<&'a Schema>,
    /// Its dependencies that are enabled, in the order of the chart.
    pub dependencies: Vec<ChartSchemas<'a>>,
}

/// Values that do not fit the schemas of a chart and its dependencies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "values don't meet the specifications of the schema(s) in the following chart(s):\n{details}"
)]
pub struct SchemaError {
    /// Each chart that refuses its values: its name, a colon and a line break, then the reasons.
    pub details: String,
}

/// Holds the coalesced `values` against the schemas of `chart` and, under their names, of its
/// dependencies. Skipping all of it (`--skip-schema-validation`) is up to the caller.
///
/// # Errors
///
/// Every chart that refuses its values, in one error.
pub fn validate(chart: &ChartSchemas<'_>, values: &Map) -> Result<(), SchemaError> {
    let mut details = String::new();
    collect(chart, values, &mut details);
    if details.is_empty() {
        return Ok(());
    }
    Err(SchemaError { details })
}

fn collect(chart: &ChartSchemas<'_>, values: &Map, details: &mut String) {
    // Writing to a string cannot fail.
    if let Some(schema) = chart.schema
        && let Err(reasons) = schema.check(values)
    {
        let _ = write!(details, "{}:\n{reasons}", chart.name);
    }
    for dependency in &chart.dependencies {
        match values.get(dependency.name) {
            // Without values there is nothing to validate.
            None | Some(Value::Null) => {}
            Some(Value::Map(values)) => collect(dependency, values, details),
            Some(other) => {
                let found = go_type(other);
                let _ = writeln!(
                    details,
                    "{}:\ninvalid type for values: expected object (map), got {found}",
                    dependency.name
                );
            }
        }
    }
}
