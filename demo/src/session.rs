//! One run: everything started, watched until its end, and cleaned up.

use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use testing::binaries::Binaries;
use testing::http::Received;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::board::Board;
use crate::circle::{Circle, Seen, Step};
use crate::commits::Commits;
use crate::component::{Component, Components};
use crate::events::{self, Change};
use crate::interrupts::Interrupts;
use crate::kinds::RECEIVER;
use crate::message::Message;
use crate::objects::{self, REGISTRY_HOOK, SOURCE_HOOK};
use crate::row::{Key, Ready};
use crate::screen::{Screen, seconds, short_revision};
use crate::servers::{IMAGE, REGISTRY_CHART, REPOSITORY_CHART, Servers, TAGS, VERSIONS};
use crate::usage::Usage;
use crate::world::World;
use crate::{Args, Outcome, webhook};

/// How often the table's clock moves and the controllers are looked at.
const TICK: Duration = Duration::from_millis(250);

/// With `ONCE=1`, what fails for so long in spite of a retry ends the run.
const PATIENCE: Duration = Duration::from_secs(20);

/// Starts everything, watches, and cleans up; Ctrl-C and SIGTERM end it in any phase.
pub(crate) async fn run(args: &Args, binaries: &Binaries) -> anyhow::Result<Outcome> {
    let mut interrupts = Interrupts::new()?;
    let start = Instant::now();
    let mut screen = Screen::new(start);
    let mut world = tokio::select! {
        world = World::start(args, binaries, &mut screen) => world?,
        () = interrupts.next() => return Ok(Outcome::Ready),
    };
    let mut session = Session::new(args, screen, start, &mut world);
    let result = session.watch(&mut interrupts).await;
    let mut screen = session.screen;
    let World {
        plan,
        cluster,
        client,
        controllers,
        ..
    } = world;
    let mut cleaned = Ok(());
    if !cluster.is_local() {
        screen.say("removing what was applied; Ctrl-C again leaves it");
        tokio::select! {
            removed = objects::remove(&client, &plan) => cleaned = removed,
            () = interrupts.next() => screen.say("left as it is"),
        }
    }
    controllers.stop();
    cleaned.and(result)
}

struct Session<'a> {
    args: &'a Args,
    screen: Screen,
    board: Board,
    circle: Circle,
    seen: Seen,
    /// When the demo began.
    started: Instant,
    /// When the objects were created, or a new commit was noticed.
    applied: Instant,
    /// The commit that all have to reach, once one was pushed.
    target: Option<String>,
    converged: bool,
    /// Whether all that was to be said after the first round was said.
    introduced: bool,
    deadline: Instant,
    world: &'a mut World,
}

impl<'a> Session<'a> {
    fn new(args: &'a Args, screen: Screen, started: Instant, world: &'a mut World) -> Self {
        let circle = match world.servers {
            Some(_) => Circle::new(args.components()),
            None => Circle::none(),
        };
        Self {
            args,
            screen,
            board: Board::new(Instant::now()),
            circle,
            seen: Seen::default(),
            started,
            applied: Instant::now(),
            target: None,
            converged: false,
            introduced: false,
            deadline: Instant::now() + args.timeout(),
            world,
        }
    }

