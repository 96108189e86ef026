//! The registry as a child process.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context, bail};
use futures::future::try_join_all;
use reqwest::{Method, Response, StatusCode};
use transport::{Proxy, Tls, client};

use super::artifact::{Artifact, MANIFEST, digest};
use crate::Dir;
use crate::binaries::{Binaries, Tool};
use crate::control_plane::progress_lines;
use crate::pki::Authority;
use crate::ports::free_ports;
use crate::process::{Process, Program};

/// The user name of a guarded registry.
pub const USER: &str = "user";

/// The password of a guarded registry.
pub const PASSWORD: &str = "pass";

/// The line of the password file for both.
const HTPASSWD: &str = "user:$2a$04$f1Qwh48MOXnPF9a/1djjxuaSMXAmm0hNI3J/JLaSVpPyIciSfhtk6\n";

/// How long it may take to come up.
const START: Duration = Duration::from_mins(1);

/// How many requests are under way at a time.
const AT_ONCE: usize = 16;

/// Who may read and write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Guarded {
    /// Everybody.
    #[default]
    No,
    /// Whoever knows [`USER`] and [`PASSWORD`].
    ByPassword,
}

/// How the registry is set up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Who may read and write.
    pub guarded: Guarded,
    /// Whether it is spoken to over https, with a certificate of a private authority.
    pub transport: crate::git::Transport,
}

/// A running registry.
#[derive(Debug)]
pub struct Registry {
    process: Process,
    host: String,
    client: reqwest::Client,
    options: Options,
    ca: String,
    _dir: Dir,
}

/// A request as the registry saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `HEAD`, …
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
}

