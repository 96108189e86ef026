//! Templates run as Go runs them: text and errors of every topic in `testdata`.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use gotemplate::exec::{Budget, Hosts, MissingKey, Templates};

use crate::support;

fn document(name: &str) -> yaml::Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata")
        .join(name);
    let text = fs::read(path).unwrap();
    let document = yaml::decode_first(&text, yaml::Dialect::Kyaml, &yaml::Budget::default());
    document.unwrap().unwrap()
}

/// What a template prints on the values of `data.json`, or how it fails.
fn run(template: &str, missing: MissingKey) -> Result<String, String> {
    let mut templates = Templates::new("gotpl", Arc::new(support::functions()), missing);
    let added = templates.add("c/t.yaml", template);
    added.map_err(|error| error.to_string())?;
    let mut context = Arc::new(templates).start(Hosts::new(), Budget::default());
    let data = support::value(&document("data.json"));
    let printed = context.execute("c/t.yaml", &data);
    let printed = printed.map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&printed).into_owned())
}

fn check(topic: &str) {
    let cases = document(&format!("{topic}.json"));
    for case in cases.as_seq().unwrap() {
        let field = |name: &str| case.get(name).and_then(yaml::Value::as_str);
        let template = field("template").unwrap();
        let missing = match field("missing") {
            Some("error") => MissingKey::Error,
            Some("default") => MissingKey::Invalid,
            _ => MissingKey::Zero,
        };
        let printed = run(template, missing);
        let expected = match (field("text"), field("error")) {
            (Some(text), None) => Ok(text.to_owned()),
            (None, Some(error)) => Err(error.to_owned()),
            _ => panic!("a case expects text or an error: {template}"),
        };
        assert_eq!(printed, expected, "{topic}: {template}");
    }
}

macro_rules! topics {
    ($($topic:ident)*) => {
        $(
            #[test]
            fn $topic() {
                check(stringify!($topic));
            }
        )*
    };
}

topics! {
    comparison
    constants
    escaping
    fields_and_maps
    if_and_with
    include_and_tpl
    index_len_slice
    logic
    methods
    missing_keys_are_errors
    missing_keys_are_nothing
    pipelines_and_calls
    positions
    print
    printf_floats
    printf_integers
    printf_text
    printf_values
    range
    syntax_errors
    templates
    text_and_trimming
    variables
}
