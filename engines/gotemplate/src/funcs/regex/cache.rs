//! Patterns that were compiled before: charts call a function with the same pattern again and
//! again, and compiling costs far more than matching.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::{Pattern, SyntaxError};

/// So many patterns are kept on each thread; when there are more, all are forgotten.
const CAPACITY: usize = 128;

thread_local! {
    static PATTERNS: RefCell<HashMap<Vec<u8>, Arc<Pattern>>> = RefCell::new(HashMap::new());
}

/// The compiled form of a pattern in Go's syntax.
pub(in crate::funcs) fn compiled(source: &[u8]) -> Result<Arc<Pattern>, SyntaxError> {
    PATTERNS.with_borrow_mut(|patterns| {
        if let Some(pattern) = patterns.get(source) {
            return Ok(Arc::clone(pattern));
        }
        let pattern = Arc::new(Pattern::compile_bytes(source)?);
        if patterns.len() >= CAPACITY {
            patterns.clear();
        }
        patterns.insert(source.to_owned(), Arc::clone(&pattern));
        Ok(pattern)
    })
}
