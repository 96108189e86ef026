//! The commit message: a Go template over what changed (section 5.2).

mod data;

use std::collections::BTreeMap;
use std::sync::Arc;

use gotemplate::exec::{Budget, Hosts, MissingKey, Templates};
use gotemplate::funcs;
use setters::Changes;

/// The message of commits that have no template.
const DEFAULT: &str = "Update from image update automation";

/// The name of the template in errors.
const NAME: &str = "commit message";

/// What a message may cost.
const BUDGET: Budget = Budget {
    steps: 5_000_000,
    bytes: 16 << 20,
    depth: 1000,
};

/// Fields that templates had once, by what Go says when there is no such field.
const REMOVED: [(&str, RemovedField); 2] = [
    (
        "can't evaluate field Updated in type source.TemplateData",
        RemovedField::Updated,
    ),
    (
        "can't evaluate field ImageResult in type update.Result",
        RemovedField::ImageResult,
    ),
];

/// What templates see.
#[derive(Debug, Clone, Default)]
pub struct Data {
    /// Namespace of the automation.
    pub namespace: String,
    /// Name of the automation.
    pub name: String,
    /// What changed.
    pub changes: Changes,
    /// Values of the spec.
    pub values: BTreeMap<String, String>,
}

/// A field that templates had once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovedField {
    /// `.Updated`
    Updated,
    /// `.Changed.ImageResult`
    ImageResult,
}

/// The template gives no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// It cannot be parsed.
    #[error("unable to create commit message template from spec: {0}")]
    Parse(String),
    /// It fails.
    #[error("failed to run template from spec: {0}")]
    Run(String),
    /// It uses what is not there any more (U7).
    #[error(
        "template uses removed '{0}' field. Please use {instead} instead. See: https://fluxcd.io/flux/components/image/imageupdateautomations/#message-template",
        instead = .0.instead()
    )]
    Removed(RemovedField),
}

impl RemovedField {
    fn instead(self) -> &'static str {
        match self {
            Self::Updated => "'.Changed'",
            Self::ImageResult => "'.Changed.FileChanges' or '.Changed.Objects'",
        }
    }
}

impl std::fmt::Display for RemovedField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Updated => ".Updated",
            Self::ImageResult => ".Changed.ImageResult",
        })
    }
}

/// Renders the message.
pub fn render(template: &str, data: Data) -> Result<String, MessageError> {
    let template = if template.is_empty() {
        DEFAULT
    } else {
        template
    };
    let functions = Arc::new(funcs::hermetic());
    let mut templates = Templates::new(NAME, functions, MissingKey::Invalid);
    templates
        .add(NAME, template)
        .map_err(|error| MessageError::Parse(error.to_string()))?;
    let mut context = Arc::new(templates).start(Hosts::new(), BUDGET);
    let message = context
        .execute(NAME, &data::value(data))
        .map_err(|error| failed(&error.to_string()))?;
    Ok(String::from_utf8_lossy(&message).into_owned())
}

fn failed(message: &str) -> MessageError {
    let removed = REMOVED.iter().find(|(text, _)| message.contains(text));
    match removed {
        Some((_, field)) => MessageError::Removed(*field),
        None => MessageError::Run(message.to_owned()),
    }
}

#[cfg(test)]
mod tests;
