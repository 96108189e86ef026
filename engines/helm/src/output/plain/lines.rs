//! The lines of a document.

use memchr::memchr;

/// Whether all is printable ASCII and line feeds: what compilers make of a loop over bytes depends on how the program is built, so
/// eight are looked at together.
pub(super) fn is_printable(bytes: &[u8]) -> bool {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES * 0x80;
    const LOW: u64 = ONES * 0x7F;
    let (words, rest) = bytes.as_chunks();
    let suspects = words.iter().fold(0, |suspects, word| {
        let word = u64::from_ne_bytes(*word);
        // Each sum stays within its byte: the high bits are off.
        let above_controls = (word & LOW) + ONES * 0x60;
        let no_line_feed = ((word ^ (ONES * 0x0A)) & LOW) + LOW;
        let delete = (word & LOW) + ONES;
        suspects | word | delete | (!above_controls & no_line_feed)
    });
    suspects & HIGH == 0 && rest.iter().all(|byte| matches!(byte, b'\n' | b' '..=b'~'))
}

/// How many blanks a line begins with, and what follows them.
pub(super) fn indented(line: &str) -> (usize, &str) {
    let blanks = line.bytes().take_while(|byte| *byte == b' ').count();
    (blanks, &line[blanks..])
}

/// The lines of a document that are not read yet.
pub(super) struct Lines<'t> {
    pub(super) rest: &'t str,
}

impl<'t> Lines<'t> {
    pub(super) fn next(&mut self) -> Option<&'t str> {
        if self.rest.is_empty() {
            return None;
        }
        let end = memchr(b'\n', self.rest.as_bytes()).unwrap_or(self.rest.len());
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest.strip_prefix('\n').unwrap_or(rest);
        Some(line)
    }

    /// Passes over a block scalar in a collection at `parent`: its first line that is not blank tells how far it is indented.
    pub(super) fn skip_block(&mut self, parent: usize) -> Option<()> {
        let mut indent = None;
        while !self.rest.is_empty() {
            let before = self.rest;
            let line = self.next()?;
            let (at, content) = indented(line);
            match indent {
                None if content.is_empty() && at > 0 => return None,
                _ if content.is_empty() => {}
                None if at > parent => indent = Some(at),
                Some(indent) if at >= indent => {}
                _ => {
                    self.rest = before;
                    break;
                }
            }
        }
        Some(())
    }
}
