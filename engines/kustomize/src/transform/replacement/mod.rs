//! Replacements: a value from one object goes to fields of others (`api/filters/replacement`).

mod find;
mod structured;

use super::Transform;
use crate::config::{
    Context, Decode, Mode, Replacement, ReplacementField, ReplacementOptions, ReplacementSource,
    ReplacementTarget,
};
use crate::error::Error;
use crate::id::{Gvk, ResId};
use crate::loader::Loader;
use crate::node::{self, Node, NodeError, Scalar};
use crate::resource::{ResMap, Resource};
use crate::schema::Schemas;
use crate::select::Compiled;

/// The field that is meant when none is named.
const DEFAULT_FIELD: &str = "metadata.name";

/// Carries out replacements, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Replacements {
    replacements: Vec<Replacement>,
}

impl Replacements {
    /// Reads the replacements that stand in files.
    pub(crate) fn new(fields: &[ReplacementField], loader: &Loader<'_>) -> Result<Self, Error> {
        let mut replacements = Vec::new();
        for field in fields {
            if field.path.is_empty() {
                replacements.push(Replacement {
                    source: field.source.clone(),
                    targets: field.targets.clone(),
                    source_value: field.source_value.clone(),
                });
                continue;
            }
            if field.source.is_some() || field.targets.as_ref().is_some_and(|all| !all.is_empty()) {
                return Err(Error::Config(
                    "cannot specify both path and inline replacement".into(),
                ));
            }
            let loaded = loader.load(&field.path)?;
            let budget = yaml::Budget::default();
            let document = yaml::decode_first(&loaded.bytes, yaml::Dialect::Kubernetes, &budget)
                .map_err(|error| Error::Config(format!("{}: {error}", field.path)))?
                .unwrap_or(yaml::Value::Null);
            let context = Context::new("Replacement", Mode::Lenient);
            let problem = |message| Error::Config(format!("{}: {message}", field.path));
            match &document {
                yaml::Value::Seq(_) => {
                    replacements.extend(Vec::decode(&document, &context).map_err(problem)?);
                }
                yaml::Value::Map(_) => {
                    replacements.push(Replacement::decode(&document, &context).map_err(problem)?);
                }
                _ => {
                    return Err(Error::Config(format!(
                        "unsupported replacement type encountered within replacement path {}: {}",
                        field.path,
                        document.kind()
                    )));
                }
            }
        }
        Ok(Self { replacements })
    }
}

impl Transform for Replacements {
    fn transform(&self, objects: &mut ResMap, _: &Schemas) -> Result<(), Error> {
        for replacement in &self.replacements {
            let targets = match (
                &replacement.source,
                &replacement.source_value,
                &replacement.targets,
            ) {
                (None, None, _) | (_, _, None) => {
                    return Err(Error::Config(
                        "replacements must specify a source and at least one target".into(),
                    ));
                }
                (Some(_), Some(_), _) => {
                    return Err(Error::Config(
                        "value and resource selectors are mutually exclusive".into(),
                    ));
                }
                (_, _, Some(targets)) => targets,
            };
            let mut value = match (&replacement.source, &replacement.source_value) {
                (Some(source), _) => Given::by(objects, source)?,
                (None, text) => Given::text(text.as_deref().unwrap_or_default()),
            };
            for target in targets {
                replace_in(objects, &mut value, target)?;
            }
        }
        objects.drop_empty();
        Ok(())
    }
}

fn source_id(source: &ReplacementSource) -> ResId {
    ResId {
        gvk: Gvk::new(&*source.group, &*source.version, &*source.kind),
        name: source.name.as_str().into(),
        namespace: source.namespace.as_str().into(),
        cluster_scoped: false,
    }
}

/// The source for messages.
fn describe(source: &ReplacementSource) -> String {
    let mut out = source_id(source).to_string();
    if !source.field_path.is_empty() {
        out.push(':');
        out.push_str(&source.field_path);
    }
    if let Some(options) = &source.options
        && (!options.delimiter.is_empty() || options.create)
    {
        let ReplacementOptions {
            delimiter,
            index,
            create,
            ..
        } = options;
        out.extend([format!(":{delimiter}({index}), create={create}")]);
    }
    out
}

/// A value, and where it stands. When a replacement changes its own source, what follows gets what
/// stands there then.
struct Given {
    value: Node,
    place: Option<(usize, Vec<String>)>,
}

impl Given {
    fn text(text: &str) -> Self {
        Self {
            value: Node::untagged(text),
            place: None,
        }
    }

    fn by(objects: &ResMap, source: &ReplacementSource) -> Result<Self, Error> {
        let (at, path, value) = source_value(objects, source)?;
        // A part of a text is a text of its own.
        let is_part = source
            .options
            .as_ref()
            .is_some_and(|options| !options.delimiter.is_empty());
        Ok(Self {
            value,
            place: (!is_part).then_some((at, path)),
        })
    }

    /// Looks again, after the object at `changed` has changed.
    fn refresh(&mut self, changed: usize, object: &Resource) {
        if let Some((at, path)) = &self.place
            && *at == changed
            && let Ok(Some(found)) = node::lookup(&object.node, path)
        {
            self.value = found.clone();
        }
    }
}

