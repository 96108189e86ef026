//! Image names, tags and digests (`api/filters/imagetag`).

use std::sync::LazyLock;

use regex::Regex;

use super::Transform;
use super::field::{apply, concerns};
use crate::config::{FieldSpec, Image};
use crate::error::Error;
use crate::node::{self, Kind, Map, Node, Scalar};
use crate::resource::ResMap;
use crate::schema::Schemas;
use crate::select::compile;

/// Changes the images of one name.
#[derive(Clone, Debug)]
pub(crate) struct Images {
    image: Image,
    fields: Vec<FieldSpec>,
    name: Name,
}

/// The name in an image reference, a pattern.
#[derive(Clone, Debug)]
enum Name {
    /// Without operators, but for dots, which stand for any character.
    Plain,
    /// With tag and digest; one that does not compile matches nothing.
    Pattern(Option<Regex>),
}

/// Tag and digest behind an image name.
const SUFFIX: &str =
    r"(:[a-zA-Z0-9_.{}-]*)?(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?$";

static PLAIN_SUFFIX: LazyLock<Option<Regex>> =
    LazyLock::new(|| compile(&format!("^{SUFFIX}")).ok());

/// What follows a name without operators in a reference that has it.
fn strip_name<'a>(reference: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = reference.chars();
    for wanted in name.chars() {
        let char = rest.next()?;
        if char != wanted && (wanted != '.' || char == '\n') {
            return None;
        }
    }
    Some(rest.as_str())
}

/// An image reference in its parts.
struct Reference<'a> {
    name: &'a str,
    tag: &'a str,
    digest: &'a str,
}

impl<'a> Reference<'a> {
    /// Splits at the first `:` or `@` behind the host.
    fn parse(text: &'a str) -> Self {
        let path = text.find('/').filter(|at| *at > 0).unwrap_or(0);
        let at = text[path..].find('@').map(|at| at + path);
        let colon = text[path..].find(':').map(|at| at + path);
        let (name, tag, digest) = match (colon, at) {
            (None, None) => (text, "", ""),
            (Some(colon), None) => (&text[..colon], &text[colon..], ""),
            (Some(colon), Some(at)) if colon < at => {
                (&text[..colon], &text[colon..at], &text[at..])
            }
            (_, Some(at)) => (&text[..at], "", &text[at..]),
        };
        Self {
            name,
            tag: tag.strip_prefix(':').unwrap_or(tag),
            digest: digest.strip_prefix('@').unwrap_or(digest),
        }
    }
}

impl Images {
    pub(crate) fn new(image: Image, fields: Vec<FieldSpec>) -> Self {
        let is_plain = |char: char| char.is_ascii_alphanumeric() || "._-/:".contains(char);
        let name = if image.name.chars().all(is_plain) {
            Name::Plain
        } else {
            Name::Pattern(compile(&format!("^{}{SUFFIX}", image.name)).ok())
        };
        Self {
            image,
            fields,
            name,
        }
    }

    fn is_about(&self, reference: &str) -> bool {
        let matches = |pattern: &Option<Regex>, text: &str| {
            pattern
                .as_ref()
                .is_some_and(|pattern| pattern.is_match(text))
        };
        match &self.name {
            Name::Plain => strip_name(reference, &self.image.name)
                .is_some_and(|rest| rest.is_empty() || matches(&PLAIN_SUFFIX, rest)),
            Name::Pattern(pattern) => matches(pattern, reference),
        }
    }

    /// The reference as this transformer wants it, when it is about it.
    fn changed(&self, reference: &str) -> Option<String> {
        if !self.is_about(reference) {
            return None;
        }
        let old = Reference::parse(reference);
        let image = &self.image;
        let name = if image.new_name.is_empty() {
            old.name
        } else {
            &image.new_name
        };
        let suffixed = format!("{}{}", old.tag, image.tag_suffix);
        let (tag, digest): (&str, &str) = if !image.new_tag.is_empty() {
            (&image.new_tag, &image.digest)
        } else if !image.digest.is_empty() {
            ("", &image.digest)
        } else if !image.tag_suffix.is_empty() {
            (&suffixed, "")
        } else {
            (old.tag, old.digest)
        };
        let mut out = name.to_owned();
        for (separator, part) in [(':', tag), ('@', digest)] {
            if !part.is_empty() {
                out.push(separator);
                out.push_str(part);
            }
        }
        Some(out)
    }

