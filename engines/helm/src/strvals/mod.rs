//! The syntax of `--set`, `--set-string`, `--set-json` and `--set-file`.