fn source_value(
    objects: &ResMap,
    source: &ReplacementSource,
) -> Result<(usize, Vec<String>, Node), Error> {
    let id = source_id(source);
    let mut matches = objects
        .iter()
        .enumerate()
        .filter(|(_, object)| object.all_ids().iter().any(|own| own.is_selected_by(&id)));
    let Some((at, object)) = matches.next() else {
        return Err(Error::Transform(format!(
            "nothing selected by {}",
            describe(source)
        )));
    };
    if matches.next().is_some() {
        return Err(Error::Transform(format!(
            "multiple matches for selector {}",
            describe(source)
        )));
    }
    let field = match source.field_path.as_str() {
        "" => DEFAULT_FIELD,
        field => field,
    };
    let path = node::split_path_smart(field, '.');
    let found = node::lookup(&object.node, &path)
        .map_err(|error| Error::from(error).context("error looking up replacement source"))?;
    let Some(found) = found.filter(|node| !node.is_null_or_empty()) else {
        return Err(Error::Transform(format!(
            "fieldPath `{field}` is missing for replacement source {id}"
        )));
    };
    let value = part_of(found, source.options.as_ref())?;
    Ok((at, path, value))
}

/// The part of a text that the options ask for.
fn part_of(node: &Node, options: Option<&ReplacementOptions>) -> Result<Node, Error> {
    let Some(options) = options.filter(|options| !options.delimiter.is_empty()) else {
        return Ok(node.clone());
    };
    let Some(scalar) = node.as_scalar() else {
        return Err(delimiter_needs_scalar());
    };
    let part = usize::try_from(options.index)
        .ok()
        .and_then(|index| scalar.text.split(&*options.delimiter).nth(index));
    match part {
        Some(part) => Ok(Node::Scalar(Scalar {
            text: part.into(),
            ..scalar.clone()
        })),
        None => Err(Error::Transform(format!(
            "options.index {} is out of bounds for value {}",
            options.index, scalar.text
        ))),
    }
}

fn delimiter_needs_scalar() -> Error {
    Error::Transform("delimiter option can only be used with scalar nodes".into())
}

fn replace_in(
    objects: &mut ResMap,
    given: &mut Given,
    target: &ReplacementTarget,
) -> Result<(), Error> {
    let Some(select) = &target.select else {
        return Err(Error::Config(
            "target must specify resources to select".into(),
        ));
    };
    let select = Compiled::new(select)?;
    let reject = target
        .reject
        .iter()
        .map(Compiled::new)
        .collect::<Result<Vec<_>, _>>()?;
    let default = [DEFAULT_FIELD.to_owned()];
    let fields = if target.field_paths.is_empty() {
        &default[..]
    } else {
        &target.field_paths
    };
    for (at, object) in objects.iter_mut().enumerate() {
        if !is_target(object, &select, &reject) {
            continue;
        }
        for field in fields {
            set_field(
                &mut object.node,
                &given.value,
                field,
                target.options.as_ref(),
            )?;
            object.carry_links();
            given.refresh(at, object);
        }
    }
    Ok(())
}

fn is_target(object: &Resource, select: &Compiled, reject: &[Compiled]) -> bool {
    if !select.matches_metadata(object) {
        return false;
    }
    let by_metadata =
        |reject: &Compiled| !reject.is_any_metadata && reject.matches_metadata(object);
    if reject.iter().any(by_metadata) {
        return false;
    }
    let ids = object.all_ids();
    let by_id = |reject: &Compiled| !reject.is_any_id && ids.iter().any(|id| reject.matches_id(id));
    !reject.iter().any(by_id) && ids.iter().any(|id| select.matches_id(id))
}

fn set_field(
    object: &mut Node,
    value: &Node,
    field: &str,
    options: Option<&ReplacementOptions>,
) -> Result<(), Error> {
    let path = node::split_path_smart(field, '.');
    if structured::set(object, value, &path, options) {
        return Ok(());
    }
    let create = options
        .filter(|options| options.create)
        .map(|_| value.kind());
    let what = if create.is_some() {
        "find or create"
    } else {
        "find"
    };
    let context = || format!("unable to {what} field {field:?} in replacement target");
    let found = find::each(object, &path, create, &mut |node| {
        set_value(node, value, options)
    });
    match found {
        Ok(0) => Err(Error::Transform(context())),
        Ok(_) => Ok(()),
        Err(find::Failure::Path(error)) => Err(Error::from(error).context(context())),
        Err(find::Failure::Set(error)) => Err(error),
    }
}

/// Puts the value, or the value into a part of the text, that is there. A scalar keeps its type.
fn set_value(
    target: &mut Node,
    value: &Node,
    options: Option<&ReplacementOptions>,
) -> Result<(), Error> {
    let mut text = value.text().to_owned();
    if let Some(options) = options.filter(|options| !options.delimiter.is_empty()) {
        if target.as_scalar().is_none() {
            return Err(delimiter_needs_scalar());
        }
        let given = if value.is_null() { "" } else { value.text() };
        text = with_part(target.text(), given, options);
    }
    match target {
        Node::Scalar(scalar) => scalar.text = text.into(),
        other => *other = value.unlinked(),
    }
    Ok(())
}

/// The text with one of its parts replaced; a part before the first or behind the last is added.
fn with_part(text: &str, part: &str, options: &ReplacementOptions) -> String {
    let mut parts: Vec<&str> = text.split(&*options.delimiter).collect();
    match usize::try_from(options.index) {
        Err(_) => parts.insert(0, part),
        Ok(index) if index >= parts.len() => parts.push(part),
        Ok(index) => parts[index] = part,
    }
    parts.join(&options.delimiter)
}

/// A path does not lead where it should.
pub(super) fn path_error(message: String) -> NodeError {
    NodeError::Other(message)
}
