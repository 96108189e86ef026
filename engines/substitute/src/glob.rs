//! Shell patterns as Go's `path.Match` reads them, except that `*` and `?` also match `/`.

use crate::error::Problem;

/// The pattern is malformed. Found only where matching gets that far.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadPattern;

/// What matching may still cost.
pub(crate) struct Steps(usize);

impl Steps {
    pub fn new(limit: usize) -> Self {
        Self(limit)
    }

    fn spend(&mut self) -> Result<(), Problem> {
        self.0 = self.0.checked_sub(1).ok_or(Problem::TooExpensive)?;
        Ok(())
    }
}

/// Does `pattern` match all of `name`?
pub(crate) fn matches(
    mut pattern: &[u8],
    mut name: &[u8],
    steps: &mut Steps,
) -> Result<Result<bool, BadPattern>, Problem> {
    while !pattern.is_empty() {
        let (star, chunk, rest) = next_chunk(pattern);
        pattern = rest;
        if star && chunk.is_empty() {
            return Ok(Ok(true));
        }
        // A star tries every start; without one there is a single try. The last chunk must use up the name.
        let last_start = if star { name.len() } else { 0 };
        let mut found = None;
        for start in 0..=last_start {
            match match_chunk(chunk, &name[start..], steps)? {
                Ok(Some(left)) if left.is_empty() || !pattern.is_empty() => {
                    found = Some(left);
                    break;
                }
                Ok(_) => {}
                Err(bad) => return Ok(Err(bad)),
            }
        }
        match found {
            Some(left) => name = left,
            None => return Ok(Ok(false)),
        }
    }
    Ok(Ok(name.is_empty()))
}

/// Splits off the leading stars and the run of single-character operators after them.
fn next_chunk(pattern: &[u8]) -> (bool, &[u8], &[u8]) {
    let stars = pattern.iter().take_while(|&&b| b == b'*').count();
    let pattern = &pattern[stars..];
    let mut in_class = false;
    let mut end = 0;
    while end < pattern.len() {
        match pattern[end] {
            b'\\' if end + 1 < pattern.len() => end += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'*' if !in_class => break,
            _ => {}
        }
        end += 1;
    }
    (stars > 0, &pattern[..end], &pattern[end..])
}

/// Matches a run of single-character operators at the start of `name`; what is left of `name`, or `None`.
fn match_chunk<'n>(
    mut chunk: &[u8],
    mut name: &'n [u8],
    steps: &mut Steps,
) -> Result<Result<Option<&'n [u8]>, BadPattern>, Problem> {
    while let Some((&operator, after)) = chunk.split_first() {
        steps.spend()?;
        let Some(&byte) = name.first() else {
            return Ok(Ok(None));
        };
        match operator {
            b'[' => {
                let (character, width) = decode(name);
                match class(after, character) {
                    Ok((true, rest)) => chunk = rest,
                    Ok((false, _)) => return Ok(Ok(None)),
                    Err(bad) => return Ok(Err(bad)),
                }
                name = &name[width..];
            }
            b'?' => {
                name = &name[decode(name).1..];
                chunk = after;
            }
            literal => {
                let (literal, rest) = match (literal, after.split_first()) {
                    (b'\\', Some((&escaped, rest))) => (escaped, rest),
                    (b'\\', None) => return Ok(Err(BadPattern)),
                    _ => (literal, after),
                };
                if literal != byte {
                    return Ok(Ok(None));
                }
                name = &name[1..];
                chunk = rest;
            }
        }
    }
    Ok(Ok(Some(name)))
}

/// A character class after its `[`: whether it takes the character, and the pattern after its `]`.
fn class(pattern: &[u8], character: u32) -> Result<(bool, &[u8]), BadPattern> {
    let (negated, mut pattern) = match pattern.strip_prefix(b"^") {
        Some(rest) => (true, rest),
        None => (false, pattern),
    };
    let mut taken = false;
    let mut first = true;
    loop {
        if let (false, Some(rest)) = (first, pattern.strip_prefix(b"]")) {
            return Ok((taken != negated, rest));
        }
        first = false;
        let (low, rest) = class_character(pattern)?;
        let (high, rest) = match rest.strip_prefix(b"-") {
            Some(rest) => class_character(rest)?,
            None => (low, rest),
        };
        taken |= (low..=high).contains(&character);
        pattern = rest;
    }
}

/// One character of a class, which must not be the pattern's last.
fn class_character(pattern: &[u8]) -> Result<(u32, &[u8]), BadPattern> {
    let pattern = match pattern.first() {
        None | Some(b'-' | b']') => return Err(BadPattern),
        Some(b'\\') => &pattern[1..],
        Some(_) => pattern,
    };
    if pattern.is_empty() {
        return Err(BadPattern);
    }
    let (character, width) = decode(pattern);
    let rest = &pattern[width..];
    let broken = character == REPLACEMENT && width == 1;
    if broken || rest.is_empty() {
        Err(BadPattern)
    } else {
        Ok((character, rest))
    }
}

const REPLACEMENT: u32 = 0xFFFD;

/// The first character and its width; a byte that starts none counts as a replacement character of width 1.
fn decode(bytes: &[u8]) -> (u32, usize) {
    let window = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(window) {
        Ok(valid) => valid,
        Err(error) => std::str::from_utf8(&window[..error.valid_up_to()]).unwrap_or_default(),
    };
    match valid.chars().next() {
        Some(character) => (u32::from(character), character.len_utf8()),
        None => (REPLACEMENT, 1),
    }
}
