//! What is made of the files of a chart at most once, however often it is rendered: parsed templates
//! and the compiled schema.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gotemplate::exec::Parsed;

use super::File;
use crate::schema::Schema;

/// What was made so far; clones share it.
#[derive(Clone, Default)]
pub(crate) struct Made(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    /// By the path under which they were parsed.
    templates: HashMap<String, Entry<Parsed>>,
    schema: Option<Entry<Arc<Schema>>>,
    /// How many templates were parsed.
    parsed: usize,
}

struct Entry<T> {
    /// The text, to notice when it is another.
    data: Arc<[u8]>,
    made: T,
}

impl Made {
    /// The parsed template for `path`, or what `parse` makes of it.
    pub fn template<E>(
        &self,
        path: &str,
        file: &File,
        parse: impl FnOnce() -> Result<Parsed, E>,
    ) -> Result<Parsed, E> {
        let data = file.data.shared();
        let mut known = self.lock();
        if let Some(entry) = known.templates.get(path)
            && Arc::ptr_eq(&entry.data, &data)
        {
            return Ok(entry.made.clone());
        }
        let made = parse()?;
        known.parsed += 1;
        let entry = Entry {
            data,
            made: made.clone(),
        };
        known.templates.insert(path.to_owned(), entry);
        Ok(made)
    }

    /// How many templates were parsed so far.
    pub fn parsed(&self) -> usize {
        self.lock().parsed
    }

    /// The schema with this text.
    pub fn schema(&self, data: &Arc<[u8]>) -> Arc<Schema> {
        let mut known = self.lock();
        if let Some(entry) = &known.schema
            && Arc::ptr_eq(&entry.data, data)
        {
            return Arc::clone(&entry.made);
        }
        let made = Arc::new(Schema::parse(data));
        known.schema = Some(Entry {
            data: Arc::clone(data),
            made: Arc::clone(&made),
        });
        made
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A thread that panicked while it held the lock left the maps whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Made")
    }
}
