//! The engine against git's own server program, over real connections.

#![allow(clippy::unwrap_used)]

mod access;
mod faults;
mod files;
mod push;
mod references;
mod ssh;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use git::access::SecretData;
use git::reference::Fields;
use git::{Access, Checkout, Error, Limits, Reference, RemoteUrl, Resolved};

fn limits() -> Limits {
    Limits {
        timeout: Duration::from_mins(1),
        pack_bytes: 1 << 30,
        temporary: std::env::temp_dir(),
        interrupt: Arc::new(AtomicBool::new(false)),
    }
}

fn secret(pairs: &[(&str, &str)]) -> SecretData {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec()))
        .collect::<BTreeMap<_, _>>()
}

/// One pass: list, and fetch if asked to.
struct Client {
    url: String,
    access: Access,
    limits: Limits,
}

impl Client {
    fn new(url: impl Into<String>) -> Self {
        let url = url.into();
        let access =
            Access::from_secret(&RemoteUrl::parse(&url).unwrap(), &SecretData::new()).unwrap();
        Self {
            url,
            access,
            limits: limits(),
        }
    }

    fn with_secret(mut self, pairs: &[(&str, &str)]) -> Self {
        let proxy = self.access.proxy;
        let url = RemoteUrl::parse(&self.url).unwrap();
        self.access = Access {
            proxy,
            ..Access::from_secret(&url, &secret(pairs)).unwrap()
        };
        self
    }

    /// Runs on a thread where blocking is fine.
    async fn resolve(&self, fields: Fields<'_>) -> Result<Resolved, Error> {
        self.run(fields, |mut session, reference| session.resolve(reference))
            .await
    }

    async fn checkout(&self, fields: Fields<'_>) -> Result<Checkout, Error> {
        self.run(fields, |mut session, reference| {
            let resolved = session.resolve(reference)?;
            session.checkout(&resolved)
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        fields: Fields<'_>,
        work: impl FnOnce(git::Session, &Reference) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let reference = Reference::choose(fields)?;
        let (url, access, limits) = (
            RemoteUrl::parse(&self.url).unwrap(),
            self.access.clone(),
            self.limits.clone(),
        );
        tokio::task::spawn_blocking(move || work(git::connect(&url, &access, limits)?, &reference))
            .await
            .unwrap()
    }

    async fn revision(&self, fields: Fields<'_>) -> String {
        self.checkout(fields).await.unwrap().revision().to_string()
    }

    async fn error(&self, fields: Fields<'_>) -> String {
        match self.checkout(fields).await {
            Ok(checkout) => panic!("unexpected success: {}", checkout.revision()),
            Err(error) => error.to_string(),
        }
    }
}

const MAIN: Fields<'static> = Fields {
    branch: "main",
    commit: "",
    name: "",
    tag: "",
    semver: "",
};

fn tag(tag: &str) -> Fields<'_> {
    Fields {
        tag,
        ..Fields::default()
    }
}

fn name(name: &str) -> Fields<'_> {
    Fields {
        name,
        ..Fields::default()
    }
}

fn semver(semver: &str) -> Fields<'_> {
    Fields {
        semver,
        ..Fields::default()
    }
}

fn temporary_rest(path: &Path) -> usize {
    std::fs::read_dir(path).unwrap().count()
}
