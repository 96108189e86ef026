//! Charts: what lies in one, read from a directory or an archive.
