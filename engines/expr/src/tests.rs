//! Expressions as they are written in the field, and what must not pass.

use serde_json::{Map, Value, json};

use super::{CompileError, EvalError, MAX_SOURCE, Program};

fn variables(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("variables are an object, not {other}"),
    }
}

fn dependency() -> Map<String, Value> {
    variables(json!({
        "self": {"metadata": {"name": "app", "annotations": {"v": "1"}}, "spec": {"path": "./a"}},
        "dep": {
            "metadata": {"name": "infra", "generation": 3, "labels": {"tier": "base"}},
            "status": {
                "observedGeneration": 3, "ratio": 0.5, "ready": true,
                "conditions": [
                    {"type": "Healthy", "status": "False"},
                    {"type": "Ready", "status": "True", "observedGeneration": 3},
                ],
                "history": [{"digest": "sha256:abc"}],
            },
        },
    }))
}

#[track_caller]
fn ready(source: &str, expected: bool) {
    let program = Program::compile(source, &["self", "dep"]).unwrap();
    assert_eq!(program.eval(&dependency()), Ok(expected), "{source}");
}

#[track_caller]
fn refused(source: &str, part: &str) {
    let error = Program::compile(source, &["self", "dep"])
        .unwrap_err()
        .to_string();
    assert!(error.contains(part), "{source}: {error}");
}

#[track_caller]
fn health(source: &str, object: Value, expected: bool) {
    let program = Program::parse(source).unwrap();
    assert_eq!(program.eval(&variables(object)), Ok(expected), "{source}");
}

#[test]
fn k18_4_conditions_of_a_dependency() {
    ready(
        "dep.status.conditions.filter(c, c.type == 'Ready')\
         .all(c, c.status == 'True' && c.observedGeneration == dep.metadata.generation)",
        true,
    );
    ready(
        "dep.status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')",
        true,
    );
    ready(
        "dep.status.conditions.exists_one(c, c.type == 'Healthy')",
        true,
    );
    ready("dep.status.conditions.all(c, c.status == 'True')", false);
}

#[test]
fn k18_4_strings_sets_encoders_optionals_and_numbers() {
    ready("dep.metadata.name.upperAscii() == 'INFRA'", true);
    ready(
        "['a', 'b'].join('-') == 'a-b' && 'x,y'.split(',').size() == 2",
        true,
    );
    ready("'%s-%d'.format(['a', 1]) == 'a-1'", true);
    ready("sets.contains([1, 2, 3], [2])", true);
    ready("sets.equivalent(['a', 'b'], ['b', 'a', 'a'])", true);
    ready("sets.intersects([1], [2])", false);
    ready(
        "sets.intersects(dep.status.conditions.map(c, c.type), ['Ready'])",
        true,
    );
    ready(
        "base64.encode(b'hi') == 'aGk=' && string(base64.decode('aGk=')) == 'hi'",
        true,
    );
    ready("dep.metadata.?labels['tier'].orValue('') == 'base'", true);
    ready("dep.metadata.?annotations.hasValue()", false);
    ready("dep[?'nothing'].optMap(n, n == 1).hasValue()", false);
    ready(
        "dep.status.ratio < 1 && dep.status.observedGeneration >= 2.5",
        true,
    );
    ready("dep.status.observedGeneration == 3", true);
    ready(
        "has(dep.status.history) && !has(dep.status.inventory)",
        true,
    );
    ready(
        "timestamp('2026-01-01T00:00:00Z') < timestamp('2026-01-02T00:00:00Z')",
        true,
    );
    ready("duration('1h').getMinutes() == 60", true);
    ready("'v1.2' in ['v1.2'] && 'tier' in dep.metadata.labels", true);
    ready("dep.metadata.name.matches('^in.*a$')", true);
    ready(
        "self.spec.path == './a' ? dep.status.ready == true : false",
        true,
    );
}

