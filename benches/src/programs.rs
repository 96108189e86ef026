//! Which programs are measured.

use std::env;
use std::path::{Path, PathBuf};

/// Ours, and the one that it is compared with.
#[derive(Debug)]
pub struct Programs {
    /// `sluice` in the folder that `SLUICE_BIN` names.
    pub ours: Option<PathBuf>,
    /// The reference program.
    pub reference: Option<PathBuf>,
}

impl Programs {
    /// Finds both; says loudly what is not there. `variable` names the reference program, which is `what`.
    pub fn find(variable: &str, what: &str) -> Self {
        let ours = env::var_os("SLUICE_BIN").map(|folder| Path::new(&folder).join("sluice"));
        let reference = env::var_os(variable).map(PathBuf::from);
        if ours.is_none() {
            eprintln!(
                "!!! SLUICE_BIN is not set: name the folder of the release binaries (make dist). OURS IS NOT MEASURED."
            );
        }
        if reference.is_none() {
            eprintln!(
                "!!! {variable} is not set: name a {what} binary. THERE IS NOTHING TO COMPARE WITH."
            );
        }
        Self { ours, reference }
    }
}
