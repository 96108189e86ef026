//! One request through `git http-backend`, a CGI program.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, bail};
use axum::body::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, request};
use tokio::io::AsyncWriteExt;

use super::program::CLEAN;

/// What the program answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Serves the repositories below `root`.
pub(super) async fn serve(
    root: &Path,
    head: &request::Parts,
    body: &[u8],
    user: &str,
) -> anyhow::Result<Answer> {
    let header = |name| {
        head.headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "test tooling serves git with git"
    )]
    let mut command = tokio::process::Command::new("git");
    command
        .arg("http-backend")
        .envs(CLEAN)
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REQUEST_METHOD", head.method.as_str())
        .env("PATH_INFO", head.uri.path())
        .env("QUERY_STRING", head.uri.query().unwrap_or_default())
        .env("CONTENT_TYPE", header(CONTENT_TYPE).unwrap_or_default())
        .env(
            "HTTP_CONTENT_ENCODING",
            header(CONTENT_ENCODING).unwrap_or_default(),
        )
        .env(
            "GIT_PROTOCOL",
            header(HeaderName::from_static("git-protocol")).unwrap_or_default(),
        )
        .env("REMOTE_ADDR", "127.0.0.1")
        .env("REMOTE_USER", user)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().context("cannot start git http-backend")?;
    let mut stdin = child
        .stdin
        .take()
        .context("git http-backend has no standard input")?;
    // Written beside the reading: a large push and a chatty answer must not wait for each other. An answer that comes before
    // all of the request was read closes the pipe, which is no failure.
    let feed = async move {
        let _ = stdin.write_all(body).await;
        drop(stdin);
    };
    let ((), output) = tokio::join!(feed, child.wait_with_output());
    let output = output?;
    parse(&output.stdout.into()).with_context(|| {
        format!(
            "git says: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        )
    })
}

/// Splits a CGI answer: header lines, an empty line, the body.
fn parse(output: &Bytes) -> anyhow::Result<Answer> {
    let mut status = StatusCode::OK;
    let mut headers = HeaderMap::new();
    let mut start = 0;
    loop {
        let Some(length) = output[start..].iter().position(|byte| *byte == b'\n') else {
            bail!("git http-backend ended inside its header");
        };
        let line = output[start..start + length].trim_ascii_end();
        start += length + 1;
        if line.is_empty() {
            return Ok(Answer {
                status,
                headers,
                body: output.slice(start..),
            });
        }
        let line = std::str::from_utf8(line)?;
        let (name, value) = line
            .split_once(':')
            .with_context(|| format!("no header: {line}"))?;
        let value = value.trim();
        if name.eq_ignore_ascii_case("status") {
            status = value.split(' ').next().unwrap_or_default().parse()?;
        } else {
            headers.append(
                HeaderName::from_bytes(name.as_bytes())?,
                HeaderValue::from_str(value)?,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cgi_answer_is_split_into_status_headers_and_body() {
        let output = "Status: 404 Not Found\r\nContent-Type: text/plain\r\n\r\nline\n\nline";
        let answer = parse(&output.into()).unwrap();
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.headers[CONTENT_TYPE], "text/plain");
        assert_eq!(answer.body, "line\n\nline");
    }

    #[test]
    fn an_answer_without_a_body_mark_is_an_error() {
        assert!(parse(&"Content-Type: text/plain\n".into()).is_err());
        assert!(parse(&"no header\n\n".into()).is_err());
    }
}
