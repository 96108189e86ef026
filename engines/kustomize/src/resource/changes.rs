//! What is written otherwise in an object than in the one that builds share.

use std::ops::Range;

use yaml::Str;
use yaml::node::Layout;

use super::content::Content;
use super::sheet::{Block, Part, Sheet, indentation, write_item};
use super::writes::Write;
use crate::node::{Map, Node, NotJson, to_value_in};

/// Text to put in place of other text, for one object after the other.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    list: Vec<Change>,
    text: String,
    /// How many bytes of text came into the object, and how many went.
    new: usize,
    gone: usize,
}

/// Text in place of what stands somewhere.
#[derive(Debug)]
struct Change {
    place: Range<usize>,
    text: Range<usize>,
}

/// How a node can be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    /// By what was noted.
    Noted,
    /// Only as a whole.
    Whole,
}

impl Changes {
    /// Appends the text of an object that was made from the one on the sheet, and tells how many
    /// bytes of text are in the object. None, and nothing appended, when the sheet is of no use.
    ///
    /// # Errors
    ///
    /// When it cannot be printed.
    pub(super) fn print(
        &mut self,
        sheet: &Sheet,
        object: &Content,
        out: &mut String,
    ) -> Result<Option<usize>, NotJson> {
        let start = out.len();
        match Self::print_writes(sheet, object, out) {
            Ok(None) => out.truncate(start),
            Ok(printed) => return Ok(printed),
            Err(error) => {
                out.truncate(start);
                return Err(error);
            }
        }
        self.forget();
        if self.note(&sheet.root, object, Layout::Block)? == Fit::Whole {
            return Ok(None);
        }
        // What is new in front of a field comes before what the field became.
        self.list
            .sort_by_key(|change| (change.place.start, change.place.end));
        let mut from = 0;
        for change in &self.list {
            out.push_str(&sheet.text[from..change.place.start]);
            out.push_str(&self.text[change.text.clone()]);
            from = change.place.end;
        }
        out.push_str(&sheet.text[from..]);
        Ok(Some(sheet.size + self.new - self.gone))
    }

    fn forget(&mut self) {
        self.list.clear();
        self.text.clear();
        (self.new, self.gone) = (0, 0);
    }

    /// [`Changes::print`] of an object that was only written into. None, and anything appended, where
    /// that is not all.
    fn print_writes(
        sheet: &Sheet,
        object: &Content,
        out: &mut String,
    ) -> Result<Option<usize>, NotJson> {
        let writes = object.writes();
        let Some(in_order) = writes.in_order(sheet).filter(|_| !writes.is_empty()) else {
            return Ok(None);
        };
        let mut size = sheet.size;
        let mut from = 0;
        let mut last = None;
        for Write { place, text } in in_order {
            let Some(spot) = place.spot(sheet) else {
                return Ok(None);
            };
            // Which of two comes first, and whether both are in one new mapping, the tree tells.
            if spot.range.is_empty() && last == Some(&spot.range) {
                return Ok(None);
            }
            last = Some(&spot.range);
            from = spot.print(text, &sheet.text, from, out)?;
            let (new, gone) = place.sizes(&text.scalar);
            size = size + new - gone;
        }
        out.push_str(&sheet.text[from..]);
        Ok(Some(size))
    }

    /// Notes lines that `encode` appends, but for so many columns of the first one.
    fn put(&mut self, place: Range<usize>, columns: usize, encode: impl FnOnce(&mut String)) {
        let start = self.text.len() + columns;
        encode(&mut self.text);
        self.list.push(Change {
            place,
            text: start..self.text.len(),
        });
    }

    /// Notes what is different in a node.
    fn note(&mut self, known: &Block, node: &Node, outer: Layout) -> Result<Fit, NotJson> {
        match node {
            Node::Map(map) if known.is_like(node, outer) => self.note_fields(known, map),
            Node::Seq(items) if known.is_like(node, outer) => self.note_items(known, items),
            _ => Ok(Fit::Whole),
        }
    }

