//! One template in execution.

use super::slot::Slot;
use super::{Context, ExecError, FuncError, Functions};
use crate::fmt::quote;
use crate::parse::{Argument, Command, Definition, Node, Pipeline, Shown, Span, TemplateCall};
use crate::value::Value;

/// How deep calls by functions may nest on top of what `{{template}}` may.
const MAX_INCLUDES: usize = 2_000;

/// A failure on its way up.
pub(super) type Failure = Box<ExecError>;

/// What an evaluation gives.
pub(super) type Evaluated<T = Slot> = Result<T, Failure>;

/// The node that an error is blamed on: the last one that was looked at.
#[derive(Debug, Clone, Copy)]
pub(super) enum At<'t> {
    Node(&'t Node),
    Call(&'t TemplateCall),
    Pipeline(&'t Pipeline),
    Command(&'t Command),
    Argument(&'t Argument),
    Nothing,
}

/// The execution of one template.
pub(super) struct State<'c, 't> {
    pub(super) context: &'c mut Context,
    pub(super) template: &'t Definition,
    /// What the spans of its tree are pieces of.
    pub(super) text: &'t [u8],
    pub(super) functions: &'t Functions,
    pub(super) node: At<'t>,
    /// Variables by name, innermost last.
    pub(super) variables: Vec<(&'t [u8], Slot)>,
    /// The arguments of the calls under way.
    pub(super) arguments: Vec<Value>,
    pub(super) out: &'c mut Vec<u8>,
    /// How deep `{{template}}` is nested.
    pub(super) depth: usize,
}

/// Executes a template on `data`; what it prints follows what is in `out`.
pub(super) fn run(
    context: &mut Context,
    template: &Definition,
    data: &Value,
    mut out: Vec<u8>,
) -> Result<Vec<u8>, ExecError> {
    let dot = Slot::plain(data.clone());
    enter(context, template, &dot, &mut out, 0).map_err(|failure| *failure)?;
    Ok(out)
}

/// Runs the body of a template with `dot` as its dot and `$`.
pub(super) fn enter(
    context: &mut Context,
    template: &Definition,
    dot: &Slot,
    out: &mut Vec<u8>,
    depth: usize,
) -> Evaluated<()> {
    let functions = context.functions();
    let mut state = State {
        context,
        template,
        text: &template.source.text,
        functions: &functions,
        node: At::Nothing,
        variables: vec![(b"$", dot.clone())],
        arguments: Vec::new(),
        out,
        depth,
    };
    state.context.depth += 1;
    let done = if state.context.depth > state.context.purse.depth() + MAX_INCLUDES {
        state.too_deep()
    } else {
        state.walk_list(dot, &template.body).map(|_| ())
    };
    state.context.depth -= 1;
    done
}

impl<'t> State<'_, 't> {
    /// A name in the source of the template.
    pub(super) fn name(&self, span: Span) -> &'t str {
        span.name(self.text)
    }

    /// How an operand is written.
    pub(super) fn shown(&self, argument: &'t Argument) -> Shown<'t, Argument> {
        Shown(argument, self.text)
    }

    pub(super) fn at(&mut self, node: At<'t>) {
        self.node = node;
    }

    /// Fails at the current node.
    pub(super) fn fail<T>(&self, message: impl std::fmt::Display) -> Evaluated<T> {
        self.fail_with(message, None)
    }

    /// Fails at the current node because a function did.
    pub(super) fn fail_calling<T>(&self, name: &str, error: FuncError) -> Evaluated<T> {
        let message = format!("error calling {name}: {error}");
        self.fail_with(message, Some(Box::new(error)))
    }

    #[cold]
    fn fail_with<T>(
        &self,
        message: impl std::fmt::Display,
        source: Option<Box<FuncError>>,
    ) -> Evaluated<T> {
        let name = &self.template.name;
        let place = match self.node {
            At::Nothing => name.to_string(),
            node => {
                let (position, shown) = node.show(self.text);
                let location = self.template.source.locate(position);
                format!("{location}: executing {} at <{shown}>", quote(&**name))
            }
        };
        Err(Box::new(ExecError {
            message: format!("template: {place}: {message}"),
            source,
            template: Some(name.clone()),
        }))
    }

    pub(super) fn too_deep<T>(&self) -> Evaluated<T> {
        let limit = self.context.purse.depth();
        self.fail(format_args!("exceeded maximum template depth ({limit})"))
    }

    /// Counts a step.
    pub(super) fn step(&mut self) -> Evaluated<()> {
        match self.context.purse.steps(1) {
            Ok(()) => Ok(()),
            Err(exceeded) => self.fail_with(exceeded, Some(Box::new(exceeded.into()))),
        }
    }

    /// Counts bytes that were made.
    pub(super) fn made(&mut self, bytes: usize) -> Evaluated<()> {
        match self.context.purse.bytes(bytes) {
            Ok(()) => Ok(()),
            Err(exceeded) => self.fail_with(exceeded, Some(Box::new(exceeded.into()))),
        }
    }
}

impl At<'_> {
    /// Where the node stands, and how it is written.
    fn show(self, text: &[u8]) -> (usize, String) {
        match self {
            Self::Node(node) => {
                let position = match node {
                    Node::Action(pipeline) => pipeline.position as usize,
                    _ => 0,
                };
                (position, Shown(node, text).to_string())
            }
            Self::Call(call) => (call.position, Shown(call, text).to_string()),
            Self::Pipeline(pipeline) => (
                pipeline.position as usize,
                Shown(pipeline, text).to_string(),
            ),
            Self::Command(command) => (command.position as usize, Shown(command, text).to_string()),
            Self::Argument(argument) => (argument.position(), Shown(argument, text).to_string()),
            Self::Nothing => (0, String::new()),
        }
    }
}
