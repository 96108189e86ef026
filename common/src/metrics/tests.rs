use std::time::Duration;

use super::*;
use crate::object::ObjectKey;

/// The families of a text: name, type, and the samples that belong to it.
fn families(text: &str) -> Vec<(&str, &str, Vec<&str>)> {
    let mut families: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        if let Some((name, kind)) = line
            .strip_prefix("# TYPE ")
            .and_then(|rest| rest.split_once(' '))
        {
            families.push((name, kind, Vec::new()));
        } else if !line.starts_with('#') {
            families.last_mut().unwrap().2.push(line);
        }
    }
    families
}

#[test]
fn m4_exposition_is_what_a_prometheus_server_scrapes() {
    let metrics = Metrics::new();
    let controller = metrics.controller("GitRepository", 2);
    controller.worker_started();
    controller.reconciled(
        &ObjectKey::new("ns", "a"),
        ReconcileResult::Success,
        Duration::from_secs(10),
    );
    metrics.set_leader("lease", true);
    let text = metrics.render();
    for (name, kind, samples) in families(&text) {
        for sample in samples {
            let series = sample.split(['{', ' ']).next().unwrap();
            let expected = match kind {
                "histogram" => ["_bucket", "_sum", "_count"]
                    .iter()
                    .any(|end| series == format!("{name}{end}")),
                _ => series == name,
            };
            assert!(expected, "{series} under {name} {kind}");
            assert!(kind != "counter" || name.ends_with("_total"), "{name}");
            assert!(
                sample.rsplit(' ').next().unwrap().parse::<f64>().is_ok(),
                "{sample}"
            );
        }
    }
    assert!(!text.contains("EOF") && !text.contains("UNIT"), "{text}");
    for line in [
        "# HELP controller_runtime_reconcile_total Total number of reconciliations per controller\n",
        "controller_runtime_reconcile_total{controller=\"gitrepository\",result=\"success\"} 1\n",
        "controller_runtime_reconcile_total{controller=\"gitrepository\",result=\"requeue_after\"} 0\n",
        "controller_runtime_reconcile_errors_total{controller=\"gitrepository\"} 0\n",
        "controller_runtime_active_workers{controller=\"gitrepository\"} 1\n",
        "controller_runtime_max_concurrent_reconciles{controller=\"gitrepository\"} 2\n",
        "controller_runtime_reconcile_time_seconds_bucket{le=\"10\",controller=\"gitrepository\"} 1\n",
        "leader_election_master_status{name=\"lease\"} 1\n",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[test]
fn k21_8_ten_exponential_buckets_from_10ms_to_30m() {
    let metrics = Metrics::new();
    let key = ObjectKey::new("ns", "a");
    metrics.controller("Kustomization", 4).reconciled(
        &key,
        ReconcileResult::Success,
        Duration::ZERO,
    );
    let text = metrics.render();
    let bounds: Vec<f64> = text
        .lines()
        .filter(|line| line.starts_with("gotk_reconcile_duration_seconds_bucket"))
        .map(|line| {
            line.split("le=\"")
                .nth(1)
                .unwrap()
                .split('"')
                .next()
                .unwrap()
        })
        .filter_map(|bound| bound.parse::<f64>().ok().filter(|bound| bound.is_finite()))
        .collect();
    assert_eq!(bounds.len(), 10);
    assert!(
        (bounds[0] - 0.01).abs() < 1e-9 && (bounds[9] - 1800.0).abs() < 1e-6,
        "{bounds:?}"
    );
    let ratio = bounds[1] / bounds[0];
    assert!(
        bounds
            .windows(2)
            .all(|pair| (pair[1] / pair[0] - ratio).abs() < 1e-6),
        "{bounds:?}"
    );
}

#[test]
fn series_of_a_deleted_object_vanish() {
    let metrics = Metrics::new();
    let controller = metrics.controller("Kustomization", 4);
    let (gone, stays) = (ObjectKey::new("ns", "gone"), ObjectKey::new("ns", "stays"));
    for key in [&gone, &stays] {
        controller.reconciled(key, ReconcileResult::Success, Duration::from_secs(1));
    }
    let series = |name: &str| {
        format!(
            "gotk_reconcile_duration_seconds_count{{kind=\"Kustomization\",name=\"{name}\",namespace=\"ns\"}} 1\n"
        )
    };
    assert!(metrics.render().contains(&series("gone")));
    controller.forget(&gone);
    let text = metrics.render();
    assert!(
        !text.contains("name=\"gone\"") && text.contains(&series("stays")),
        "{text}"
    );
}

#[tokio::test]
async fn m4_requests_are_counted_by_code_host_and_method() {
    use tower::{Layer as _, Service as _};

    let metrics = Metrics::new();
    let answer = tower::service_fn(
        async |request: http::Request<()>| match request.uri().path() {
            "/broken" => Err("connection reset"),
            "/missing" => Ok(http::Response::builder().status(404).body(()).unwrap()),
            _ => Ok(http::Response::new(())),
        },
    );
    let mut service = metrics.requests().for_host("10.0.0.1:443").layer(answer);
    for path in ["/a", "/a", "/missing", "/broken"] {
        let request = http::Request::get(path).body(()).unwrap();
        let _ = service.call(request).await;
    }
    let count = |code| {
        metrics.requests().count(RequestKey {
            code,
            host: "10.0.0.1:443",
            method: "GET",
        })
    };
    assert_eq!(
        (
            count("200"),
            count("404"),
            count("<error>"),
            metrics.requests().total()
        ),
        (2, 1, 1, 4)
    );
    let line = "rest_client_requests_total{code=\"200\",host=\"10.0.0.1:443\",method=\"GET\"} 2\n";
    assert!(metrics.render().contains(line));
}

#[test]
fn process_figures_are_this_process() {
    let text = Metrics::new().render();
    let value = |name: &str| {
        let line = text
            .lines()
            .find(|line| line.starts_with(&format!("{name} ")));
        line.unwrap_or_else(|| panic!("no {name} in {text}"))
            .rsplit(' ')
            .next()
            .unwrap()
            .parse::<f64>()
            .unwrap()
    };
    assert!(value("process_resident_memory_bytes") > 1e6);
    assert!(
        value("process_open_fds") >= 3.0 && value("process_open_fds") <= value("process_max_fds")
    );
    let age =
        jiff::Timestamp::now().as_duration().as_secs_f64() - value("process_start_time_seconds");
    assert!((-2.0..3600.0).contains(&age), "{age}");
    assert!(
        value("process_cpu_seconds_total") >= 0.0 && value("process_virtual_memory_bytes") > 1e6
    );
}

#[test]
fn k21_2_series_that_never_have_a_value_are_not_there() {
    let metrics = Metrics::new();
    let controller = metrics.controller("Kustomization", 1);
    controller.reconciled(
        &ObjectKey::new("ns", "a"),
        ReconcileResult::Success,
        Duration::from_secs(1),
    );
    let text = metrics.render();
    assert!(text.contains("gotk_reconcile_duration_seconds"), "{text}");
    for name in ["gotk_reconcile_condition", "gotk_suspend_status"] {
        assert!(!text.contains(name), "{text}");
    }
}
