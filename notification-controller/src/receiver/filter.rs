//! Which of a Receiver's objects a call wakes (X3, R9).

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use crds::notification::{Receiver, ReceiverType};
use expr::{CompileError, EvalError, Program};
use serde_json::{Map, Value};

/// Compiles a filter, which sees the object as `res` and the call as `req`, and for tokens of issuers `claims`.
///
/// # Errors
/// What is wrong with it.
pub fn compile(expression: &str, kind: &ReceiverType) -> Result<Program, CompileError> {
    if *kind == ReceiverType::GenericOidc {
        Program::compile(expression, &["res", "req", "claims"])
    } else {
        Program::compile(expression, &["res", "req"])
    }
}

/// Why a call has no filters.
#[derive(Debug, thiserror::Error)]
pub enum FilterError {
    /// A filter does not compile.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// The call says that it is JSON, and is not.
    #[error("failed to parse request body as JSON: {0}")]
    Body(String),
}

/// The filters of a Receiver for one call, whose body is read once for all of them.
#[derive(Debug)]
pub struct Filters {
    all: Option<Program>,
    by_resource: BTreeMap<usize, Program>,
    call: Value,
}

impl Filters {
    /// The filters, if the Receiver has any.
    ///
    /// # Errors
    /// When one does not compile, or the body is no JSON object although its type says so.
    pub fn new(
        receiver: &Receiver,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Option<Self>, FilterError> {
        let spec = &receiver.spec;
        let by_resource: Vec<(usize, &String)> = spec
            .resources
            .iter()
            .enumerate()
            .filter_map(|(index, resource)| Some((index, resource.filter.as_ref()?)))
            .collect();
        if spec.resource_filter.is_none() && by_resource.is_empty() {
            return Ok(None);
        }
        let call = if is_json(headers) {
            read(body)?
        } else {
            Value::Object(Map::new())
        };
        let compiled = |expression: &String| compile(expression, &spec.r#type);
        Ok(Some(Self {
            all: spec.resource_filter.as_ref().map(compiled).transpose()?,
            by_resource: by_resource
                .into_iter()
                .map(|(index, expression)| Ok((index, compiled(expression)?)))
                .collect::<Result<_, CompileError>>()?,
            call,
        }))
    }

    /// Whether an object, found by the resource of this index, is woken: all filters must agree.
    ///
    /// # Errors
    /// When one gives no answer.
    pub fn accept(&self, index: usize, object: &Value) -> Result<bool, EvalError> {
        let filters = [self.all.as_ref(), self.by_resource.get(&index)];
        let mut variables = Map::new();
        variables.insert("res".to_owned(), object.clone());
        variables.insert("req".to_owned(), self.call.clone());
        for filter in filters.into_iter().flatten() {
            if !filter.eval(&variables)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether objects found by the resource of this index are looked at before they are woken.
    pub fn concern(&self, index: usize) -> bool {
        self.all.is_some() || self.by_resource.contains_key(&index)
    }
}

/// The first JSON value of a body, which must be an object; null is an empty one.
fn read(body: &[u8]) -> Result<Value, FilterError> {
    let mut values = serde_json::Deserializer::from_slice(body).into_iter();
    match values.next() {
        Some(Ok(object @ Value::Object(_))) => Ok(object),
        Some(Ok(Value::Null)) => Ok(Value::Object(Map::new())),
        Some(Ok(_)) => Err(FilterError::Body("expected an object".to_owned())),
        Some(Err(error)) => Err(FilterError::Body(error.to_string())),
        None => Err(FilterError::Body("EOF".to_owned())),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let types = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    types
        .split(',')
        .map(super::check::media_type)
        .any(|kind| kind == "application/json")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn receiver(spec: Value) -> Receiver {
        serde_json::from_value(json!({"spec": spec})).unwrap()
    }

    fn filters(spec: Value, kind: &str, body: &str) -> Result<Option<Filters>, FilterError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, kind.parse().unwrap());
        Filters::new(&receiver(spec), &headers, body.as_bytes())
    }

    fn object(name: &str) -> Value {
        json!({"apiVersion": "v1", "kind": "X", "metadata": {"name": name, "labels": {"app": "web"}}})
    }

    #[test]
    fn r9_both_filters_must_agree_and_see_object_and_call() {
        let spec = json!({
            "type": "generic",
            "resourceFilter": "res.metadata.labels.app == req.app",
            "resources": [{"kind": "X", "name": "*", "filter": "res.metadata.name.startsWith('a')"}, {"kind": "Y", "name": "y"}],
        });
        let filters = filters(spec, "application/json; charset=utf-8", r#"{"app": "web"}"#)
            .unwrap()
            .unwrap();
        assert_eq!(filters.accept(0, &object("ab")), Ok(true));
        assert_eq!(filters.accept(0, &object("b")), Ok(false));
        assert_eq!(filters.accept(1, &object("b")), Ok(true));
        assert!(filters.concern(0) && filters.concern(1));
    }

    #[test]
    fn r9_without_filters_the_body_is_not_even_read() {
        let spec = json!({"type": "generic", "resources": [{"kind": "X", "name": "x"}]});
        assert!(filters(spec, "application/json", "{").unwrap().is_none());
    }

    #[test]
    fn r9_only_json_is_read_and_what_is_none_is_an_error() {
        let with = |kind: &str, body: &str| {
            filters(
                json!({"type": "generic", "resourceFilter": "!has(req.app)"}),
                kind,
                body,
            )
        };
        for (kind, body) in [
            ("text/plain", "{"),
            ("application/json", "{}"),
            ("application/json", "null"),
            ("application/json", "{} trailing"),
        ] {
            assert_eq!(
                with(kind, body).unwrap().unwrap().accept(0, &object("a")),
                Ok(true),
                "{kind} {body}"
            );
        }
        for body in ["", "{", "[]", "7"] {
            assert!(with("application/json", body).is_err(), "{body}");
        }
    }

    #[test]
    fn r9_a_filter_without_an_answer_is_an_error_and_not_a_no() {
        let spec = json!({"type": "generic", "resourceFilter": "req.missing == 'x'"});
        let filters = filters(spec, "application/json", "{}").unwrap().unwrap();
        assert!(filters.accept(0, &object("a")).is_err());
    }

    #[test]
    fn x3_filters_are_boolean_for_certain_and_claims_are_for_tokens_alone() {
        let error = |expression: &str| {
            compile(expression, &ReceiverType::Generic)
                .unwrap_err()
                .to_string()
        };
        assert!(error("req.flag").contains("expected bool, got dyn"));
        assert!(error("claims.sub == 'x'").contains("undeclared reference to 'claims'"));
        assert!(compile("claims.sub == 'x'", &ReceiverType::GenericOidc).is_ok());
    }
}
