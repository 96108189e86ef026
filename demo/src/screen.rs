//! Showing the board: a table that is drawn again in place on a terminal, lines elsewhere.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::board::Board;
use crate::row::{Ready, Row};

/// When the terminal does not tell its size.
const WIDTH: usize = 100;
const HEIGHT: usize = 24;

/// The digits of the shortest hash: SHA-1.
const HASH: usize = 40;

/// Lines around table and notes: heading, status, empty ones, the cursor's.
const FRAME: usize = 5;

/// Where the output goes, and how.
#[derive(Debug)]
pub(crate) struct Screen {
    style: Style,
    start: Instant,
    /// Lines below the table.
    notes: Vec<String>,
    /// Lines of the last drawing, to be drawn over.
    drawn: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// A terminal with colours.
    Colour,
    /// A terminal whose user wants no colours (`NO_COLOR`).
    Plain,
    /// A file or a pipe: a line per change.
    Lines,
}

impl Screen {
    /// The standard output; times count from `start`.
    pub(crate) fn new(start: Instant) -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let style = if !std::io::stdout().is_terminal() || dumb {
            Style::Lines
        } else if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
            Style::Plain
        } else {
            Style::Colour
        };
        Self {
            style,
            start,
            notes: Vec::new(),
            drawn: 0,
        }
    }

    /// A line that stays, above the table.
    pub(crate) fn say(&mut self, line: &str) {
        let time = seconds(self.start.elapsed());
        if self.style == Style::Lines {
            print(&format!("[{time}] {line}\n"));
        } else {
            print(&format!("{}{line}\n", erase(self.drawn)));
            self.drawn = 0;
        }
    }

    /// Lines below the table, from now on; where there is no room for both they come above it, once.
    pub(crate) fn set_notes(&mut self, board: &Board, notes: Vec<String>) {
        let size = terminal_size();
        let room = size.height.saturating_sub(board.rows().len() + FRAME);
        let fits = notes
            .iter()
            .map(|line| rows_taken(line, size.width))
            .sum::<usize>()
            <= room;
        if self.style == Style::Lines {
            print(&(notes.join("\n") + "\n"));
        } else if fits {
            self.notes = notes;
        } else {
            self.say(&notes.join("\n"));
        }
    }

    /// A row has changed: a line where there is no table.
    pub(crate) fn changed(&mut self, row: &Row) {
        if self.style == Style::Lines {
            let state = match row.ready {
                Ready::True => "Ready",
                Ready::False if row.waits() => "waiting",
                Ready::False => "failed",
                Ready::Unknown => "working",
            };
            let mut line = format!("{} {state}", row.key);
            for part in [
                short_revision(&row.revision).as_str(),
                first_line(&row.message),
            ] {
                if !part.is_empty() {
                    line.push(' ');
                    line.push_str(part);
                }
            }
            self.say(&line);
        }
    }

    /// Draws the table again, on a terminal.
    pub(crate) fn draw(&mut self, board: &Board, status: &str) {
        if self.style == Style::Lines {
            return;
        }
        let Size { width, height } = terminal_size();
        let mut lines = table(board, self.style == Style::Colour, width);
        lines.push(String::new());
        lines.push(cut(status, width));
        lines.extend(failures(board));
        if !self.notes.is_empty() {
            lines.push(String::new());
            // Commands are not cut: they are there to be copied. A wrapped line counts as what it takes.
            lines.extend(self.notes.iter().cloned());
        }
        // What scrolled away cannot be drawn over.
        let mut drawn = 0;
        lines.retain(|line| {
            drawn += rows_taken(line, width);
            drawn < height
        });
        let text = format!("{}{}\n", erase(self.drawn), lines.join("\n"));
        self.drawn = lines.iter().map(|line| rows_taken(line, width)).sum();
        print(&text);
    }
}

/// A closed output ends the process with its next signal; until then there is nobody to tell.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// Moves to the first of the lines drawn last and clears from there.
fn erase(lines: usize) -> String {
    if lines == 0 {
        String::new()
    } else {
        format!("\x1b[{lines}A\r\x1b[J")
    }
}

/// The table, one line per row; none is wider than `width`.
fn table(board: &Board, colour: bool, width: usize) -> Vec<String> {
    let longest = |of: fn(&Row) -> String, least: usize| {
        let lengths = board.rows().iter().map(|row| of(row).chars().count());
        lengths.chain([least]).max().unwrap_or_default()
    };
    let name_width = longest(name, 4);
    let kind_width = longest(|row| row.key.kind.to_owned(), 13);
    let header = format!(
        "{:<kind_width$}  {:<name_width$}  {:<7}  {:>7}  {:<20}  {:>7}  MESSAGE",
        "KIND", "NAME", "READY", "AFTER", "REVISION", "OBJECTS"
    );
    let mut lines = vec![cut(&header, width)];
    for row in board.rows() {
        let (state, code) = match row.ready {
            Ready::True => ("yes", "32"),
            Ready::False if row.waits() => ("waits", "33"),
            Ready::False => ("no", "31"),
            Ready::Unknown => ("…", "33"),
        };
        let after = row.ready_after.map(seconds).unwrap_or_default();
        let objects = row
            .objects
            .map(|count| count.to_string())
            .unwrap_or_default();
        let line = format!(
            "{:<kind_width$}  {:<name_width$}  {state:<7}  {after:>7}  {:<20}  {objects:>7}  {}",
            row.key.kind,
            name(row),
            short_revision(&row.revision),
            first_line(&row.message),
        );
        let line = cut(&line, width);
        lines.push(if colour {
            format!("\x1b[{code}m{line}\x1b[0m")
        } else {
            line
        });
    }
    lines
}

