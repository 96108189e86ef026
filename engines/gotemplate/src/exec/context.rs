//! One render: what its templates can use, and what they have used so far.

use std::any::Any;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use memchr::memmem::Finder;

use super::budget::Purse;
use super::state::run;
use super::templates::{Parsed, Templates, put};
use super::{Budget, ExecError, FuncError, Functions, Hosts, MissingKey};
use crate::fmt::quote;
use crate::parse::Definition;
use crate::value::{Str, Value};

/// How often a template may be included inside itself (Helm: `recursionMaxNums`).
const MAX_INCLUDES: usize = 1000;

/// How many bytes of texts given to `tpl` are kept parsed.
const MAX_CACHED: usize = 4 << 20;

/// How large a buffer may be that is used again.
const MAX_SPARE: usize = 64 << 10;

/// A render in progress. It hands templates to functions (`include`, `tpl`), keeps the budget, and carries the host objects.
#[derive(Debug)]
pub struct Context {
    templates: Arc<Templates>,
    /// What the texts given to `tpl` define while they run, innermost last.
    overlay: Option<Rc<Overlay>>,
    included: HashMap<Box<str>, usize>,
    parsed: HashMap<Str, Parsed>,
    cached: usize,
    pub(super) purse: Purse,
    /// How deep calls of templates are nested now.
    pub(super) depth: usize,
    hosts: Hosts,
    /// Buffers that templates have printed into.
    spare: Vec<Vec<u8>>,
}

/// Templates that hide those of the set around them.
#[derive(Debug)]
struct Overlay {
    outer: Option<Rc<Overlay>>,
    parsed: Parsed,
    /// The templates by name, when there are more than a few.
    by_name: HashMap<Box<str>, Arc<Definition>>,
}

impl Overlay {
    /// Most texts define nothing but themselves.
    const FEW: usize = 8;

    fn new(parsed: Parsed, outer: Option<Rc<Self>>) -> Self {
        let mut by_name = HashMap::new();
        if parsed.0.len() > Self::FEW {
            for definition in parsed.0.iter() {
                put(&mut by_name, definition);
            }
        }
        Self {
            outer,
            parsed,
            by_name,
        }
    }

    fn get(&self, name: &str) -> Option<&Arc<Definition>> {
        let all = &self.parsed.0;
        if all.len() > Self::FEW {
            return self.by_name.get(name);
        }
        // No two definitions of one text have the same name.
        all.iter().find(|definition| *definition.name == *name)
    }
}

impl Context {
    pub(super) fn new(templates: Arc<Templates>, hosts: Hosts, budget: Budget) -> Self {
        Self {
            templates,
            overlay: None,
            included: HashMap::new(),
            parsed: HashMap::new(),
            cached: 0,
            purse: Purse::new(budget),
            depth: 0,
            hosts,
            spare: Vec::new(),
        }
    }

    /// Executes a template on `data`, which becomes its `.` and `$`. The text has `<no value>` where it prints nil; see
    /// [`without_no_value`].
    pub fn execute(&mut self, name: &str, data: &Value) -> Result<Vec<u8>, ExecError> {
        let Some(template) = self.find(name) else {
            return Err(ExecError {
                message: format!(
                    "template: no template {} associated with template {}",
                    quote(name),
                    quote(&*self.templates.name)
                ),
                source: None,
                template: None,
            });
        };
        run(self, &template, data, Vec::new())
    }

    /// Helm's `include`: what a template of the set prints. A template may not be included inside itself more than 1000 times.
    pub fn include(&mut self, name: &Str, data: &Value) -> Result<Str, FuncError> {
        let name = name.to_str_lossy();
        let count = match self.included.get_mut(&*name) {
            Some(count) => count,
            None => self.included.entry(name.as_ref().into()).or_default(),
        };
        if *count > MAX_INCLUDES {
            return Err(
                FuncError::new("unable to execute template").context(format_args!(
                    "rendering template has a nested reference name: {name}"
                )),
            );
        }
        *count += 1;
        let printed = match self.find(&name) {
            Some(template) => {
                let out = self.spare.pop().unwrap_or_default();
                run(self, &template, data, out)
            }
            None => self.execute(&name, data),
        };
        if let Some(count) = self.included.get_mut(&*name) {
            *count -= 1;
        }
        Ok(self.keep(printed?))
    }