    fn set(&self, node: &mut Node) -> Result<(), Error> {
        node.expect(Kind::Scalar)?;
        if let Some(changed) = self.changed(node.text()) {
            node::set_scalar(node, Scalar::untagged(changed))?;
        }
        Ok(())
    }

    /// Changes the images in every list called like the containers of a pod, wherever it is.
    fn visit_containers(&self, node: &mut Node) -> Result<(), Error> {
        if !self.concerns(node) {
            return Ok(());
        }
        match node {
            Node::Scalar(_) => Ok(()),
            Node::Seq(_) => node
                .as_seq_mut()
                .into_iter()
                .flatten()
                .try_for_each(|item| self.visit_containers(item)),
            Node::Map(_) => {
                let entries = node.as_map_mut().map(Map::entries_mut);
                for entry in entries.into_iter().flatten() {
                    self.visit_containers(&mut entry.value)?;
                    if is_container_list(&entry.key.text) {
                        self.visit_container_list(&mut entry.value)?;
                    }
                }
                Ok(())
            }
        }
    }

    fn visit_container_list(&self, list: &mut Node) -> Result<(), Error> {
        for item in list.as_seq_mut().into_iter().flatten() {
            item.expect(Kind::Map)?;
            if let Some(image) = item.get_mut("image") {
                self.set(image)?;
            }
        }
        Ok(())
    }

    /// Whether anything below is for us, so that what is shared is not copied for nothing.
    fn concerns(&self, node: &Node) -> bool {
        match node {
            Node::Scalar(_) => false,
            Node::Seq(items) => items.iter().any(|item| self.concerns(item)),
            Node::Map(map) => map.entries().iter().any(|entry| {
                let here = is_container_list(&entry.key.text)
                    && entry.value.as_seq().is_some_and(|items| {
                        items.iter().any(|item| match item {
                            Node::Map(item) => item
                                .get("image")
                                .is_some_and(|image| self.changed(image.text()).is_some()),
                            _ => !item.is_null(),
                        })
                    });
                here || self.concerns(&entry.value)
            }),
        }
    }
}

fn is_container_list(key: &str) -> bool {
    key == "containers" || key == "initContainers"
}

impl Transform for Images {
    fn transform(&self, objects: &mut ResMap, _: &Schemas) -> Result<(), Error> {
        for resource in objects.iter_mut_keeping_ids() {
            let tree = resource.node.without_writes_below(is_container_list);
            if resource.kind() != "CustomResourceDefinition" && self.concerns(tree) {
                self.visit_containers(&mut resource.node)?;
            }
        }
        for resource in objects.iter_mut_keeping_ids() {
            if resource.kind() == "CustomResourceDefinition" {
                continue;
            }
            for field in &self.fields {
                if !concerns(field, resource.node.without_writes_at(field)) {
                    continue;
                }
                apply(&mut resource.node, field, None, &mut |node| self.set(node))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(image: Image, reference: &str) -> Option<String> {
        Images::new(image, Vec::new()).changed(reference)
    }

    fn image(name: &str) -> Image {
        Image {
            name: name.into(),
            ..Image::default()
        }
    }

    #[test]
    fn the_port_of_a_registry_is_no_tag() {
        let new_tag = Image {
            new_tag: "2".into(),
            ..image("host:5000/app")
        };
        assert_eq!(
            changed(new_tag, "host:5000/app:1").as_deref(),
            Some("host:5000/app:2")
        );
    }

    #[test]
    fn a_digest_takes_the_place_of_a_tag() {
        let digest = Image {
            digest: "sha256:ab".into(),
            ..image("app")
        };
        assert_eq!(changed(digest, "app:1").as_deref(), Some("app@sha256:ab"));
    }

    #[test]
    fn names_match_as_a_whole_and_bad_patterns_match_nothing() {
        assert_eq!(changed(image("app"), "my-app:1"), None);
        assert_eq!(changed(image("["), "[:1"), None);
    }
}
