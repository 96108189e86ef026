//! Types and kinds by name.

use crate::exec::Functions;
use crate::value::{Str, Value};

pub(super) fn add(functions: &mut Functions) {
    functions.add("typeOf", |value: Value| value.type_name());
    functions.add("typeIs", |wanted: Str, value: Value| {
        wanted == *value.type_name()
    });
    functions.add("typeIsLike", |wanted: Str, value: Value| {
        let name = value.type_name();
        wanted == *name || format!("*{wanted}") == name
    });
    functions.add("kindOf", |value: Value| value.kind().to_string());
    functions.add("kindIs", |wanted: Str, value: Value| {
        wanted == *value.kind().to_string()
    });
}
