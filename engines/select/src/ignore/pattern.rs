//! One line of an ignore file.

use crate::glob::Glob;

/// What a pattern says about a path that it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The path stays out.
    Exclude,
    /// The path is taken back in (`!`).
    Include,
}

/// One pattern, scoped to the directory of the file that it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    scope: Vec<Vec<u8>>,
    verdict: Verdict,
    directories_only: bool,
    shape: Shape,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    /// Without a slash: matches any segment below the scope. `None` is a malformed glob, which matches nothing.
    Name(Option<Glob>),
    /// With a slash: anchored at the scope.
    Path(Vec<Segment>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    /// What stands before a leading slash, or between two.
    Empty,
    /// `**`: any number of directories.
    AnyDepth,
    /// `None` is a malformed glob or one that mixes `**` with other characters: it matches nothing.
    Name(Option<Glob>),
}

impl Pattern {
    /// Parses one line, which must be neither blank nor a comment. There is no error: a malformed
    /// pattern matches nothing, as upstream has it.
    pub fn parse(line: &[u8], scope: &[Vec<u8>]) -> Self {
        let (verdict, mut line) = match line.strip_prefix(b"!") {
            Some(rest) => (Verdict::Include, rest),
            None => (Verdict::Exclude, line),
        };
        if !line.ends_with(b"\\ ") {
            let kept = line
                .iter()
                .rposition(|byte| *byte != b' ')
                .map_or(0, |last| last + 1);
            line = &line[..kept];
        }
        let (directories_only, line) = match line.strip_suffix(b"/") {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let shape = if line.contains(&b'/') {
            Shape::Path(
                line.split(|byte| *byte == b'/')
                    .map(Segment::parse)
                    .collect(),
            )
        } else {
            Shape::Name(Glob::parse(line).ok())
        };
        Self {
            scope: scope.to_vec(),
            verdict,
            directories_only,
            shape,
        }
    }

    /// What this pattern says about `path`; `None` if it does not match.
    pub fn verdict<S: AsRef<[u8]>>(&self, path: &[S], is_directory: bool) -> Option<Verdict> {
        let below = path.len() > self.scope.len()
            && self
                .scope
                .iter()
                .zip(path)
                .all(|(scope, segment)| scope == segment.as_ref());
        if !below {
            return None;
        }
        let path = &path[self.scope.len()..];
        let matches = match &self.shape {
            Shape::Name(glob) => self.matches_any_segment(glob.as_ref()?, path, is_directory),
            Shape::Path(segments) => self.matches_path(segments, path, is_directory),
        };
        matches.then_some(self.verdict)
    }

    /// The first segment that matches decides; only the last one can be something else than a directory.
    fn matches_any_segment<S: AsRef<[u8]>>(
        &self,
        glob: &Glob,
        path: &[S],
        is_directory: bool,
    ) -> bool {
        path.iter()
            .position(|segment| glob.matches(segment.as_ref()))
            .is_some_and(|at| {
                let is_last = at == path.len() - 1;
                !(self.directories_only && is_last && !is_directory)
            })
    }

    /// Matches a prefix of the path, so that what lies below an excluded directory is excluded too.
    fn matches_path<S: AsRef<[u8]>>(
        &self,
        segments: &[Segment],
        mut path: &[S],
        is_directory: bool,
    ) -> bool {
        let mut matched = false;
        let mut any_depth = false;
        for (at, segment) in segments.iter().enumerate() {
            match segment {
                Segment::Empty => any_depth = false,
                Segment::AnyDepth if at == segments.len() - 1 => break,
                Segment::AnyDepth => any_depth = true,
                Segment::Name(glob) => {
                    let (Some(glob), false) = (glob, path.is_empty()) else {
                        return false;
                    };
                    if std::mem::take(&mut any_depth) {
                        if let Some(found) = path.iter().position(|s| glob.matches(s.as_ref())) {
                            matched = true;
                            path = &path[found + 1..];
                        } else {
                            matched = false;
                            path = &[];
                        }
                    } else {
                        if !glob.matches(path[0].as_ref()) {
                            return false;
                        }
                        matched = true;
                        path = &path[1..];
                    }
                }
            }
        }
        matched && !(self.directories_only && !is_directory && path.is_empty())
    }
}

impl Segment {
    fn parse(text: &[u8]) -> Self {
        match text {
            b"" => Self::Empty,
            b"**" => Self::AnyDepth,
            _ if text.windows(2).any(|pair| pair == b"**") => Self::Name(None),
            _ => Self::Name(Glob::parse(text).ok()),
        }
    }
}