    /// What was printed, as text that takes no more room than it needs.
    fn keep(&mut self, mut printed: Vec<u8>) -> Str {
        let text = Str::from(&*printed);
        if printed.capacity() <= MAX_SPARE {
            printed.clear();
            self.spare.push(printed);
        }
        text
    }

    /// Helm's `tpl`: what a text prints when it is a template. It sees the templates around it; what it defines is seen only while
    /// it runs.
    pub fn tpl(&mut self, text: &Str, data: &Value) -> Result<Str, FuncError> {
        let parsed = self.parse(text)?;
        let outer = self.overlay.take();
        self.overlay = Some(Rc::new(Overlay::new(parsed.clone(), outer.clone())));
        let printed = match parsed.main() {
            Some(main) => {
                let out = self.spare.pop().unwrap_or_default();
                run(self, main, data, out)
            }
            None => Ok(Vec::new()),
        };
        self.overlay = outer;
        match printed {
            Ok(printed) => Ok(self.keep(without_no_value(printed))),
            Err(error) => Err(FuncError::from(error).context(format_args!(
                "error during tpl function execution for {}",
                quote(text)
            ))),
        }
    }

    fn parse(&mut self, text: &Str) -> Result<Parsed, FuncError> {
        if let Some(parsed) = self.parsed.get(text) {
            return Ok(parsed.clone());
        }
        let parsed = Parsed::new(&self.templates.name, text, &self.templates.functions).map_err(
            |error| {
                FuncError::new(error.to_string())
                    .context(format_args!("cannot parse template {}", quote(text)))
            },
        )?;
        if self.cached + text.len() > MAX_CACHED {
            self.parsed.clear();
            self.cached = 0;
        }
        self.cached += text.len();
        self.parsed.insert(text.clone(), parsed.clone());
        Ok(parsed)
    }

    /// The host object of a type.
    pub fn host<T: Any>(&self) -> Option<&T> {
        self.hosts.get()
    }

    /// Counts work that a function does beyond its call: to be asked before it is done.
    pub fn spend_steps(&mut self, count: u64) -> Result<(), FuncError> {
        Ok(self.purse.steps(count)?)
    }

    /// Counts bytes that a function is about to make, when they may be many (`repeat`, `indent`).
    pub fn spend_bytes(&mut self, count: usize) -> Result<(), FuncError> {
        Ok(self.purse.bytes(count)?)
    }

    /// What a missing key of a map gives in this render.
    pub fn missing_key(&self) -> MissingKey {
        self.templates.missing
    }

    pub(super) fn functions(&self) -> Arc<Functions> {
        Arc::clone(&self.templates.functions)
    }

    /// The template that `name` means here and now.
    pub(super) fn find(&self, name: &str) -> Option<Arc<Definition>> {
        let mut overlay = self.overlay.as_ref();
        while let Some(here) = overlay {
            if let Some(definition) = here.get(name) {
                return Some(Arc::clone(definition));
            }
            overlay = here.outer.as_ref();
        }
        self.templates.get(name).cloned()
    }
}

/// What Helm makes of a printed template: every `<no value>` is dropped, whether it stands for nil or was written so.
pub fn without_no_value(text: Vec<u8>) -> Vec<u8> {
    const NO_VALUE: &[u8] = b"<no value>";
    let finder = Finder::new(NO_VALUE);
    let next = |from: usize| finder.find(&text[from..]).map(|at| from + at);
    let Some(mut found) = next(0) else {
        return text;
    };
    let mut kept = Vec::with_capacity(text.len());
    let mut from = 0;
    loop {
        kept.extend_from_slice(&text[from..found]);
        from = found + NO_VALUE.len();
        match next(from) {
            Some(at) => found = at,
            None => break,
        }
    }
    kept.extend_from_slice(&text[from..]);
    kept
}
