//! The walk over the nodes of a template: text goes out, actions are evaluated, branches are taken.

use super::slot::Slot;
use super::state::{At, Evaluated, State, enter};
use crate::fmt::{self, quote};
use crate::parse::{Branch, Declaration, Node, Pipeline, TemplateCall};
use crate::stack::with_room;
use crate::value::{IntKind, UintKind, Value};

/// How a body ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

impl<'t> State<'_, 't> {
    pub(super) fn walk_list(&mut self, dot: &Slot, list: &'t [Node]) -> Evaluated<Flow> {
        with_room(|| {
            for node in list {
                let flow = self.walk(dot, node)?;
                if flow != Flow::Next {
                    return Ok(flow);
                }
            }
            Ok(Flow::Next)
        })
    }

    fn walk(&mut self, dot: &Slot, node: &'t Node) -> Evaluated<Flow> {
        self.at(At::Node(node));
        self.step()?;
        match node {
            Node::Text(text) => {
                let text = text.of(self.text);
                self.made(text.len())?;
                self.out.extend_from_slice(text);
            }
            Node::Constant(quoted) => {
                let text = quoted.inside(self.text);
                self.made(text.len())?;
                self.out.extend_from_slice(text);
            }
            Node::Action(pipeline) => {
                // Variables stay until the end of the body around the action.
                let value = self.pipeline(dot, pipeline)?;
                if pipeline.variables().is_empty() {
                    self.print(&value)?;
                }
            }
            Node::If(branch) => {
                let mark = self.variables.len();
                let chosen = self.pipeline(dot, &branch.pipeline)?.value.is_true();
                let flow = match &branch.otherwise {
                    _ if chosen => self.walk_list(dot, &branch.body)?,
                    Some(otherwise) => self.walk_list(dot, otherwise)?,
                    None => Flow::Next,
                };
                self.variables.truncate(mark);
                return Ok(flow);
            }
            Node::With(branch) => return self.with(dot, branch),
            Node::Range(branch) => return self.range(dot, branch),
            Node::Template(call) => self.call_template(dot, call)?,
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    fn with(&mut self, dot: &Slot, branch: &'t Branch) -> Evaluated<Flow> {
        let mark = self.variables.len();
        let value = self.pipeline(dot, &branch.pipeline)?;
        let flow = match &branch.otherwise {
            _ if value.value.is_true() => self.walk_list(&value, &branch.body)?,
            Some(otherwise) => self.walk_list(dot, otherwise)?,
            None => Flow::Next,
        };
        self.variables.truncate(mark);
        Ok(flow)
    }

    fn range(&mut self, dot: &Slot, branch: &'t Branch) -> Evaluated<Flow> {
        let outer = self.variables.len();
        let over = self.pipeline(dot, &branch.pipeline)?.value;
        let ran = self.iterate(&over, branch)?;
        let flow = match &branch.otherwise {
            Some(otherwise) if !ran => self.walk_list(dot, otherwise)?,
            _ => Flow::Next,
        };
        self.variables.truncate(outer);
        Ok(flow)
    }

    /// Runs the body for every element; tells whether there was one.
    fn iterate(&mut self, over: &Value, branch: &'t Branch) -> Evaluated<bool> {
        if let Value::Host(host) = over
            && let Some(entries) = host.entries()
        {
            return self.entries(entries, branch);
        }
        match &over.underlying() {
            Value::Nil => Ok(false),
            Value::Int(kind, count) => {
                let element = |at| Value::Int(*kind, at);
                self.count(over, (*count).max(0).unsigned_abs(), element, branch)
            }
            Value::Uint(kind, count) => {
                let element = |at: i64| Value::Uint(*kind, at.unsigned_abs());
                self.count(over, *count, element, branch)
            }
            Value::List(list) => {
                let element = list.list_type().element;
                for at in 0..list.len() {
                    let item = Slot::placed(list.get(at).unwrap_or_default(), element);
                    if self.iteration(branch, index(at), &item)? == Flow::Break {
                        break;
                    }
                }
                Ok(!list.is_empty())
            }
            Value::Bytes(bytes) => {
                for (at, byte) in bytes.iter().enumerate() {
                    let item = Value::Uint(UintKind::Uint8, u64::from(*byte));
                    if self.iteration(branch, index(at), &Slot::plain(item))? == Flow::Break {
                        break;
                    }
                }
                Ok(!bytes.is_empty())
            }
            Value::Map(map) => {
                let element = map.map_type().element;
                let entries = map.to_vec();
                let ran = !entries.is_empty();
                for (key, value) in entries {
                    let key = Slot::plain(Value::Str(key));
                    if self.iteration(branch, key, &Slot::placed(value, element))? == Flow::Break {
                        break;
                    }
                }
                Ok(ran)
            }
            other => self.fail(format_args!("range can't iterate over {}", shown(other))),
        }
    }

    fn entries(&mut self, entries: Vec<(Value, Value)>, branch: &'t Branch) -> Evaluated<bool> {
        let ran = !entries.is_empty();
        for (key, value) in entries {
            let (key, value) = (Slot::plain(key), Slot::plain(value));
            if self.iteration(branch, key, &value)? == Flow::Break {
                break;
            }
        }
        Ok(ran)
    }

    fn count(
        &mut self,
        over: &Value,
        count: u64,
        element: impl Fn(i64) -> Value,
        branch: &'t Branch,
    ) -> Evaluated<bool> {
        if branch.pipeline.variables().len() > 1 {
            return self.fail(format_args!(
                "can't use {} to iterate over more than one variable",
                shown(over)
            ));
        }
        let mut at = 0_i64;
        while at.unsigned_abs() < count {
            let item = Slot::plain(element(at));
            if self.iteration(branch, Slot::INVALID, &item)? == Flow::Break {
                break;
            }
            at += 1;
        }
        Ok(count > 0)
    }

    /// One turn of a range. The pipeline has pushed its variables, each with the value that is ranged over.
    fn iteration(&mut self, branch: &'t Branch, key: Slot, item: &Slot) -> Evaluated<Flow> {
        self.step()?;
        let mark = self.variables.len();
        self.set_range_variables(&branch.pipeline, key, item)?;
        let flow = self.walk_list(item, &branch.body)?;
        self.variables.truncate(mark);
        Ok(flow)
    }

    fn set_range_variables(
        &mut self,
        pipeline: &'t Pipeline,
        key: Slot,
        item: &Slot,
    ) -> Evaluated<()> {
        let top = self.variables.len();
        match (pipeline.variables(), pipeline.declaration()) {
            ([], _) => {}
            ([only], Declaration::Assign) => self.assign(only.of(self.text), item.clone())?,
            ([first, second, ..], Declaration::Assign) => {
                self.assign(first.of(self.text), key)?;
                self.assign(second.of(self.text), item.clone())?;
            }
            ([_], Declaration::New) => self.variables[top - 1].1 = item.clone(),
            ([_, _, ..], Declaration::New) => {
                self.variables[top - 1].1 = item.clone();
                self.variables[top - 2].1 = key;
            }
        }
        Ok(())
    }

    fn call_template(&mut self, dot: &Slot, call: &'t TemplateCall) -> Evaluated<()> {
        self.at(At::Call(call));
        let Some(template) = self.context.find(&call.name) else {
            return self.fail(format_args!("template {} not defined", quote(&*call.name)));
        };
        if self.depth >= self.context.purse.depth() {
            return self.too_deep();
        }
        let dot = match &call.pipeline {
            Some(pipeline) => self.pipeline(dot, pipeline)?,
            None => Slot::INVALID,
        };
        enter(self.context, &template, &dot, self.out, self.depth + 1)
    }

    fn print(&mut self, slot: &Slot) -> Evaluated<()> {
        let before = self.out.len();
        match &slot.value {
            Value::Nil => self.out.extend_from_slice(b"<no value>"),
            Value::Str(text) => self.out.extend_from_slice(text),
            other if slot.addressed => fmt::append_in_place(self.out, other),
            other => fmt::append_indirect(self.out, other),
        }
        self.made(self.out.len() - before)
    }
}

fn index(at: usize) -> Slot {
    Slot::plain(Value::Int(
        IntKind::Int,
        i64::try_from(at).unwrap_or(i64::MAX),
    ))
}

/// A value in an error text.
pub(super) fn shown(value: &Value) -> String {
    let mut text = Vec::new();
    fmt::append(&mut text, value);
    String::from_utf8_lossy(&text).into_owned()
}
