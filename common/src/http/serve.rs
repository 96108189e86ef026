//! Running a server until the process goes down.

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Answers requests until `shutdown`, then those under way.
pub async fn serve(listener: TcpListener, router: Router, shutdown: CancellationToken) {
    let stop = async move { shutdown.cancelled().await };
    if let Err(error) = axum::serve(listener, router)
        .with_graceful_shutdown(stop)
        .await
    {
        tracing::error!(%error, "server ended");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Readiness, health, metrics};
    use crate::metrics::Metrics;

    async fn get(address: &str, path: &str) -> (u16, String, String) {
        let answer = reqwest::get(format!("http://{address}{path}"))
            .await
            .unwrap();
        let kind = answer
            .headers()
            .get("content-type")
            .map_or("", |value| value.to_str().unwrap())
            .to_owned();
        (answer.status().as_u16(), kind, answer.text().await.unwrap())
    }

    async fn start(router: Router) -> (String, CancellationToken) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let shutdown = CancellationToken::new();
        tokio::spawn(serve(listener, router, shutdown.clone()));
        (address, shutdown)
    }

    #[tokio::test]
    async fn m2_healthz_answers_at_once_and_readyz_when_ready() {
        let readiness = Readiness::default();
        let (address, _shutdown) = start(health(readiness.clone())).await;
        assert_eq!(get(&address, "/healthz").await.0, 200);
        assert_eq!(get(&address, "/readyz").await.0, 500);
        readiness.set(true);
        assert_eq!(
            get(&address, "/readyz").await,
            (200, "text/plain; charset=utf-8".into(), "ok".into())
        );
        assert_eq!(get(&address, "/other").await.0, 404);
    }

    #[tokio::test]
    async fn m2_metrics_are_plain_text_and_profiles_answered_clearly() {
        let (address, _shutdown) = start(metrics(Metrics::new())).await;
        let (status, kind, text) = get(&address, "/metrics").await;
        assert_eq!(
            (status, kind.as_str()),
            (200, "text/plain; version=0.0.4; charset=utf-8")
        );
        assert!(
            text.contains("# TYPE process_resident_memory_bytes gauge\n"),
            "{text}"
        );
        for path in ["/debug/pprof/", "/debug/pprof/heap"] {
            let (status, _, text) = get(&address, path).await;
            assert_eq!(status, 501, "{path}");
            assert!(text.contains("no pprof"), "{text}");
        }
    }
}
