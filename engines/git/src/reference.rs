//! What to look for in a remote, and the revision that was found (G1 to G4).

use std::fmt;
use std::str::FromStr;

use gix::ObjectId;
use select::semver::{Constraint, ConstraintError};

/// The branch that is taken if nothing is asked for (G1).
const DEFAULT_BRANCH: &str = "master";

/// The mark of the commit behind an annotated tag.
pub(crate) const PEELED: &str = "^{}";

/// The fields of `spec.ref`; empty ones count as unset.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fields<'a> {
    /// A commit, 40 hex digits.
    pub commit: &'a str,
    /// A full reference name.
    pub name: &'a str,
    /// A tag.
    pub tag: &'a str,
    /// A range of versions.
    pub semver: &'a str,
    /// A branch.
    pub branch: &'a str,
}

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// The tip of a branch.
    Branch(String),
    /// A tag.
    Tag(String),
    /// The highest tag in a range of versions.
    Semver(Constraint),
    /// A commit that a branch leads to: any branch, or the one given.
    Commit {
        /// The commit.
        id: ObjectId,
        /// Where to look for it.
        branch: Option<String>,
    },
    /// A reference by its full name, such as `refs/pull/1/head`.
    Name(String),
}

/// The fields do not name anything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// The range cannot be parsed.
    #[error("semver parse error: {0}")]
    Semver(#[from] ConstraintError),
    /// The commit is no object id.
    #[error("invalid commit '{0}': expected 40 hexadecimal digits")]
    Commit(String),
    /// The name cannot be one.
    #[error("ref {0} is invalid; Git refs cannot begin or end with a slash '/'")]
    Slash(String),
    /// The name has characters that git forbids.
    #[error("ref {0:?} is invalid: not a valid Git reference name")]
    Name(String),
}

impl Reference {
    /// Chooses by precedence: commit, name, tag, semver, branch, and `master` last (G1).
    pub fn choose(fields: Fields<'_>) -> Result<Self, ReferenceError> {
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        if let Some(commit) = filled(fields.commit) {
            let id = ObjectId::from_str(&commit).map_err(|_| ReferenceError::Commit(commit))?;
            let branch = filled(fields.branch).map(checked_short_name).transpose()?;
            return Ok(Self::Commit { id, branch });
        }
        if let Some(name) = filled(fields.name) {
            return checked_full_name(name).map(Self::Name);
        }
        if let Some(tag) = filled(fields.tag) {
            return checked_short_name(tag).map(Self::Tag);
        }
        if let Some(range) = filled(fields.semver) {
            return Ok(Self::Semver(Constraint::parse(&range)?));
        }
        let branch = filled(fields.branch).unwrap_or_else(|| DEFAULT_BRANCH.to_owned());
        checked_short_name(branch).map(Self::Branch)
    }

    /// Whether a listing alone tells the revision, so that an unchanged remote needs no fetch (G11).
    pub fn resolves_by_listing(&self) -> bool {
        matches!(self, Self::Branch(_) | Self::Tag(_) | Self::Name(_))
    }
}

/// Whether a branch can have this name.
pub fn is_branch_name(name: &str) -> bool {
    gix::validate::reference::name(format!("refs/heads/{name}").as_str().into()).is_ok()
}

fn checked_full_name(name: String) -> Result<String, ReferenceError> {
    if name.starts_with('/') || name.ends_with('/') {
        return Err(ReferenceError::Slash(name));
    }
    let plain = name.strip_suffix(PEELED).unwrap_or(&name);
    if gix::validate::reference::name_partial(plain.into()).is_err() {
        return Err(ReferenceError::Name(name));
    }
    Ok(name)
}

fn checked_short_name(name: String) -> Result<String, ReferenceError> {
    if gix::validate::reference::name_partial(name.as_str().into()).is_err() {
        return Err(ReferenceError::Name(name));
    }
    Ok(name)
}

/// A commit and where it was found: `main@sha1:…`, `refs/…@sha1:…`, or `sha1:…` alone (G3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    pointer: Option<String>,
    commit: ObjectId,
}