    fn note_part(&mut self, block: &Block, part: &Part, node: &Node) -> Result<(), NotJson> {
        if part.is_same(node) {
            return Ok(());
        }
        if let Some(inner) = &part.inner {
            let before = (self.list.len(), self.text.len(), self.new, self.gone);
            if self.note(inner, node, block.layout)? == Fit::Noted {
                return Ok(());
            }
            self.list.truncate(before.0);
            self.text.truncate(before.1);
            (self.new, self.gone) = (before.2, before.3);
        }
        let value = to_value_in(node, block.layout)?;
        self.put(part.place.clone(), indentation(block.depth), |text| {
            part.encode(block.depth, &value, text);
        });
        self.new += part.key_size() + node.text_size();
        self.gone += part.text_size();
        Ok(())
    }

    fn note_fields(&mut self, known: &Block, map: &Map) -> Result<Fit, NotJson> {
        let mut all_in_place = map.len() == known.parts.len();
        for (at, entry) in map.entries().iter().enumerate() {
            let part = known.field(at, &entry.key);
            all_in_place &= part.is_some_and(|(place, _)| place == at);
            if let Some((_, part)) = part {
                self.note_part(known, part, &entry.value)?;
            }
        }
        if all_in_place {
            return Ok(Fit::Noted);
        }
        self.note_others(known, map)
    }

    /// Notes fields that are new, and those that are gone.
    fn note_others(&mut self, known: &Block, map: &Map) -> Result<Fit, NotJson> {
        let mut names: Vec<(Str, usize)> = Vec::with_capacity(map.len());
        let mut is_kept = vec![false; known.parts.len()];
        for (at, entry) in map.entries().iter().enumerate() {
            let name = match known.field(at, &entry.key) {
                Some((place, part)) => {
                    is_kept[place] = true;
                    Some(part.name.clone())
                }
                None => known.names.of(&entry.key),
            };
            let is_new = |name: &Str| names.iter().all(|(other, _)| other != name);
            let Some(name) = name.filter(is_new) else {
                return Ok(Fit::Whole);
            };
            names.push((name, at));
        }
        for (part, _) in known.parts.iter().zip(is_kept).filter(|(_, kept)| !kept) {
            let Some(lines) = known.lines_of(part) else {
                return Ok(Fit::Whole);
            };
            self.put(lines, 0, |_| {});
            self.gone += part.text_size();
        }
        // From behind: what is new stands in front of the field that follows.
        let mut line = Some(known.end());
        let mut new = Vec::new();
        for (name, at) in yaml::in_order(names, |(name, _)| name).into_iter().rev() {
            match (known.field(at, &map.entries()[at].key), line) {
                (Some((_, part)), Some(before)) if part.place.end <= before => {
                    line = known.lines_of(part).map(|lines| lines.start);
                }
                (None, Some(before)) => new.push((name, at, before)),
                _ => return Ok(Fit::Whole),
            }
        }
        for (name, at, line) in new.into_iter().rev() {
            let entry = &map.entries()[at];
            let value = to_value_in(&entry.value, known.layout)?;
            self.put(line..line, 0, |text| {
                yaml::encode_entry(text, known.depth, &name, &value);
            });
            self.new += entry.key.text.len() + entry.value.text_size();
        }
        Ok(Fit::Noted)
    }

