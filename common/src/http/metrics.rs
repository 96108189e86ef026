//! `/metrics`.

use axum::Router;
use axum::http::{StatusCode, header};
use axum::routing::{any, get};

use crate::metrics::{CONTENT_TYPE, Metrics};

/// The routes: `/metrics` in the text format, and a clear answer for the profiles that a Go process has here (M2).
pub fn metrics(metrics: Metrics) -> Router {
    let scrape = move || {
        let text = metrics.render();
        async move { ([(header::CONTENT_TYPE, CONTENT_TYPE)], text) }
    };
    let no_profile = async || {
        (
            StatusCode::NOT_IMPLEMENTED,
            "this process has no Go runtime and no pprof profiles; use perf on its process id\n",
        )
    };
    Router::new()
        .route("/metrics", get(scrape))
        .route("/debug/pprof/", any(no_profile))
        .route("/debug/pprof/{*profile}", any(no_profile))
}
