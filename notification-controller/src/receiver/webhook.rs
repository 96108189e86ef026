//! Answering the calls of services (section 9).

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Response, StatusCode};
use common::access::CrossNamespace;
use common::conditions::{READY, RECONCILING, STALLED, is_true};
use common::controller::Mirror;
use common::kube::Client;
use common::object::{Object as _, ObjectKey};
use crds::notification::Receiver;
use subtle::ConstantTimeEq as _;

use super::check::{self, Call, Expected, Rejection};
use super::filter::Filters;
use super::wake;
use crate::secrets;
use crate::server::{Arrived, Handler, empty};

/// How long a call waits for the receivers to be known, when the process has just started.
const PATIENCE: Duration = Duration::from_secs(15);

/// Answers calls. An answer has no body, and one to a forged call is that to a path that does not exist.
pub struct Webhook {
    client: Client,
    receivers: Mirror<Receiver>,
    rule: CrossNamespace,
}

impl Webhook {
    /// Answers calls of these receivers.
    pub fn new(client: Client, receivers: Mirror<Receiver>, rule: CrossNamespace) -> Self {
        Self {
            client,
            receivers,
            rule,
        }
    }

    async fn status(&self, request: &Arrived) -> StatusCode {
        let known = tokio::time::timeout(PATIENCE, self.receivers.complete()).await;
        if known.is_err() {
            tracing::error!("unable to list receivers: the API server has not answered yet");
            return StatusCode::INTERNAL_SERVER_ERROR;
        }
        let Some(receiver) = self.find(&raw_path(&request.head)) else {
            return StatusCode::NOT_FOUND;
        };
        let key = receiver.key();
        if let Err(reason) = answers(&receiver) {
            tracing::error!(receiver = %key, "unable to process request: {reason}");
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        let token = match self.token(&receiver).await {
            Ok(token) => token,
            Err(error) => {
                tracing::error!(receiver = %key, error, "unable to validate payload");
                return StatusCode::BAD_REQUEST;
            }
        };
        let call = Call {
            headers: &request.head.headers,
            body: &request.body,
        };
        let expected = Expected {
            token: &token,
            events: &receiver.spec.events,
        };
        let accepted = match check::check(&receiver.spec.r#type, call, expected) {
            Ok(accepted) => accepted,
            Err(rejection) => {
                tracing::error!(receiver = %key, error = %rejection, "unable to validate payload");
                return match rejection {
                    Rejection::Forged(_) => StatusCode::NOT_FOUND,
                    Rejection::Unusable(_) => StatusCode::BAD_REQUEST,
                };
            }
        };
        tracing::info!(receiver = %key, "{}", accepted.about);
        match Filters::new(&receiver, &request.head.headers, &accepted.body) {
            Ok(filters) => self.wake(&receiver, filters.as_ref()).await,
            Err(error) => {
                tracing::error!(receiver = %key, %error, "unable to create resource filters");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    /// The Receiver of a path. Every receiver is compared with, whichever it is.
    fn find(&self, path: &str) -> Option<Arc<Receiver>> {
        let mut found = None;
        for receiver in self.receivers.all() {
            let own = receiver.status.webhook_path.as_deref().unwrap_or_default();
            let same: bool = own.as_bytes().ct_eq(path.as_bytes()).into();
            if same && !own.is_empty() {
                found.get_or_insert(receiver);
            }
        }
        found
    }

    /// The token, read anew for every call (R4).
    async fn token(&self, receiver: &Receiver) -> Result<Vec<u8>, String> {
        let Some(reference) = &receiver.spec.secret_ref else {
            return Ok(Vec::new());
        };
        let namespace = receiver.metadata.namespace.as_deref().unwrap_or_default();
        let name = format!("{namespace}/{}", reference.name);
        let data = secrets::read(&self.client, namespace, &reference.name).await;
        data.map_err(|error| format!("unable to read secret {name:?}: {error}"))?
            .remove("token")
            .ok_or_else(|| format!("invalid {name:?} secret data: required field 'token'"))
    }

    /// Wakes every object; one that fails does not keep the others asleep (R8).
    async fn wake(&self, receiver: &Receiver, filters: Option<&Filters>) -> StatusCode {
        let mut status = StatusCode::OK;
        for index in 0..receiver.spec.resources.len() {
            if let Err(error) = wake::wake(&self.client, receiver, index, filters, self.rule).await
            {
                let key = ObjectKey::of(&receiver.metadata);
                tracing::error!(receiver = %key, resource = index, %error, "unable to request reconciliation");
                status = StatusCode::INTERNAL_SERVER_ERROR;
            }
        }
        status
    }
}

impl Handler for Webhook {
    const PREFIX: &'static str = crds::notification::well_known::WEBHOOK_PATH;

    async fn answer(&self, request: Arrived) -> Response<Body> {
        empty(self.status(&request).await)
    }
}

/// What a path is compared with: everything behind the host, a query included (R1).
fn raw_path(head: &Parts) -> String {
    match head.uri.path_and_query() {
        Some(path) => path.as_str().to_owned(),
        None => head.uri.to_string(),
    }
}

/// Whether a Receiver answers calls at all (R2).
fn answers(receiver: &Receiver) -> Result<(), &'static str> {
    let conditions = receiver.conditions();
    if receiver.suspended() {
        Err("receiver is suspended")
    } else if is_true(conditions, READY)
        && !is_true(conditions, RECONCILING)
        && !is_true(conditions, STALLED)
    {
        Ok(())
    } else {
        Err("receiver is not ready")
    }
}
