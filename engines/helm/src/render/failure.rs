//! Failures of templates as Helm words them: shorter than Go's texts, one line for each template that
//! took part.

use gotemplate::exec::ExecError;
use gotemplate::parse::ParseError;

/// Marks around the message of `fail` and `required`.
const START: &str = "HELM_ERR_START";
const END: &str = "HELM_ERR_END";

/// A template that does not parse.
pub(super) fn parse_failure(file: &str, error: &ParseError) -> String {
    let text = error.to_string();
    let tokens: Vec<&str> = text.split(": ").collect();
    match tokens[..] {
        [_, location, .., message] => format!("parse error at ({location}): {message}"),
        [_, message] => format!("parse error at ({message}): {message}"),
        _ => format!("parse error in ({file}): {text}"),
    }
}

/// A template that fails.
pub(super) fn exec_failure(file: &str, error: &ExecError) -> String {
    let text = error.to_string();
    if error.template().is_none() {
        return text;
    }
    let mut tokens = text.splitn(3, ": ");
    let (Some(_), Some(location), Some(rest)) = (tokens.next(), tokens.next(), tokens.next())
    else {
        return format!("execution error in ({file}): {text}");
    };
    if let Some(start) = rest.find(START)
        && let Some(end) = rest.rfind(END)
        && start + START.len() <= end
    {
        let message = &rest[start + START.len()..end];
        return format!("execution error at ({location}): {message}");
    }
    let mut steps: Vec<Step> = Vec::new();
    for link in error.chain() {
        let Some(step) = Step::parse(&link) else {
            return text;
        };
        if steps.last() != Some(&step) {
            steps.push(step);
        }
    }
    let lines: String = steps.iter().map(Step::lines).collect();
    lines.trim().to_owned()
}

/// One template on the way to the failure.
#[derive(Debug, Default, PartialEq, Eq)]
struct Step {
    location: String,
    executed: String,
    message: String,
}

impl Step {
    fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("template: ")?;
        if rest.starts_with("no template ") {
            return Some(Self {
                message: text.to_owned(),
                ..Self::default()
            });
        }
        if let Some(step) = Self::parse_executing(rest) {
            return Some(step);
        }
        let (location, message) = rest.rsplit_once(": ")?;
        Some(Self {
            location: location.to_owned(),
            executed: String::new(),
            message: own_part(message).to_owned(),
        })
    }

    /// `name:line:column: executing "template" at <node>: message`
    fn parse_executing(rest: &str) -> Option<Self> {
        let (location, after) = rest.split_once(": executing ")?;
        let (template, after) = after.strip_prefix('"')?.split_once('"')?;
        let (node, message) = after.strip_prefix(" at <")?.split_once(">: ")?;
        Some(Self {
            location: location.to_owned(),
            executed: format!("executing \"{template}\" at <{node}>:"),
            message: own_part(message).to_owned(),
        })
    }

    fn lines(&self) -> String {
        let mut lines = String::new();
        for (text, indent) in [
            (&self.location, "\n  "),
            (&self.executed, "\n    "),
            (&self.message, "\n"),
        ] {
            if !text.is_empty() {
                lines.push_str(text);
                lines.push_str(indent);
            }
        }
        lines
    }
}

/// The message up to where that of the next template begins.
fn own_part(message: &str) -> &str {
    message
        .find(" template:")
        .map_or(message, |at| &message[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_templates_becomes_lines() {
        let step = Step::parse(
            "template: a/templates/x.yaml:3:4: executing \"a/templates/x.yaml\" at <include \"h\" .>: \
             error calling include: template: a/templates/_h.tpl:1:2: executing \"h\" at <.x>: nil",
        )
        .unwrap();
        assert_eq!(
            step.lines(),
            "a/templates/x.yaml:3:4\n  executing \"a/templates/x.yaml\" at <include \"h\" .>:\n    \
             error calling include:\n"
        );
        assert_eq!(Step::parse("something else"), None);
        let step = Step::parse("template: a:1: bad: worse").unwrap();
        assert_eq!(step.lines(), "a:1: bad\n  worse\n");
    }
}
