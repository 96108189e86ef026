//! What the remote made of a push (gitprotocol-pack(5), "Report Status").

use std::collections::BTreeMap;

use crate::error::PushError;

/// How remotes say that a reference is not what it was when it was listed.
const MOVED: &[&str] = &[
    "failed to update ref",
    "cannot lock ref",
    "failed to lock",
    "fetch first",
    "non-fast-forward",
    "stale info",
    "incorrect old value provided",
    "reference already exists",
    "reference does not exist",
    "atomic transaction failed",
];

/// Whether everything was taken.
pub(super) fn check<'a>(
    report: &[u8],
    said: &str,
    references: impl Iterator<Item = &'a str>,
) -> Result<(), PushError> {
    let lines = lines(report);
    let mut verdicts = BTreeMap::new();
    let mut unpacked = None;
    for line in &lines {
        if let Some(verdict) = line.strip_prefix("unpack ") {
            unpacked = Some(verdict);
        } else if let Some(reference) = line.strip_prefix("ok ") {
            verdicts.insert(reference, None);
        } else if let Some(rest) = line.strip_prefix("ng ") {
            let (reference, reason) = rest.split_once(' ').unwrap_or((rest, "rejected"));
            verdicts.insert(reference, Some(reason));
        }
    }
    match unpacked {
        Some("ok") => {}
        Some(reason) => return Err(PushError::Unpack(with(reason, said))),
        None => return Err(PushError::Unpack(with("the remote reports nothing", said))),
    }
    let mut moved = None;
    for reference in references {
        let reason = match verdicts.get(reference) {
            Some(None) => continue,
            Some(Some(reason)) => *reason,
            None => "the remote does not report on it",
        };
        let (reference, message) = (reference.to_owned(), said.to_owned());
        if MOVED.iter().any(|phrase| reason.contains(phrase)) {
            let message = reason.to_owned();
            moved.get_or_insert(PushError::Moved { reference, message });
            continue;
        }
        // A refusal is the better reason, whichever came first.
        let reason = reason.to_owned();
        return Err(PushError::Rejected {
            reference,
            reason,
            message,
        });
    }
    moved.map_or(Ok(()), Err)
}

/// The text of each packet until the one that ends the report.
fn lines(report: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = report;
    while let Some((length, after)) = rest.split_at_checked(4) {
        let length = std::str::from_utf8(length)
            .ok()
            .and_then(|hex| usize::from_str_radix(hex, 16).ok());
        let Some(line) = length
            .and_then(|length| length.checked_sub(4))
            .and_then(|length| after.get(..length))
        else {
            break;
        };
        lines.push(
            String::from_utf8_lossy(line)
                .trim_end_matches('\n')
                .to_owned(),
        );
        rest = &after[line.len()..];
    }
    lines
}

fn with(reason: &str, said: &str) -> String {
    if said.is_empty() {
        reason.to_owned()
    } else {
        format!("{reason}: {said}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[&str], references: &[&str]) -> Result<(), String> {
        let mut report = Vec::new();
        for line in lines {
            super::super::packet(&mut report, line.as_bytes());
        }
        report.extend_from_slice(b"0000");
        super::check(&report, "no commits today", references.iter().copied())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn everything_has_to_be_reported_as_taken() {
        assert_eq!(
            check(&["unpack ok\n", "ok refs/heads/a\n"], &["refs/heads/a"]),
            Ok(())
        );
        assert_eq!(
            check(&["unpack ok\n"], &["refs/heads/a"]).unwrap_err(),
            "command error on refs/heads/a: the remote does not report on it: no commits today"
        );
        assert_eq!(
            check(&[], &["refs/heads/a"]).unwrap_err(),
            "unpack error: the remote reports nothing: no commits today"
        );
        assert_eq!(
            check(&["unpack index-pack abnormal exit\n"], &["refs/heads/a"]).unwrap_err(),
            "unpack error: index-pack abnormal exit: no commits today"
        );
    }

    #[test]
    fn a_refusal_is_told_in_the_remotes_words() {
        let lines = [
            "unpack ok",
            "ok refs/heads/a",
            "ng refs/heads/b pre-receive hook declined",
        ];
        assert_eq!(
            check(&lines, &["refs/heads/a", "refs/heads/b"]).unwrap_err(),
            "command error on refs/heads/b: pre-receive hook declined: no commits today"
        );
    }

    #[test]
    fn a_reference_that_moved_is_a_lost_race() {
        let error = super::check(
            b"000eunpack ok\n0028ng refs/heads/a failed to update ref0000",
            "",
            ["refs/heads/a"].into_iter(),
        )
        .unwrap_err();
        assert!(matches!(error, PushError::Moved { .. }), "{error}");
        assert_eq!(
            error.to_string(),
            "non-fast-forward update: refs/heads/a: it moved meanwhile: failed to update ref"
        );
    }

    #[test]
    fn damaged_reports_end_early() {
        assert_eq!(lines(b"000eunpack ok\nzzzz"), ["unpack ok"]);
        assert_eq!(lines(b"0003"), Vec::<String>::new());
        assert_eq!(lines(b"ffffx"), Vec::<String>::new());
    }
}
