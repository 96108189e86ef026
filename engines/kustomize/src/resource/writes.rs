//! Texts that were written into places of what builds share.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::marks::Marks;
use super::place::Place;
use super::sheet::Sheet;
use crate::node::{Link, Scalar, Style};

/// A scalar to write, and whether it prints as it is.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(super) scalar: Scalar,
    pub(super) is_word: bool,
}

impl From<Scalar> for Written {
    fn from(scalar: Scalar) -> Self {
        Self {
            is_word: scalar.is_word(),
            scalar,
        }
    }
}

impl Written {
    /// The same text, written so.
    pub(crate) fn in_style(&self, style: Style) -> Self {
        Self {
            scalar: self.scalar.clone().in_style(style),
            ..*self
        }
    }

    /// The same text as a member of a group.
    pub(crate) fn linked(&self, link: Link) -> Self {
        Self {
            scalar: self.scalar.linked(link),
            ..*self
        }
    }
}

/// A text in a place.
#[derive(Clone, Debug)]
pub(super) struct Write {
    pub(super) place: Arc<Place>,
    pub(super) text: Written,
}

/// What was written into an object. Those that are given up stay behind them: the next are written
/// over them, and mostly into the same places.
#[derive(Debug, Default)]
pub(super) struct Writes {
    list: Vec<Write>,
    used: usize,
    /// Where something was written, and what overlaps that.
    marks: Marks,
    rivals: Marks,
    /// The numbers of the first ones as they come in the text. None where there is no telling.
    order: OnceLock<Option<Box<[usize]>>>,
}

/// So many texts are written into most objects.
const USUAL: usize = 10;

impl Deref for Writes {
    type Target = [Write];

    #[inline]
    fn deref(&self) -> &[Write] {
        &self.list[..self.used]
    }
}

impl Clone for Writes {
    fn clone(&self) -> Self {
        Self {
            list: self.to_vec(),
            order: OnceLock::new(),
            ..*self
        }
    }
}

impl Writes {
    /// What was written into a place.
    #[inline]
    pub(super) fn at(&self, place: &Arc<Place>) -> Option<&Written> {
        let number = self.number(place)?;
        Some(&self.list[number].text)
    }

    #[inline]
    pub(super) fn at_mut(&mut self, place: &Arc<Place>) -> Option<&mut Written> {
        let number = self.number(place)?;
        Some(&mut self.list[number].text)
    }

    #[inline]
    fn number(&self, place: &Arc<Place>) -> Option<usize> {
        if !self.marks.meets(place.mark) {
            return None;
        }
        self.iter()
            .position(|write| Arc::ptr_eq(&write.place, place))
    }

    /// Whether something was written into a place that leads through this one, or this one through
    /// it.
    #[inline]
    pub(super) fn have_rival_of(&self, place: &Place) -> bool {
        self.marks.meets(place.rivals) || self.rivals.meets(place.mark)
    }

    /// Writes into a place for the first time.
    #[inline]
    pub(super) fn push(&mut self, place: &Arc<Place>, text: Written) {
        if let Some(old) = self.list.get_mut(self.used) {
            if !Arc::ptr_eq(&old.place, place) {
                old.place = Arc::clone(place);
                self.order.take();
            }
            old.text = text;
        } else {
            if self.list.capacity() == 0 {
                self.list.reserve(USUAL);
            }
            let place = Arc::clone(place);
            self.list.push(Write { place, text });
        }
        let order = self.order.get().and_then(Option::as_ref);
        if order.is_none_or(|order| order.len() <= self.used) {
            self.order.take();
        }
        self.used += 1;
        self.marks = self.marks.with(place.mark);
        self.rivals = self.rivals.with(place.rivals);
    }

    /// All as they come in the text of the object: what is new in front of a field before what the
    /// field became. None where only the tree can be printed.
    pub(super) fn in_order(&self, sheet: &Sheet) -> Option<impl Iterator<Item = &Write>> {
        let order = self.order.get_or_init(|| {
            let mut order = Vec::with_capacity(self.used);
            for (at, write) in self.iter().enumerate() {
                let spot = write.place.spot(sheet)?;
                order.push((spot.range.start, spot.range.end, at));
            }
            order.sort_unstable();
            Some(order.into_iter().map(|(_, _, at)| at).collect())
        });
        let order = order.as_ref()?.iter();
        Some(order.filter_map(|at| self.get(*at)))
    }

    /// Becomes a clone of another list, in the memory that it has.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.give_up();
        for write in &**other {
            self.push(&write.place, write.text.clone());
        }
    }

    /// Gives all up, with their memory.
    pub(super) fn clear(&mut self) {
        self.give_up();
        self.list.clear();
        self.order.take();
    }

    fn give_up(&mut self) {
        self.used = 0;
        (self.marks, self.rivals) = (Marks::default(), Marks::default());
    }
}
