//! Charts by digest, loaded and parsed once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Chart, Error, Loaded};

/// Keeps charts with what was made of them: the second release of a chart neither unpacks it nor
/// parses its templates. Threads share it.
#[derive(Debug)]
pub struct Cache {
    /// How many bytes of files the charts may hold together.
    budget: usize,
    /// The charts, the one used last at the end.
    kept: Mutex<VecDeque<Kept>>,
}

#[derive(Debug)]
struct Kept {
    digest: String,
    bytes: usize,
    chart: Arc<Loaded>,
}

impl Cache {
    /// An empty cache for charts with at most `budget` bytes of files together. Parsed templates take
    /// a few times the size of their text beside that.
    pub fn new(budget: usize) -> Self {
        Self {
            budget,
            kept: Mutex::default(),
        }
    }

    /// The chart with this digest, from the cache or as `load` gives it. A chart over the whole budget
    /// is not kept; those used longest ago make room.
    pub fn get_or_load(
        &self,
        digest: &str,
        load: impl FnOnce() -> Result<Loaded, Error>,
    ) -> Result<Arc<Loaded>, Error> {
        if let Some(chart) = self.take(digest) {
            return Ok(chart);
        }
        // Not under the lock: others need not wait for this chart.
        let chart = Arc::new(load()?);
        let bytes = size(&chart.chart);
        if bytes <= self.budget {
            self.keep(digest, bytes, &chart);
        }
        Ok(chart)
    }

    fn take(&self, digest: &str) -> Option<Arc<Loaded>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|it| it.digest == digest)?;
        let found = kept.remove(at)?;
        let chart = Arc::clone(&found.chart);
        kept.push_back(found);
        Some(chart)
    }

    fn keep(&self, digest: &str, bytes: usize, chart: &Arc<Loaded>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|it| it.digest != digest);
        let mut used: usize = kept.iter().map(|it| it.bytes).sum();
        while used + bytes > self.budget {
            let Some(oldest) = kept.pop_front() else {
                break;
            };
            used -= oldest.bytes;
        }
        kept.push_back(Kept {
            digest: digest.to_owned(),
            bytes,
            chart: Arc::clone(chart),
        });
    }
}

/// Bytes of all files, those of subcharts included.
fn size(chart: &Chart) -> usize {
    let own = chart.templates.iter().chain(&chart.files);
    let own: usize = own.map(|file| file.name.len() + file.data.len()).sum();
    own + chart.schema.as_ref().map_or(0, |schema| schema.len())
        + chart.dependencies.iter().map(size).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::File;

    fn chart(bytes: usize) -> Loaded {
        let file = File {
            name: String::new(),
            data: vec![0; bytes].into(),
            modified: None,
        };
        Loaded {
            chart: Chart {
                files: vec![file],
                ..Chart::default()
            },
            diagnostics: Vec::new(),
        }
    }

    #[test]
    fn a_digest_is_loaded_once_until_others_need_the_room() {
        let cache = Cache::new(10);
        let first = cache.get_or_load("a", || Ok(chart(4))).unwrap();
        let again = cache.get_or_load("a", || Err(Error::Empty)).unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        cache.get_or_load("b", || Ok(chart(4))).unwrap();
        cache.get_or_load("a", || Err(Error::Empty)).unwrap();
        // The oldest is b now.
        cache.get_or_load("c", || Ok(chart(5))).unwrap();
        cache.get_or_load("a", || Err(Error::Empty)).unwrap();
        cache.get_or_load("b", || Err(Error::Empty)).unwrap_err();
    }

    #[test]
    fn a_chart_over_the_budget_is_given_but_not_kept() {
        let cache = Cache::new(10);
        cache.get_or_load("small", || Ok(chart(4))).unwrap();
        cache.get_or_load("large", || Ok(chart(11))).unwrap();
        cache.get_or_load("small", || Err(Error::Empty)).unwrap();
        cache
            .get_or_load("large", || Err(Error::Empty))
            .unwrap_err();
    }
}
