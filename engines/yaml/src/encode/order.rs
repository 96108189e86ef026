//! The order of keys: go-yaml's natural order, in which `a2` comes before `a10` (`sorter.go`).

use std::cmp::Ordering;

use crate::Grammar;

/// `entries` in the order in which [`encode`](crate::encode) prints those of a mapping.
pub fn in_order<T>(entries: Vec<T>, key: impl Fn(&T) -> &str) -> Vec<T> {
    sort(entries, key, Grammar::V2)
}

/// Sorts `entries` by their keys.
///
/// The order upstream defines is not transitive for some odd keys, which the standard library's
/// sort may answer with a panic; a merge sort always ends.
pub(crate) fn sort<T>(mut entries: Vec<T>, key: impl Fn(&T) -> &str, grammar: Grammar) -> Vec<T> {
    // Letters sort as their bytes do.
    let of_letters = |entry: &T| key(entry).bytes().all(|byte| byte.is_ascii_alphabetic());
    if entries.iter().all(of_letters) {
        entries.sort_by(|a, b| key(a).cmp(key(b)));
        return entries;
    }
    let is_in_order = |pair: &[T]| compare(key(&pair[1]), key(&pair[0]), grammar) != Ordering::Less;
    if entries.windows(2).all(is_in_order) {
        return entries;
    }
    let mut runs: Vec<Vec<T>> = Vec::new();
    for entry in entries {
        match runs.last_mut() {
            Some(run)
                if run.last().is_some_and(|last| {
                    compare(key(&entry), key(last), grammar) != Ordering::Less
                }) =>
            {
                run.push(entry);
            }
            _ => runs.push(vec![entry]),
        }
    }
    while runs.len() > 1 {
        let mut merged = Vec::with_capacity(runs.len().div_ceil(2));
        let mut pairs = runs.into_iter();
        while let Some(left) = pairs.next() {
            merged.push(match pairs.next() {
                Some(right) => merge(left, right, &key, grammar),
                None => left,
            });
        }
        runs = merged;
    }
    runs.pop().unwrap_or_default()
}

fn merge<T>(left: Vec<T>, right: Vec<T>, key: &impl Fn(&T) -> &str, grammar: Grammar) -> Vec<T> {
    let mut out = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let from_right = compare(key(b), key(a), grammar) == Ordering::Less;
        out.extend(if from_right {
            right.next()
        } else {
            left.next()
        });
    }
    out.extend(left);
    out.extend(right);
    out
}

/// Compares two keys: letters by code point and after everything else, digits by the number they
/// form, the shorter first when one starts the other.
fn compare(a: &str, b: &str, grammar: Grammar) -> Ordering {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    match (a.as_bytes().get(same), b.as_bytes().get(same)) {
        (None, None) => return Ordering::Equal,
        (None, Some(_)) => return Ordering::Less,
        (Some(_), None) => return Ordering::Greater,
        (Some(a), Some(b)) if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
            return a.cmp(b);
        }
        _ => {}
    }
    // Back to the start of the character that differs.
    let start = (0..=same)
        .rev()
        .find(|at| a.is_char_boundary(*at))
        .unwrap_or(0);
    let (before, a, b) = (&a[..start], &a[start..], &b[start..]);
    let (Some(first_a), Some(first_b)) = (a.chars().next(), b.chars().next()) else {
        return a.len().cmp(&b.len());
    };
    let digit = |char: char| char.is_ascii_digit();
    match (first_a.is_alphabetic(), first_b.is_alphabetic()) {
        (true, true) => return first_a.cmp(&first_b),
        (false, false) => {}
        (letter_a, _) => {
            // From v3 on a number ends before a letter: `a1b` comes before `a1-`.
            let in_number = grammar == Grammar::V3 && before.chars().next_back().is_some_and(digit);
            return if letter_a == in_number {
                Ordering::Less
            } else {
                Ordering::Greater
            };
        }
    }
    // A zero inside a number counts with the digits in front of it.
    let inside = (first_a == '0' || first_b == '0')
        && before
            .chars()
            .rev()
            .take_while(|char| digit(*char))
            .any(|char| char != '0');
    let (number_a, length_a) = number(a, inside);
    let (number_b, length_b) = number(b, inside);
    number_a
        .cmp(&number_b)
        .then(length_a.cmp(&length_b))
        .then(first_a.cmp(&first_b))
}

/// The number that `text` starts with, and how many digits it has.
fn number(text: &str, inside: bool) -> (i64, usize) {
    let digits = text.bytes().take_while(u8::is_ascii_digit);
    digits.fold((i64::from(inside), 0), |(number, length), digit| {
        let number = number
            .wrapping_mul(10)
            .wrapping_add(i64::from(digit - b'0'));
        (number, length + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(keys: &[&'static str], grammar: Grammar) -> Vec<&'static str> {
        sort(keys.to_vec(), |key| key, grammar)
    }

    #[test]
    fn numbers_in_keys_sort_by_value() {
        let keys = ["b", "a10", "a2", "a", "A", "_", "1", "10", "9", "a-1", "é"];
        assert_eq!(
            sorted(&keys, Grammar::V2),
            ["_", "1", "9", "10", "A", "a", "a-1", "a2", "a10", "b", "é"]
        );
    }

    #[test]
    fn long_lists_are_sorted_too() {
        let names: Vec<String> = (0..1000)
            .map(|n| format!("key{}", n * 7919 % 1000))
            .collect();
        let sorted = sort(names, |name| name, Grammar::V2);
        let expected: Vec<String> = (0..1000).map(|n| format!("key{n}")).collect();
        assert_eq!(sorted, expected);
    }
}
