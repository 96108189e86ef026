//! Semantic versions.

use super::{Checked, fail};
use crate::text::quote_char;

pub(super) fn semver(text: &str) -> Checked {
    let mut rest = text;
    if let Some((before, build)) = rest.split_once('+') {
        if build.is_empty() {
            return fail("build is empty");
        }
        for identifier in build.split('.') {
            check_identifier(identifier, "build")?;
        }
        rest = before;
    }
    if let Some((before, release)) = rest.split_once('-') {
        for identifier in release.split('.') {
            check_identifier(identifier, "pre-release")?;
            let numeric = identifier.bytes().all(|byte| byte.is_ascii_digit());
            if numeric && identifier.len() > 1 && identifier.starts_with('0') {
                return fail("pre-release numeric identifier starts with zero");
            }
        }
        rest = before;
    }
    let numbers: Vec<&str> = rest.split('.').collect();
    if numbers.len() != 3 {
        return fail("versionCore must have 3 numbers separated by dot");
    }
    for (number, name) in numbers.iter().zip(["major", "minor", "patch"]) {
        if number.is_empty() {
            return Err(format!("{name} is empty"));
        }
        if number.len() > 1 && number.starts_with('0') {
            return Err(format!("{name} starts with zero"));
        }
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("{name} contains non-digit"));
        }
    }
    Ok(())
}

fn check_identifier(identifier: &str, part: &str) -> Checked {
    if identifier.is_empty() {
        return Err(format!("{part} identifier is empty"));
    }
    let valid = |c: char| c.is_ascii_alphanumeric() || c == '-';
    match identifier.chars().find(|c| !valid(*c)) {
        Some(c) => Err(format!(
            "invalid character {} in {part} identifier",
            quote_char(c)
        )),
        None => Ok(()),
    }
}
