//! Patches of both kinds.

use super::Transform;
use super::json6902::JsonPatch;
use crate::config::{Patch, Selector};
use crate::error::{Error, ResultExt};
use crate::loader::Loader;
use crate::merge;
use crate::node::{self, read_resources};
use crate::resource::{ResMap, Resource};
use crate::schema::Schemas;
use crate::select::select;

/// Merges a patch into an object (`Resource.ApplySmPatch`).
fn merge_into(target: &mut Resource, patch: &Resource, schemas: &Schemas) -> Result<(), Error> {
    let (name, namespace) = (target.name(), target.namespace());
    let kind = target.kind().to_owned();
    let renames = patch.track.allow_name_change;
    let changes_kind = patch.track.allow_kind_change;
    if renames || changes_kind {
        target.store_previous_id(schemas);
    }
    target.with_track_annotations(|target| {
        let dest = std::mem::replace(&mut *target.node, node::Node::null());
        let merged = merge::merge(dest, node::Node::clone(&patch.node), schemas)
            .map_err(|error| Error::Transform(error.to_string()))?;
        *target.node = merged.unwrap_or_else(node::Node::null);
        Ok(())
    })?;
    if target.is_empty() {
        return Ok(());
    }
    if !changes_kind {
        target.set_kind(&kind)?;
    }
    if !renames && name.is_empty() {
        // A list without items, which needs no name.
        target.set_empty_name()?;
    } else if !renames {
        target.set_name(&name)?;
    }
    target.set_namespace(&namespace)
}

/// Merges a patch into some objects, then checks that ids are still unique
/// (`resWrangler.ApplySmPatch`).
fn merge_into_all(
    objects: &mut ResMap,
    selected: &[usize],
    patch: &Resource,
    schemas: &Schemas,
) -> Result<(), Error> {
    for at in selected {
        // The patch takes the group and version of each target, and its metadata become text.
        let mut copy = patch.clone();
        copy.take_metadata_from(patch)?;
        copy.track = patch.track.clone();
        let target = objects.get_mut_keeping_ids(*at);
        copy.set_api_version(&target.gvk().api_version())?;
        merge_into(target, &copy, schemas).context(|| format!("patching {}", patch.id(schemas)))?;
    }
    let may_move = patch.track.allow_name_change || patch.track.allow_kind_change;
    objects.drop_empty();
    if may_move {
        let all = objects.take();
        objects.append_all(all, schemas)?;
    }
    Ok(())
}

/// `patches`, and the transformer of that name.
#[derive(Debug)]
pub(crate) struct PatchTransformer {
    content: Content,
    target: Option<Selector>,
    /// The patch, for messages.
    source: String,
}

#[derive(Debug)]
enum Content {
    Merge(Vec<Resource>),
    Json(JsonPatch),
}

impl PatchTransformer {
    /// Reads a patch in place or from its file.
    pub(crate) fn new(patch: &Patch, loader: &Loader<'_>) -> Result<Self, Error> {
        let inline = patch.patch.trim();
        let (bytes, source) = match (inline, patch.path.as_str()) {
            ("", "") => {
                return Err(Error::Config(
                    "must specify one of patch and path in a patch".into(),
                ));
            }
            (inline, "") => (inline.into(), format!("[patch: {}]", quoted(inline))),
            ("", path) => {
                let loaded = loader
                    .load(path)
                    .context(|| format!("failed to get the patch file from path({path})"))?;
                (loaded.bytes.to_vec(), format!("[path: {path:?}]"))
            }
            _ => {
                return Err(Error::Config(
                    "patch and path can't be set at the same time".into(),
                ));
            }
        };
        let merge = read_resources(&bytes);
        let json = if bytes.is_empty() {
            Err("empty json patch operations".to_owned())
        } else {
            JsonPatch::parse(&bytes)
        };
        let content = match (merge, json) {
            (Ok(merge), Ok(json)) if !merge.is_empty() && !json.is_empty() => {
                return Err(Error::Config(format!(
                    "illegally qualifies as both an SM and JSON patch: {source}"
                )));
            }
            (Ok(merge), _) => {
                let mut patches: Vec<_> = merge.into_iter().map(Resource::new).collect();
                if let Some(options) = &patch.options {
                    for patch in &mut patches {
                        patch.track.allow_name_change |= options.allow_name_change;
                        patch.track.allow_kind_change |= options.allow_kind_change;
                    }
                }
                Content::Merge(patches)
            }
            (Err(_), Ok(json)) => Content::Json(json),
            (Err(merge), Err(json)) => {
                return Err(Error::Config(format!(
                    "unable to parse SM or JSON patch from {source}: as a merge patch: {merge}; \
                     as a JSON patch: {json}"
                )));
            }
        };
        Ok(Self {
            content,
            target: patch.target.clone(),
            source,
        })
    }

