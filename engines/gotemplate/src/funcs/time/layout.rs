//! The elements of a layout, which spells the moment Mon Jan 2 15:04:05 MST 2006.

/// How an element is to be read or printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperHalf,
    LowerHalf,
    Abbreviation,
    Offset {
        style: OffsetStyle,
        /// `Z` for UTC.
        is_iso: bool,
    },
    /// A point or comma and so many digits; trailing zeros count or not.
    Fraction {
        mark: u8,
        digits: usize,
        is_exact: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OffsetStyle {
    /// `-07`
    Hours,
    /// `-0700`
    Minutes,
    /// `-07:00`
    ColonMinutes,
    /// `-070000`
    Seconds,
    /// `-07:00:00`
    ColonSeconds,
}

/// Plain text, then an element.
pub(super) struct Chunk<'a> {
    pub prefix: &'a str,
    /// The element as the layout spells it.
    pub spelled: &'a str,
    pub element: Option<Element>,
    pub rest: &'a str,
}

/// Splits off everything up to and including the first element.
pub(super) fn next(layout: &str) -> Chunk<'_> {
    for (at, _) in layout.char_indices() {
        if let Some((element, skip, length)) = element_at(&layout[at..]) {
            let start = at + skip;
            return Chunk {
                prefix: &layout[..start],
                spelled: &layout[start..start + length],
                element: Some(element),
                rest: &layout[start + length..],
            };
        }
    }
    Chunk {
        prefix: layout,
        spelled: "",
        element: None,
        rest: "",
    }
}

/// Elements without conditions; where one is the start of another, the longer comes first.
const PLAIN: &[(&str, Element)] = &[
    ("January", Element::LongMonth),
    ("Monday", Element::LongWeekday),
    ("MST", Element::Abbreviation),
    ("01", Element::ZeroMonth),
    ("02", Element::ZeroDay),
    ("03", Element::ZeroHour12),
    ("04", Element::ZeroMinute),
    ("05", Element::ZeroSecond),
    ("06", Element::Year),
    ("002", Element::ZeroYearDay),
    ("15", Element::Hour),
    ("1", Element::NumMonth),
    ("2006", Element::LongYear),
    ("2", Element::Day),
    ("_2", Element::UnderDay),
    ("__2", Element::UnderYearDay),
    ("3", Element::Hour12),
    ("4", Element::Minute),
    ("5", Element::Second),
    ("PM", Element::UpperHalf),
    ("pm", Element::LowerHalf),
];

const OFFSETS: &[(&str, OffsetStyle)] = &[
    ("070000", OffsetStyle::Seconds),
    ("07:00:00", OffsetStyle::ColonSeconds),
    ("0700", OffsetStyle::Minutes),
    ("07:00", OffsetStyle::ColonMinutes),
    ("07", OffsetStyle::Hours),
];

/// The element at the start of `text`: how many bytes to leave out before it, and its length.
fn element_at(text: &str) -> Option<(Element, usize, usize)> {
    let first = *text.as_bytes().first()?;
    match first {
        b'_' if text.starts_with("_2006") => return Some((Element::LongYear, 1, 4)),
        b'-' | b'Z' => {
            return OFFSETS.iter().find_map(|(spelled, style)| {
                let element = Element::Offset {
                    style: *style,
                    is_iso: first == b'Z',
                };
                text[1..]
                    .starts_with(spelled)
                    .then_some((element, 0, 1 + spelled.len()))
            });
        }
        b'.' | b',' => return fraction(text, first),
        _ => {}
    }
    let plain = PLAIN
        .iter()
        .find(|(spelled, _)| text.starts_with(spelled))
        .map(|(spelled, element)| (*element, 0, spelled.len()));
    plain.or_else(|| {
        // "Jan" and "Mon" must not be the start of another word.
        let is_word = text.as_bytes().get(3).is_some_and(u8::is_ascii_lowercase);
        match text.get(..3) {
            Some("Jan") if !is_word => Some((Element::Month, 0, 3)),
            Some("Mon") if !is_word => Some((Element::Weekday, 0, 3)),
            _ => None,
        }
    })
}

fn fraction(text: &str, mark: u8) -> Option<(Element, usize, usize)> {
    let digit = *text.as_bytes().get(1)?;
    if digit != b'0' && digit != b'9' {
        return None;
    }
    let digits = text[1..].bytes().take_while(|byte| *byte == digit).count();
    if text
        .as_bytes()
        .get(1 + digits)
        .is_some_and(u8::is_ascii_digit)
    {
        return None;
    }
    let element = Element::Fraction {
        mark,
        digits,
        is_exact: digit == b'0',
    };
    Some((element, 0, 1 + digits))
}
