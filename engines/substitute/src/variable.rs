//! Which names a variable may have (K13.2).

/// A name that no expression could refer to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'")]
pub struct InvalidName(pub String);

/// Accepts an ASCII letter or underscore followed by letters, digits and underscores.
///
/// # Errors
/// [`InvalidName`], with the wording of K13.2.
pub fn check_name(name: &str) -> Result<(), InvalidName> {
    let first_is_good = name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic());
    if first_is_good && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric()) {
        Ok(())
    } else {
        Err(InvalidName(name.to_owned()))
    }
}
