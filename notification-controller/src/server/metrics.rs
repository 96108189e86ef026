//! What the servers count: `gotk_event_http_*` and `gotk_receiver_http_*` (section 11).

use std::time::Instant;

use axum::body::{Body, HttpBody as _};
use axum::http::{Method, Response, Uri};
use common::metrics::Metrics;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};

/// What the label `handler` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandlerLabel {
    /// Always this.
    Fixed(&'static str),
    /// The path of the request: `--export-http-path-metrics`.
    Path,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    code: String,
    handler: String,
    method: String,
    service: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InFlight {
    handler: String,
    service: &'static str,
}

type Histograms = Family<Labels, Histogram, fn() -> Histogram>;

/// The figures of one server; clones share them.
#[derive(Debug, Clone)]
pub struct ServerMetrics {
    label: HandlerLabel,
    duration: Histograms,
    size: Histograms,
    in_flight: Family<InFlight, Gauge>,
}

impl ServerMetrics {
    /// Registers the figures of a server under a prefix such as `gotk_event`.
    pub fn register(metrics: &Metrics, prefix: &str, label: HandlerLabel) -> Self {
        let figures = Self {
            label,
            duration: Family::new_with_constructor(seconds),
            size: Family::new_with_constructor(bytes),
            in_flight: Family::default(),
        };
        metrics.register(
            &format!("{prefix}_http_request_duration_seconds"),
            "The latency of the HTTP requests",
            figures.duration.clone(),
        );
        metrics.register(
            &format!("{prefix}_http_response_size_bytes"),
            "The size of the HTTP responses",
            figures.size.clone(),
        );
        metrics.register(
            &format!("{prefix}_http_requests_inflight"),
            "The number of inflight requests being handled at the same time",
            figures.in_flight.clone(),
        );
        figures
    }

    /// Counts a request in.
    pub(super) fn begin(&self, method: &Method, uri: &Uri) -> Measured<'_> {
        let handler = match self.label {
            HandlerLabel::Fixed(label) => label.to_owned(),
            HandlerLabel::Path => uri.path().to_owned(),
        };
        let labels = InFlight {
            handler: handler.clone(),
            service: "",
        };
        self.in_flight.get_or_create(&labels).inc();
        Measured {
            figures: self,
            started: Instant::now(),
            handler,
            method: method.to_string(),
        }
    }
}

/// A request under way; counted out when dropped, also when its client went away.
pub(super) struct Measured<'a> {
    figures: &'a ServerMetrics,
    started: Instant,
    handler: String,
    method: String,
}

impl Measured<'_> {
    /// The request was answered.
    pub(super) fn end(self, response: &Response<Body>) {
        let labels = Labels {
            code: response.status().as_u16().to_string(),
            handler: self.handler.clone(),
            method: self.method.clone(),
            service: "",
        };
        let figures = self.figures;
        figures
            .duration
            .get_or_create(&labels)
            .observe(self.started.elapsed().as_secs_f64());
        // No body here comes near the numbers that a float cannot tell apart.
        #[expect(clippy::cast_precision_loss, reason = "sizes of small bodies")]
        let size = response.body().size_hint().exact().unwrap_or_default() as f64;
        figures.size.get_or_create(&labels).observe(size);
    }
}

impl Drop for Measured<'_> {
    fn drop(&mut self) {
        let labels = InFlight {
            handler: std::mem::take(&mut self.handler),
            service: "",
        };
        self.figures.in_flight.get_or_create(&labels).dec();
    }
}

fn seconds() -> Histogram {
    Histogram::new([
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
    ])
}

fn bytes() -> Histogram {
    Histogram::new(exponential_buckets(100.0, 10.0, 8))
}
