//! The token, and the path that follows from it (P7, P8).

use common::object::Object as _;
use common::reconcile::{Flow, Pass, Progress, Stop};
use crds::well_known::reason;

use crate::receiver::error::Error;
use crate::receiver::{Receivers, webhook_path};
use crate::secrets;

/// Reads the token and says under which path the Receiver is called.
pub async fn run(pass: &mut Pass<Receivers>) -> Result<Flow, Stop> {
    pass.progress(&Progress::new("Reconciliation in progress"));
    let token = match token(pass).await {
        Ok(token) => token,
        Err(error) => {
            pass.object.status.webhook_path = None;
            return Err(error.into());
        }
    };
    let key = pass.key();
    let path = webhook_path(&token, &key.name, &key.namespace);
    let message = format!("Receiver initialized for path: {path}");
    if pass.object.status.webhook_path.as_ref() != Some(&path) {
        // The path is a credential of callers, and logs go further than objects.
        tracing::info!("receiver initialized for a new path");
        pass.object.status.webhook_path = Some(path);
    }
    pass.succeed(reason::SUCCEEDED, message);
    Ok(Flow::Next)
}

/// The token, byte for byte; empty where the spec names no Secret.
async fn token(pass: &Pass<Receivers>) -> Result<Vec<u8>, Error> {
    let Some(reference) = &pass.object.spec.secret_ref else {
        return Ok(Vec::new());
    };
    let namespace = pass.object.key().namespace;
    let name = format!("{namespace}/{}", reference.name);
    let mut data = secrets::read(&pass.context.client, &namespace, &reference.name)
        .await
        .map_err(|error| Error::unreadable(name.clone(), &error))?;
    data.remove("token").ok_or(Error::NoToken(name))
}