#[test]
fn k18_4_the_static_type_must_be_bool() {
    refused("dep.status.ready", "expected bool, got dyn");
    refused("dep", "expected bool, got map(string, dyn)");
    refused("1", "expected bool, got int");
    refused("'true'", "expected bool, got string");
    refused(
        "dep.status.conditions.map(c, c.type)",
        "expected bool, got list(dyn)",
    );
    refused("dep.?status.ready.orValue(false)", "expected bool, got dyn");
    refused("true ? true : dep.status.ready", "expected bool, got dyn");
    refused(
        "timestamp('2026-01-01T00:00:00Z')",
        "google.protobuf.Timestamp",
    );
    ready("[true, false].map(x, !x)[1]", true);
    ready("bool(string(dep.status.ready))", true);
    ready("optional.of(true).orValue(false)", true);
    ready("dep.status.ready && true", true);
    ready("optional.none().orValue(true)", true);
}

#[test]
fn k18_4_names_must_be_declared() {
    refused(
        "status.ready == true",
        "ERROR: <input>:1:1: undeclared reference to 'status'",
    );
    refused(
        "dep.a == 1 &&\n  other.b == 2",
        "<input>:2:3: undeclared reference to 'other'",
    );
    refused(
        "frobnicate(dep) == 1",
        "undeclared reference to 'frobnicate'",
    );
    refused(
        "dep.metadata.name.shout() == ''",
        "undeclared reference to 'shout'",
    );
    refused("[1].all(x, y == 1)", "undeclared reference to 'y'");
    // A loop's variable is gone after the loop.
    refused(
        "[1].all(x, x == 1) && x == 1",
        "undeclared reference to 'x'",
    );
}

#[test]
fn k18_4_operands_must_fit() {
    refused(
        "1 == 'a'",
        "found no matching overload for '_==_' applied to '(int, string)'",
    );
    refused("1 + 'a' == 2", "found no matching overload for '_+_'");
    refused(
        "!1",
        "found no matching overload for '!_' applied to '(int)'",
    );
    refused("'a'.startsWith(1)", "applied to 'string.(int)'");
    refused("'a' < 1", "found no matching overload for '_<_'");
    refused(
        "[1, 'a'].size() == 2",
        "expected type 'int' but found 'string'",
    );
    refused(
        "[1, dep.status.ready].size() == 2",
        "expected type 'int' but found 'dyn'",
    );
    refused("1.all(x, x)", "");
    refused("(1).all(x, true)", "cannot be range of a comprehension");
    refused("'a'.b == 1", "does not support field selection");
    refused("size(1) == 1", "found no matching overload for 'size'");
}

#[test]
fn syntax_errors_are_compile_errors() {
    for source in ["", "dep.", "dep ==", "(dep", "dep == 'x", "a b", "has(dep)"] {
        assert!(Program::parse(source).is_err(), "{source}");
        assert!(Program::compile(source, &["dep"]).is_err(), "{source}");
    }
}

#[test]
fn k16_7_top_level_fields_are_variables() {
    let object = json!({
        "apiVersion": "v1", "kind": "Widget", "metadata": {"generation": 2},
        "status": {"phase": "Done", "conditions": [{"type": "Synced", "status": "True"}]},
        "data": {"key": "value"},
    });
    health("status.phase in ['Done', 'Ready']", object.clone(), true);
    health(
        "data.key == 'value' && kind == 'Widget'",
        object.clone(),
        true,
    );
    health(
        "status.conditions.filter(e, e.type == 'Synced').all(e, e.status == 'True')",
        object.clone(),
        true,
    );
    health(
        "has(status.observedGeneration) && status.observedGeneration == 2",
        object,
        false,
    );
}

#[test]
fn k16_7_health_expressions_are_not_type_checked() {
    let program = Program::parse("status.ready").unwrap();
    assert_eq!(
        program.eval(&variables(json!({"status": {"ready": true}}))),
        Ok(true)
    );
    assert_eq!(
        program.eval(&variables(json!({"status": {"ready": "yes"}}))),
        Err(EvalError::NotBoolean("status.ready".into()))
    );
}

#[test]
fn k16_7_missing_fields_are_runtime_errors() {
    let program = Program::parse("status.phase == 'Done'").unwrap();
    let error = program.eval(&variables(json!({"status": {}}))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "failed to evaluate the CEL expression 'status.phase == 'Done'': no such key: phase"
    );
    let error = program.eval(&variables(json!({}))).unwrap_err();
    assert!(
        error.to_string().ends_with("no such attribute(s): status"),
        "{error}"
    );
}