impl Registry {
    /// Starts one for everybody, over plain http.
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_with(Options::default()).await
    }

    /// Starts one; its program is built first if need be.
    ///
    /// # Errors
    /// Shows the end of the log when it does not come up.
    pub async fn start_with(options: Options) -> anyhow::Result<Self> {
        let ensure = || Binaries::ensure(&[Tool::Registry], &mut progress_lines());
        let binaries = tokio::task::spawn_blocking(ensure).await??;
        let dir = Dir::new("registry")?;
        let [port] = free_ports()?;
        let path = |name: &str| dir.path().join(name).display().to_string();
        let mut config = format!(
            "version: 0.1\n\
             log: {{ level: warn, accesslog: {{ disabled: false }} }}\n\
             storage: {{ filesystem: {{ rootdirectory: {data} }}, delete: {{ enabled: true }} }}\n\
             http:\n  addr: 127.0.0.1:{port}\n",
            data = path("data"),
        );
        let mut ca = String::new();
        let is_https = options.transport != crate::git::Transport::Http;
        if is_https {
            let authority = Authority::new("sluice-test-registry")?;
            let identity = authority.server(&["127.0.0.1", "localhost", "registry.example.dev"])?;
            authority.pem().clone_into(&mut ca);
            std::fs::write(path("tls.crt"), identity.certificate)?;
            std::fs::write(path("tls.key"), identity.key)?;
            let (certificate, key) = (path("tls.crt"), path("tls.key"));
            writeln!(
                config,
                "  tls: {{ certificate: {certificate}, key: {key} }}"
            )?;
        }
        if options.guarded == Guarded::ByPassword {
            std::fs::write(path("htpasswd"), HTPASSWD)?;
            let file = path("htpasswd");
            writeln!(
                config,
                "auth: {{ htpasswd: {{ realm: test, path: {file} }} }}"
            )?;
        }
        std::fs::write(path("config.yml"), config)?;
        let mut process = Program::new(binaries.path(Tool::Registry))
            .args(["serve".to_owned(), path("config.yml")])
            .log(dir.path().join("log"))
            .env("OTEL_TRACES_EXPORTER", "none")
            .start()?;
        let tls = Tls {
            certificate_authority: is_https.then(|| ca.clone()),
            ..Tls::default()
        };
        let client = client::build(&tls, &Proxy::Environment, "test")?;
        let host = format!("127.0.0.1:{port}");
        let scheme = if is_https { "https" } else { "http" };
        let url = format!("{scheme}://{host}/");
        let up = async {
            loop {
                process.check_running()?;
                if client.get(&url).send().await.is_ok() {
                    return anyhow::Ok(());
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(START, up)
            .await
            .context("the registry did not come up")??;
        Ok(Self {
            process,
            host,
            client,
            options,
            ca,
            _dir: dir,
        })
    }

    /// `127.0.0.1:<port>`.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// `oci://127.0.0.1:<port>/<repository>`.
    pub fn url(&self, repository: &str) -> String {
        format!("oci://{}/{repository}", self.host)
    }

    /// The authority of its certificate; empty without one.
    pub fn ca(&self) -> &str {
        &self.ca
    }

    /// A docker configuration that it lets in.
    pub fn docker_config(&self) -> String {
        serde_json::json!({ "auths": { &*self.host: { "username": USER, "password": PASSWORD } } })
            .to_string()
    }

    /// Pushes an artifact under a tag, and returns its digest.
    pub async fn push(
        &self,
        repository: &str,
        tag: &str,
        artifact: &Artifact,
    ) -> anyhow::Result<String> {
        self.push_blob(repository, &artifact.config).await?;
        for layer in &artifact.layers {
            self.push_blob(repository, &layer.bytes).await?;
        }
        self.push_manifest(repository, tag, MANIFEST, artifact.manifest())
            .await
    }

    /// Puts more tags on an artifact that was pushed.
    pub async fn tag(
        &self,
        repository: &str,
        tags: &[&str],
        artifact: &Artifact,
    ) -> anyhow::Result<()> {
        let manifest = artifact.manifest();
        for some in tags.chunks(AT_ONCE) {
            let puts = some
                .iter()
                .map(|tag| self.push_manifest(repository, tag, MANIFEST, manifest.clone()));
            try_join_all(puts).await?;
        }
        Ok(())
    }

    /// Pushes a manifest or index as it is, and returns its digest.
    pub async fn push_manifest(
        &self,
        repository: &str,
        reference: &str,
        media_type: &str,
        bytes: Vec<u8>,
    ) -> anyhow::Result<String> {
        let digest = digest(&bytes);
        let path = format!("/v2/{repository}/manifests/{reference}");
        let response = self
            .request(Method::PUT, &self.address(&path), media_type, bytes)
            .await?;
        expect(response, StatusCode::CREATED).await?;
        Ok(digest)
    }

    async fn push_blob(&self, repository: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let start = self.address(&format!("/v2/{repository}/blobs/uploads/"));
        let response = self.request(Method::POST, &start, "", Vec::new()).await?;
        let response = expect(response, StatusCode::ACCEPTED).await?;
        let location = response
            .headers()
            .get("location")
            .and_then(|value| value.to_str().ok())
            .context("the registry named no place for the upload")?;
        let location = response.url().join(location)?;
        let separator = if location.query().is_some() { '&' } else { '?' };
        let put = format!("{location}{separator}digest={}", digest(bytes));
        let response = self
            .request(
                Method::PUT,
                &put,
                "application/octet-stream",
                bytes.to_vec(),
            )
            .await?;
        expect(response, StatusCode::CREATED).await.map(drop)
    }

    /// Removes a manifest by digest.
    pub async fn delete(&self, repository: &str, digest: &str) -> anyhow::Result<()> {
        let address = self.address(&format!("/v2/{repository}/manifests/{digest}"));
        let response = self
            .request(Method::DELETE, &address, "", Vec::new())
            .await?;
        expect(response, StatusCode::ACCEPTED).await.map(drop)
    }

    /// The requests so far.
    pub fn requests(&self) -> anyhow::Result<Vec<Request>> {
        let log = self.process.log_text()?;
        Ok(log.lines().filter_map(request).collect())
    }

    fn address(&self, path: &str) -> String {
        let scheme = if self.ca.is_empty() { "http" } else { "https" };
        format!("{scheme}://{}{path}", self.host)
    }

    async fn request(
        &self,
        method: Method,
        url: &str,
        media_type: &str,
        body: Vec<u8>,
    ) -> anyhow::Result<Response> {
        let mut request = self.client.request(method, url).body(body);
        if !media_type.is_empty() {
            request = request.header("content-type", media_type);
        }
        if self.options.guarded == Guarded::ByPassword {
            request = request.basic_auth(USER, Some(PASSWORD));
        }
        Ok(request.send().await?)
    }
}

async fn expect(response: Response, status: StatusCode) -> anyhow::Result<Response> {
    if response.status() == status {
        return Ok(response);
    }
    let (found, url) = (response.status(), response.url().clone());
    bail!("{url}: {found}: {}", response.text().await?)
}

/// Reads a line of the access log: `… "GET /v2/ HTTP/1.1" 200 …`.
fn request(line: &str) -> Option<Request> {
    let (_, rest) = line.split_once('"')?;
    let (request, rest) = rest.split_once('"')?;
    let parts: Vec<&str> = request.split(' ').collect();
    let [method, path, protocol] = parts[..] else {
        return None;
    };
    protocol.starts_with("HTTP/").then_some(())?;
    let status = rest.split_whitespace().next()?.parse().ok()?;
    Some(Request {
        method: method.to_owned(),
        path: path.to_owned(),
        status,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_access_log_is_read() {
        let line = r#"127.0.0.1 - - [30/Nov/2026:00:00:00 +0000] "HEAD /v2/a/manifests/x?n=1 HTTP/1.1" 200 482 "" "flux/v2""#;
        let expected = Request {
            method: "HEAD".to_owned(),
            path: "/v2/a/manifests/x?n=1".to_owned(),
            status: 200,
        };
        assert_eq!(request(line), Some(expected));
        assert_eq!(request("time=\"2026\" level=warning"), None);
    }

    #[tokio::test]
    async fn what_was_pushed_is_there() {
        let registry = Registry::start().await.unwrap();
        let artifact = Artifact::of("text/plain", b"hello".to_vec()).annotated("k", "v");
        let digest = registry.push("a/b", "1.0.0", &artifact).await.unwrap();
        let url = registry.address(&format!("/v2/a/b/manifests/{digest}"));
        let response = registry
            .client
            .get(&url)
            .header("accept", MANIFEST)
            .send()
            .await
            .unwrap();
        assert_eq!(response.bytes().await.unwrap(), artifact.manifest());
        let seen = registry.requests().unwrap();
        assert!(
            seen.iter()
                .any(|one| one.method == "GET" && one.status == 200)
        );
        registry.delete("a/b", &digest).await.unwrap();
        assert_eq!(
            registry.client.get(&url).send().await.unwrap().status(),
            404
        );
    }
}