    fn components(&self) -> &'a Components {
        self.args.components()
    }

    /// Creates the objects and watches until the end: by signal, or with `ONCE=1` by what the board says.
    async fn watch(&mut self, interrupts: &mut Interrupts) -> anyhow::Result<Outcome> {
        let (url, branch) = (self.world.repository.url(), self.world.repository.branch());
        if self.components().has(Component::Kustomize) {
            self.screen
                .say(&format!("applying {url} at branch {branch}"));
        }
        objects::create(&self.world.client, &self.world.plan).await?;
        let mut commits = Commits::follow(self.world.repository.git_dir(), branch);
        let mut changes = events::changes(&self.world.client, self.components());
        let mut images = self.images();
        let mut messages = self.messages();
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                Some(change) = changes.next() => self.take(change),
                Some(image) = images.next() => self.seen.image = image,
                received = next(&mut messages) => self.receive(&received),
                commit = commits.next() => self.pushed(commit).await?,
                () = interrupts.next() => return Ok(Outcome::Ready),
                _ = tick.tick() => {
                    self.world.controllers.check_running()?;
                    self.world.cluster.check_running()?;
                }
            }
            if let Some(outcome) = self.judge() {
                return Ok(outcome);
            }
            if self.converged && self.circle.is_due() {
                self.publish().await?;
            }
            let status = self.status();
            self.screen.draw(&self.board, &status);
        }
    }

    /// The images of the Deployment that gets a new tag.
    fn images(&self) -> BoxStream<'static, String> {
        if self.circle.open().any(|step| step == Step::Applied) {
            events::images(&self.world.client, "shop", "storefront")
        } else {
            stream::pending().boxed()
        }
    }

    /// What arrives at the sink.
    fn messages(&self) -> Option<watch::Receiver<Vec<Received>>> {
        let servers = self.world.servers.as_ref()?;
        servers.sink().map(testing::http::Sink::updates)
    }

    fn take(&mut self, change: Change) {
        let now = Instant::now();
        match change {
            Change::Begin(kind) => self.board.begin_list(kind),
            Change::End(kind) => self.board.end_list(kind),
            Change::Gone(key) => self.board.remove(&key),
            Change::Set(key, object) => {
                if self.board.update(key.clone(), object, now)
                    && let Some(row) = self.board.get(&key)
                {
                    self.screen.changed(row);
                }
            }
        }
    }

    /// Says what is new of all that was received.
    fn receive(&mut self, received: &[Received]) {
        for one in received.iter().skip(self.seen.messages.len()) {
            let message = Message::read(&one.json());
            self.screen.say(&format!("message: {message}"));
            self.seen.messages.push(message);
        }
    }

    /// A commit on this machine: the source is told, as the git server of a team would.
    async fn pushed(&mut self, commit: String) -> anyhow::Result<()> {
        self.screen
            .say(&format!("new commit {}", short_revision(&commit)));
        self.applied = Instant::now();
        self.converged = false;
        if self.components().has(Component::Source) {
            let sources = [objects::source()];
            self.wake(SOURCE_HOOK, &sources, &commit).await?;
        }
        self.target = Some(commit);
        Ok(())
    }

    /// The second tag and the second versions come out.
    async fn publish(&mut self) -> anyhow::Result<()> {
        let Some(servers) = &self.world.servers else {
            return Ok(());
        };
        servers.publish_next().await?;
        self.circle.begin(Instant::now());
        let mut news = Vec::new();
        if self.components().has(Component::ImageReflector) {
            news.push(format!("pushed {IMAGE}:{} to the registry", TAGS[1]));
        }
        if self.components().has(Component::Helm) {
            let version = VERSIONS[1];
            news.push(format!(
                "published the charts {REPOSITORY_CHART} and {REGISTRY_CHART} {version}"
            ));
        }
        self.screen.say(&news.join(", "));
        let published = objects::published(self.components());
        self.wake(REGISTRY_HOOK, &published, TAGS[1]).await
    }

    /// Has sources looked at: by their webhook where there is one, otherwise by the annotation that a webhook would set.
    async fn wake(&self, hook: &str, sources: &[Key], token: &str) -> anyhow::Result<()> {
        let receiver = self.board.get(&Key::of(RECEIVER, hook));
        let path = receiver.and_then(|row| row.object["status"]["webhookPath"].as_str());
        if let Some(path) = path {
            let url = self.world.controllers.receivers() + path;
            let body = serde_json::json!({ "after": token }).to_string();
            return webhook::call(&url, &self.world.plan.token, body).await;
        }
        for source in sources {
            objects::request_reconcile(&self.world.client, source, token).await?;
        }
        Ok(())
    }

    /// The end of the run, if it has come.
    fn judge(&mut self) -> Option<Outcome> {
        let now = Instant::now();
        let all_ready = self.all_are_there() && self.board.all_ready(self.target.as_deref());
        if all_ready && !self.converged {
            self.converged = true;
            self.say_converged(now);
        }
        for (step, time) in self.circle.look(&self.board, &self.seen, now) {
            self.screen
                .say(&format!("circle: {step}, after {}", seconds(time)));
        }
        if all_ready && self.circle.is_closed() && !self.introduced {
            self.introduced = true;
            self.say_closed();
            if self.args.once() {
                self.screen.draw(&self.board, "");
                return Some(Outcome::Ready);
            }
            self.introduce();
        }
        if self.args.once() && (now >= self.deadline || self.board.stuck(PATIENCE, now)) {
            self.screen.draw(&self.board, "");
            self.say_failed(now);
            return Some(Outcome::NotReady);
        }
        None
    }

    /// The watches of the kinds begin independently: one alone proves nothing.
    fn all_are_there(&self) -> bool {
        let mut objects = self.world.plan.objects.iter();
        objects.all(|object| self.board.get(&object.key()).is_some())
    }

    fn say_converged(&mut self, now: Instant) {
        let count = self.board.rows().len();
        let took = seconds(now - self.applied);
        let total = seconds(now - self.started);
        self.screen.say(&match self.target {
            None => format!(
                "all {count} objects are Ready {total} after the start, {took} after they were created"
            ),
            Some(_) => format!("all {count} objects are Ready {took} after the commit"),
        });
    }

    fn say_closed(&mut self) {
        let (applied, last) = self.circle.times();
        if let Some(applied) = applied {
            self.screen.say(&format!(
                "from the push of the tag to the Deployment that has it: {}",
                seconds(applied)
            ));
        }
        if let Some(last) = last {
            self.screen
                .say(&format!("the circle has closed after {}", seconds(last)));
        }
    }

    fn say_failed(&mut self, now: Instant) {
        let open: Vec<String> = self.circle.open().map(|step| format!("  {step}")).collect();
        let open = if self.circle.is_due() || open.is_empty() {
            String::new()
        } else {
            format!("the circle has not closed; to come:\n{}\n", open.join("\n"))
        };
        let objects = self.world.plan.objects.iter();
        let missing: Vec<String> = objects
            .map(objects::Object::key)
            .filter(|key| self.board.get(key).is_none())
            .map(|key| format!("{key} is not there\n"))
            .collect();
        self.screen.say(&format!(
            "not all is Ready after {}\n{}{}{open}\nThe ends of the logs:\n{}",
            seconds(now - self.applied),
            self.board.failures(),
            missing.concat(),
            self.world.controllers.log_tails()
        ));
    }

    /// Says what can be done from here on.
    fn introduce(&mut self) {
        let places = self.world.servers.as_ref().map(Servers::places);
        let usage = Usage {
            cluster: &self.world.cluster,
            components: self.args.components(),
            repository: &self.world.repository,
            places: &places.unwrap_or_default(),
            logs: &self.world.controllers.logs(),
        };
        let lines = usage.lines();
        self.screen.set_notes(&self.board, lines);
    }

    fn status(&self) -> String {
        let rows = self.board.rows();
        let ready = rows.iter().filter(|row| row.ready == Ready::True).count();
        let mut parts = vec![format!("{ready} of {} Ready", rows.len())];
        if !self.converged {
            parts.push(seconds(self.applied.elapsed()));
        }
        if let Some((taken, all, time)) = self.circle.progress(Instant::now()) {
            let time = seconds(time);
            parts.push(format!("circle: {taken} of {all} steps, {time}"));
        }
        let memory = self.world.controllers.memory();
        let memory: Vec<String> = memory
            .into_iter()
            .map(|(component, bytes)| format!("{} {}", component.short(), mebibytes(bytes)))
            .collect();
        if !memory.is_empty() {
            parts.push(format!("MiB: {}", memory.join(", ")));
        }
        parts.join("   ")
    }
}

/// `9.5`
fn mebibytes(bytes: u64) -> String {
    let tenths = bytes * 10 / (1 << 20);
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// Everything received, whenever there is more; without a sink never.
async fn next(messages: &mut Option<watch::Receiver<Vec<Received>>>) -> Vec<Received> {
    if let Some(messages) = messages
        && messages.changed().await.is_ok()
    {
        return messages.borrow_and_update().clone();
    }
    std::future::pending().await
}