#[test]
fn errors_do_not_show_values() {
    for source in [
        "data.token < 1",
        "data.token + 1 == 2",
        "data.token[0] == 1",
        "int(data.token) == 1",
    ] {
        let error = Program::parse(source)
            .unwrap()
            .eval(&variables(json!({"data": {"token": "s3cret"}})));
        let text = error.unwrap_err().to_string();
        assert!(!text.contains("s3cret"), "{text}");
    }
}

#[test]
fn logic_absorbs_errors() {
    health("status.gone == 1 || true", json!({"status": {}}), true);
    health("status.gone == 1 && false", json!({"status": {}}), false);
}

#[test]
fn sources_are_bounded() {
    let long = format!("{}true", " ".repeat(MAX_SOURCE));
    assert_eq!(Program::parse(&long).unwrap_err(), CompileError::TooLong);
}

/// Runs on a stack as small as those of the threads that controllers work on.
fn on_a_small_stack<R: Send + 'static>(body: impl FnOnce() -> R + Send + 'static) -> R {
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(body)
        .unwrap()
        .join()
        .unwrap()
}

#[test]
fn nesting_is_bounded_on_a_small_stack() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("!", ""),
        ("-", ""),
        ("f(", ")"),
        ("{1:", "}"),
    ] {
        let error = on_a_small_stack(move || {
            Program::parse(&format!("{}true{}", open.repeat(2000), close.repeat(2000))).unwrap_err()
        });
        assert_eq!(error, CompileError::TooDeep, "{open}");
    }
    for link in [".a", "[0]", " && a", " + a", " in a", " ? a : a"] {
        let error = on_a_small_stack(move || {
            Program::parse(&format!("a{}", link.repeat(2000))).unwrap_err()
        });
        assert_eq!(error, CompileError::TooDeep, "{link}");
    }
}

#[test]
fn what_is_just_within_the_bounds_runs_on_a_small_stack() {
    for source in [
        format!("{}true{}", "(".repeat(40), ")".repeat(40)),
        format!("true{}", " && true".repeat(400)),
        format!("1{} > 1", " + 1".repeat(399)),
        format!("{}true", "!".repeat(400)),
        format!("true{}", " ? true : false".repeat(200)),
    ] {
        let outcome = on_a_small_stack({
            let source = source.clone();
            move || {
                let program = Program::parse(&source).ok()?;
                let _ = Program::compile(&source, &[]);
                program.eval(&Map::new()).ok()
            }
        });
        // Some of these the parser refuses; none may take the thread down.
        assert!(outcome.is_none() || outcome == Some(true), "{source}");
    }
}

#[test]
fn loops_are_bounded() {
    let items: Vec<i64> = (0..1000).collect();
    let source = "items.all(a, items.all(b, items.all(c, c >= 0)))";
    let program = Program::parse(source).unwrap();
    assert_eq!(
        program.eval(&variables(json!({ "items": items }))),
        Err(EvalError::TooExpensive(source.into()))
    );
    // The next run starts afresh.
    assert_eq!(program.eval(&variables(json!({"items": [1, 2]}))), Ok(true));
}

#[test]
fn lists_as_sets_are_bounded() {
    let items: Vec<i64> = (0..4000).collect();
    let program = Program::parse("sets.equivalent(items, items)").unwrap();
    assert!(program.eval(&variables(json!({ "items": items }))).is_err());
}

#[test]
fn programs_are_shared_between_threads() {
    fn assert_shared<T: Send + Sync>() {}
    assert_shared::<Program>();
}

#[test]
fn x2_a_text_program_gives_a_text_and_is_checked_for_that() {
    let variables = serde_json::json!({"event": {"metadata": {"a": "x"}}});
    let variables = variables.as_object().unwrap();
    let run =
        |source: &str| crate::TextProgram::compile(source, &["event"]).map(|p| p.eval(variables));
    assert_eq!(
        run("string(event.metadata.a) + '/1'"),
        Ok(Ok("x/1".to_owned()))
    );
    let mismatch = |source: &str| run(source).unwrap_err().to_string();
    assert_eq!(
        mismatch("event.metadata.a"),
        "CEL expression output type mismatch: expected string, got dyn"
    );
    assert_eq!(
        mismatch("1 == 1"),
        "CEL expression output type mismatch: expected string, got bool"
    );
    let missing = run("string(event.metadata.b)")
        .unwrap()
        .unwrap_err()
        .to_string();
    assert!(missing.contains("no such key: b"), "{missing}");
}
