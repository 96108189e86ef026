//! The parser: paths and values are applied while they are read, so that what stands before an
//! error has been set.

use std::sync::Arc;

use yaml::{Map, Value};

use super::scan::{Escapes, Scanner};
use super::{Error, MAX_INDEX, MAX_NESTED_NAMES, Syntax};
use crate::json;
use crate::text::quote_char;

/// How many list items one text may create in all.
const MAX_ITEMS: usize = 1 << 21;

/// How deep indices and names may nest: dots behind an index do not count as nested names.
const MAX_DEPTH: usize = 400;

/// Why parsing stops.
enum Stop {
    /// The text ended where it may. Helm takes an unfinished index for that, too.
    End,
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

type Step<T = ()> = Result<T, Stop>;

pub(super) fn run(text: &str, syntax: Syntax<'_>, values: &mut Map) -> Result<(), Error> {
    let escapes = match syntax {
        Syntax::Literal => Escapes::None,
        _ => Escapes::Backslash,
    };
    let mut parser = Parser {
        scanner: Scanner::new(text, escapes),
        syntax,
        items: 0,
        depth: 0,
    };
    loop {
        match parser.key(values, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Failed(error)) => return Err(error),
        }
    }
}

struct Parser<'t, 's> {
    scanner: Scanner<'t>,
    syntax: Syntax<'s>,
    /// List items created so far.
    items: usize,
    depth: usize,
}

impl Parser<'_, '_> {
    /// A name in `map`, what follows it, and the value.
    fn key(&mut self, map: &mut Map, level: usize) -> Step {
        self.enter()?;
        let stops: &[char] = match self.syntax {
            Syntax::Literal => &['=', '[', '.'],
            _ => &['=', '[', ',', '.'],
        };
        let run = self.scanner.until(stops);
        let name = run.text;
        let result = match run.stop {
            None if name.is_empty() => Err(Stop::End),
            None => Err(Error::NoValue(name).into()),
            Some('[') => self.list_at(map, &name, level),
            Some('.') => self.map_at(map, &name, level),
            Some('=') => {
                let (value, end) = match self.value() {
                    Ok(value) => (value, Ok(())),
                    // Nothing behind `=` is an empty text, at the end of it all too.
                    Err(Stop::End) => (Value::from(""), Err(Stop::End)),
                    Err(stop) => return Err(stop),
                };
                set(map, &name, value);
                end
            }
            Some(_) => {
                set(map, &name, Value::from(""));
                Err(Error::EndsWithComma(name).into())
            }
        };
        self.depth -= 1;
        result
    }

    /// `name.`: the rest goes into the mapping under `name`.
    fn map_at(&mut self, map: &mut Map, name: &str, level: usize) -> Step {
        let level = level + 1;
        if level > MAX_NESTED_NAMES {
            return Err(Error::TooNested.into());
        }
        if let Some(present) = map.get_mut(name) {
            return match present {
                Value::Map(inner) => {
                    let inner = Arc::make_mut(inner);
                    self.key(inner, level)?;
                    filled(inner, name)
                }
                other => Err(Error::not_a_map(other).into()),
            };
        }
        let mut inner = Map::new();
        let result = self.key(&mut inner, level);
        if result.is_ok() {
            filled(&inner, name)?;
        }
        if !inner.is_empty() {
            set(map, name, inner.into());
        }
        result
    }

    /// `name[`: the rest goes into the list under `name`.
    fn list_at(&mut self, map: &mut Map, name: &str, level: usize) -> Step {
        let index = self.index()?;
        let mut list = match map.get_mut(name) {
            None => Vec::new(),
            Some(Value::Seq(items)) => std::mem::take(Arc::make_mut(items)),
            Some(other) => return Err(Error::not_a_list(other).into()),
        };
        let result = self.item(&mut list, index, level);
        if map.contains_key(name) {
            map.insert(name, list);
        } else {
            set(map, name, list.into());
        }
        result
    }