    fn note_items(&mut self, known: &Block, items: &[Node]) -> Result<Fit, NotJson> {
        for (item, part) in items.iter().zip(&known.parts) {
            self.note_part(known, part, item)?;
        }
        for item in items.iter().skip(known.parts.len()) {
            let value = to_value_in(item, known.layout)?;
            self.put(known.end()..known.end(), 0, |text| {
                write_item(known.depth, &value, text);
            });
            self.new += item.text_size();
        }
        for gone in known.parts.iter().skip(items.len()) {
            let Some(lines) = known.lines_of(gone) else {
                return Ok(Fit::Whole);
            };
            self.put(lines, 0, |_| {});
            self.gone += gone.text_size();
        }
        Ok(Fit::Noted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::{Scalar, read_first, to_object};

    const OBJECT: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: a, labels: {b: "1", a10: x, a2: y}}
spec:
  list:
  - name: one
    value: {x: [], y: {}}
  - [a, b]
  - word
  - b: 1
    a:
    - z: 2
  map:
    long key with spaces: |
      two
      lines
    "yes": 2
"#;

    /// Numbers that look random and are the same each time.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, sides: usize) -> usize {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(self.0 >> 33).unwrap() % sides
        }

        fn value(&mut self) -> Node {
            let words = ["plain", "on", "12", "a: b", " space", "two\nlines", ""];
            match self.roll(9) {
                7 => Node::map(),
                8 => read_first(b"{k: [v, {w: x}]}").unwrap().unwrap(),
                at => Node::string(words[at]),
            }
        }

        /// Changes something somewhere.
        fn change(&mut self, node: &mut Node) {
            if let (Node::Map(_) | Node::Seq(_), true) = (&*node, self.roll(4) > 0) {
                let len = match node {
                    Node::Map(map) => map.len(),
                    Node::Seq(items) => items.len(),
                    Node::Scalar(_) => 0,
                };
                if len > 0 {
                    let at = self.roll(len);
                    return self.change(node.child_mut(at).unwrap());
                }
            }
            let names = ["a", "a3", "kind", "name", "new", "true", "zz", "long key"];
            match (self.roll(3), &*node) {
                (0, Node::Map(map)) if !map.is_empty() => {
                    let name = map.entries()[self.roll(map.len())].key.text.clone();
                    node.as_map_mut().unwrap().remove(&name);
                }
                (1, Node::Map(_)) => {
                    let (name, value) = (names[self.roll(names.len())], self.value());
                    node.as_map_mut()
                        .unwrap()
                        .push(Scalar::untagged(name), value);
                }
                (0, Node::Seq(items)) if !items.is_empty() => {
                    let at = self.roll(items.len());
                    node.as_seq_mut().unwrap().remove(at);
                }
                (1, Node::Seq(_)) => {
                    let value = self.value();
                    node.as_seq_mut().unwrap().push(value);
                }
                _ => *node = self.value(),
            }
        }
    }

    #[test]
    fn a_changed_object_prints_as_it_does_without_its_sheet() {
        let object = read_first(OBJECT.as_bytes()).unwrap().unwrap();
        let sheet = Sheet::of(&object).unwrap();
        assert_eq!(sheet.text, yaml::encode(&to_object(&object).unwrap()));
        let mut changes = Changes::default();
        let mut dice = Dice(1);
        let (mut by_sheet, mut whole, mut unprintable) = (0, 0, 0);
        for _ in 0..4000 {
            let mut changed = object.clone();
            for _ in 0..=dice.roll(4) {
                dice.change(&mut changed);
            }
            let mut text = String::new();
            let printed = changes.print(&sheet, &changed.clone().into(), &mut text);
            match (printed, to_object(&changed)) {
                (Ok(Some(size)), Ok(value)) => {
                    assert_eq!(text, yaml::encode(&value));
                    assert_eq!(size, changed.text_size());
                    let by_parts = sheet.root.value(&changed, Layout::Block).unwrap();
                    assert_eq!(by_parts, value);
                    by_sheet += 1;
                }
                (Ok(None), _) => whole += 1,
                (Err(_), value) => {
                    assert!(value.is_err());
                    unprintable += 1;
                }
                (Ok(Some(_)), Err(error)) => panic!("{error} was printed as {text}"),
            }
        }
        assert!(by_sheet > 2000 && whole > 10 && unprintable > 10);
    }
}
