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

    /// A `[]interface {}` that was filled item by item, as decoders fill it.
    pub fn appended(items: Vec<Value>) -> Self {
        let mut capacity = 0;
        while capacity < items.len() {
            capacity = Self::grown(capacity);
        }
        Self::with(ListType::ANY, items, capacity)
    }

    /// The capacity that Go gives a slice of `len` interfaces, which is full, when one more comes.
    pub(crate) fn grown(len: usize) -> usize {
        const SIZE: usize = 16;
        /// Sizes of memory blocks in bytes, as Go's allocator has them.
        const CLASSES: [usize; 68] = [
            0, 8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256,
            288, 320, 352, 384, 416, 448, 480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280,
            1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096, 4864, 5120, 5376, 6144,
            6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432,
            19072, 20480, 21760, 24576, 27264, 32768,
        ];
        let wanted = if len < 256 {
            (len * 2).max(len + 1)
        } else {
            let mut capacity = len;
            while capacity < len + 1 {
                capacity += (capacity + 3 * 256) / 4;
            }
            capacity
        };
        let bytes = wanted * SIZE;
        let block = CLASSES
            .iter()
            .find(|class| **class >= bytes)
            .copied()
            .unwrap_or_else(|| bytes.next_multiple_of(8192));
        block / SIZE
    }

    /// A `[]string` with these items.
    pub fn strings<S: Into<Str>>(items: impl IntoIterator<Item = S>) -> Self {
        let items = items.into_iter().map(|item| Value::Str(item.into()));
        Self::typed(ListType::STRINGS, items.collect())
    }

    /// A list of a type; the items must be of its element type.
    pub fn typed(list_type: &'static ListType, items: Vec<Value>) -> Self {
        let len = items.len();
        Self::with(list_type, items, len)
    }

    fn with(list_type: &'static ListType, items: Vec<Value>, capacity: usize) -> Self {
        Self(Rc::new(Window {
            list_type,
            is_nil: false,
            len: items.len(),
            storage: Rc::new(RefCell::new(Items(items))),
            start: 0,
            capacity,
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
