//! Health by expressions (compat K16.7).
#![allow(clippy::unwrap_used)]

use health::{ExpressionCheck, Precedence, Readers, Status};
use jiff::Timestamp;
use serde_json::{Value, json};

fn check() -> ExpressionCheck {
    ExpressionCheck {
        api_version: "example.com/v1".into(),
        kind: "Widget".into(),
        in_progress: "has(status.phase) && status.phase == 'Working'".into(),
        failed: "status.phase == 'Broken'".into(),
        current: "status.phase == 'Done'".into(),
    }
}

fn status(checks: &[ExpressionCheck], object: &Value) -> (Status, String) {
    let readers = Readers::with_expressions(Precedence::JobFirst, checks).unwrap();
    let health = readers.status(object, Timestamp::UNIX_EPOCH);
    (health.status, health.message)
}

fn widget(version: &str, status: &Value) -> Value {
    let api_version = format!("example.com/{version}");
    json!({"apiVersion": api_version, "kind": "Widget", "metadata": {"generation": 2}, "status": status})
}

#[test]
fn k16_7_the_first_expression_that_holds_decides() {
    for (phase, want) in [
        ("Working", Status::InProgress),
        ("Broken", Status::Failed),
        ("Done", Status::Current),
        ("Other", Status::InProgress),
    ] {
        // The version is not asked.
        let object = widget("v2beta1", &json!({"phase": phase}));
        assert_eq!(status(&[check()], &object).0, want, "{phase}");
    }
}

#[test]
fn k16_7_an_integer_generation_that_lags_comes_first_and_a_text_does_not_count() {
    let lagging = widget("v1", &json!({"phase": "Done", "observedGeneration": 1}));
    assert_eq!(status(&[check()], &lagging).0, Status::InProgress);
    let text = widget("v1", &json!({"phase": "Done", "observedGeneration": "1"}));
    assert_eq!(status(&[check()], &text).0, Status::Current);
}

#[test]
fn k16_7_an_expression_that_fails_is_unknown_with_its_error() {
    let (state, message) = status(&[check()], &widget("v1", &json!({})));
    assert_eq!(state, Status::Unknown);
    assert!(message.contains("phase"), "{message}");
}

#[test]
fn k16_7_bad_entries_are_refused_with_their_place() {
    let error = |checks: &[ExpressionCheck]| {
        Readers::with_expressions(Precedence::JobFirst, checks)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error(&[check(), check()]),
        "duplicate custom health check for GroupKind Widget.example.com at healthchecks[1]"
    );
    let bare = ExpressionCheck {
        current: String::new(),
        ..check()
    };
    assert_eq!(
        error(&[bare]),
        "failed to create custom status evaluator for healthchecks[0]: expression Current not specified"
    );
    let broken = ExpressionCheck {
        failed: "status.".into(),
        ..check()
    };
    let text = error(&[broken]);
    let want = "failed to create custom status evaluator for healthchecks[0]: failed to parse the expression Failed: ";
    assert!(text.starts_with(want), "{text}");
}

#[test]
fn k16_7_an_entry_without_a_kind_is_for_its_whole_group() {
    let group = ExpressionCheck {
        kind: String::new(),
        current: "true".into(),
        ..check()
    };
    let group = ExpressionCheck {
        in_progress: String::new(),
        failed: String::new(),
        ..group
    };
    let gadget = json!({"apiVersion": "example.com/v1", "kind": "Gadget"});
    assert_eq!(status(&[group], &gadget).0, Status::Current);
}
