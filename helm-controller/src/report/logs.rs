//! The last lines of an action's log, for the events of its failure (H22.2).

use std::collections::VecDeque;

use jiff::Timestamp;

/// How many different lines are kept.
const LINES: usize = 10;

/// The last lines, those that repeat counted.
#[derive(Clone, Debug, Default)]
pub struct LogTail {
    lines: VecDeque<Line>,
}

#[derive(Clone, Debug)]
struct Line {
    text: String,
    first: Timestamp,
    last: Timestamp,
    repeated: u64,
}

impl LogTail {
    /// Adds a line. The text of the line before is not kept twice.
    pub fn push(&mut self, text: impl Into<String>, at: Timestamp) {
        let text = text.into();
        if let Some(last) = self.lines.back_mut()
            && last.text == text
        {
            last.repeated += 1;
            last.last = at;
            return;
        }
        if self.lines.len() == LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(Line {
            text,
            first: at,
            last: at,
            repeated: 0,
        });
    }

    /// A message with the lines behind it, if there are any.
    pub fn append_to(&self, message: &str) -> String {
        let text = self.to_text();
        if text.is_empty() {
            message.to_owned()
        } else {
            format!("{message}\n\nLast Helm logs:\n\n{text}")
        }
    }

    fn to_text(&self) -> String {
        let lines: Vec<String> = self
            .lines
            .iter()
            .filter(|line| !line.text.is_empty())
            .map(Line::to_text)
            .collect();
        lines.join("\n").trim().to_owned()
    }
}

impl Line {
    fn to_text(&self) -> String {
        // Timestamps print as Go's: RFC 3339 in UTC, nanoseconds without zeros at the end.
        let Self {
            text,
            first,
            last,
            repeated,
        } = self;
        match repeated {
            0 => format!("{first}: {text}"),
            1 => format!("{first}: {text}\n{last}: {text}"),
            2 => format!("{first}: {text}\n{last}: {text} (1 duplicate line omitted)"),
            more => format!(
                "{first}: {text}\n{last}: {text} ({} duplicate lines omitted)",
                more - 1
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64, nanos: i32) -> Timestamp {
        Timestamp::new(seconds, nanos).unwrap()
    }

    #[test]
    fn h22_2_lines_stand_behind_the_message_with_their_times() {
        let mut tail = LogTail::default();
        assert_eq!(tail.append_to("failed"), "failed");
        tail.push("creating 1 resource", at(0, 0));
        tail.push("waiting", at(1, 500_000_000));
        assert_eq!(
            tail.append_to("failed"),
            "failed\n\nLast Helm logs:\n\n1970-01-01T00:00:00Z: creating 1 resource\n\
             1970-01-01T00:00:01.5Z: waiting"
        );
    }

    #[test]
    fn h22_2_lines_that_repeat_are_counted() {
        let text = |times: i64| {
            let mut tail = LogTail::default();
            for second in 0..times {
                tail.push("w", at(second, 0));
            }
            tail.append_to("")
        };
        let head = "\n\nLast Helm logs:\n\n1970-01-01T00:00:00Z: w\n1970-01-01T00:00:0";
        assert_eq!(text(2), format!("{head}1Z: w"));
        assert_eq!(text(3), format!("{head}2Z: w (1 duplicate line omitted)"));
        assert_eq!(text(5), format!("{head}4Z: w (3 duplicate lines omitted)"));
    }

    #[test]
    fn h22_2_ten_lines_are_kept() {
        let mut tail = LogTail::default();
        for second in 0..15 {
            tail.push(format!("line {second}"), at(second, 0));
        }
        let text = tail.append_to("");
        assert!(!text.contains("line 4") && text.contains("line 5") && text.ends_with("line 14"));
    }
}