    /// The integer up to `]`.
    fn index(&mut self) -> Step<i64> {
        let run = self.scanner.until(&[']']);
        if run.stop.is_none() {
            return Err(Stop::End);
        }
        run.text.parse().map_err(|_| {
            let digits = run.text.strip_prefix(['+', '-']).unwrap_or(&run.text);
            if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                Error::IndexRange(run.text).into()
            } else {
                Error::IndexSyntax(run.text).into()
            }
        })
    }

    /// What follows `[index]`, put into `list` there.
    fn item(&mut self, list: &mut Vec<Value>, index: i64, level: usize) -> Step {
        self.enter()?;
        let Ok(at) = usize::try_from(index) else {
            return Err(Error::IndexNegative(index).into());
        };
        let run = self.scanner.until(&['[', '.', '=']);
        if !run.text.is_empty() {
            let shown: Vec<String> = run.text.chars().map(quote_char).collect();
            return Err(Error::BehindIndex(format!("[{}]", shown.join(" "))).into());
        }
        let value = match run.stop {
            None => return Err(Stop::End),
            Some('=') => match self.value() {
                Ok(value) => value,
                Err(Stop::End) => Value::from(""),
                Err(stop) => return Err(stop),
            },
            Some('[') => {
                let next = self.index()?;
                let mut inner = match list.get_mut(at) {
                    None | Some(Value::Null) => Vec::new(),
                    Some(Value::Seq(items)) => std::mem::take(Arc::make_mut(items)),
                    Some(other) => return Err(Error::not_a_list(other).into()),
                };
                let result = self.item(&mut inner, next, level);
                if let (Err(_), Some(Value::Seq(items))) = (&result, list.get_mut(at)) {
                    *items = Arc::new(inner);
                    return result;
                }
                result?;
                inner.into()
            }
            Some(_) => {
                if let Some(present) = list.get_mut(at) {
                    if !present.is_map() {
                        *present = Value::empty_map();
                    }
                    if let Some(inner) = present.as_map_mut() {
                        self.key(inner, level)?;
                    }
                    self.depth -= 1;
                    return if index > MAX_INDEX {
                        Err(Error::IndexTooLarge(index).into())
                    } else {
                        Ok(())
                    };
                }
                let mut inner = Map::new();
                self.key(&mut inner, level)?;
                inner.into()
            }
        };
        self.put(list, at, index, value)?;
        self.depth -= 1;
        Ok(())
    }

    fn put(&mut self, list: &mut Vec<Value>, at: usize, index: i64, value: Value) -> Step {
        if index > MAX_INDEX {
            return Err(Error::IndexTooLarge(index).into());
        }
        if at >= list.len() {
            self.items += at + 1 - list.len();
            if self.items > MAX_ITEMS {
                return Err(Error::TooManyItems(MAX_ITEMS).into());
            }
            list.resize(at + 1, Value::Null);
        }
        list[at] = value;
        Ok(())
    }

    fn enter(&mut self) -> Step {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::TooDeep(MAX_DEPTH).into());
        }
        Ok(())
    }

    /// The value behind `=`, and the comma that ends it. [`Stop::End`] when there is nothing.
    fn value(&mut self) -> Step<Value> {
        if matches!(self.syntax, Syntax::Json) {
            return self.json();
        }
        if matches!(self.syntax, Syntax::Literal) {
            return Ok(self.scanner.until(&[]).text.into());
        }
        if self.scanner.rest().is_empty() {
            return Err(Stop::End);
        }
        if self.scanner.skip('{') {
            return self.list();
        }
        let text = self.scanner.until(&[',']).text;
        Ok(self.scalar(text)?)
    }

    /// The list behind `{`.
    fn list(&mut self) -> Step<Value> {
        let mut items = Vec::new();
        loop {
            let run = self.scanner.until(&[',', '}']);
            let Some(stop) = run.stop else {
                return Err(Error::OpenList.into());
            };
            if stop == '}' {
                self.scanner.skip(',');
            }
            items.push(self.scalar(run.text)?);
            if stop == '}' {
                return Ok(items.into());
            }
        }
    }

    fn json(&mut self) -> Step<Value> {
        if self.scanner.at_end_of_value() {
            return Ok(Value::Null);
        }
        let (value, length) = json::parse_first(self.scanner.rest().as_bytes())
            .and_then(|(value, length)| Ok((value.to_value()?, length)))
            .map_err(|error| Error::Json(error.to_string()))?;
        self.scanner.advance(length);
        self.scanner.at_end_of_value();
        Ok(value)
    }

    fn scalar(&mut self, text: String) -> Result<Value, Error> {
        match &mut self.syntax {
            Syntax::File(read) => read(&text).map(Value::from).map_err(Error::File),
            Syntax::Typed => Ok(infer(text)),
            _ => Ok(text.into()),
        }
    }
}

/// Sets `name` in `map`; an empty name is dropped.
fn set(map: &mut Map, name: &str, value: Value) {
    if !name.is_empty() {
        map.insert(name, value);
    }
}

/// A path that ends with a dot leaves its mapping empty.
fn filled(map: &Map, name: &str) -> Step {
    if map.is_empty() {
        return Err(Error::EmptyMap(name.to_owned()).into());
    }
    Ok(())
}

/// The value that `--set` takes `text` for. Digits behind a zero stay text, floats too.
fn infer(text: String) -> Value {
    if text.eq_ignore_ascii_case("true") {
        return Value::Bool(true);
    }
    if text.eq_ignore_ascii_case("false") {
        return Value::Bool(false);
    }
    if text.eq_ignore_ascii_case("null") {
        return Value::Null;
    }
    if (text == "0" || !text.starts_with('0'))
        && let Ok(number) = text.parse::<i64>()
    {
        return Value::Int(number);
    }
    text.into()
}
