//! The text that a Prometheus server reads.

use std::fmt::Write as _;

use prometheus_client::registry::Registry;

/// The type of the text, as Go's client library announces it.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Writes the registry in the text format 0.0.4.
///
/// The encoder writes `OpenMetrics`, which differs in what a 0.0.4 parser minds or a dashboard sees: a counter's
/// metadata is under its name without `_total`, help texts gain a full stop, whole bucket bounds read `10.0`, and the
/// text ends with a mark.
pub(super) fn render(registry: &Registry) -> String {
    let mut open_metrics = String::new();
    // Writing to a string does not fail.
    let _ = prometheus_client::encoding::text::encode(&mut open_metrics, registry);
    let mut text = String::with_capacity(open_metrics.len());
    let mut help: Option<(&str, &str)> = None;
    for line in open_metrics.lines() {
        if line == "# EOF" || line.starts_with("# UNIT ") {
        } else if let Some(rest) = line.strip_prefix("# HELP ") {
            help = rest.split_once(' ');
        } else if let Some((name, kind)) = line
            .strip_prefix("# TYPE ")
            .and_then(|rest| rest.split_once(' '))
        {
            let suffix = if kind == "counter" { "_total" } else { "" };
            let kind = if kind == "unknown" { "untyped" } else { kind };
            if let Some((_, help)) = help.take().filter(|(about, _)| *about == name) {
                let help = help.strip_suffix('.').unwrap_or(help);
                let _ = writeln!(text, "# HELP {name}{suffix} {help}");
            }
            let _ = writeln!(text, "# TYPE {name}{suffix} {kind}");
        } else {
            push_sample(&mut text, line);
        }
    }
    text
}

/// One sample, with the bound of a bucket as Go prints it.
fn push_sample(text: &mut String, line: &str) {
    const BOUND: &str = "le=\"";
    if let Some(start) = line.find(BOUND).map(|i| i + BOUND.len())
        && let Some(end) = line[start..].find('"').map(|i| i + start)
        && let Some(whole) = line[start..end].strip_suffix(".0")
    {
        text.push_str(&line[..start]);
        text.push_str(whole);
        text.push_str(&line[end..]);
    } else {
        text.push_str(line);
    }
    text.push('\n');
}
