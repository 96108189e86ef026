//! Counting requests to API servers: `rest_client_requests_total{code,host,method}`.

use std::task::{Context, Poll};

use futures::future::BoxFuture;
use http::{Request, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use tower::{Layer, Service};

/// Counts requests by status code, host and method; cheap to read in tests. Clones share the counts.
#[derive(Debug, Clone, Default)]
pub struct RequestCounter {
    family: Family<RequestLabels, Counter>,
    all: Counter,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    code: String,
    host: String,
    method: String,
}

/// One series of the count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestKey<'a> {
    /// The status code, or `<error>` when no answer came.
    pub code: &'a str,
    /// Host and port.
    pub host: &'a str,
    /// The HTTP method.
    pub method: &'a str,
}

impl RequestCounter {
    /// Requests so far, answered or not.
    pub fn total(&self) -> u64 {
        self.all.get()
    }

    /// Requests of one series so far.
    pub fn count(&self, key: RequestKey<'_>) -> u64 {
        let labels = RequestLabels {
            code: key.code.to_owned(),
            host: key.host.to_owned(),
            method: key.method.to_owned(),
        };
        self.family.get(&labels).map_or(0, |counter| counter.get())
    }

    /// A tower layer for a client that talks to this host.
    pub fn for_host(&self, host: &str) -> RequestLayer {
        RequestLayer {
            counter: self.clone(),
            host: host.to_owned(),
        }
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "rest_client_requests",
            "Number of HTTP requests, partitioned by status code, method, and host.",
            self.family.clone(),
        );
    }

    fn record(&self, labels: &RequestLabels) {
        self.all.inc();
        self.family.get_or_create(labels).inc();
    }
}

/// Counts the requests that pass through a client of one host.
#[derive(Debug, Clone)]
pub struct RequestLayer {
    counter: RequestCounter,
    host: String,
}

impl<S> Layer<S> for RequestLayer {
    type Service = Counted<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Counted {
            inner,
            counter: self.counter.clone(),
            host: self.host.clone(),
        }
    }
}

/// A service whose requests are counted.
#[derive(Debug, Clone)]
pub struct Counted<S> {
    inner: S,
    counter: RequestCounter,
    host: String,
}

impl<S, B, R> Service<Request<B>> for Counted<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
    S::Error: Send,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let mut labels = RequestLabels {
            code: "<error>".to_owned(),
            host: self.host.clone(),
            method: request.method().to_string(),
        };
        let counter = self.counter.clone();
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await;
            if let Ok(response) = &answer {
                response.status().as_str().clone_into(&mut labels.code);
            }
            counter.record(&labels);
            answer
        })
    }
}
