//! Helm's own functions that reach beyond their arguments.

use std::rc::Rc;

use super::world::{Lint, Lookup, Resolve, random};
use crate::exec::{Context, FuncError, Functions};
use crate::value::{Map, Str, Value};

pub(super) fn add(functions: &mut Functions) {
    functions.add(
        "include",
        |context: &mut Context, name: Str, data: Value| context.include(&name, &data),
    );
    functions.add("tpl", |context: &mut Context, text: Str, data: Value| {
        context.tpl(&text, &data)
    });
    functions.add("required", required);
    functions.add("fail", fail);
    functions.add("lookup", lookup);
    functions.add("getHostByName", host_by_name);
}

/// Helm finds its own messages in the text of an error by these marks.
fn marked(message: &Str) -> FuncError {
    FuncError::new(format!("HELM_ERR_START{message}HELM_ERR_END"))
}

fn is_lint(context: &Context) -> bool {
    context.host::<Lint>().is_some()
}

/// Nil and the empty string are missing; any other empty value is not.
fn required(context: &mut Context, message: Str, value: Value) -> Result<Value, FuncError> {
    let is_missing = match &value {
        Value::Nil => true,
        Value::Str(text) => text.is_empty(),
        _ => false,
    };
    match is_missing {
        true if is_lint(context) => Ok(Value::from("")),
        true => Err(marked(&message)),
        false => Ok(value),
    }
}

fn fail(context: &mut Context, message: Str) -> Result<Str, FuncError> {
    if is_lint(context) {
        return Ok(Str::default());
    }
    Err(marked(&message))
}

/// Without a cluster nothing is found.
fn lookup(
    context: &mut Context,
    api_version: Str,
    kind: Str,
    namespace: Str,
    name: Str,
) -> Result<Map, FuncError> {
    match context.host::<Rc<dyn Lookup>>() {
        Some(cluster) if !is_lint(context) => cluster
            .lookup(
                &api_version.to_str_lossy(),
                &kind.to_str_lossy(),
                &namespace.to_str_lossy(),
                &name.to_str_lossy(),
            )
            .map_err(FuncError::from),
        _ => Ok(Map::new()),
    }
}

/// Without a name server the address is empty, which is Helm's default.
fn host_by_name(context: &mut Context, name: Str) -> Result<Str, FuncError> {
    let Some(resolver) = context.host::<Rc<dyn Resolve>>() else {
        return Ok(Str::default());
    };
    let addresses = resolver.addresses(&name.to_str_lossy());
    if addresses.is_empty() {
        return Err(FuncError::new("invalid argument to Intn"));
    }
    let mut pick = [0];
    random(context)?.fill(&mut pick);
    Ok(Str::from(
        addresses[usize::from(pick[0]) % addresses.len()].as_str(),
    ))
}
