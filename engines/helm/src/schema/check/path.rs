//! The names and indices that lead to a value.

/// A step into an object or an array.
#[derive(Clone, Copy)]
pub(super) enum Token<'p> {
    Name(&'p str),
    Index(usize),
}

/// The steps from the root, the last one first. It is only read when something fails.
#[derive(Clone, Copy)]
pub(super) struct Path<'p> {
    last: Option<(Token<'p>, &'p Path<'p>)>,
}

impl<'p> Path<'p> {
    pub(super) fn root() -> Self {
        Self { last: None }
    }

    /// One step further.
    pub(super) fn inside(&'p self, token: Token<'p>) -> Self {
        Self {
            last: Some((token, self)),
        }
    }

    /// The steps as text, the first one first.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut path = self;
        while let Some((token, parent)) = path.last {
            names.push(match token {
                Token::Name(name) => name.to_owned(),
                Token::Index(at) => at.to_string(),
            });
            path = parent;
        }
        names.reverse();
        names
    }
}
