//! Label selectors: `--watch-label-selector`, `--watch-configs-label-selector`.

/// A value parser for label selectors, in the grammar of `labels.Parse`: requirements joined by commas, each one of
/// `key`, `!key`, `key=value`, `key==value`, `key!=value`, `key in (a,b)`, `key notin (a,b)`, `key>1`, `key<1`.
///
/// The text is passed on as it is; what is refused here would otherwise be refused by the API server, at every try of
/// every watch.
///
/// # Errors
/// Which requirement is wrong, and why.
pub fn label_selector(text: &str) -> Result<String, String> {
    for requirement in split(text)? {
        check(requirement.trim()).map_err(|why| format!("{why} in {:?}", requirement.trim()))?;
    }
    Ok(text.to_owned())
}

/// Splits at the commas outside of parentheses. A blank selector has no requirements.
fn split(text: &str) -> Result<Vec<&str>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let (mut parts, mut start, mut inside) = (Vec::new(), 0, false);
    for (position, letter) in text.char_indices() {
        match letter {
            '(' if inside => return Err("nested parenthesis".to_owned()),
            '(' => inside = true,
            ')' if !inside => return Err("closing parenthesis without an opening one".to_owned()),
            ')' => inside = false,
            ',' if !inside => {
                parts.push(&text[start..position]);
                start = position + 1;
            }
            _ => {}
        }
    }
    if inside {
        return Err("missing closing parenthesis".to_owned());
    }
    parts.push(&text[start..]);
    Ok(parts)
}

fn check(requirement: &str) -> Result<(), String> {
    if let Some(key) = requirement.strip_prefix('!') {
        return check_key(key.trim());
    }
    if let Some((head, values)) = requirement.split_once('(') {
        let values = values
            .strip_suffix(')')
            .ok_or("text behind the closing parenthesis")?;
        let (key, operator) = head
            .trim()
            .rsplit_once(char::is_whitespace)
            .ok_or("expected `key in (…)`")?;
        if !matches!(operator, "in" | "notin") {
            return Err(format!("expected `in` or `notin` instead of {operator:?}"));
        }
        check_key(key.trim())?;
        return values
            .split(',')
            .try_for_each(|value| check_value(value.trim()));
    }
    for operator in ["!=", "==", "="] {
        if let Some((key, value)) = requirement.split_once(operator) {
            return check_key(key.trim()).and_then(|()| check_value(value.trim()));
        }
    }
    if let Some((key, value)) = requirement.split_once(['>', '<']) {
        check_key(key.trim())?;
        return value
            .trim()
            .parse::<i64>()
            .map(drop)
            .map_err(|_| format!("expected a number instead of {value:?}"));
    }
    check_key(requirement)
}

/// A label's key: a name, with a DNS subdomain and a slash before it or not.
fn check_key(key: &str) -> Result<(), String> {
    let (prefix, name) = key
        .split_once('/')
        .map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let is_domain = |text: &str| {
        text.len() <= 253
            && text.split('.').all(|part| {
                is_word(part)
                    && !part.contains(['_', '.'])
                    && !part.contains(|c: char| c.is_ascii_uppercase())
            })
    };
    if is_word(name) && name.len() <= 63 && prefix.is_none_or(is_domain) {
        Ok(())
    } else {
        Err(format!("expected the key of a label instead of {key:?}"))
    }
}

fn check_value(value: &str) -> Result<(), String> {
    if value.is_empty() || is_word(value) && value.len() <= 63 {
        Ok(())
    } else {
        Err(format!(
            "expected the value of a label instead of {value:?}"
        ))
    }
}

/// Letters and digits, with `-`, `_` and `.` between them.
fn is_word(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_of_every_form_are_taken_as_they_are() {
        for text in [
            "",
            " ",
            "sharding.fluxcd.io/key=shard1",
            "reconcile.fluxcd.io/watch=Enabled",
            "a",
            "!a",
            "a==b,c!=d, e = f",
            "a in (b, c),d notin (e)",
            "a in ()",
            "a=",
            "a>5,b<-3",
            "!sharding.fluxcd.io/key",
        ] {
            assert_eq!(label_selector(text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_the_server_would_refuse_is_refused_with_the_part_that_is_wrong() {
        for (text, part) in [
            ("a=b,", "\"\""),
            ("-a=b", "\"-a\""),
            ("a=b c", "\"b c\""),
            ("a in b", "\"a in b\""),
            ("a on (b)", "`in` or `notin`"),
            ("a in (b", "missing closing parenthesis"),
            ("a)=b", "without an opening one"),
            ("a in (b)c", "behind the closing"),
            ("a in ((b))", "nested"),
            ("Prefix.io/a=b", "\"Prefix.io/a\""),
            ("a>x", "a number"),
            ("/a", "\"/a\""),
        ] {
            let error = label_selector(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
        assert!(label_selector(&format!("{}=x", "k".repeat(64))).is_err());
        assert!(label_selector(&format!("k={}", "v".repeat(64))).is_err());
    }
}
