//! What a render may use, and what happens when it wants more.

use std::sync::Arc;

use gotemplate::exec::{Budget, Context, Exceeded, ExecError, Hosts, MissingKey, Templates};
use gotemplate::value::{Map, Value};

use crate::support;

fn start(template: &str, budget: Budget) -> Context {
    let mut templates = Templates::new("gotpl", Arc::new(support::functions()), MissingKey::Zero);
    templates.add("t", template).unwrap();
    Arc::new(templates).start(Hosts::new(), budget)
}

fn error(template: &str, budget: Budget) -> ExecError {
    start(template, budget)
        .execute("t", &Value::Nil)
        .unwrap_err()
}

#[test]
fn a_template_that_calls_itself_ends_at_the_depth_of_go() {
    let error = error(
        "{{define \"r\"}}{{template \"r\" .}}{{end}}{{template \"r\" .}}",
        Budget::default(),
    );
    assert_eq!(
        error.to_string(),
        "template: t:1:25: executing \"r\" at <{{template \"r\" .}}>: exceeded maximum template depth (100000)"
    );
}

#[test]
fn a_template_that_includes_itself_ends_at_the_depth_of_helm() {
    let error = error(
        "{{define \"r\"}}{{include \"r\" .}}{{end}}{{include \"r\" .}}",
        Budget::default(),
    );
    let chain = error.chain();
    assert_eq!(chain.len(), 1 + 1001 + 2);
    assert_eq!(
        chain[chain.len() - 2],
        "rendering template has a nested reference name: r: unable to execute template"
    );
    assert_eq!(chain.last().unwrap(), "unable to execute template");
}

#[test]
fn a_text_for_tpl_that_runs_itself_ends() {
    let error = error(
        "{{tpl \"{{include \\\"gotpl\\\" .}}\" .}}",
        Budget::default(),
    );
    assert!(error.to_string().ends_with(
        "rendering template has a nested reference name: gotpl: unable to execute template"
    ));
}

#[test]
fn an_endless_loop_uses_up_its_steps() {
    let budget = Budget {
        steps: 10_000,
        ..Budget::default()
    };
    let error = error("{{range 9223372036854775807}}{{end}}", budget);
    assert_eq!(error.exceeded(), Some(&Exceeded::Steps(10_000)));
    assert!(
        error
            .to_string()
            .ends_with("the templates ran more than 10000 steps; look for a loop that never ends")
    );
}

#[test]
fn text_that_grows_uses_up_its_bytes() {
    let budget = Budget {
        bytes: 1 << 20,
        ..Budget::default()
    };
    for template in [
        "{{$x := \"ab\"}}{{range 100}}{{$x = print $x $x}}{{end}}",
        "{{range 1000000}}some text{{end}}",
        "{{printf \"%1000000d%1000000d\" 1 2}}",
        "{{define \"d\"}}{{printf \"%100000d\" 1}}{{end}}{{range 100}}{{include \"d\" .}}{{end}}",
    ] {
        let error = error(template, budget);
        assert_eq!(
            error.exceeded(),
            Some(&Exceeded::Bytes(1 << 20)),
            "{template}"
        );
    }
}

#[test]
fn a_map_inside_itself_prints_to_an_end() {
    let map = Map::new();
    map.insert("self", map.clone()).unwrap();
    let printed = start("{{.}}", Budget::default()).execute("t", &Value::Map(map));
    assert!(printed.unwrap().starts_with(b"map[self:map[self:map["));
}

#[test]
fn values_nested_a_million_deep_can_be_dropped() {
    let mut context = start(
        "{{$d := dict}}{{$l := list}}{{range 1000000}}{{$d = dict \"d\" $d}}{{$l = list $l}}{{end}}ok",
        Budget::default(),
    );
    assert_eq!(context.execute("t", &Value::Nil).unwrap(), b"ok");
}

#[test]
fn actions_and_parentheses_nest_to_their_limits() {
    let actions = format!("{}x{}", "{{if true}}".repeat(150), "{{end}}".repeat(150));
    let parens = format!("{{{{{}1{}}}}}", "(print ".repeat(150), ")".repeat(150));
    for (template, expected) in [(actions, b"x"), (parens, b"1")] {
        let printed = start(&template, Budget::default()).execute("t", &Value::Nil);
        assert_eq!(printed.unwrap(), expected);
    }
}

#[test]
fn a_value_nested_without_end_is_no_document() {
    let map = Map::new();
    map.insert("self", map.clone()).unwrap();
    assert!(Value::Map(map).to_yaml(100).is_none());
}

#[test]
fn a_render_goes_on_after_a_template_failed() {
    let mut context = start(
        "{{define \"bad\"}}{{fail \"no\"}}{{end}}{{define \"good\"}}ok{{end}}",
        Budget::default(),
    );
    assert!(context.execute("bad", &Value::Nil).is_err());
    assert_eq!(context.execute("good", &Value::Nil).unwrap(), b"ok");
}
