//! The orders that a policy can ask for.

use crds::image::{ImagePolicyChoice, TagOrder, TagOrderPolicy};
use select::semver::{self, Constraint, ConstraintError};

use super::number;

/// How tags are ordered.
#[derive(Debug, Clone)]
pub enum Order {
    /// The highest version in a range wins (L13).
    SemVer(Constraint),
    /// Byte by byte (L14).
    Alphabetical(Newest),
    /// As floating-point numbers (L15).
    Numerical(Newest),
}

/// Which end of an order is the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newest {
    /// `asc`.
    Greatest,
    /// `desc`.
    Least,
}

/// The policy orders nothing (L6).
#[derive(Debug, thiserror::Error)]
pub enum InvalidOrder {
    /// No order is set.
    #[error("given ImagePolicyChoice object is invalid")]
    Missing,
    /// The range is none.
    #[error(transparent)]
    Range(#[from] ConstraintError),
    /// The direction is none.
    #[error("invalid order argument provided: '{0}', must be one of: ASC, DESC")]
    Direction(String),
}

/// No tag is the newest (L8).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoChoice {
    /// There is nothing to choose from.
    #[error("version list argument cannot be empty")]
    Empty,
    /// No version is in the range.
    #[error("unable to determine latest version from provided list")]
    OutOfRange,
    /// A tag is no number.
    #[error("failed to parse invalid numeric value '{0}'")]
    NoNumber(String),
}

impl Order {
    /// The order that a spec asks for: versions before texts before numbers.
    ///
    /// # Errors
    /// When nothing is asked for, or what is asked for is wrong.
    pub fn of(choice: &ImagePolicyChoice) -> Result<Self, InvalidOrder> {
        if let Some(semver) = &choice.semver {
            return Ok(Self::SemVer(Constraint::parse(&semver.range)?));
        }
        if let Some(order) = &choice.alphabetical {
            return direction(order).map(Self::Alphabetical);
        }
        let order = choice.numerical.as_ref().ok_or(InvalidOrder::Missing)?;
        direction(order).map(Self::Numerical)
    }

    /// The newest of the tags.
    ///
    /// # Errors
    /// When there is none.
    pub fn newest<'t>(&self, tags: impl IntoIterator<Item = &'t str>) -> Result<String, NoChoice> {
        let tags: Vec<&str> = tags.into_iter().collect();
        if tags.is_empty() {
            return Err(NoChoice::Empty);
        }
        match self {
            Self::SemVer(range) => {
                let found = semver::matching(range, tags);
                let newest = found.first().ok_or(NoChoice::OutOfRange)?;
                Ok(newest.original().to_owned())
            }
            Self::Alphabetical(newest) => {
                let found = match newest {
                    Newest::Greatest => tags.into_iter().max(),
                    Newest::Least => tags.into_iter().min(),
                };
                found.map(str::to_owned).ok_or(NoChoice::Empty)
            }
            Self::Numerical(newest) => numerical(*newest, &tags),
        }
    }
}

/// The last of those with the greatest or least number.
fn numerical(newest: Newest, tags: &[&str]) -> Result<String, NoChoice> {
    let mut found: Option<(&str, f64)> = None;
    for tag in tags {
        let number = number::parse(tag).ok_or_else(|| NoChoice::NoNumber((*tag).to_owned()))?;
        let is_older = found.is_some_and(|(_, best)| match newest {
            Newest::Greatest => number < best,
            Newest::Least => number > best,
        });
        if !is_older {
            found = Some((tag, number));
        }
    }
    found.map(|(tag, _)| tag.to_owned()).ok_or(NoChoice::Empty)
}

fn direction(policy: &TagOrderPolicy) -> Result<Newest, InvalidOrder> {
    match &policy.order {
        None | Some(TagOrder::Ascending) => Ok(Newest::Greatest),
        Some(TagOrder::Descending) => Ok(Newest::Least),
        Some(TagOrder::Other(text)) if text.is_empty() => Ok(Newest::Greatest),
        Some(TagOrder::Other(text)) => Err(InvalidOrder::Direction(text.to_uppercase())),
    }
}
