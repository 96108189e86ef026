//! Rows of bad input: each is one object among others in one namespace under the same controllers. A row says what the
//! user is told; the table checks that the rest of the contract holds around it, and that a healthy neighbour goes on.
//! `docs/compatibility/bad-input.md` lists the rows.

use common::reconcile::Notice;
use serde_json::{Value, json};
use testing::is_like;

use crate::plane::{Kind, PATIENCE, Plane, find, is, merge, says};

/// The page that lists every row.
const PAGE: &str = include_str!("../../../docs/compatibility/bad-input.md");

/// One bad input.
pub struct Row {
    name: &'static str,
    spec: Value,
    secrets: Vec<(&'static str, Value)>,
    condition: (&'static str, &'static str),
    reason: &'static str,
    says: String,
    end: End,
}

/// What follows (R7).
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Tried again; a Warning tells of it.
    Retry,
    /// Nothing more until something changes.
    Stall,
    /// Looked at again soon; no Warning.
    Wait,
}

/// A row whose spec is that of a good object but for what the row says.
pub fn row(name: &'static str) -> Row {
    Row {
        name,
        spec: json!({}),
        secrets: Vec::new(),
        condition: ("FetchFailed", "True"),
        reason: "",
        says: String::new(),
        end: End::Retry,
    }
}

impl Row {
    /// Fields over the usual ones.
    pub fn spec(mut self, fields: Value) -> Self {
        merge(&mut self.spec, fields);
        self
    }

    /// A Secret with the name of the row, in this field of the spec.
    pub fn secret(mut self, field: &'static str, data: Value) -> Self {
        self.spec[field] = json!({ "name": self.name });
        self.secrets.push((self.name, data));
        self
    }

    /// The condition that says so, where it is not `FetchFailed`.
    pub fn condition(mut self, kind: &'static str, status: &'static str) -> Self {
        self.condition = (kind, status);
        self
    }

    pub fn ends(mut self, end: End) -> Self {
        self.end = end;
        self
    }

    /// The reason, and the message: `…` stands for any text, `{ns}` for the namespace.
    pub fn fails(mut self, reason: &'static str, message: &str) -> Self {
        self.reason = reason;
        message.clone_into(&mut self.says);
        self
    }

    async fn create<K: Kind>(&self, plane: &Plane, usual: &Value) {
        for (name, data) in &self.secrets {
            plane.secret(name, data.clone()).await;
        }
        let mut spec = usual.clone();
        merge(&mut spec, self.spec.clone());
        plane.create::<K>(self.name, spec).await;
    }

    /// What does not hold.
    async fn check<K: Kind>(&self, plane: &Plane) -> Vec<String> {
        let settled = |object: &K| {
            let class = match self.end {
                End::Stall => is(object, "Stalled", "True"),
                End::Retry | End::Wait => find(object, "Reconciling")
                    .is_some_and(|condition| condition.reason == "ProgressingWithRetry"),
            };
            is(object, "Ready", "False") && class
        };
        let object = match plane.try_wait(self.name, PATIENCE, settled).await {
            Ok(object) => object,
            Err(shown) => {
                return vec![format!("{}: does not fail as expected: {shown}", self.name)];
            }
        };
        let mut wrong = Vec::new();
        let mut expect = |holds: bool, what: &str| {
            if !holds {
                wrong.push(format!("{}: {what}", self.name));
            }
        };
        let (reason, message) = says(&object, "Ready");
        let text = self.says.replace("{ns}", &plane.namespace);
        expect(
            reason == self.reason && is_like(&text, &message),
            &format!(
                "expected {} {text:?}, found {reason} {message:?}",
                self.reason
            ),
        );
        let (kind, status) = self.condition;
        expect(
            is(&object, kind, status) && says(&object, kind) == (reason.clone(), message.clone()),
            &format!("{kind} is {:?}", find(&object, kind)),
        );
        expect(
            is(&object, "Stalled", "True") == (self.end == End::Stall),
            "another class",
        );
        let observed = if self.end == End::Stall { 1 } else { -1 };
        expect(
            object.observed_generation() == observed,
            &format!("observed is {:?}", object.observed_generation()),
        );
        expect(
            find(&object, "ArtifactInStorage").is_none() && !plane.has_files(&object),
            "something was published",
        );
        if self.end != End::Wait {
            let what = format!("{reason} {message}");
            plane
                .told_that(&what, |event| {
                    event.notice == Notice::Error
                        && event.reason == reason
                        && event.message == message
                        && *event.involved.name == *self.name
                })
                .await;
        }
        expect(
            PAGE.contains(&format!("`{}`", self.name)),
            "not listed in docs/compatibility/bad-input.md",
        );
        wrong
    }
}

/// Runs the rows beside a healthy neighbour, which has the usual spec.
pub async fn run<K: Kind>(plane: &Plane, usual: Value, rows: Vec<Row>) {
    plane.create::<K>("neighbour", usual.clone()).await;
    for row in &rows {
        row.create::<K>(plane, &usual).await;
    }
    let mut wrong = Vec::new();
    for row in &rows {
        wrong.extend(row.check::<K>(plane).await);
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    plane.wait_ready::<K>("neighbour").await;
    let neighbour: K = plane.reconcile("neighbour", "again").await;
    assert!(is(&neighbour, "Ready", "True"));
}
