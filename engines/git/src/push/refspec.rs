//! The refspec of a push (`spec.git.push.refspec`, G5): from the branch that was committed to, to any reference.

use crate::error::PushError;

/// A refspec in its two halves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refspec {
    /// The full name of the reference that it writes to.
    pub reference: String,
    /// Whether it begins with `+`, and so may drop commits.
    pub strength: Strength,
}

/// Whether a refspec may drop commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    /// It may not.
    FastForward,
    /// It may.
    Forced,
}

/// Where a refspec sends the commit at the tip of `branch`.
pub fn destination(text: &str, branch: &str) -> Result<Refspec, PushError> {
    let refused = |reason| PushError::Refspec {
        text: text.to_owned(),
        reason,
    };
    let (strength, rest) = match text.strip_prefix('+') {
        Some(rest) => (Strength::Forced, rest),
        None => (Strength::FastForward, text),
    };
    let (source, target) = rest
        .split_once(':')
        .ok_or_else(|| refused("expected '<source>:<destination>'"))?;
    if source.is_empty() {
        return Err(refused(
            "its source is empty, which would delete the destination",
        ));
    }
    let full = format!("refs/heads/{branch}");
    let target = match (source.split_once('*'), target.split_once('*')) {
        (None, None) if source == full || source == branch || source == "HEAD" => target.to_owned(),
        (None, None) => return Err(refused("its source is not the branch that is pushed")),
        (Some((before, after)), Some((front, back))) => {
            let name = full
                .strip_prefix(before)
                .and_then(|rest| rest.strip_suffix(after))
                .ok_or_else(|| refused("its source does not match the branch that is pushed"))?;
            format!("{front}{name}{back}")
        }
        _ => return Err(refused("'*' has to stand on both sides")),
    };
    let reference = if target.starts_with("refs/") {
        target
    } else {
        format!("refs/heads/{target}")
    };
    if gix::validate::reference::name(reference.as_str().into()).is_err() {
        return Err(refused("its destination is no valid reference name"));
    }
    Ok(Refspec {
        reference,
        strength,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refspec_sends_the_pushed_branch_to_any_reference() {
        for (text, expected, strength) in [
            (
                "refs/heads/main:refs/heads/auto",
                "refs/heads/auto",
                Strength::FastForward,
            ),
            (
                "+refs/heads/main:refs/for/x",
                "refs/for/x",
                Strength::Forced,
            ),
            ("HEAD:auto", "refs/heads/auto", Strength::FastForward),
            ("main:refs/tags/t", "refs/tags/t", Strength::FastForward),
            (
                "refs/heads/*:refs/auto/*",
                "refs/auto/main",
                Strength::FastForward,
            ),
        ] {
            let found = destination(text, "main").unwrap();
            assert_eq!(
                (found.reference.as_str(), found.strength),
                (expected, strength),
                "{text}"
            );
        }
    }

    #[test]
    fn other_refspecs_are_refused_with_the_reason() {
        for (text, reason) in [
            ("refs/heads/main", "expected"),
            (":refs/heads/x", "would delete"),
            ("refs/heads/other:refs/heads/x", "not the branch"),
            ("refs/heads/*:refs/x", "both sides"),
            ("refs/tags/*:refs/x/*", "does not match"),
            ("HEAD:a b", "no valid reference name"),
            ("HEAD:", "no valid reference name"),
        ] {
            let error = destination(text, "main").unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
