//! The two sides: the program and the controller, each driven through the same life of a release.

use serde_json::{Value, json};
use testing::helm::{Helm, Line};

use super::Tests;
use super::cluster::{Place, Seen};
use super::package::TEST;
use crate::support::{self, Fixture, condition};

/// The steps, as they are called when something differs.
const STEPS: [&str; 4] = [
    "install",
    "upgrade",
    "rollback of a refused upgrade",
    "uninstall",
];
/// What each operation may take.
const TIMEOUT: &str = "3m";

/// The program.
pub struct RealHelm<'a> {
    helm: Helm,
    place: &'a Place,
    tests: Tests,
    pub line: Line,
}

impl<'a> RealHelm<'a> {
    pub async fn new(place: &'a Place, package: &[u8], tests: Tests) -> Self {
        let helm = Helm::new(support::kubeconfig().await).await.unwrap();
        std::fs::write(helm.dir().join("chart.tgz"), package).unwrap();
        let line = helm.line().await.unwrap();
        Self {
            helm,
            place,
            tests,
            line,
        }
    }

    /// The whole life: installed, upgraded, rolled back after an upgrade that is refused, uninstalled with its history kept.
    pub async fn live(&self, values: &[Value; 3]) -> Vec<Seen> {
        let waits = ["--wait", "--wait-for-jobs", "--timeout", TIMEOUT];
        let forces = self.line.force_conflicts();
        let takes = [&["--take-ownership"], forces].concat();
        let keeps = ["--history-max", "5"];
        let install = self.args(&["install"], Some(&values[0]), &[&waits, &takes]);
        let upgrade = |values| self.args(&["upgrade"], Some(values), &[&waits, &takes, &keeps]);
        let mut seen = Vec::new();
        self.run(&install).await;
        self.test().await;
        seen.push(self.place.look(STEPS[0]).await);
        self.run(&upgrade(&values[1])).await;
        self.test().await;
        seen.push(self.place.look(STEPS[1]).await);
        let refused: Vec<String> = upgrade(&values[2]);
        let refused: Vec<&str> = refused.iter().map(String::as_str).collect();
        let error = self.helm.run(&refused).await.unwrap_err().to_string();
        assert!(error.contains("no key"), "{error}");
        self.run(&self.args(&["rollback"], None, &[&["2"], &waits, forces, &keeps]))
            .await;
        seen.push(self.place.look(STEPS[2]).await);
        let kept = ["--keep-history", "--wait", "--timeout", TIMEOUT];
        self.run(&self.args(&["uninstall"], None, &[&kept])).await;
        seen.push(self.place.look(STEPS[3]).await);
        seen
    }

    fn args(&self, verb: &[&str], values: Option<&Value>, more: &[&[&str]]) -> Vec<String> {
        let mut args: Vec<String> = verb.iter().map(ToString::to_string).collect();
        args.push(self.place.release.clone());
        if let Some(values) = values {
            let file = self.helm.dir().join("values.yaml");
            std::fs::write(&file, serde_json::to_vec(values).unwrap()).unwrap();
            args.extend(["chart.tgz", "--values", "values.yaml"].map(String::from));
        }
        args.extend(more.iter().copied().flatten().map(ToString::to_string));
        args.extend(["--namespace".to_owned(), self.place.namespace.clone()]);
        args
    }

    async fn run(&self, args: &[String]) {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        self.helm.run(&args).await.unwrap();
    }

    async fn test(&self) {
        if self.tests == Tests::Run {
            let filter = format!("name={TEST}");
            let options = ["--timeout", TIMEOUT, "--filter", &filter];
            self.run(&self.args(&["test"], None, &[&options])).await;
        }
    }
}

/// The controller.
pub struct Controller<'a> {
    fixture: &'a Fixture,
    place: &'a Place,
    package: &'a [u8],
    tests: Tests,
}

impl<'a> Controller<'a> {
    pub fn new(fixture: &'a Fixture, place: &'a Place, package: &'a [u8], tests: Tests) -> Self {
        Self {
            fixture,
            place,
            package,
            tests,
        }
    }

    /// See [`RealHelm::live`].
    pub async fn live(&self, values: &[Value; 3]) -> Vec<Seen> {
        let (fixture, place) = (self.fixture, self.place);
        let version = "1.2.3";
        fixture
            .publish_bytes("chart", version, self.package.to_vec())
            .await;
        let name = place.release.as_str();
        let spec = json!({
            "targetNamespace": place.namespace,
            "storageNamespace": place.namespace,
            "releaseName": name,
            "timeout": TIMEOUT,
            "values": values[0],
            "test": {"enable": self.tests == Tests::Run, "filters": [{"name": TEST}]},
            "upgrade": {"remediation": {"remediateLastFailure": true}},
            "uninstall": {"keepHistory": true},
        });
        let mut seen = Vec::new();
        fixture.create(name, spec).await;
        self.settled(1).await;
        seen.push(place.look(STEPS[0]).await);
        fixture.patch(name, json!({"values": values[1]})).await;
        self.settled(2).await;
        seen.push(place.look(STEPS[1]).await);
        fixture.patch(name, json!({"values": values[2]})).await;
        fixture
            .wait(name, "rolled back", |object| {
                let remediated = condition(object, "Remediated");
                remediated.is_some_and(|found| found.1 == "RollbackSucceeded")
                    && condition(object, "Stalled").is_some()
            })
            .await;
        seen.push(place.look(STEPS[2]).await);
        fixture.delete(name).await;
        fixture.gone(name).await;
        seen.push(place.look(STEPS[3]).await);
        seen
    }

    /// Waits until a revision is deployed and, where there are tests, tested.
    async fn settled(&self, revision: i64) {
        self.fixture
            .wait(&self.place.release, "deployed", |object| {
                let ready = condition(object, "Ready").is_some_and(|ready| ready.0 == "True");
                let latest = object.status.history.first();
                ready
                    && latest.is_some_and(|latest| latest.version == revision)
                    && Some(object.status.observed_generation) == object.metadata.generation
            })
            .await;
    }
}
