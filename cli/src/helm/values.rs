//! Values from the command line, in Helm's order of precedence.

use std::fs;
use std::io::{self, Read as _};

use helm::strvals::{self, Syntax};
use helm::values;
use yaml::Value;

/// The flags that give values.
#[derive(Debug, clap::Args)]
pub(crate) struct Flags {
    /// Files with values, later ones over earlier ones; `-` is standard input.
    #[arg(
        short = 'f',
        long = "values",
        value_name = "FILE",
        value_delimiter = ','
    )]
    files: Vec<String>,
    /// Values as `key=value,...`.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Values as `key=value,...`, all of them text.
    #[arg(long, value_name = "KEY=VALUE")]
    set_string: Vec<String>,
    /// Values as `key=json,...`, or a JSON object.
    #[arg(long, value_name = "KEY=JSON")]
    set_json: Vec<String>,
    /// Values as `key=file,...`: the content of the file.
    #[arg(long, value_name = "KEY=FILE")]
    set_file: Vec<String>,
    /// A value as `key=text`, where nothing in the text has a meaning.
    #[arg(long, value_name = "KEY=TEXT")]
    set_literal: Vec<String>,
}

/// Why there are no values.
#[derive(Debug)]
pub(crate) enum Error {
    Io(String, io::Error),
    File(String, values::Error),
    Flag(strvals::Error),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(path, error) => f.write_str(&unreadable(path, error)),
            Self::File(path, error) => write!(f, "failed to parse {path}: {error}"),
            Self::Flag(error) => error.fmt(f),
        }
    }
}

impl Flags {
    /// Reads and merges them.
    pub fn read(&self) -> Result<Value, Error> {
        let mut merged = Value::empty_map();
        for path in &self.files {
            let bytes = read(path).map_err(|error| Error::Io(path.clone(), error))?;
            let decoded =
                values::decode(&bytes).map_err(|error| Error::File(path.clone(), error))?;
            values::merge(&mut merged, decoded);
        }
        if let Some(map) = merged.as_map_mut() {
            let mut apply = |texts: &[String], syntax: &mut dyn FnMut() -> Syntax<'static>| {
                texts
                    .iter()
                    .try_for_each(|text| strvals::apply_flag(text, syntax(), map))
                    .map_err(Error::Flag)
            };
            apply(&self.set_json, &mut || Syntax::Json)?;
            apply(&self.set, &mut || Syntax::Typed)?;
            apply(&self.set_string, &mut || Syntax::Text)?;
            for text in &self.set_file {
                let mut content = |path: &str| match read(path) {
                    Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
                    Err(error) => Err(unreadable(path, &error)),
                };
                strvals::apply_flag(text, Syntax::File(&mut content), map).map_err(Error::Flag)?;
            }
            for text in &self.set_literal {
                strvals::apply_flag(text, Syntax::Literal, map).map_err(Error::Flag)?;
            }
        }
        Ok(merged)
    }
}

fn read(path: &str) -> io::Result<Vec<u8>> {
    if path.trim() == "-" {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    fs::read(path)
}

/// As Go words it.
fn unreadable(path: &str, error: &io::Error) -> String {
    let verb = match error.kind() {
        io::ErrorKind::IsADirectory => "read",
        _ => "open",
    };
    let problem = match error.kind() {
        io::ErrorKind::IsADirectory => "is a directory".to_owned(),
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    };
    format!("{verb} {path}: {problem}")
}
