//! The circle: what has to follow, by itself, when a tag was pushed and charts were published.
//!
//! ```text
//! tag ─▶ policy ─▶ commit ─▶ artifact ─▶ Deployment ─▶ message        chart ─▶ upgrade ─▶ test ─▶ message
//! ```

use std::fmt::{self, Display};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::board::Board;
use crate::component::{Component, Components};
use crate::kinds::{
    GIT_REPOSITORY, HELM_RELEASE, IMAGE_POLICY, IMAGE_UPDATE_AUTOMATION, KUSTOMIZATION,
};
use crate::message::Message;
use crate::objects::{AUTOMATION, NAME, POLICY, RELEASES, source};
use crate::row::Key;
use crate::servers::{TAGS, VERSIONS};

/// Something that has to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The policy chose the new tag.
    Chosen,
    /// The automation pushed a commit with it.
    Committed,
    /// The source has the artifact of that commit.
    Fetched,
    /// The Deployment has the new image.
    Applied,
    /// A message about the end of that commit's way arrived.
    Told(Subject),
    /// The release has the new version of its chart.
    Upgraded(&'static str),
    /// The tests of that version have passed.
    Tested(&'static str),
    /// A message about that version arrived.
    ReleaseTold(&'static str),
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Subject {
    kind: &'static str,
    name: &'static str,
    reason: &'static str,
}

/// The commit was applied.
const APPLIED: Subject = Subject {
    kind: KUSTOMIZATION,
    name: "shop",
    reason: "ReconciliationSucceeded",
};

/// The commit was fetched, which is as far as it goes where nothing applies it.
const FETCHED: Subject = Subject {
    kind: GIT_REPOSITORY,
    name: NAME,
    reason: "NewArtifact",
};

impl Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [tag, version] = [TAGS[1], VERSIONS[1]];
        match self {
            Self::Chosen => write!(f, "ImagePolicy {POLICY} chose {tag}"),
            Self::Committed => write!(f, "ImageUpdateAutomation {AUTOMATION} pushed a commit"),
            Self::Fetched => write!(f, "GitRepository has the artifact of the commit"),
            Self::Applied => write!(f, "Deployment {POLICY} runs {tag}"),
            Self::Told(Subject { kind, name, .. }) => {
                write!(f, "a message about {kind} {name} at the commit arrived")
            }
            Self::Upgraded(name) => write!(f, "HelmRelease {name} was upgraded to {version}"),
            Self::Tested(name) => write!(f, "HelmRelease {name} {version} passed its tests"),
            Self::ReleaseTold(name) => {
                write!(f, "a message about HelmRelease {name} {version} arrived")
            }
        }
    }
}

/// What was seen beside the board.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The image of the Deployment.
    pub(crate) image: String,
    /// All messages so far.
    pub(crate) messages: Vec<Message>,
}

/// The steps, and when each was taken.
#[derive(Debug)]
pub(crate) struct Circle {
    begun: Option<Instant>,
    steps: Vec<(Step, Option<Duration>)>,
}

impl Circle {
    /// What the controllers that run can take part in; without a step it is closed from the start.
    pub(crate) fn new(components: &Components) -> Self {
        let has = |component| components.has(component);
        let told = has(Component::Notification);
        let mut steps = Vec::new();
        let mut add = |wanted, step| {
            if wanted {
                steps.push((step, None));
            }
        };
        let commit = has(Component::ImageAutomation);
        add(has(Component::ImageReflector), Step::Chosen);
        add(commit, Step::Committed);
        add(commit, Step::Fetched);
        add(commit && has(Component::Kustomize), Step::Applied);
        let last = if has(Component::Kustomize) {
            APPLIED
        } else {
            FETCHED
        };
        add(commit && told, Step::Told(last));
        for name in RELEASES {
            add(has(Component::Helm), Step::Upgraded(name));
            add(has(Component::Helm), Step::Tested(name));
            add(has(Component::Helm) && told, Step::ReleaseTold(name));
        }
        Self { begun: None, steps }
    }

    /// No step at all.
    pub(crate) fn none() -> Self {
        Self {
            begun: None,
            steps: Vec::new(),
        }
    }

    /// Whether there is a step, and none was to be taken yet.
    pub(crate) fn is_due(&self) -> bool {
        self.begun.is_none() && !self.steps.is_empty()
    }

    /// Tag and charts are there.
    pub(crate) fn begin(&mut self, now: Instant) {
        self.begun = Some(now);
    }

    /// Takes the steps that can be taken by now; they come back with the time since the beginning.
    pub(crate) fn look(
        &mut self,
        board: &Board,
        seen: &Seen,
        now: Instant,
    ) -> Vec<(Step, Duration)> {
        let Some(begun) = self.begun else {
            return Vec::new();
        };
        let mut taken = Vec::new();
        let facts = Facts { board, seen };
        for (step, done) in &mut self.steps {
            if done.is_none() && facts.show(*step) {
                *done = Some(now - begun);
                taken.push((*step, now - begun));
            }
        }
        taken
    }

