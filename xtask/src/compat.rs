//! (stub)
use crate::workspace::Workspace;
use anyhow::Result;
pub fn check(_: &Workspace) -> Result<Vec<String>> {
    Ok(Vec::new())
}
pub fn run(_: &Workspace) -> Result<()> {
    Ok(())
}
