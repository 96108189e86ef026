//! Names and descriptions made of an event, for services that have little room.

use crate::event::Event;

/// `<kind>/<name>` in lower case.
pub(super) fn name(event: &Event) -> String {
    let involved = &event.involved_object;
    format!("{}/{}", involved.kind, involved.name).to_lowercase()
}

/// The reason as words: `ReconciliationSucceeded` is `reconciliation succeeded`.
pub(super) fn description(event: &Event) -> String {
    split(&event.reason).join(" ").to_lowercase()
}

/// The kinds of letters at whose borders words end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Lower,
    Upper,
    Digit,
    Other,
}

impl Class {
    fn of(letter: char) -> Self {
        if letter.is_lowercase() {
            Self::Lower
        } else if letter.is_uppercase() {
            Self::Upper
        } else if letter.is_numeric() {
            Self::Digit
        } else {
            Self::Other
        }
    }
}

/// Splits at the borders of classes; the last of several capitals belongs to the small letters behind it (`HTTPGet` is `HTTP`,
/// `Get`).
fn split(text: &str) -> Vec<String> {
    let mut runs: Vec<(Class, String)> = Vec::new();
    for letter in text.chars() {
        let class = Class::of(letter);
        match runs.last_mut() {
            Some((last, run)) if *last == class => run.push(letter),
            _ => runs.push((class, letter.to_string())),
        }
    }
    for index in 1..runs.len() {
        let (before, behind) = runs.split_at_mut(index);
        if let (Some((Class::Upper, capitals)), Some((Class::Lower, small))) =
            (before.last_mut(), behind.first_mut())
            && let Some(last) = capitals.pop()
        {
            small.insert(0, last);
        }
    }
    runs.into_iter()
        .map(|(_, run)| run)
        .filter(|run| !run.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_become_words_as_upstream_splits_them() {
        for (text, words) in [
            ("ReconciliationSucceeded", "Reconciliation Succeeded"),
            ("HTTPGetFailed", "HTTP Get Failed"),
            ("ApplySucceeded2Times", "Apply Succeeded 2 Times"),
            ("lowercase", "lowercase"),
            ("A", "A"),
            ("snake_case", "snake _ case"),
            ("", ""),
        ] {
            assert_eq!(split(text).join(" "), words);
        }
    }
}
