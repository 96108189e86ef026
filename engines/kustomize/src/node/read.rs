//! Files to objects (`kyaml/kio/byteio_reader.go`, `api/resource/factory.go`).

use std::collections::VecDeque;

use super::{Node, NotJson, from_json, read_first, to_value};
use crate::error::Error;
use crate::resource::Resource;

/// Why a file is no list of objects.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// The YAML is broken.
    #[error("MalformedYAMLError: {0}")]
    Malformed(yaml::Error),
    #[error("invalid document separator: {0}")]
    Separator(String),
    #[error("trouble expanding list of {kind}: {source}")]
    List { kind: String, source: NotJson },
    #[error("expected array in {0}/items")]
    Items(String),
    #[error(transparent)]
    Object(#[from] Error),
}

/// The documents of a stream, split where a line starts with `---` (`splitDocuments`).
pub(crate) fn split_documents(text: &str) -> Result<Vec<&str>, ReadError> {
    let mut out = Vec::new();
    if text.is_empty() {
        return Ok(out);
    }
    let mut start = 0;
    let mut search = 0;
    while let Some(found) = text[search..].find("\n---") {
        let at = search + found;
        let Some(line) = text[at + 4..].find('\n') else {
            break;
        };
        let end = at + 4 + line;
        let rest = text[at + 4..end].trim();
        if !rest.is_empty() && !rest.starts_with('#') {
            return Err(ReadError::Separator(
                format!("---{}", &text[at + 4..end]).trim().to_owned(),
            ));
        }
        // The line break before the separator belongs to the document.
        out.push(&text[start..=at]);
        start = end + 1;
        search = start;
    }
    out.push(&text[start..]);
    Ok(out)
}

/// The documents of a file as nodes, without empty ones.
pub(crate) fn read_documents(bytes: &[u8]) -> Result<Vec<Node>, ReadError> {
    let text = String::from_utf8_lossy(bytes);
    let lossy = matches!(text, std::borrow::Cow::Owned(_));
    if lossy {
        // Let the decoder say where the bytes are no text.
        read_first(bytes).map_err(ReadError::Malformed)?;
    }
    let text = if text.contains("\r\n") {
        text.replace("\r\n", "\n").into()
    } else {
        text
    };
    let mut out = Vec::new();
    let chunks = split_documents(&text)?;
    let single = chunks.len() == 1;
    for chunk in chunks {
        let node = read_first(chunk.as_bytes()).map_err(ReadError::Malformed)?;
        let Some(node) = node.filter(|node| !node.is_null()) else {
            continue;
        };
        let kind = node.get("kind").map_or("", Node::text);
        let wraps = single && (kind == "List" || kind == "ResourceList");
        if wraps && (node.get("items").is_some() || node.get("functionConfig").is_some()) {
            if let Some(items) = node.get("items").and_then(Node::as_seq) {
                out.extend_from_slice(items);
            }
            continue;
        }
        out.push(node);
    }
    Ok(out)
}

/// The objects of a file: empty ones dropped, lists in place of their items.
///
/// # Errors
///
/// When an object has no kind or no name.
pub(crate) fn read_resources(bytes: &[u8]) -> Result<Vec<Node>, ReadError> {
    let mut queue = VecDeque::from(checked(read_documents(bytes)?)?);
    let mut out = Vec::with_capacity(queue.len());
    while let Some(node) = queue.pop_front() {
        let kind = node.get("kind").map_or("", Node::text);
        let items = node.get("items");
        let (true, Some(items)) = (kind.ends_with("List"), items) else {
            out.push(node);
            continue;
        };
        if items.is_null() {
            continue;
        }
        let Some(items) = items.as_seq() else {
            return Err(ReadError::Items(kind.to_owned()));
        };
        // Items take the way through JSON.
        let items = items
            .iter()
            .map(|item| Ok(from_json(&to_value(item)?)))
            .collect::<Result<Vec<_>, NotJson>>()
            .map_err(|source| ReadError::List {
                kind: kind.to_owned(),
                source,
            })?;
        queue.extend(checked(items)?);
    }
    Ok(out)
}

fn checked(mut nodes: Vec<Node>) -> Result<Vec<Node>, Error> {
    nodes.retain(|node| !node.is_null_or_empty());
    nodes.iter().try_for_each(Resource::validate)?;
    Ok(nodes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Node> {
        read_documents(text.as_bytes()).unwrap()
    }

    #[test]
    fn documents_split_at_separators_and_comments_after_them() {
        assert_eq!(read("a: 1\n---\nb: 2\n--- # c\nc: 3\n").len(), 3);
        assert_eq!(read("---\na: 1\n---\n---\nb: 1\n").len(), 2);
        assert!(matches!(
            read_documents(b"a: 1\n--- x\nb: 1\n"),
            Err(ReadError::Separator(_))
        ));
    }

    #[test]
    fn lists_give_way_to_their_items() {
        let text = "kind: PodList\napiVersion: v1\nitems:\n- {kind: Pod, metadata: {name: a}}\n";
        let nodes = read_resources(text.as_bytes()).unwrap();
        assert_eq!(nodes[0].get("kind").map(Node::text), Some("Pod"));
    }
}