    /// Whether all steps were taken.
    pub(crate) fn is_closed(&self) -> bool {
        self.open().next().is_none()
    }

    /// The steps that were not taken.
    pub(crate) fn open(&self) -> impl Iterator<Item = Step> {
        let open = self.steps.iter().filter(|(_, done)| done.is_none());
        open.map(|(step, _)| *step)
    }

    /// How far it is, if it was begun and is not closed.
    pub(crate) fn progress(&self, now: Instant) -> Option<(usize, usize, Duration)> {
        let begun = self.begun.filter(|_| !self.is_closed())?;
        let all = self.steps.len();
        Some((all - self.open().count(), all, now - begun))
    }

    /// From the push of the tag to the Deployment that has it, and to the last step of all.
    pub(crate) fn times(&self) -> (Option<Duration>, Option<Duration>) {
        let applied = self.steps.iter().find(|(step, _)| *step == Step::Applied);
        let last = self.steps.iter().filter_map(|(_, done)| *done).max();
        (applied.and_then(|(_, done)| *done), last)
    }
}

/// What is so.
struct Facts<'a> {
    board: &'a Board,
    seen: &'a Seen,
}

impl Facts<'_> {
    fn show(&self, step: Step) -> bool {
        match step {
            Step::Chosen => self.revision(IMAGE_POLICY, POLICY) == TAGS[1],
            Step::Committed => self.commit().is_some(),
            Step::Fetched => self.commit().is_some_and(|commit| {
                let source = self.board.get(&source());
                source.is_some_and(|row| row.revision.ends_with(commit))
            }),
            Step::Applied => self.seen.image.ends_with(&format!(":{}", TAGS[1])),
            Step::Told(Subject { kind, name, reason }) => self.commit().is_some_and(|commit| {
                let about = |message: &Message| {
                    let Message {
                        kind: k,
                        name: n,
                        reason: r,
                        ..
                    } = message;
                    (&**k, &**n, &**r) == (kind, name, reason) && message.revision.ends_with(commit)
                };
                self.seen.messages.iter().any(about)
            }),
            Step::Upgraded(name) => self
                .release(name)
                .is_some_and(|latest| latest["status"] == "deployed"),
            Step::Tested(name) => self.release(name).is_some_and(|latest| {
                let tests = latest["testHooks"].as_object();
                tests.is_some_and(|tests| {
                    !tests.is_empty() && tests.values().all(|test| test["phase"] == "Succeeded")
                })
            }),
            Step::ReleaseTold(name) => {
                let about = |message: &Message| {
                    (&*message.kind, &*message.name) == (HELM_RELEASE, name)
                        && is_new(&message.revision)
                };
                self.seen.messages.iter().any(about)
            }
        }
    }

    /// The commit of the automation.
    fn commit(&self) -> Option<&str> {
        let commit = self.revision(IMAGE_UPDATE_AUTOMATION, AUTOMATION);
        Some(commit).filter(|commit| !commit.is_empty())
    }

    /// The latest revision of a release, if it is of the new version.
    fn release(&self, name: &str) -> Option<&Value> {
        let row = self.board.get(&Key::of(HELM_RELEASE, name))?;
        is_new(&row.revision).then(|| &row.object["status"]["history"][0])
    }

    fn revision(&self, kind: &'static str, name: &str) -> &str {
        let row = self.board.get(&Key::of(kind, name));
        row.map_or("", |row| row.revision.as_str())
    }
}

