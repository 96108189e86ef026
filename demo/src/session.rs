//! One run: everything started, watched until its end, and cleaned up.

use std::time::{Duration, Instant};

use futures::StreamExt;
use kube::Client;
use testing::binaries::Binaries;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::MissedTickBehavior;

use crate::board::{Board, Key, Ready};
use crate::cluster::Cluster;
use crate::commits::Commits;
use crate::controllers::Controllers;
use crate::events::{self, Change};
use crate::repository::Repository;
use crate::screen::{Screen, seconds, short_revision};
use crate::{Args, Outcome, consent, objects, usage};

/// How often the table's clock moves and the controllers are looked at.
const TICK: Duration = Duration::from_millis(250);

/// With `ONCE=1`, what fails for so long in spite of a retry ends the run.
const PATIENCE: Duration = Duration::from_secs(20);

/// Starts everything, watches, and cleans up; Ctrl-C and SIGTERM end it in any phase.
pub(crate) async fn run(args: &Args, binaries: Option<Binaries>) -> anyhow::Result<Outcome> {
    let mut interrupts = Interrupts::new()?;
    let start = Instant::now();
    let mut screen = Screen::new(start);
    let setup = async {
        let repository = Repository::open(args).await?;
        let cluster = match (&binaries, args.own_cluster()) {
            (Some(binaries), _) => Cluster::local(binaries).await?,
            (None, Some(kubeconfig)) => {
                let plan = consent::Plan {
                    args,
                    repository: &repository,
                };
                Cluster::own(kubeconfig, &plan).await?
            }
            (None, None) => unreachable!("without a cluster of one's own the programs were built"),
        };
        let time = cluster
            .start_time()
            .map(|time| format!(" (up in {})", seconds(time)));
        screen.say(&(cluster.title.clone() + &time.unwrap_or_default()));
        let controllers = Controllers::start(&cluster.kubeconfig).await?;
        screen.say("source-controller and kustomize-controller are ready");
        let client = cluster.client().await?;
        anyhow::Ok((repository, cluster, controllers, client))
    };
    let (repository, mut cluster, controllers, client) = tokio::select! {
        setup = setup => setup?,
        () = interrupts.next() => return Ok(Outcome::Ready),
    };
    objects::create(&client, &repository).await?;
    screen.say(&format!(
        "applying {} at branch {}",
        repository.url(),
        repository.branch()
    ));
    let mut session = Session {
        args,
        screen,
        board: Board::new(Instant::now()),
        started: start,
        applied: Instant::now(),
        target: None,
        converged: false,
        deadline: Instant::now() + args.timeout(),
        commits: Commits::follow(repository.git_dir(), repository.branch()),
        repository: &repository,
        cluster: &mut cluster,
        client: &client,
        controllers,
    };
    let result = session.watch(&mut interrupts).await;
    let Session {
        controllers,
        mut screen,
        ..
    } = session;
    let mut cleaned = Ok(());
    if !cluster.is_local() {
        screen.say("removing what was applied; Ctrl-C again leaves it");
        tokio::select! {
            removed = objects::remove(&client) => cleaned = removed,
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
    /// When the demo began.
    started: Instant,
    /// When the objects were created, or a new commit was noticed.
    applied: Instant,
    /// The commit that all have to reach, once one was pushed.
    target: Option<String>,
    converged: bool,
    deadline: Instant,
    commits: Commits,
    repository: &'a Repository,
    cluster: &'a mut Cluster,
    client: &'a Client,
    controllers: Controllers,
}

impl Session<'_> {
    /// Creates the objects and watches until the end: by signal, or with `ONCE=1` by what the board says.
    async fn watch(&mut self, interrupts: &mut Interrupts) -> anyhow::Result<Outcome> {
        objects::create(self.client, self.repository).await?;
        let mut changes = events::changes(self.client);
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                Some(change) = changes.next() => self.take(change),
                commit = self.commits.next() => self.pushed(commit).await?,
                () = interrupts.next() => return Ok(Outcome::Ready),
                _ = tick.tick() => {
                    self.controllers.check_running()?;
                    self.cluster.check_running()?;
                }
            }
            if let Some(outcome) = self.judge() {
                return Ok(outcome);
            }
            let status = self.status();
            self.screen.draw(&self.board, &status);
        }
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

    /// A commit on this machine: the source is told, as a webhook would.
    async fn pushed(&mut self, commit: String) -> anyhow::Result<()> {
        self.screen
            .say(&format!("new commit {}", short_revision(&commit)));
        self.applied = Instant::now();
        self.converged = false;
        objects::request_reconcile(self.client, &commit).await?;
        self.target = Some(commit);
        Ok(())
    }

    /// The end of the run, if it has come.
    fn judge(&mut self) -> Option<Outcome> {
        let now = Instant::now();
        let first = self.target.is_none();
        if !self.converged && self.board.all_ready(self.target.as_deref()) && self.root_is_there() {
            self.converged = true;
            let count = self.board.rows().len();
            let took = seconds(now - self.applied);
            if first {
                let total = seconds(now - self.started);
                self.screen.say(&format!(
                    "all {count} objects are Ready {total} after the start, {took} after they were created"
                ));
            } else {
                self.screen.say(&format!(
                    "all {count} objects are Ready {took} after the commit"
                ));
            }
            if self.args.once() {
                self.screen.draw(&self.board, "");
                return Some(Outcome::Ready);
            }
            if first {
                let logs = self.controllers.logs();
                let lines = usage::lines(self.cluster, self.repository, &logs);
                self.screen.set_notes(&self.board, lines);
            }
        }
        if self.args.once() && (now >= self.deadline || self.board.stuck(PATIENCE, now)) {
            self.screen.draw(&self.board, "");
            self.screen.say(&format!(
                "not all is Ready after {}\n{}\nThe ends of the logs:\n{}",
                seconds(now - self.applied),
                self.board.failures(),
                self.controllers.log_tails()
            ));
            return Some(Outcome::NotReady);
        }
        None
    }

    /// The watches of the two kinds begin independently: one alone proves nothing.
    fn root_is_there(&self) -> bool {
        let source = objects::source_key();
        let root = Key {
            kind: events::KUSTOMIZATION,
            ..source.clone()
        };
        self.board.get(&source).is_some() && self.board.get(&root).is_some()
    }

    fn status(&self) -> String {
        let rows = self.board.rows();
        let ready = rows.iter().filter(|row| row.ready == Ready::True).count();
        let since = seconds(self.applied.elapsed());
        let clock = if self.converged {
            String::new()
        } else {
            format!(", {since}")
        };
        let state = format!("{ready} of {} Ready{clock}", rows.len());
        let memory = self.controllers.memory().into_iter().map(|(name, bytes)| {
            #[expect(
                clippy::cast_precision_loss,
                reason = "a figure with one decimal place"
            )]
            let mebibytes = bytes as f64 / f64::from(1 << 20);
            format!("   {name} {mebibytes:.1} MiB")
        });
        state + &memory.collect::<String>()
    }
}

/// Ctrl-C, SIGTERM and the end of the terminal.
struct Interrupts {
    signals: [Signal; 3],
}

impl Interrupts {
    fn new() -> std::io::Result<Self> {
        let signals = [
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        ];
        Ok(Self { signals })
    }

    async fn next(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.signals;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}
