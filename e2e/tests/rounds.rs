//! Each controller killed at any moment of the circle: no commit, no revision of the release and no message is lost or doubled.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::time::Duration;

use e2e::circle::FIRST;
use e2e::toolkit::{Component, Moments};
use e2e::{Circle, Setup};
use serde_json::Value;

const ROUNDS: u64 = 20;

/// The seed of the moments; another one comes from `ROUNDS_SEED`.
const SEED: u64 = 20_261_130;

/// Which controllers a round kills: one in most rounds, two in some, and each at least three times.
fn victims(round: u64, moments: &mut Moments) -> Vec<Component> {
    let index = |number: u64| usize::try_from(number % 6).unwrap();
    let mut chosen = vec![Component::ALL[index(round)]];
    if moments.next(4) == 0 {
        chosen.push(Component::ALL[index(round + 1 + moments.next(5))]);
    }
    chosen
}

/// The times that people were told each thing of these kinds since `start`, by kind and text.
fn told(circle: &Circle, start: usize) -> BTreeMap<(String, String), usize> {
    let mut times = BTreeMap::new();
    for one in circle.chat.received().iter().skip(start) {
        let event = one.json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let kind = text(&event["involvedObject"]["kind"]);
        *times.entry((kind, text(&event["message"]))).or_default() += 1;
    }
    times
}

/// The revision of the release that is deployed, and the numbers of all that have succeeded.
async fn revisions(circle: &Circle) -> (i64, Vec<i64>) {
    let release = circle.story.get("HelmRelease", "web").await.unwrap();
    let history = release.data["status"]["history"]
        .as_array()
        .unwrap()
        .clone();
    let with = |wanted: &[&str]| -> Vec<i64> {
        let found = history.iter().filter(|one| {
            let status = one["status"].as_str().unwrap_or_default();
            wanted.contains(&status)
        });
        found.map(|one| one["version"].as_i64().unwrap()).collect()
    };
    let deployed = with(&["deployed"]);
    assert_eq!(deployed.len(), 1, "one revision is deployed: {history:#?}");
    (deployed[0], with(&["deployed", "superseded"]))
}

#[tokio::test]
async fn controllers_killed_at_random_moments_lose_and_double_nothing_in_twenty_rounds_of_the_circle()
 {
    let seed = std::env::var("ROUNDS_SEED").ok();
    let seed = seed.map_or(SEED, |seed| seed.parse().unwrap());
    println!("seed {seed}");
    let mut moments = Moments::of(seed);
    let mut toolkit = Setup::of(&Component::ALL).with_pods().start().await;
    let circle = Circle::start(&toolkit, "rounds").await;
    let mut expected = circle.commits();
    let mut tag = FIRST.to_owned();
    assert_eq!(circle.tag_in(&expected[0]), tag);

    for round in 1..=ROUNDS {
        let (before, start) = (revisions(&circle).await.0, circle.chat.received().len());
        tag = format!("1.{round}.0");
        let victims = victims(round, &mut moments);
        let moment = Duration::from_millis(moments.next(1500));
        println!("round {round}: {victims:?} after {moment:?}");
        // A message that was sent, and whose sender was killed before it said so, is sent again; nothing else is.
        let most = if victims.contains(&Component::Notification) {
            2
        } else {
            1
        };
        let release = circle.release(&tag);
        let kill = async {
            // The moment of the kill is what varies; nothing is waited for here.
            tokio::time::sleep(moment).await;
            toolkit.kill_and_restart(&victims).await;
        };
        tokio::join!(release, kill);
        let head = circle.settled(&tag).await;
        circle.deployed(&tag).await;

        expected.insert(0, head.clone());
        assert_eq!(circle.commits(), expected, "round {round}: one commit more");
        assert_eq!(circle.tag_in(&head), tag, "round {round}");
        let (deployed, succeeded) = revisions(&circle).await;
        let new: Vec<i64> = succeeded.into_iter().filter(|v| *v > before).collect();
        assert_eq!(new, [deployed], "round {round}: one revision more");

        let namespace = &circle.story.namespace;
        circle.status_of(&head).await;
        let wanted = [
            (
                "ImageUpdateAutomation",
                format!("pushed commit '{}'", &head[..7]),
            ),
            (
                "Kustomization",
                format!(
                    "Deployment/{namespace}/app configured\nHelmRelease/{namespace}/web configured"
                ),
            ),
            (
                "HelmRelease",
                format!("Helm upgrade succeeded for release {namespace}/web.v{deployed} "),
            ),
        ];
        for (kind, text) in &wanted {
            circle.message_since(start, kind, text).await;
            let all = told(&circle, start);
            let of_text = all
                .iter()
                .filter(|((about, said), _)| about == kind && said.contains(text.as_str()));
            let times: usize = of_text.map(|(_, times)| times).sum();
            assert!(
                (1..=most).contains(&times),
                "round {round}: {kind} {text:?} came {times} times: {all:#?}"
            );
        }
    }
}
