//! Names and types before anything runs (K18.4).
//!
//! The checker knows what is declared and infers the type of every node. It is as strict as it needs to be to tell a
//! configuration error from an object that is not there yet; what it cannot know is dynamic.

use cel::IdedExpr;
use cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, ListExpr, LiteralValue, MapExpr, SelectExpr,
    operators,
};

use crate::overloads::{self, NoType};
use crate::types::Type;

/// What is wrong, and at which node.
#[derive(Debug)]
pub(crate) struct Problem {
    pub message: String,
    pub node: u64,
}

/// The type of `expression`, in which every name of `variables` is a JSON object.
pub(crate) fn check(expression: &IdedExpr, variables: &[&str]) -> Result<Type, Problem> {
    let scope = variables
        .iter()
        .map(|name| ((*name).to_owned(), Type::object()))
        .collect();
    Checker { scope }.infer(expression)
}

struct Checker {
    /// Declared names, innermost last.
    scope: Vec<(String, Type)>,
}

impl Checker {
    fn infer(&mut self, node: &IdedExpr) -> Result<Type, Problem> {
        match &node.expr {
            Expr::Literal(literal) => Ok(literal_type(literal)),
            Expr::Ident(name) => self.identifier(name, node.id),
            Expr::Select(select) => self.select(select, node.id),
            Expr::List(list) => self.list(list, node.id),
            Expr::Map(map) => self.map(map, node.id),
            Expr::Call(call) => self.call(call, node.id),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension, node.id),
            Expr::Struct(message) => Err(undeclared(&message.type_name, node.id)),
            Expr::Unspecified => Ok(Type::Dyn),
        }
    }

    fn identifier(&self, name: &str, node: u64) -> Result<Type, Problem> {
        let bare = name.strip_prefix('.').unwrap_or(name);
        if let Some((_, declared)) = self.scope.iter().rev().find(|(known, _)| known == bare) {
            return Ok(declared.clone());
        }
        match bare {
            "bool" | "int" | "uint" | "double" | "string" | "bytes" | "list" | "map"
            | "null_type" | "type" => Ok(Type::Meta),
            _ => Err(undeclared(name, node)),
        }
    }

    fn select(&mut self, select: &SelectExpr, node: u64) -> Result<Type, Problem> {
        let operand = self.infer(&select.operand)?;
        let field = field_type(&operand).ok_or_else(|| Problem {
            message: format!("type '{operand}' does not support field selection"),
            node,
        })?;
        Ok(if select.test { Type::Bool } else { field })
    }

    fn list(&mut self, list: &ListExpr, node: u64) -> Result<Type, Problem> {
        let mut element = Type::Unknown;
        for (index, item) in list.elements.iter().enumerate() {
            let mut item = self.infer(item)?;
            if let (true, Type::Optional(inner)) = (list.optional_indices.contains(&index), &item) {
                item = (**inner).clone();
            }
            element = alike(element, item, node)?;
        }
        Ok(Type::list(element))
    }

    fn map(&mut self, map: &MapExpr, node: u64) -> Result<Type, Problem> {
        let (mut keys, mut values) = (Type::Unknown, Type::Unknown);
        for entry in &map.entries {
            let EntryExpr::MapEntry(entry) = &entry.expr else {
                continue;
            };
            keys = alike(keys, self.infer(&entry.key)?, node)?;
            let value = match self.infer(&entry.value)? {
                Type::Optional(inner) if entry.optional => *inner,
                other => other,
            };
            values = alike(values, value, node)?;
        }
        Ok(Type::map(keys, values))
    }

    fn call(&mut self, call: &CallExpr, node: u64) -> Result<Type, Problem> {
        if call.func_name == operators::OPT_SELECT {
            let operand = self.infer(&call.args[0])?;
            return match field_type(&operand) {
                Some(Type::Optional(field)) => Ok(Type::Optional(field)),
                Some(field) => Ok(Type::optional(field)),
                None => Err(no_overload(&call.func_name, false, &[operand], node)),
            };
        }
        // `sets.contains(a, b)` reads as a call on `sets`, and is a function of that name unless `sets` is a variable.
        if let Some(target) = &call.target
            && let Expr::Ident(namespace) = &target.expr
            && !self.scope.iter().any(|(known, _)| known == namespace)
        {
            let qualified = format!("{namespace}.{}", call.func_name);
            if overloads::is_global(&qualified) {
                let operands = self.operands(None, &call.args)?;
                return resolve(&qualified, false, &operands, node);
            }
        }
        // The values that a text is formatted with may be of any types.
        if let (
            Some(target),
            "format",
            [
                IdedExpr {
                    expr: Expr::List(values),
                    ..
                },
            ],
        ) = (&call.target, call.func_name.as_str(), call.args.as_slice())
        {
            let text = self.infer(target)?;
            for value in &values.elements {
                self.infer(value)?;
            }
            return resolve("format", true, &[text, Type::list(Type::Dyn)], node);
        }
        let operands = self.operands(call.target.as_deref(), &call.args)?;
        resolve(&call.func_name, call.target.is_some(), &operands, node)
    }

    fn operands(
        &mut self,
        target: Option<&IdedExpr>,
        arguments: &[IdedExpr],
    ) -> Result<Vec<Type>, Problem> {
        target
            .into_iter()
            .chain(arguments)
            .map(|operand| self.infer(operand))
            .collect()
    }

    /// The loops that `all`, `exists`, `map` and their like expand to, and the bindings of `optMap`.
    fn comprehension(&mut self, loops: &ComprehensionExpr, node: u64) -> Result<Type, Problem> {
        let range = self.infer(&loops.iter_range)?;
        let (first, second) = match range {
            Type::List(element) if loops.iter_var2.is_some() => (Type::Int, *element),
            Type::List(element) => (*element, Type::Dyn),
            Type::Map(key, value) => (*key, *value),
            Type::Dyn | Type::Unknown => (Type::Dyn, Type::Dyn),
            other => {
                let message = format!(
                    "expression of type '{other}' cannot be range of a comprehension \
                     (must be list, map, or dynamic)"
                );
                return Err(Problem { message, node });
            }
        };
        let initial = self.infer(&loops.accu_init)?;
        let depth = self.scope.len();
        self.scope.push((loops.accu_var.clone(), initial.clone()));
        let inside = self.scope.len();
        self.scope.push((loops.iter_var.clone(), first));
        if let Some(name) = &loops.iter_var2 {
            self.scope.push((name.clone(), second));
        }
        let condition = self.infer(&loops.loop_cond)?;
        let step = self.infer(&loops.loop_step)?;
        if !condition.may_be_bool() {
            return Err(Problem {
                message: format!("expected bool, got {condition}"),
                node,
            });
        }
        let accumulated = same(initial, step, node)?;
        self.scope.truncate(inside);
        self.scope[depth].1 = accumulated;
        let result = self.infer(&loops.result);
        self.scope.truncate(depth);
        result
    }
}

