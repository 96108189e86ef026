//! The conditions of an object, in the order in which they stand.

use crate::Health;
use serde_json::Value;

/// One entry of `status.conditions`; absent texts are empty.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Condition<'a> {
    pub kind: &'a str,
    pub status: &'a str,
    pub reason: &'a str,
    pub message: &'a str,
}

impl Condition<'_> {
    pub fn is_true(&self) -> bool {
        self.status == "True"
    }

    pub fn is_false(&self) -> bool {
        self.status == "False"
    }
}

/// Reads the conditions. What is no list of objects with string fields gives [`crate::Status::Unknown`],
/// since calling such an object healthy would be a guess.
pub(crate) fn conditions(object: &Value) -> Result<Vec<Condition<'_>>, Health> {
    let Some(list) = crate::fields::at(object, "/status/conditions") else {
        return Ok(Vec::new());
    };
    let malformed = || Health::unknown("status.conditions is not a list of conditions");
    list.as_array()
        .ok_or_else(malformed)?
        .iter()
        .map(|entry| {
            let fields = entry.as_object().ok_or_else(malformed)?;
            let text = |name: &str| match fields.get(name) {
                None | Some(Value::Null) => Ok(""),
                Some(Value::String(text)) => Ok(text.as_str()),
                Some(_) => Err(malformed()),
            };
            Ok(Condition {
                kind: text("type")?,
                status: text("status")?,
                reason: text("reason")?,
                message: text("message")?,
            })
        })
        .collect()
}
