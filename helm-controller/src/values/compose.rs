//! Putting values together (H9.1, H9.2).

use std::collections::BTreeMap;

use crds::helm::{HelmReleaseSpec, ValuesReference};
use crds::meta::ConfigKind;
use helm::values;
use yaml::{Map, Value};

use super::error::{Reason, ValuesError, key, not_found};
use super::target;

/// What an object holds, by key.
pub type Data = BTreeMap<String, Vec<u8>>;

/// The objects that the references of a spec name, each fetched once.
#[derive(Clone, Debug, Default)]
pub struct References(BTreeMap<(String, String), Data>);

impl References {
    /// The kinds and names of the objects to fetch, each once, in the order of the spec.
    pub fn wanted(spec: &HelmReleaseSpec) -> Vec<(ConfigKind, String)> {
        let mut wanted: Vec<(ConfigKind, String)> = Vec::new();
        for reference in &spec.values_from {
            let object = (reference.kind.clone(), reference.name.clone());
            if is_known(&reference.kind) && !wanted.contains(&object) {
                wanted.push(object);
            }
        }
        wanted
    }

    /// Notes an object that is there.
    pub fn insert(&mut self, kind: &ConfigKind, name: &str, data: Data) {
        self.0
            .insert((kind.as_str().to_owned(), name.to_owned()), data);
    }

    fn get(&self, reference: &ValuesReference) -> Option<&Data> {
        self.0
            .get(&(reference.kind.as_str().to_owned(), reference.name.clone()))
    }
}

fn is_known(kind: &ConfigKind) -> bool {
    ConfigKind::ALL.contains(kind)
}

/// The values of a release whose object is in `namespace`: those of the references in order, each over the ones
/// before, then those of the spec over all of them.
///
/// A reference with a target path sets one value, after the values of the spec were merged for it. They are
/// merged again at the end, and win there; but what the reference changed in a mapping or list that only the spec
/// has, it has changed in the spec's values too, and that stays (H9.3).
///
/// # Errors
///
/// The first reference that cannot be resolved. What an optional one lacks is no error; what is broken in it is.
pub fn compose(
    spec: &HelmReleaseSpec,
    namespace: &str,
    objects: &References,
) -> Result<Map, ValuesError> {
    let mut inline = inline(spec);
    let mut result = Map::new();
    let mut missed: Vec<(&ConfigKind, &str)> = Vec::new();
    for reference in &spec.values_from {
        let fail = |reason: Reason| ValuesError::new(reference, namespace, reason);
        if !is_known(&reference.kind) {
            return Err(fail(Reason::Kind));
        }
        let object = (&reference.kind, reference.name.as_str());
        let found = match objects.get(reference) {
            Some(data) => data.get(key(reference)).ok_or(Reason::NoKey),
            None if missed.contains(&object) => Err(Reason::StillNotFound),
            None => {
                missed.push(object);
                Err(not_found(object.0, object.1))
            }
        };
        let bytes = match found {
            Ok(bytes) => bytes,
            Err(_) if reference.optional => continue,
            Err(reason) => return Err(fail(reason)),
        };
        if reference.target_path.is_some() {
            let text = String::from_utf8_lossy(bytes);
            result = target::set(&result, &mut inline, reference, &text)
                .map_err(|error| fail(error.into()))?;
        } else {
            let values = values::read_first(bytes).map_err(|error| fail(error.into()))?;
            result = merged(result, values);
        }
    }
    Ok(merged(result, inline))
}

/// The values of the spec. What is no mapping holds none.
fn inline(spec: &HelmReleaseSpec) -> Map {
    let json = spec.values.clone().unwrap_or_default();
    match values::floats(&Value::from_json(json)) {
        Value::Map(map) => std::sync::Arc::unwrap_or_clone(map),
        _ => Map::new(),
    }
}

/// `over` merged into `under`: mappings key by key, anything else in place of what was there.
pub(super) fn merged(under: Map, over: Map) -> Map {
    let mut result = Value::from(under);
    values::merge(&mut result, Value::from(over));
    match result {
        Value::Map(map) => std::sync::Arc::unwrap_or_clone(map),
        _ => Map::new(),
    }
}