fn resolve(name: &str, member: bool, operands: &[Type], node: u64) -> Result<Type, Problem> {
    overloads::result(name, member, operands).map_err(|reason| match reason {
        NoType::Undeclared => undeclared(name, node),
        NoType::NoOverload => no_overload(name, member, operands, node),
    })
}

fn literal_type(literal: &LiteralValue) -> Type {
    match literal {
        LiteralValue::Boolean(_) => Type::Bool,
        LiteralValue::Bytes(_) => Type::Bytes,
        LiteralValue::Double(_) => Type::Double,
        LiteralValue::Int(_) => Type::Int,
        LiteralValue::Null => Type::Null,
        LiteralValue::String(_) => Type::String,
        LiteralValue::UInt(_) => Type::Uint,
    }
}

/// The type of `operand.field`, if it can have fields.
fn field_type(operand: &Type) -> Option<Type> {
    match operand {
        Type::Dyn | Type::Unknown => Some(Type::Dyn),
        Type::Map(_, value) => Some((**value).clone()),
        Type::Optional(inner) => field_type(inner).map(Type::optional),
        _ => None,
    }
}

/// As [`same`], for the elements of a literal: a dynamic one goes with dynamic ones alone.
fn alike(all: Type, next: Type, node: u64) -> Result<Type, Problem> {
    let mixed = (all == Type::Dyn) != (next == Type::Dyn);
    if mixed && all != Type::Unknown && next != Type::Unknown {
        let message = format!("expected type '{all}' but found '{next}'");
        return Err(Problem { message, node });
    }
    same(all, next, node)
}

fn same(all: Type, next: Type, node: u64) -> Result<Type, Problem> {
    let message = format!("expected type '{all}' but found '{next}'");
    all.join(next).ok_or(Problem { message, node })
}

fn undeclared(name: &str, node: u64) -> Problem {
    Problem {
        message: format!("undeclared reference to '{name}' (in container '')"),
        node,
    }
}

fn no_overload(name: &str, member: bool, operands: &[Type], node: u64) -> Problem {
    let names: Vec<String> = operands.iter().map(ToString::to_string).collect();
    let signature = match names.split_first() {
        Some((target, rest)) if member => format!("{target}.({})", rest.join(", ")),
        _ => format!("({})", names.join(", ")),
    };
    Problem {
        message: format!("found no matching overload for '{name}' applied to '{signature}'"),
        node,
    }
}
