//! The syntax tree. It holds no text of its own but where the source cannot be shown as it stands: names and constants are
//! [`Span`]s, so that a tree takes little room and is made with few allocations.

use crate::value::Str;

/// A piece of the source text, as byte offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// From `start` to before `end`. Sources are shorter than 4 GiB; what lies beyond counts as the end.
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let short = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            start: short(start),
            end: short(end),
        }
    }

    /// Where it begins.
    pub(crate) fn start(self) -> usize {
        self.start as usize
    }

    /// The text of a span of `source`.
    pub(crate) fn of(self, source: &[u8]) -> &[u8] {
        source
            .get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }

    /// A name in `source`: the scanner takes only letters and digits into names.
    pub(crate) fn name(self, source: &[u8]) -> &str {
        std::str::from_utf8(self.of(source)).unwrap_or_default()
    }

    /// What stands between the quotes that a span begins and ends with.
    pub(crate) fn inside(self, source: &[u8]) -> &[u8] {
        match self.of(source) {
            [_, inner @ .., _] => inner,
            _ => &[],
        }
    }

    /// From the beginning of this to the end of `last`.
    pub(crate) fn to(self, last: Self) -> Self {
        Self {
            start: self.start,
            end: last.end,
        }
    }

    /// Whether nothing is in it.
    pub(crate) fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// A sequence of nodes: the body of a template or of a branch, in the order of the source.
pub(crate) type List = Box<[Node]>;

/// What stands in a body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    /// Plain text.
    Text(Span),
    /// `{{"text"}}`, with its quotes, where the text is what stands between them.
    Constant(Span),
    /// `{{pipeline}}`.
    Action(Box<Pipeline>),
    /// `{{if pipeline}} … {{else}} … {{end}}`.
    If(Box<Branch>),
    /// `{{range pipeline}} … {{else}} … {{end}}`.
    Range(Box<Branch>),
    /// `{{with pipeline}} … {{else}} … {{end}}`.
    With(Box<Branch>),
    /// `{{template "name" pipeline}}`, and the call that a `{{block}}` leaves.
    Template(Box<TemplateCall>),
    /// `{{break}}`.
    Break,
    /// `{{continue}}`.
    Continue,
}

/// A control action with its bodies.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Branch {
    /// What decides.
    pub(crate) pipeline: Pipeline,
    /// The body.
    pub(crate) body: List,
    /// The body after `{{else}}`. `{{else if}}` is an `If` inside it.
    pub(crate) otherwise: Option<List>,
}

/// A call of a named template.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TemplateCall {
    /// Where the name stands.
    pub(crate) position: usize,
    /// The name.
    pub(crate) name: Box<str>,
    /// What becomes the dot; nothing means nil.
    pub(crate) pipeline: Option<Pipeline>,
}

/// `$a, $b := command | command`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pipeline {
    /// Where it begins.
    pub(crate) position: u32,
    /// The first command. There is always one.
    pub(crate) first: Command,
    /// What most pipelines have nothing of.
    pub(super) more: Option<Box<More>>,
}

/// Variables and further commands of a pipeline.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct More {
    pub(super) declaration: Declaration,
    pub(super) variables: Box<[Span]>,
    pub(super) rest: Box<[Command]>,
}

impl Pipeline {
    /// Whether its variables are new or set again.
    pub(crate) fn declaration(&self) -> Declaration {
        self.more
            .as_ref()
            .map_or(Declaration::New, |more| more.declaration)
    }

    /// The names, with their dollar signs, of the variables that take the value; two at most, and two in a range only.
    pub(crate) fn variables(&self) -> &[Span] {
        self.more.as_ref().map_or(&[], |more| &more.variables)
    }

    /// The commands that the value of the first one goes on to.
    pub(crate) fn rest(&self) -> &[Command] {
        self.more.as_ref().map_or(&[], |more| &more.rest)
    }
}

/// How the variables of a pipeline take its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Declaration {
    /// `:=`
    New,
    /// `=`
    Assign,
}

/// A word and its arguments.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Command {
    /// Where it begins.
    pub(crate) position: u32,
    /// What is called or looked up.
    pub(crate) word: Argument,
    /// What it is given.
    pub(crate) arguments: Box<[Argument]>,
}

/// An operand of a command.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Argument {
    /// `.a.b`
    Field(Names),
    /// `$x`, `$x.a.b`
    Variable {
        /// With the dollar sign.
        name: Span,
        /// What follows it; blame falls on it, or on the name where nothing does.
        fields: Names,
    },
    /// `.`
    Dot(u32),
    /// `nil`
    Nil(u32),
    /// `true`, `false`
    Bool(u32, bool),
    /// A numeric constant.
    Number(Box<Number>),
    /// A string constant.
    Text(Text),
    /// The name of a function.
    Function(Span),
    /// `(pipeline).a.b` and `function.a.b`.
    Chain(Box<Argument>, Names),
    /// `(pipeline)`
    Pipeline(Box<Pipeline>),
}

/// Names after dots: `.a.b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Names {
    /// Where blame falls: the first dot, or the second name's when the operand begins with a field.
    pub(crate) position: u32,
    /// As they are written, from the first dot on.
    pub(crate) span: Span,
}

impl Names {
    /// Each without its dot.
    pub(crate) fn each(self, source: &[u8]) -> impl Iterator<Item = &str> {
        let mut rest = self.span.name(source).strip_prefix('.');
        // Names are short: a search for the dot that is made for long texts costs more than it saves.
        std::iter::from_fn(move || {
            let names = rest?;
            let Some(dot) = names.bytes().position(|byte| byte == b'.') else {
                return rest.take();
            };
            let (name, after) = names.split_at(dot);
            rest = Some(&after[1..]);
            Some(name)
        })
    }
}

/// A string constant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text {
    /// With its quotes.
    pub(crate) quoted: Span,
    /// The value, where it is not what stands between the quotes.
    pub(crate) unescaped: Option<Box<Str>>,
}

impl Text {
    /// The value.
    pub(crate) fn bytes<'t>(&'t self, source: &'t [u8]) -> &'t [u8] {
        match &self.unescaped {
            Some(value) => value,
            None => self.quoted.inside(source),
        }
    }

    /// The value, to be kept.
    pub(crate) fn value(&self, source: &[u8]) -> Str {
        match &self.unescaped {
            Some(value) => Str::clone(value),
            None => self.bytes(source).into(),
        }
    }
}

/// An untyped numeric constant under every type that can hold it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Number {
    /// As it was written.
    pub(crate) span: Span,
    /// What it is where no type is asked for.
    pub(crate) notation: Notation,
    /// As a signed integer.
    pub(crate) int: Option<i64>,
    /// As an unsigned integer.
    pub(crate) uint: Option<u64>,
    /// As a floating point number.
    pub(crate) float: Option<f64>,
    /// As a complex number, real part first, when it was written as one.
    pub(crate) complex: Option<(f64, f64)>,
}

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notation {
    /// Without point and exponent.
    Integer,
    /// With a point or an exponent.
    Floating,
}

impl Argument {
    /// Where it stands.
    pub(crate) fn position(&self) -> usize {
        match self {
            Self::Number(number) => number.span.start(),
            Self::Text(text) => text.quoted.start(),
            Self::Function(name) => name.start(),
            Self::Pipeline(pipeline) => pipeline.position as usize,
            Self::Field(Names { position, .. })
            | Self::Variable {
                fields: Names { position, .. },
                ..
            }
            | Self::Chain(_, Names { position, .. })
            | Self::Dot(position)
            | Self::Nil(position)
            | Self::Bool(position, _) => *position as usize,
        }
    }
}
