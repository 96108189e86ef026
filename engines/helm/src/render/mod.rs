//! Templates of a chart, executed.
//!
//! | type | what it is |
//! |---|---|
//! | [`Release`], [`Capabilities`] | what the caller says about the release and the cluster |
//! | [`World`] | clock, randomness and cluster, for the functions that need them |
//! | [`release()`] | a chart and values to manifests and hooks |
//! | [`templates`] | the texts that a chart's templates print, by path |

mod capabilities;
mod failure;
mod files;
mod glob;
mod objects;
mod release;
mod scope;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use gotemplate::exec::{Budget, Functions, Hosts, MissingKey, Parsed, Templates, without_no_value};
use gotemplate::funcs::{Clock, Lookup, Random};
use gotemplate::value::{Map, Value};

pub use capabilities::{Capabilities, KubeVersion, KubeVersionError};
pub use release::{Failure, Purpose, Rendered, Request, SchemaCheck, release};
use scope::Scope;

use crate::chart::Chart;

/// What a release is called and what happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Its name.
    pub name: String,
    /// The namespace it belongs to.
    pub namespace: String,
    /// How many times it was installed or upgraded, this time included.
    pub revision: i64,
    /// What is being done.
    pub operation: Operation,
}

/// What is being done to a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// It is installed.
    Install,
    /// It is upgraded.
    Upgrade,
}

/// What functions may ask of the world.
#[derive(Clone)]
pub struct World {
    /// For `now` and its kin.
    pub clock: Rc<dyn Clock>,
    /// For keys, passwords and identifiers.
    pub random: Rc<dyn Random>,
    /// For `lookup`; without one nothing is found.
    pub cluster: Option<Rc<dyn Lookup>>,
}

/// A template does not parse, or fails.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

/// Executes the templates of `chart`, whose dependencies are processed, with coalesced `values`.
/// Gives the texts, which are usually UTF-8, by path, partials left out.
pub fn templates(
    chart: &Chart,
    values: &Map,
    release: &Release,
    capabilities: &Capabilities,
    world: &World,
) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let top = [
        ("Values", Value::Map(values.with_type(&objects::VALUES))),
        ("Release", Value::Map(objects::release(release))),
        ("Capabilities", capabilities::object(capabilities)),
    ];
    let mut found = BTreeMap::new();
    scope::collect(
        chart,
        &top.into_iter().collect(),
        scope::Rank::Top,
        &mut found,
    );
    let mut order: Vec<(&str, &Scope<'_>)> = found
        .iter()
        .map(|(path, scope)| (path.as_str(), scope))
        .collect();
    // Templates of parents come later and so replace what subcharts define under the same name.
    order.sort_by_cached_key(|(path, _)| std::cmp::Reverse((path.matches('/').count(), *path)));

    let mut set = Templates::new("gotpl", Arc::clone(&FUNCTIONS), MissingKey::Zero);
    for (path, scope) in &order {
        set.add_parsed(&scope.parse(path)?);
    }
    let mut hosts = Hosts::new()
        .with(Rc::clone(&world.clock))
        .with(Rc::clone(&world.random));
    if let Some(cluster) = &world.cluster {
        hosts = hosts.with(Rc::clone(cluster));
    }
    let mut context = Arc::new(set).start(hosts, Budget::default());
    let mut texts = BTreeMap::new();
    for (path, scope) in &order {
        let name = path.rsplit('/').next().unwrap_or(path);
        if name.starts_with('_') {
            continue;
        }
        let data = scope.data(path);
        let text = context
            .execute(path, &data)
            .map_err(|error| Error(failure::exec_failure(path, &error)))?;
        texts.insert((*path).to_owned(), without_no_value(text));
    }
    Ok(texts)
}

static FUNCTIONS: LazyLock<Arc<Functions>> = LazyLock::new(|| Arc::new(gotemplate::funcs::helm()));

impl Scope<'_> {
    /// The template, parsed before or now.
    fn parse(&self, path: &str) -> Result<Parsed, Error> {
        self.chart.made.template(path, self.template, || {
            Parsed::new(path, self.template.data.shared(), &FUNCTIONS)
                .map_err(|error| Error(failure::parse_failure(path, &error)))
        })
    }
}