/// What has failed, in full: the end of a message is often where the file and the line are.
fn failures(board: &Board) -> Vec<String> {
    let failed = |row: &&Row| row.ready == Ready::False && !row.waits();
    let mut lines = Vec::new();
    for row in board.rows().iter().filter(failed) {
        lines.push(String::new());
        lines.push(format!("{}: {}", row.key, row.reason));
        lines.extend(row.message.lines().map(|line| format!("  {line}")));
    }
    lines
}

fn name(row: &Row) -> String {
    format!("{}/{}", row.key.namespace, row.key.name)
}

/// `main@sha1:0123456789…` as `main@sha1:01234567`, and a bare hash likewise; versions and tags stay whole.
pub(crate) fn short_revision(revision: &str) -> String {
    let start = revision.rfind(':').map_or(0, |colon| colon + 1);
    let (head, hash) = revision.split_at(start);
    if hash.len() < HASH || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return revision.to_owned();
    }
    format!("{head}{}", &hash[..8])
}

fn first_line(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
}

/// `1.2 s`
pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn cut(line: &str, width: usize) -> String {
    if line.chars().count() <= width {
        return line.to_owned();
    }
    line.chars()
        .take(width.saturating_sub(1))
        .chain(['…'])
        .collect()
}

/// How many rows of the terminal a line takes.
fn rows_taken(line: &str, width: usize) -> usize {
    let mut count = 0_usize;
    let mut escape = false;
    for character in line.chars() {
        match (escape, character) {
            (false, '\x1b') => escape = true,
            (false, _) => count += 1,
            (true, 'm') => escape = false,
            (true, _) => {}
        }
    }
    usize::max(1, count.div_ceil(width.max(1)))
}

/// Columns and rows of the terminal.
struct Size {
    width: usize,
    height: usize,
}

fn terminal_size() -> Size {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok();
    // Some terminals say 0, which is no size.
    let of = |told: Option<u16>, otherwise| told.filter(|n| *n > 0).map_or(otherwise, usize::from);
    Size {
        width: of(size.map(|size| size.ws_col), WIDTH).max(20),
        height: of(size.map(|size| size.ws_row), HEIGHT).max(5),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::KUSTOMIZATION;
    use crate::row::Key;

    fn board() -> Board {
        let mut board = Board::new(Instant::now());
        for (name, status) in [("shop", "True"), ("blog", "False")] {
            let key = Key::of(KUSTOMIZATION, name);
            let object = json!({
                "metadata": { "generation": 1 },
                "status": {
                    "observedGeneration": 1,
                    "lastAppliedRevision": "main@sha1:0123456789012345678901234567890123456789",
                    "inventory": { "entries": [{}, {}] },
                    "conditions": [{ "type": "Ready", "status": status, "reason": "R", "message": "one\ntwo" }],
                },
            });
            board.update(key, object, Instant::now());
        }
        board
    }

    #[test]
    fn a_row_shows_state_revision_and_the_first_line_of_the_message() {
        let lines = table(&board(), false, 200);
        let words = |line: &str| {
            line.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            words(&lines[1]),
            [
                "Kustomization",
                "flux-system/shop",
                "yes",
                "0.0",
                "s",
                "main@sha1:01234567",
                "2",
                "one"
            ]
        );
        assert_eq!(
            words(&lines[2]),
            [
                "Kustomization",
                "flux-system/blog",
                "no",
                "main@sha1:01234567",
                "2",
                "one"
            ]
        );
    }

    #[test]
    fn a_failure_is_shown_in_full_below_the_table() {
        assert_eq!(
            failures(&board()),
            ["", "Kustomization flux-system/blog: R", "  one", "  two"]
        );
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in [20, 50, 80] {
            assert!(
                table(&board(), false, width)
                    .iter()
                    .all(|line| line.chars().count() <= width)
            );
            let rows = table(&board(), true, width)
                .iter()
                .map(|line| rows_taken(line, width))
                .sum::<usize>();
            assert_eq!(rows, 3, "colours take no room");
        }
    }

    #[test]
    fn a_wrapped_line_counts_as_the_rows_it_takes() {
        assert_eq!(rows_taken("", 10), 1);
        assert_eq!(rows_taken("0123456789", 10), 1);
        assert_eq!(rows_taken("0123456789a", 10), 2);
    }

    #[test]
    fn revisions_are_shortened_after_the_algorithm() {
        let hash = "0123456789".repeat(4);
        let long = format!("main@sha1:{hash}");
        assert_eq!(short_revision(&long), "main@sha1:01234567");
        assert_eq!(short_revision(&hash), "01234567");
        for whole in ["", "4.3.0", "1.1.0+966736feb5be"] {
            assert_eq!(short_revision(whole), whole);
        }
    }
}
