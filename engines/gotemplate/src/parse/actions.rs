//! Bodies, definitions and actions.

use std::borrow::Cow;
use std::sync::Arc;

use super::ast::{Branch, List, Node, TemplateCall, Text};
use super::literal::unquote;
use super::parser::{Definition, Parsed, Parser};
use super::token::{Keyword, Kind, Token};
use crate::fmt::quote;
use crate::stack::with_room;

/// How deep actions may nest; a body deeper than this is an attack on whoever walks the tree.
const MAX_NESTING: usize = 1_000;

/// What ended a body.
enum End {
    End,
    Else,
}

/// An action, or the word that ends the body around it.
enum Item {
    Node(Node),
    Ends(End),
}

impl Parser<'_> {
    /// The source itself: text, actions and definitions up to its end.
    pub(super) fn top(&mut self) -> Parsed<List> {
        while self.peek_outside().kind != Kind::Eof {
            if self.peek().kind == Kind::LeftDelimiter {
                let start = self.at;
                self.next();
                if self.next_solid().kind == Kind::Keyword(Keyword::Define) {
                    self.definition()?;
                    continue;
                }
                self.at = start;
            }
            match self.item()? {
                Item::Node(node) => self.nodes.push(node),
                Item::Ends(end) => return self.error(format!("unexpected {}", end.show())),
            }
        }
        Ok(std::mem::take(&mut self.nodes).into())
    }

    fn definition(&mut self) -> Parsed<()> {
        const CONTEXT: &str = "define clause";
        let token = self.next_solid();
        let name = self.template_name(token, CONTEXT)?;
        self.expect(Kind::RightDelimiter, CONTEXT)?;
        self.separate_body(&name, CONTEXT)
    }

    /// The body of a definition, with variables of its own.
    fn separate_body(&mut self, name: &str, context: &str) -> Parsed<()> {
        let outer = std::mem::take(&mut self.scope);
        let (body, end) = self.body()?;
        self.scope = outer;
        if let End::Else = end {
            return self.error(format!("unexpected {} in {context}", end.show()));
        }
        self.define(name, body)
    }

    pub(super) fn define(&mut self, name: &str, body: List) -> Parsed<()> {
        let definition = Definition {
            name: name.into(),
            source: Arc::clone(self.source),
            is_blank: self.is_blank(&body),
            body,
        };
        match self
            .definitions
            .iter_mut()
            .find(|known| *known.name == *name)
        {
            None => self.definitions.push(definition),
            Some(known) if known.is_blank => *known = definition,
            Some(_) if definition.is_blank => {}
            Some(_) => {
                return self.error(format!(
                    "template: multiple definition of template {}",
                    quote(name)
                ));
            }
        }
        Ok(())
    }

    fn is_blank(&self, body: &[Node]) -> bool {
        body.iter().all(|node| {
            let text = match node {
                Node::Text(span) => std::str::from_utf8(span.of(self.text)),
                _ => return false,
            };
            text.is_ok_and(|text| text.trim().is_empty())
        })
    }

    /// Text and actions up to an end or an else.
    fn body(&mut self) -> Parsed<(List, End)> {
        with_room(|| self.body_items())
    }

    fn body_items(&mut self) -> Parsed<(List, End)> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return self.error(format!("actions nest deeper than {MAX_NESTING}"));
        }
        let start = self.nodes.len();
        while self.peek_outside().kind != Kind::Eof {
            match self.item()? {
                Item::Node(node) => self.nodes.push(node),
                Item::Ends(end) => {
                    self.nesting -= 1;
                    return Ok((self.nodes.drain(start..).collect(), end));
                }
            }
        }
        self.next();
        self.error("unexpected EOF")
    }

    fn item(&mut self) -> Parsed<Item> {
        let token = self.next_solid();
        match token.kind {
            Kind::Text => Ok(Item::Node(Node::Text(token.span))),
            Kind::LeftDelimiter => {
                self.action = Some(token.span.start());
                let item = self.action()?;
                self.action = None;
                Ok(item)
            }
            _ => self.unexpected(token, "input"),
        }
    }

    fn action(&mut self) -> Parsed<Item> {
        let start = self.at;
        let token = self.next_solid();
        let Kind::Keyword(keyword) = token.kind else {
            if let Some(constant) = self.constant(token) {
                return Ok(Item::Node(constant));
            }
            self.at = start;
            let pipeline = self.pipeline("command", Kind::RightDelimiter)?;
            return Ok(Item::Node(Node::Action(Box::new(pipeline))));
        };
        let node = match keyword {
            Keyword::Block => self.block()?,
            Keyword::Break => self.leave("{{break}}", Node::Break)?,
            Keyword::Continue => self.leave("{{continue}}", Node::Continue)?,
            Keyword::Else => return self.otherwise().map(Item::Ends),
            Keyword::End => {
                self.expect(Kind::RightDelimiter, "end")?;
                return Ok(Item::Ends(End::End));
            }
            Keyword::If => Node::If(Box::new(self.branch(Keyword::If)?)),
            Keyword::Range => Node::Range(Box::new(self.branch(Keyword::Range)?)),
            Keyword::With => Node::With(Box::new(self.branch(Keyword::With)?)),
            Keyword::Template => self.call()?,
            Keyword::Define => {
                self.at = start;
                self.skip_space();
                let token = self.next();
                return self.unexpected(token, "command");
            }
        };
        Ok(Item::Node(node))
    }

    /// An action that is a string and nothing else, to its end.
    fn constant(&mut self, token: Token) -> Option<Node> {
        if !matches!(token.kind, Kind::Str | Kind::RawString)
            || self.peek_solid().kind != Kind::RightDelimiter
            || !matches!(unquote(self.value(token)), Some(Cow::Borrowed(_)))
        {
            return None;
        }
        self.next();
        Some(Node::Constant(token.span))
    }

    fn leave(&mut self, word: &str, node: Node) -> Parsed<Node> {
        let token = self.next_solid();
        if token.kind != Kind::RightDelimiter {
            return self.unexpected(token, word);
        }
        if self.scope.ranges == 0 {
            return self.error(format!("{word} outside {{{{range}}}}"));
        }
        Ok(node)
    }

    /// After the word else: the word that may follow stays for whoever opened the branch.
    fn otherwise(&mut self) -> Parsed<End> {
        if !matches!(
            self.peek_solid().kind,
            Kind::Keyword(Keyword::If | Keyword::With)
        ) {
            self.expect(Kind::RightDelimiter, "else")?;
        }
        Ok(End::Else)
    }

    fn branch(&mut self, keyword: Keyword) -> Parsed<Branch> {
        let context = match keyword {
            Keyword::If => "if",
            Keyword::Range => "range",
            _ => "with",
        };
        let known = self.scope.variables.len();
        let pipeline = self.pipeline(context, Kind::RightDelimiter)?;
        let ranges = usize::from(keyword == Keyword::Range);
        self.scope.ranges += ranges;
        let (body, end) = self.body()?;
        self.scope.ranges -= ranges;
        let otherwise = match end {
            End::End => None,
            End::Else if keyword != Keyword::Range && self.is_keyword(keyword) => {
                // `{{else if}}` is an if of its own, whose end ends both.
                self.next();
                let inner = Box::new(self.nested_branch(keyword)?);
                let node = if keyword == Keyword::If {
                    Node::If(inner)
                } else {
                    Node::With(inner)
                };
                Some([node].into())
            }
            End::Else => {
                let (otherwise, end) = self.body()?;
                if let End::Else = end {
                    return self.error(format!("expected end; found {}", end.show()));
                }
                Some(otherwise)
            }
        };
        self.scope.variables.truncate(known);
        Ok(Branch {
            pipeline,
            body,
            otherwise,
        })
    }

    fn nested_branch(&mut self, keyword: Keyword) -> Parsed<Branch> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return self.error(format!("actions nest deeper than {MAX_NESTING}"));
        }
        let branch = with_room(|| self.branch(keyword))?;
        self.nesting -= 1;
        Ok(branch)
    }

    fn block(&mut self) -> Parsed<Node> {
        const CONTEXT: &str = "block clause";
        let token = self.next_solid();
        let name = self.template_name(token, CONTEXT)?;
        let pipeline = self.pipeline(CONTEXT, Kind::RightDelimiter)?;
        self.separate_body(&name, CONTEXT)?;
        Ok(Node::Template(Box::new(TemplateCall {
            position: token.span.start(),
            name: name.into(),
            pipeline: Some(pipeline),
        })))
    }

    fn call(&mut self) -> Parsed<Node> {
        const CONTEXT: &str = "template clause";
        let token = self.next_solid();
        let name = self.template_name(token, CONTEXT)?;
        let pipeline = if self.peek_solid().kind == Kind::RightDelimiter {
            self.next();
            None
        } else {
            Some(self.pipeline(CONTEXT, Kind::RightDelimiter)?)
        };
        Ok(Node::Template(Box::new(TemplateCall {
            position: token.span.start(),
            name: name.into(),
            pipeline,
        })))
    }

    fn template_name(&self, token: Token, context: &str) -> Parsed<String> {
        match token.kind {
            Kind::Str | Kind::RawString => {
                let name = self.unquoted(token)?;
                Ok(String::from_utf8_lossy(name.bytes(self.text)).into_owned())
            }
            _ => self.unexpected(token, context),
        }
    }

    pub(super) fn unquoted(&self, token: Token) -> Parsed<Text> {
        let Some(value) = unquote(self.value(token)) else {
            return self.error("invalid syntax");
        };
        Ok(Text {
            quoted: token.span,
            unescaped: match value {
                Cow::Borrowed(_) => None,
                Cow::Owned(value) => Some(Box::new(value.into())),
            },
        })
    }
}

impl End {
    /// The word in an error.
    fn show(&self) -> &'static str {
        match self {
            Self::End => "{{end}}",
            Self::Else => "{{else}}",
        }
    }
}