    fn merge(
        &self,
        patches: &[Resource],
        objects: &mut ResMap,
        schemas: &Schemas,
    ) -> Result<(), Error> {
        let Some(target) = &self.target else {
            for patch in patches {
                let id = patch.original_id(schemas);
                let at = objects
                    .find_by_id(&id, schemas)
                    .context(|| format!("no resource matches strategic merge patch \"{id}\""))?;
                let moves = patch.track.allow_name_change || patch.track.allow_kind_change;
                let target = if moves {
                    objects.get_mut(at)
                } else {
                    objects.get_mut_keeping_ids(at)
                };
                merge_into(target, patch, schemas).context(|| format!("patching {id}"))?;
            }
            return Ok(());
        };
        match patches {
            [] => Ok(()),
            [patch] => {
                let selected = select(objects, target, schemas)?;
                merge_into_all(objects, &selected, patch, schemas)
            }
            _ => Err(Error::Config(format!(
                "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set \
                 `patches.target` field: {}",
                self.source
            ))),
        }
    }
}

/// In quotes, as Go's `%q` prints it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

impl Transform for PatchTransformer {
    fn transform(&self, objects: &mut ResMap, schemas: &Schemas) -> Result<(), Error> {
        let json = match &self.content {
            Content::Merge(patches) => return self.merge(patches, objects, schemas),
            Content::Json(json) => json,
        };
        let Some(target) = &self.target else {
            return Err(Error::Config(format!(
                "must specify a target for JSON patch {}",
                self.source
            )));
        };
        for at in select(objects, target, schemas)? {
            objects.update(at, schemas, |resource| {
                resource.store_previous_id(schemas);
                json.apply_to(resource)
            })?;
        }
        Ok(())
    }
}

/// `patchesStrategicMerge`, and the transformer of that name.
#[derive(Debug)]
pub(crate) struct StrategicMerge {
    patches: Vec<Resource>,
}

impl StrategicMerge {
    /// Reads patches, each in place or from a file, and a stream of them in place.
    pub(crate) fn new(paths: &[String], inline: &str, loader: &Loader<'_>) -> Result<Self, Error> {
        if paths.is_empty() && inline.is_empty() {
            return Err(Error::Config(
                "empty file path and empty patch content".into(),
            ));
        }
        let mut nodes = Vec::new();
        for path in paths {
            if let Ok(found) = read_resources(path.as_bytes()) {
                nodes.extend(found);
                continue;
            }
            let loaded = loader.load(path)?;
            let found = loader.session.parse(&loaded.path, &loaded.bytes);
            let found = found.map_err(|error| crate::build::read_error(error, path))?;
            nodes.extend(found.iter().cloned());
        }
        if !inline.is_empty() {
            let found = read_resources(inline.as_bytes());
            nodes.extend(found.map_err(|error| crate::build::read_error(error, "patches"))?);
        }
        if nodes.is_empty() {
            return Err(Error::Config(format!(
                "patch appears to be empty; files=[{}], Patch={inline}",
                paths.join(" ")
            )));
        }
        Ok(Self {
            patches: nodes.into_iter().map(Resource::new).collect(),
        })
    }
}

impl Transform for StrategicMerge {
    fn transform(&self, objects: &mut ResMap, schemas: &Schemas) -> Result<(), Error> {
        for patch in &self.patches {
            let id = patch.original_id(schemas);
            let at = objects.find_by_id(&id, schemas)?;
            merge_into_all(objects, &[at], patch, schemas)?;
        }
        Ok(())
    }
}
