//! Writing one line per event.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::{LookupSpan, Scope};

use super::fields::Fields;
use super::filter::LevelSwitch;

/// `--log-encoding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Encoding {
    /// One JSON object per line.
    Json,
    /// Tab-separated, for people.
    Console,
}

/// Writes events to `W`, each in one write.
#[derive(Debug)]
pub struct LogLayer<W> {
    out: Mutex<W>,
    encoding: Encoding,
    switch: LevelSwitch,
}

impl<W: Write> LogLayer<W> {
    /// A layer whose level is that of the switch.
    pub fn new(out: W, encoding: Encoding, switch: LevelSwitch) -> Self {
        Self {
            out: Mutex::new(out),
            encoding,
            switch,
        }
    }

    fn write(&self, line: &[u8]) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // A log that cannot be written has nowhere to say so.
        let _ = out.write_all(line);
    }
}

impl<S, W> Layer<S> for LogLayer<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Write + Send + 'static,
{
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        // The level may change at any time, so the answer must not be cached.
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        // The spans of a pass carry its names, which every line within needs, whatever the level of the span.
        metadata.is_span() && metadata.name() == "reconcile" || self.switch.lets(metadata)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            fields.name_object();
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        let (level, logger) = (metadata.level().as_str(), logger(metadata.target()));
        let ts = format!("{:.3}", Timestamp::now());
        let mut line = Fields::default();
        line.put("level", &level.to_lowercase());
        line.put("ts", &ts);
        line.put("logger", &logger);
        line.put(MESSAGE, &"");
        let head = line.len();
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(Scope::from_root)
        {
            if let Some(fields) = span.extensions().get::<Fields>() {
                line.extend(fields);
            }
        }
        event.record(&mut line);
        let message = std::mem::take(&mut line.message);
        let mut text = match self.encoding {
            Encoding::Json => {
                line.put(MESSAGE, &message);
                line.object(0)
            }
            Encoding::Console => {
                let message = message.replace('\n', "\\n");
                let mut text = format!("{ts}\t{level}\t{logger}\t{message}").into_bytes();
                if line.len() > head {
                    text.push(b'\t');
                    text.extend(line.object(head));
                }
                text
            }
        };
        text.push(b'\n');
        self.write(&text);
    }
}

/// The member that holds the message.
const MESSAGE: &str = "msg";

/// A target as a logger's name: its modules joined by dots.
fn logger(target: &str) -> String {
    target.replace("::", ".")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tracing_subscriber::layer::SubscriberExt as _;

    use serde_json::{Value, json};

    use super::super::Level;
    use super::*;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What a piece of code logs.
    fn logged(encoding: Encoding, switch: &LevelSwitch, code: impl FnOnce()) -> Vec<String> {
        let sink = Sink::default();
        let subscriber = tracing_subscriber::registry().with(LogLayer::new(
            sink.clone(),
            encoding,
            switch.clone(),
        ));
        tracing::subscriber::with_default(subscriber, code);
        let bytes = sink.0.lock().unwrap().clone();
        String::from_utf8(bytes)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn m5_json_lines_have_upstreams_keys_in_order() {
        let lines = logged(Encoding::Json, &LevelSwitch::new(Level::Info), || {
            let span = tracing::info_span!(
                "reconcile",
                controller = "gitrepository",
                controllerGroup = "source.toolkit.fluxcd.io",
                controllerKind = "GitRepository",
                namespace = "apps",
                name = "repo",
                reconcileID = "1-2-3",
            );
            let _guard = span.enter();
            tracing::error!(error = "it broke", "Reconciler error");
        });
        let line: Value = serde_json::from_str(&lines[0]).unwrap();
        let keys: Vec<_> = line
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(
            keys,
            [
                "level",
                "ts",
                "logger",
                "msg",
                "controller",
                "controllerGroup",
                "controllerKind",
                "GitRepository",
                "namespace",
                "name",
                "reconcileID",
                "error"
            ]
        );
        assert_eq!(line["level"], "error");
        assert_eq!(line["msg"], "Reconciler error");
        assert_eq!(
            line["GitRepository"],
            json!({"name": "repo", "namespace": "apps"})
        );
        let ts = line["ts"].as_str().unwrap();
        assert!(
            ts.len() == "2026-01-02T03:04:05.678Z".len() && ts.ends_with('Z'),
            "{ts}"
        );
    }

    #[test]
    fn the_level_changes_while_the_process_runs() {
        let switch = LevelSwitch::new(Level::Info);
        let lines = logged(Encoding::Json, &switch, || {
            for round in 0..3 {
                tracing::debug!(round, "detail");
                switch.toggle();
            }
        });
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].contains("\"round\":1"), "{lines:?}");
    }

    #[test]
    fn libraries_are_heard_from_warnings_on() {
        let code = || {
            tracing::info!(target: "hyper_util::client", "pooling");
            tracing::warn!(target: "rustls::conn", "odd");
            tracing::error!(target: "kube_client::client::builder", "failed with status 404");
        };
        assert_eq!(
            logged(Encoding::Json, &LevelSwitch::new(Level::Debug), code).len(),
            1
        );
        assert_eq!(
            logged(Encoding::Json, &LevelSwitch::new(Level::Trace), code).len(),
            3
        );
    }

    #[test]
    fn console_lines_are_separated_by_tabs() {
        let lines = logged(Encoding::Console, &LevelSwitch::new(Level::Info), || {
            tracing::info!(target: "a::b", count = 2, "two\nlines");
        });
        let parts: Vec<_> = lines[0].split('\t').skip(1).collect();
        assert_eq!(parts, ["INFO", "a.b", "two\\nlines", "{\"count\":2}"]);
    }
}
