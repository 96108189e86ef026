//! What a build remembers of an object beside its content.
//!
//! The memory is what upstream keeps in annotations under `internal.config.kubernetes.io/`
//! (`api/internal/utils/annotations.go`). Files may carry those, and JSON patches can see them, so
//! it can be written into the object and taken out again.

use yaml::Str;

use super::Resource;
use super::spare::refill;
use crate::error::Error;
use crate::id::{Gvk, ResId};
use crate::node::Node;

const DOMAIN: &str = "internal.config.kubernetes.io/";

/// What happens when a generator makes an object that is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Behavior {
    #[default]
    Unspecified,
    Create,
    Replace,
    Merge,
}

impl Behavior {
    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "create" => Self::Create,
            "replace" => Self::Replace,
            "merge" => Self::Merge,
            _ => Self::Unspecified,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Merge => "merge",
        }
    }
}

/// A name that an object had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Previous {
    pub(crate) name: Str,
    pub(crate) namespace: Str,
    pub(crate) kind: Str,
}

impl Previous {
    /// The identity it was part of; group and version are those of today.
    pub(crate) fn id(&self, mut gvk: Gvk) -> ResId {
        gvk.kind = self.kind.clone();
        ResId {
            gvk,
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            cluster_scoped: false,
        }
    }
}

/// The memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Track {
    /// Earlier names, oldest first.
    pub(crate) previous: Vec<Previous>,
    pub(crate) prefixes: Vec<Str>,
    pub(crate) suffixes: Vec<Str>,
    /// Set for what generators made.
    pub(crate) behavior: Option<Behavior>,
    /// The name gets a hash of the content.
    pub(crate) needs_hash: bool,
    /// As a patch, it may rename its target.
    pub(crate) allow_name_change: bool,
    /// As a patch, it may change the kind of its target.
    pub(crate) allow_kind_change: bool,
}

fn joined<'a>(parts: impl Iterator<Item = &'a Str>) -> String {
    parts.map(Str::as_str).collect::<Vec<_>>().join(",")
}

fn split(text: &str) -> Vec<Str> {
    text.split(',').map(Str::from).collect()
}

impl Track {
    /// Becomes a clone of another one, in the memory that it has.
    pub(super) fn copy_from(&mut self, other: &Self) {
        let Self {
            previous,
            prefixes,
            suffixes,
            behavior,
            needs_hash,
            allow_name_change,
            allow_kind_change,
        } = other;
        refill(&mut self.previous, previous);
        refill(&mut self.prefixes, prefixes);
        refill(&mut self.suffixes, suffixes);
        self.behavior = *behavior;
        self.needs_hash = *needs_hash;
        self.allow_name_change = *allow_name_change;
        self.allow_kind_change = *allow_kind_change;
    }

    fn entries(&self) -> Vec<(&'static str, String)> {
        let mut out = Vec::new();
        if !self.previous.is_empty() {
            let all = || self.previous.iter();
            out.push(("previousKinds", joined(all().map(|id| &id.kind))));
            out.push(("previousNames", joined(all().map(|id| &id.name))));
            out.push(("previousNamespaces", joined(all().map(|id| &id.namespace))));
        }
        if !self.prefixes.is_empty() {
            out.push(("prefixes", joined(self.prefixes.iter())));
        }
        if !self.suffixes.is_empty() {
            out.push(("suffixes", joined(self.suffixes.iter())));
        }
        if let Some(behavior) = self.behavior {
            out.push(("generatorBehavior", behavior.name().to_owned()));
        }
        for (set, name) in [
            (self.needs_hash, "needsHashSuffix"),
            (self.allow_name_change, "allowNameChange"),
            (self.allow_kind_change, "allowKindChange"),
        ] {
            if set {
                out.push((name, "enabled".to_owned()));
            }
        }
        out
    }

    /// Takes one annotation in; false when it is none of ours.
    fn absorb(&mut self, name: &str, value: &str) -> bool {
        match name {
            "previousKinds" | "previousNames" | "previousNamespaces" => {
                self.absorb_previous(name, &split(value));
            }
            "prefixes" => self.prefixes = split(value),
            "suffixes" => self.suffixes = split(value),
            "generatorBehavior" => self.behavior = Some(Behavior::parse(value)),
            "needsHashSuffix" => self.needs_hash = value == "enabled",
            "allowNameChange" => self.allow_name_change = value == "enabled",
            "allowKindChange" => self.allow_kind_change = value == "enabled",
            "refBy" => {}
            _ => return false,
        }
        true
    }

    fn absorb_previous(&mut self, name: &str, values: &[Str]) {
        self.previous.resize_with(values.len(), || Previous {
            name: Str::default(),
            namespace: Str::default(),
            kind: Str::default(),
        });
        for (previous, value) in self.previous.iter_mut().zip(values) {
            let slot = match name {
                "previousKinds" => &mut previous.kind,
                "previousNames" => &mut previous.name,
                _ => &mut previous.namespace,
            };
            slot.clone_from(value);
        }
    }
}

impl Resource {
    /// Whether its annotations hold memory.
    fn has_track_annotations(&self) -> bool {
        let annotations = self
            .node
            .get("metadata")
            .and_then(|meta| meta.get("annotations"))
            .and_then(Node::as_map);
        annotations.is_some_and(|map| {
            map.entries()
                .iter()
                .any(|entry| entry.key.text.starts_with(DOMAIN))
        })
    }

    /// Moves memory out of the annotations.
    pub(super) fn absorb_track(&mut self) {
        if !self.has_track_annotations() {
            return;
        }
        let state = &mut **self;
        let annotations = state
            .node
            .get_mut("metadata")
            .and_then(|meta| meta.get_mut("annotations"));
        let Some(annotations) = annotations else {
            return;
        };
        let track = &mut state.track;
        if let Some(map) = annotations.as_map_mut() {
            map.retain(|entry| match entry.key.text.strip_prefix(DOMAIN) {
                Some(name) => !track.absorb(name, entry.value.text()),
                None => true,
            });
        }
    }

    /// Runs `change` on the object as upstream has it, with the memory in its annotations.
    pub(crate) fn with_track_annotations(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let entries = self.track.entries();
        if !entries.is_empty() {
            let mut annotations = self.annotations();
            annotations.extend(
                entries
                    .into_iter()
                    .map(|(name, value)| (format!("{DOMAIN}{name}").into(), value.into())),
            );
            let links = self.links_of("annotations");
            self.set_annotations(annotations)?;
            self.set_links("annotations", |key| {
                links.get(key).copied().unwrap_or_default()
            });
            self.track = Track::default();
        }
        change(self)?;
        self.absorb_track();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_survives_a_round_through_the_annotations() {
        let mut map = crate::node::Map::new();
        map.push(crate::node::Scalar::untagged("kind"), Node::string("A"));
        let mut resource = Resource::new(map.into());
        resource.track.previous = vec![Previous {
            name: "n".into(),
            namespace: "default".into(),
            kind: "A".into(),
        }];
        resource.track.prefixes = vec!["p-".into()];
        resource.track.needs_hash = true;
        let before = resource.track.clone();
        resource
            .with_track_annotations(|resource| {
                assert_eq!(resource.annotations().len(), 5);
                Ok(())
            })
            .unwrap();
        assert_eq!(resource.track, before);
        assert!(resource.annotations().is_empty());
    }
}
