//! Objects that a kustomization makes: ConfigMaps, Secrets, a service account for cloud access.

mod iam;
mod sources;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use yaml::Str;

use crate::config::{GeneratorArgs, GeneratorOptions};
use crate::error::{Error, ResultExt};
use crate::loader::Loader;
use crate::node::{self, Kind, Map, Node, Scalar, Tag};
use crate::resource::{Behavior, Resource, set_data};

pub(crate) use iam::{IamArgs, service_account};

/// Which kind a generator makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generated {
    ConfigMap,
    Secret,
}

/// Base64 in lines of this length when there is more than one.
const LINE: usize = 70;

/// Base64 as generated objects have it: longer texts in lines, each ended.
pub(crate) fn encode_base64(bytes: &[u8]) -> String {
    let encoded = STANDARD.encode(bytes);
    if encoded.len() / LINE == 0 {
        return encoded;
    }
    let mut out = String::with_capacity(encoded.len() + encoded.len() / LINE + 1);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(LINE.min(rest.len()));
        out.push_str(line);
        out.push('\n');
        rest = more;
    }
    out
}

/// The bytes of base64 that may hold white space.
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let packed: String = text
        .chars()
        .filter(|char| !char.is_ascii_whitespace())
        .collect();
    STANDARD.decode(packed).ok()
}

/// Makes the object of a generator.
pub(crate) fn generate(
    kind: Generated,
    args: &GeneratorArgs,
    loader: &Loader<'_>,
) -> Result<Resource, Error> {
    if args.name.is_empty() {
        return Err(Error::Config("a configmap must have a name".into()));
    }
    let mut node = base(kind, args);
    let pairs = sources::load(args, loader).context(|| "loading KV pairs".into())?;
    for (at, pair) in pairs.iter().enumerate() {
        if pairs[..at].iter().any(|earlier| earlier.key == pair.key) {
            return Err(Error::Config(format!(
                "configmap {} illegally repeats the key `{}`",
                args.name, pair.key
            )));
        }
    }
    let mut text = Vec::new();
    let mut binary = Vec::new();
    for pair in pairs {
        let key = Str::from(pair.key);
        match (kind, std::str::from_utf8(&pair.value)) {
            (Generated::ConfigMap, Ok(value)) => text.push((key, value.into())),
            (Generated::ConfigMap, Err(_)) => {
                binary.push((key, encode_base64(&pair.value).into()));
            }
            (Generated::Secret, _) => text.push((key, encode_base64(&pair.value).into())),
        }
    }
    let is_empty = text.is_empty();
    set_data(&mut node, "data", text)?;
    if kind == Generated::Secret && is_empty {
        node::lookup_create(&mut node, Kind::Map, &["data"])?;
    }
    set_data(&mut node, "binaryData", binary)?;
    if let Some(options) = &args.options {
        apply_options(&mut node, options)?;
    }
    let mut resource = Resource::new(node);
    resource.track.behavior = Some(Behavior::parse(&args.behavior));
    resource.track.needs_hash = !args
        .options
        .as_ref()
        .is_some_and(|options| options.disable_name_suffix_hash);
    Ok(resource)
}

fn base(kind: Generated, args: &GeneratorArgs) -> Node {
    let mut meta = Map::new();
    meta.push(Scalar::untagged("name"), Node::string(args.name.as_str()));
    if !args.namespace.is_empty() {
        meta.push(
            Scalar::untagged("namespace"),
            Node::string(args.namespace.as_str()),
        );
    }
    let name = match kind {
        Generated::ConfigMap => "ConfigMap",
        Generated::Secret => "Secret",
    };
    let mut map = Map::new();
    map.push(Scalar::untagged("apiVersion"), Node::string("v1"));
    map.push(Scalar::untagged("kind"), Node::string(name));
    map.push(Scalar::untagged("metadata"), meta.into());
    if kind == Generated::Secret {
        let secret_type = match args.secret_type.as_str() {
            "" => "Opaque",
            given => given,
        };
        map.push(Scalar::untagged("type"), Node::string(secret_type));
    }
    map.into()
}

fn apply_options(node: &mut Node, options: &GeneratorOptions) -> Result<(), Error> {
    for (field, entries) in [
        ("labels", &options.labels),
        ("annotations", &options.annotations),
    ] {
        for (key, value) in entries {
            if let Some(map) = node::lookup_create(node, Kind::Map, &["metadata", field])? {
                node::set_field(map, key, Node::string(value.as_str()))?;
            }
        }
    }
    if options.immutable {
        let immutable = Node::Scalar(Scalar::new("true", Tag::Bool));
        node::set_field(node, "immutable", immutable)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_base64_is_broken_into_lines() {
        assert_eq!(encode_base64(b"x"), "eA==");
        let long = encode_base64(&[0; 60]);
        assert_eq!(long.lines().next().map(str::len), Some(70));
        assert!(long.ends_with('\n'));
        assert_eq!(decode_base64(&long), Some(vec![0; 60]));
    }
}
