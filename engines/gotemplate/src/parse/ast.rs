//! The syntax tree. Positions are byte offsets into the source text; [`super::Source::locate`] turns them into line and column.

use crate::value::Str;

/// A sequence of nodes: the body of a template or of a branch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct List {
    /// In the order of the source.
    pub nodes: Vec<Node>,
}

/// What stands in a body.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// Plain text.
    Text(Box<str>),
    /// `{{pipeline}}`.
    Action(Pipeline),
    /// `{{if pipeline}} … {{else}} … {{end}}`.
    If(Branch),
    /// `{{range pipeline}} … {{else}} … {{end}}`.
    Range(Branch),
    /// `{{with pipeline}} … {{else}} … {{end}}`.
    With(Branch),
    /// `{{template "name" pipeline}}`, and the call that a `{{block}}` leaves.
    Template(TemplateCall),
    /// `{{break}}`.
    Break,
    /// `{{continue}}`.
    Continue,
}

/// A control action with its bodies.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// Where its pipeline begins.
    pub position: usize,
    /// What decides.
    pub pipeline: Pipeline,
    /// The body.
    pub body: List,
    /// The body after `{{else}}`. `{{else if}}` is an `If` inside it.
    pub otherwise: Option<List>,
}

/// A call of a named template.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateCall {
    /// Where the name stands.
    pub position: usize,
    /// The name.
    pub name: Box<str>,
    /// What becomes the dot; nothing means nil.
    pub pipeline: Option<Pipeline>,
}

/// `$a, $b := command | command`.
#[derive(Debug, Clone, PartialEq)]
pub struct Pipeline {
    /// Where it begins.
    pub position: usize,
    /// Whether its variables are new or set again.
    pub declaration: Declaration,
    /// The variables that take the value; two at most, and two in a range only.
    pub variables: Vec<Variable>,
    /// At least one.
    pub commands: Vec<Command>,
}

/// How the variables of a pipeline take its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declaration {
    /// `:=`
    New,
    /// `=`
    Assign,
}

/// A word and its arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// Where it begins.
    pub position: usize,
    /// At least one: the first is what is called or looked up.
    pub arguments: Vec<Argument>,
}

/// An operand of a command.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// `.a.b`
    Field(Field),
    /// `$x.a.b`
    Variable(Variable),
    /// `.`
    Dot(usize),
    /// `nil`
    Nil(usize),
    /// `true`, `false`
    Bool(usize, bool),
    /// A numeric constant.
    Number(usize, Number),
    /// A string constant: as it was written, and its value.
    Text {
        /// Where it stands.
        position: usize,
        /// With its quotes.
        quoted: Box<str>,
        /// The value.
        value: Str,
    },
    /// The name of a function.
    Function(usize, Box<str>),
    /// `(pipeline).a.b` and `function.a.b`.
    Chain(Chain),
    /// `(pipeline)`
    Pipeline(Box<Pipeline>),
}

/// Names after dots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Where the first dot stands, or the last group of dots if the term was written in several.
    pub position: usize,
    /// Without the dots.
    pub names: Vec<Box<str>>,
}

/// A variable, maybe with names after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Where it stands, or its fields if it has some.
    pub position: usize,
    /// With the dollar sign.
    pub name: Box<str>,
    /// The names after it, without dots.
    pub fields: Vec<Box<str>>,
}

/// Names after a term that is neither field nor variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    /// Where the first dot stands.
    pub position: usize,
    /// The term.
    pub term: Box<Argument>,
    /// Without the dots.
    pub names: Vec<Box<str>>,
}

/// An untyped numeric constant under every type that can hold it.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// As it was written.
    pub text: Box<str>,
    /// As a signed integer.
    pub int: Option<i64>,
    /// As an unsigned integer.
    pub uint: Option<u64>,
    /// As a floating point number.
    pub float: Option<f64>,
    /// As a complex number, real part first, when it was written as one.
    pub complex: Option<(f64, f64)>,
}

impl Argument {
    /// Where it stands.
    pub fn position(&self) -> usize {
        match self {
            Self::Field(field) => field.position,
            Self::Variable(variable) => variable.position,
            Self::Chain(chain) => chain.position,
            Self::Pipeline(pipeline) => pipeline.position,
            Self::Text { position, .. }
            | Self::Dot(position)
            | Self::Nil(position)
            | Self::Bool(position, _)
            | Self::Number(position, _)
            | Self::Function(position, _) => *position,
        }
    }
}

impl List {
    /// Whether nothing but white space stands in it; such a definition does not replace another one.
    pub fn is_blank(&self) -> bool {
        self.nodes
            .iter()
            .all(|node| matches!(node, Node::Text(text) if text.trim().is_empty()))
    }
}
