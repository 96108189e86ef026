//! Where generators take keys and values: literals, files, env files (`api/kv/kv.go`).

use crate::config::GeneratorArgs;
use crate::error::{Error, ResultExt};
use crate::loader::Loader;

/// A key with its value.
pub(super) struct Pair {
    pub(super) key: String,
    pub(super) value: Vec<u8>,
}

/// Everything that the sources of a generator hold, in the order env files, literals, files.
pub(super) fn load(args: &GeneratorArgs, loader: &Loader<'_>) -> Result<Vec<Pair>, Error> {
    let mut pairs = Vec::new();
    for path in &args.envs {
        env_file(path, loader, &mut pairs)
            .context(|| format!("env source files: {:?}", args.envs))?;
    }
    for literal in &args.literals {
        pairs.push(
            parse_literal(literal).context(|| format!("literal sources {:?}", args.literals))?,
        );
    }
    for source in &args.files {
        pairs.push(file(source, loader).context(|| format!("file sources: {:?}", args.files))?);
    }
    Ok(pairs)
}

fn parse_literal(literal: &str) -> Result<Pair, Error> {
    match literal.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok(Pair {
            key: key.to_owned(),
            value: unquoted(value).as_bytes().to_vec(),
        }),
        _ => Err(Error::Config(format!(
            "invalid literal source {literal}, expected key=value"
        ))),
    }
}

/// The text without one pair of quotes around it.
fn unquoted(text: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = text
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
        {
            return inner;
        }
    }
    text
}

fn file(source: &str, loader: &Loader<'_>) -> Result<Pair, Error> {
    let (key, path) = parse_file_source(source)?;
    let loaded = loader.load(path)?;
    Ok(Pair {
        key: key.to_owned(),
        value: loaded.bytes.to_vec(),
    })
}

/// Key and path of `path` or `key=path`.
fn parse_file_source(source: &str) -> Result<(&str, &str), Error> {
    let problem = |message: String| Err(Error::Config(message));
    match source.matches('=').count() {
        0 => {
            let trimmed = source.trim_end_matches('/');
            let base = trimmed.rsplit('/').next().unwrap_or(trimmed);
            Ok((base, source))
        }
        1 => match source.split_once('=') {
            Some(("", path)) => problem(format!(
                "missing key name for file path {path:?} in source {source:?}"
            )),
            Some((key, "")) => problem(format!(
                "missing file path for key name {key:?} in source {source:?}"
            )),
            Some((key, path)) => Ok((key, path)),
            None => Ok((source, source)),
        },
        _ => problem(format!(
            "source {source:?} key name or file path contains '='"
        )),
    }
}

fn env_file(path: &str, loader: &Loader<'_>, pairs: &mut Vec<Pair>) -> Result<(), Error> {
    let loaded = loader.load(path)?;
    let mut rest: &[u8] = &loaded.bytes;
    let mut number = 0;
    while !rest.is_empty() {
        let (line, more) = match rest.iter().position(|byte| *byte == b'\n') {
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None => (rest, &rest[rest.len()..]),
        };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Ok(line) = std::str::from_utf8(line) else {
            return Err(Error::Config(format!(
                "line {} of {path} has invalid utf8 bytes",
                number + 1
            )));
        };
        let line = if number == 0 {
            line.strip_prefix('\u{feff}').unwrap_or(line)
        } else {
            line
        };
        let line = line.trim_start();
        if !line.is_empty() && !line.starts_with('#') {
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            if !key.is_empty() {
                pairs.push(Pair {
                    key: key.to_owned(),
                    value: value.as_bytes().to_vec(),
                });
            }
        }
        rest = more;
        number += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_lose_one_pair_of_quotes() {
        let value =
            |literal: &str| String::from_utf8(parse_literal(literal).unwrap().value).unwrap();
        assert_eq!(value("a='b'"), "b");
        assert_eq!(value("a=\"b=c\""), "b=c");
        assert_eq!(value("a='b"), "'b");
        assert!(parse_literal("=b").is_err());
        assert!(parse_literal("a").is_err());
    }

    #[test]
    fn file_sources_name_their_key_or_take_the_base_name() {
        assert_eq!(parse_file_source("d/f.txt").unwrap(), ("f.txt", "d/f.txt"));
        assert_eq!(parse_file_source("k=d/f").unwrap(), ("k", "d/f"));
        for bad in ["=f", "k=", "a=b=c"] {
            assert!(parse_file_source(bad).is_err(), "{bad}");
        }
    }
}
