//! The templates of a chart, parsed at most once however often it is rendered.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use gotemplate::exec::Parsed;

use super::File;

/// Parsed templates by the path under which they were parsed. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct ParsedTemplates(Arc<Mutex<HashMap<String, Entry>>>);

struct Entry {
    /// The text, to notice when it is another.
    data: Arc<[u8]>,
    parsed: Parsed,
}

impl ParsedTemplates {
    /// The parsed template for `path`, or what `parse` makes of it.
    pub fn get_or_parse<E>(
        &self,
        path: &str,
        file: &File,
        parse: impl FnOnce() -> Result<Parsed, E>,
    ) -> Result<Parsed, E> {
        // A thread that panicked while it held the lock left the map whole.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = known.get(path)
            && Arc::ptr_eq(&entry.data, &file.data)
        {
            return Ok(entry.parsed.clone());
        }
        let parsed = parse()?;
        let entry = Entry {
            data: Arc::clone(&file.data),
            parsed: parsed.clone(),
        };
        known.insert(path.to_owned(), entry);
        Ok(parsed)
    }
}

impl fmt::Debug for ParsedTemplates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ParsedTemplates")
    }
}