/// Whether this is the new version of a chart; one from a registry has its digest behind it.
fn is_new(version: &str) -> bool {
    version.split('+').next() == Some(VERSIONS[1])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    struct Story {
        circle: Circle,
        board: Board,
        seen: Seen,
        start: Instant,
    }

    impl Story {
        fn new(components: &str) -> Self {
            let start = Instant::now();
            let mut story = Self {
                circle: Circle::new(&components.parse().unwrap()),
                board: Board::new(start),
                seen: Seen::default(),
                start,
            };
            story.circle.begin(start);
            story
        }

        fn set(&mut self, kind: &'static str, name: &str, status: Value) {
            let mut status = status;
            status["observedGeneration"] = json!(1);
            status["conditions"] = json!([{ "type": "Ready", "status": "True" }]);
            let object = json!({ "metadata": { "generation": 1 }, "status": status });
            self.board.update(Key::of(kind, name), object, self.start);
        }

        fn tell(&mut self, kind: &str, name: &str, reason: &str, revision: &str) {
            self.seen.messages.push(Message::read(&json!({
                "involvedObject": { "kind": kind, "name": name },
                "reason": reason,
                "metadata": { "revision": revision },
            })));
        }

        /// The steps that are taken `second` seconds after the beginning.
        fn look(&mut self, second: u64) -> Vec<Step> {
            let now = self.start + Duration::from_secs(second);
            let taken = self.circle.look(&self.board, &self.seen, now);
            taken.into_iter().map(|(step, _)| step).collect()
        }
    }

    #[test]
    fn a_tag_goes_round_step_by_step() {
        let mut story =
            Story::new("source,kustomize,notification,image-reflector,image-automation");
        story.set(
            "ImagePolicy",
            "storefront",
            json!({ "latestRef": { "tag": TAGS[0] } }),
        );
        "registry.example.dev/shop/storefront:4.2.0".clone_into(&mut story.seen.image);
        story.tell(APPLIED.kind, APPLIED.name, APPLIED.reason, "main@sha1:old");
        assert!(story.look(1).is_empty() && !story.circle.is_closed());
        story.set(
            "ImagePolicy",
            "storefront",
            json!({ "latestRef": { "tag": TAGS[1] } }),
        );
        assert_eq!(story.look(2), [Step::Chosen]);
        story.set(
            "ImageUpdateAutomation",
            "demo",
            json!({ "lastPushCommit": "new" }),
        );
        assert_eq!(story.look(3), [Step::Committed]);
        let artifact = json!({ "artifact": { "revision": "main@sha1:new" } });
        story.set("GitRepository", "demo", artifact);
        assert_eq!(story.look(4), [Step::Fetched]);
        "registry.example.dev/shop/storefront:4.3.0".clone_into(&mut story.seen.image);
        assert_eq!(story.look(5), [Step::Applied]);
        story.tell(FETCHED.kind, FETCHED.name, FETCHED.reason, "main@sha1:new");
        story.tell(APPLIED.kind, APPLIED.name, "Progressing", "main@sha1:new");
        assert!(story.look(6).is_empty(), "not applied to its end");
        assert_eq!(story.circle.progress(story.start).unwrap().0, 4);
        story.tell(APPLIED.kind, APPLIED.name, APPLIED.reason, "main@sha1:new");
        assert_eq!(story.look(7), [Step::Told(APPLIED)]);
        assert!(story.circle.is_closed());
        let second = |second| Some(Duration::from_secs(second));
        assert_eq!(story.circle.times(), (second(5), second(7)));
    }

    #[test]
    fn a_release_has_to_be_upgraded_and_tested() {
        let mut story = Story::new("source,helm");
        let history = |version: &str, phase: &str| {
            let tests = json!({ "cache-answers": { "phase": phase } });
            json!({ "history": [{ "chartVersion": version, "status": "deployed", "testHooks": tests }] })
        };
        story.set("HelmRelease", "cache", history("1.0.0", "Succeeded"));
        assert!(story.look(1).is_empty(), "the old version");
        story.set("HelmRelease", "cache", history("1.1.0", "Failed"));
        assert_eq!(story.look(2), [Step::Upgraded("cache")]);
        story.set("HelmRelease", "cache", history("1.1.0", "Succeeded"));
        assert_eq!(story.look(3), [Step::Tested("cache")]);
        story.set(
            "HelmRelease",
            "queue",
            history("1.1.0+0123456789ab", "Succeeded"),
        );
        assert_eq!(
            story.look(4),
            [Step::Upgraded("queue"), Step::Tested("queue")]
        );
        assert!(story.circle.is_closed());
    }

    #[test]
    fn a_release_without_tests_was_not_tested() {
        let mut story = Story::new("source,helm");
        story.set(
            "HelmRelease",
            "cache",
            json!({ "history": [{ "chartVersion": "1.1.0", "status": "deployed" }] }),
        );
        assert_eq!(story.look(1), [Step::Upgraded("cache")]);
    }

    #[test]
    fn a_subset_takes_the_steps_that_it_can() {
        let steps = |components: &str| Circle::new(&components.parse().unwrap()).steps.len();
        assert_eq!(steps(""), 11);
        assert_eq!(steps("source,kustomize,notification"), 0);
        assert_eq!(steps("image-reflector"), 1);
        assert_eq!(steps("source,helm"), 4);
        assert!(Circle::none().is_closed() && !Circle::none().is_due());
        assert!(Circle::new(&"".parse().unwrap()).is_due());
    }

    #[test]
    fn nothing_is_taken_before_the_beginning() {
        let mut story = Story::new("image-reflector");
        story.circle = Circle::new(&"image-reflector".parse().unwrap());
        story.set(
            "ImagePolicy",
            "storefront",
            json!({ "latestRef": { "tag": TAGS[1] } }),
        );
        assert!(story.look(1).is_empty() && story.circle.is_due());
    }
}
