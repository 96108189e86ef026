//! The hash of the content at the end of generated names (`api/hasher`).

use sha2::{Digest as _, Sha256};
use yaml::{JsonEscape, Map, Value};

use crate::error::{Error, ResultExt};
use crate::node::{self, Node};
use crate::resource::{ResMap, Resource};
use crate::schema::Schemas;

/// Appends the hash to the names that need one.
pub(crate) fn add_hashes(objects: &mut ResMap, schemas: &Schemas) -> Result<(), Error> {
    objects.rename_hashed(schemas, |resource| {
        let hash = hash(resource).context(|| format!("hashing {}", resource.id(schemas)))?;
        resource.store_previous_id(schemas);
        let name = format!("{}-{hash}", resource.name());
        resource.set_name(&name)
    })
}

/// The hash of a ConfigMap or Secret: of its data as JSON. The name does not count.
fn hash(resource: &Resource) -> Result<String, Error> {
    let mut content = Map::new();
    let kind = resource.kind();
    content.insert("kind", kind);
    content.insert("name", "");
    content.insert("data", field(resource, "data")?);
    let optional = match kind {
        "ConfigMap" => "binaryData",
        "Secret" => {
            content.insert("type", field(resource, "type")?);
            "stringData"
        }
        _ => {
            return Err(Error::Unsupported(format!(
                "only ConfigMaps and Secrets get a hash suffix, not {kind}"
            )));
        }
    };
    let value = field(resource, optional)?;
    if value.is_map() {
        content.insert(optional, value);
    }
    let json = Value::from(content).to_go_json(JsonEscape::Html);
    Ok(encode(&Sha256::digest(json.as_bytes())))
}

fn field(resource: &Resource, name: &str) -> Result<Value, Error> {
    match resource.node.get(name) {
        None => Ok("".into()),
        Some(Node::Scalar(scalar)) => Ok(Value::Str(scalar.text.clone())),
        Some(node) => node::to_object(node).map_err(|error| Error::Resource(error.to_string())),
    }
}

/// The first ten hex digits, those that could spell words replaced.
fn encode(digest: &[u8]) -> String {
    let hex = digest[..5].iter().flat_map(|byte| [byte >> 4, byte & 15]);
    hex.map(|digit| match digit {
        0 => 'g',
        1 => 'h',
        3 => 'k',
        10 => 'm',
        14 => 't',
        other => char::from_digit(other.into(), 16).unwrap_or('g'),
    })
    .collect()
}