impl Revision {
    /// A commit that a pointer leads to.
    pub fn new(pointer: impl Into<String>, commit: ObjectId) -> Self {
        Self {
            pointer: Some(pointer.into()),
            commit,
        }
    }

    /// A commit that was named itself.
    pub fn bare(commit: ObjectId) -> Self {
        Self {
            pointer: None,
            commit,
        }
    }

    /// The commit's hash, 40 hex digits.
    pub fn hash(&self) -> String {
        self.commit.to_hex().to_string()
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(pointer) = &self.pointer {
            write!(f, "{pointer}@")?;
        }
        write!(f, "sha1:{}", self.commit.to_hex())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn g1_precedence_is_commit_name_tag_semver_branch_master() {
        let all = Fields {
            commit: HASH,
            name: "refs/x/1",
            tag: "t",
            semver: "1.x",
            branch: "b",
        };
        let id = ObjectId::from_str(HASH).unwrap();
        let choose = |fields| Reference::choose(fields).unwrap();
        assert_eq!(
            choose(all),
            Reference::Commit {
                id,
                branch: Some("b".into())
            }
        );
        let all = Fields { commit: "", ..all };
        assert_eq!(choose(all), Reference::Name("refs/x/1".into()));
        let all = Fields { name: "", ..all };
        assert_eq!(choose(all), Reference::Tag("t".into()));
        let all = Fields { tag: "", ..all };
        assert_eq!(
            choose(all),
            Reference::Semver(Constraint::parse("1.x").unwrap())
        );
        let all = Fields { semver: "", ..all };
        assert_eq!(choose(all), Reference::Branch("b".into()));
        assert_eq!(
            choose(Fields::default()),
            Reference::Branch("master".into())
        );
    }

    #[test]
    fn g2_names_that_cannot_be_are_refused() {
        let message = |fields| Reference::choose(fields).unwrap_err().to_string();
        for name in ["/refs/heads/main", "refs/heads/main/"] {
            let expected =
                format!("ref {name} is invalid; Git refs cannot begin or end with a slash '/'");
            assert_eq!(
                message(Fields {
                    name,
                    ..Fields::default()
                }),
                expected
            );
        }
        for name in [
            "refs/heads/a b",
            "a..b",
            "refs/heads/x.lock",
            "refs/heads/\u{1}",
        ] {
            assert!(
                message(Fields {
                    name,
                    ..Fields::default()
                })
                .contains("not a valid Git reference name")
            );
        }
        assert_eq!(
            message(Fields {
                commit: "abc",
                ..Fields::default()
            }),
            "invalid commit 'abc': expected 40 hexadecimal digits"
        );
        assert_eq!(
            message(Fields {
                semver: "latest",
                ..Fields::default()
            }),
            "semver parse error: improper constraint: \"latest\""
        );
        let peeled = Fields {
            name: "refs/tags/x^{}",
            ..Fields::default()
        };
        assert_eq!(
            Reference::choose(peeled).unwrap(),
            Reference::Name("refs/tags/x^{}".into())
        );
    }

    #[test]
    fn g3_revision_formats() {
        let id = ObjectId::from_str(HASH).unwrap();
        assert_eq!(
            Revision::new("main", id).to_string(),
            format!("main@sha1:{HASH}")
        );
        assert_eq!(Revision::bare(id).to_string(), format!("sha1:{HASH}"));
        assert_eq!(Revision::bare(id).hash(), HASH);
    }

    #[test]
    fn g11_only_listed_references_can_be_compared_without_a_fetch() {
        let by_listing = |fields| Reference::choose(fields).unwrap().resolves_by_listing();
        assert!(by_listing(Fields::default()));
        assert!(by_listing(Fields {
            tag: "t",
            ..Fields::default()
        }));
        assert!(by_listing(Fields {
            name: "refs/x",
            ..Fields::default()
        }));
        assert!(!by_listing(Fields {
            semver: "*",
            ..Fields::default()
        }));
        assert!(!by_listing(Fields {
            commit: HASH,
            ..Fields::default()
        }));
    }
}
