//! What modifies parts of a pattern: flags and counts.

/// The largest count of `{n,m}`, also of nested ones multiplied (Go's own limit).
pub(super) const MAX_REPEAT: u64 = 1000;

/// The flags of one `(?…)`.
#[derive(Default)]
pub(super) struct Flags {
    on: String,
    off: String,
    is_negated: bool,
}

impl Flags {
    pub fn take(&mut self, c: char) -> bool {
        match c {
            'i' | 'm' | 's' | 'U' => {
                if self.is_negated {
                    self.on.retain(|flag| flag != c);
                }
                let side = if self.is_negated {
                    &mut self.off
                } else {
                    &mut self.on
                };
                if !side.contains(c) {
                    side.push(c);
                }
                true
            }
            '-' if !self.is_negated => {
                self.is_negated = true;
                true
            }
            _ => false,
        }
    }

    pub fn is_dangling(&self) -> bool {
        self.is_negated && self.off.is_empty()
    }

    pub fn spelled(&self) -> String {
        if self.off.is_empty() {
            self.on.clone()
        } else {
            format!("{}-{}", self.on, self.off)
        }
    }
}

/// `{n}`, `{n,}` or `{n,m}`; `None` stands for a number too big to hold.
#[derive(Clone, Copy)]
pub(super) struct Count {
    min: Option<u64>,
    max: Max,
}

#[derive(Clone, Copy)]
pub(super) enum Max {
    Open,
    Upto(Option<u64>),
}

impl Count {
    pub fn parse(text: &str) -> Option<(Self, &str)> {
        let (min, rest) = number(text.strip_prefix('{')?)?;
        let (max, rest) = match rest.strip_prefix(',') {
            None => (Max::Upto(min), rest),
            Some(rest) if rest.starts_with('}') => (Max::Open, rest),
            Some(rest) => {
                let (max, rest) = number(rest)?;
                (Max::Upto(max), rest)
            }
        };
        Some((Self { min, max }, rest.strip_prefix('}')?))
    }

    pub fn is_valid(self) -> bool {
        let Some(min) = self.min.filter(|min| *min <= MAX_REPEAT) else {
            return false;
        };
        match self.max {
            Max::Open => true,
            Max::Upto(max) => max.is_some_and(|max| (min..=MAX_REPEAT).contains(&max)),
        }
    }

    /// What the count contributes to the product of nested counts.
    pub fn weight(self) -> u64 {
        match self.max {
            Max::Open => self.min.unwrap_or_default().max(1),
            Max::Upto(max) => max.unwrap_or_default(),
        }
    }

    pub fn is_large(self) -> bool {
        self.min.unwrap_or_default() >= 2 || matches!(self.max, Max::Upto(Some(max)) if max >= 2)
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let min = self.min.unwrap_or_default();
        match self.max {
            Max::Open => write!(f, "{{{min},}}"),
            Max::Upto(max) => write!(f, "{{{min},{}}}", max.unwrap_or_default()),
        }
    }
}

/// Decimal digits without leading zeros.
fn number(text: &str) -> Option<(Option<u64>, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() || (digits.len() > 1 && digits.starts_with('0')) {
        return None;
    }
    let value = digits.parse().ok().filter(|n| *n < 100_000_000);
    Some((value, rest))
}
