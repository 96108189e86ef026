//! Slices: windows on shared storage.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use super::{ListType, Str, Value};
use crate::stack::with_room;

/// A slice of anything but bytes. Clones and windows share their storage, as Go's slices do.
#[derive(Debug, Clone)]
pub struct List(Rc<Window>);

#[derive(Debug)]
struct Window {
    list_type: &'static ListType,
    is_nil: bool,
    storage: Rc<RefCell<Items>>,
    start: usize,
    len: usize,
    /// How far the storage behind the window reaches, counted from its start. The part after the storage's end is made of zeros.
    capacity: usize,
}

#[derive(Debug, Default)]
struct Items(Vec<Value>);

/// Lists may nest so deep that dropping one inside the other would use up the stack.
impl Drop for Items {
    fn drop(&mut self) {
        if !self.0.is_empty() {
            with_room(|| self.0.clear());
        }
    }
}

impl List {
    /// A `[]interface {}` with these items.
    pub fn new(items: Vec<Value>) -> Self {
        Self::typed(ListType::ANY, items)
    }

    /// A `[]string` with these items.
    pub fn strings<S: Into<Str>>(items: impl IntoIterator<Item = S>) -> Self {
        let items = items.into_iter().map(|item| Value::Str(item.into()));
        Self::typed(ListType::STRINGS, items.collect())
    }

    /// A list of a type; the items must be of its element type.
    pub fn typed(list_type: &'static ListType, items: Vec<Value>) -> Self {
        let len = items.len();
        Self(Rc::new(Window {
            list_type,
            is_nil: false,
            storage: Rc::new(RefCell::new(Items(items))),
            start: 0,
            len,
            capacity: len,
        }))
    }

    /// The nil slice of a type.
    pub fn nil(list_type: &'static ListType) -> Self {
        Self(Rc::new(Window {
            list_type,
            is_nil: true,
            storage: Rc::default(),
            start: 0,
            len: 0,
            capacity: 0,
        }))
    }

    /// Its type.
    pub fn list_type(&self) -> &'static ListType {
        self.0.list_type
    }

    /// The same storage under another type.
    #[must_use]
    pub fn with_type(&self, list_type: &'static ListType) -> Self {
        Self(Rc::new(Window {
            list_type,
            storage: Rc::clone(&self.0.storage),
            ..*self.0
        }))
    }

    /// Whether it is a nil slice, which JSON shows as `null`.
    pub fn is_nil(&self) -> bool {
        self.0.is_nil
    }

    /// How many items it has.
    pub fn len(&self) -> usize {
        self.0.len
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.len == 0
    }

    /// The same items with room for more behind them, as Go's `append` leaves it: `slice` may reach into it.
    #[must_use]
    pub fn with_capacity(self, capacity: usize) -> Self {
        Self(Rc::new(Window {
            storage: Rc::clone(&self.0.storage),
            capacity: capacity.max(self.0.len),
            ..*self.0
        }))
    }

    /// Go's `cap`.
    pub fn capacity(&self) -> usize {
        self.0.capacity
    }

    /// The item at `index`.
    pub fn get(&self, index: usize) -> Option<Value> {
        self.items().get(index).cloned()
    }

    /// The items. Do not hold them while a function is called that may change them.
    pub fn items(&self) -> Ref<'_, [Value]> {
        Ref::map(self.0.storage.borrow(), |items| {
            &items.0[self.0.start..self.0.start + self.0.len]
        })
    }

    /// A copy of the items.
    pub fn to_vec(&self) -> Vec<Value> {
        self.items().to_vec()
    }

    /// Changes items in place; every list on the same storage sees it.
    pub fn update(&self, change: impl FnOnce(&mut [Value])) {
        let end = self.0.start + self.0.len;
        change(&mut self.0.storage.borrow_mut().0[self.0.start..end]);
    }

    /// The window `start..end` on the same storage, its capacity reaching to `max`; all counted from this list's start.
    ///
    /// Nothing when the bounds are not ordered or reach over the capacity.
    pub fn window(&self, start: usize, end: usize, max: usize) -> Option<Self> {
        if start > end || end > max || max > self.0.capacity {
            return None;
        }
        let needed = self.0.start + end;
        let mut items = self.0.storage.borrow_mut();
        if items.0.len() < needed {
            items.0.resize(needed, self.0.list_type.element.zero());
        }
        drop(items);
        Some(Self(Rc::new(Window {
            list_type: self.0.list_type,
            is_nil: self.0.is_nil,
            storage: Rc::clone(&self.0.storage),
            start: self.0.start + start,
            len: end - start,
            capacity: max - start,
        })))
    }

    /// Whether both are windows on the same storage at the same place.
    pub fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0.storage, &other.0.storage) && self.0.start == other.0.start
    }
}
