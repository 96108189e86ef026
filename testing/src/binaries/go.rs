//! The Go tool chain: found, checked, and run without touching anything but Go's own caches.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// The oldest Go release that the pinned modules accept.
const OLDEST: (u32, u32) = (1, 26);

const INSTALL: &str = "install Go 1.26 or newer: https://go.dev/dl/ \
    (for example: curl -L https://go.dev/dl/go1.26.8.linux-amd64.tar.gz | sudo tar -C /usr/local -xz, \
    then add /usr/local/go/bin to PATH)";

/// Checks that there is a Go that is new enough.
pub(super) fn check() -> anyhow::Result<()> {
    #[expect(
        clippy::disallowed_methods,
        reason = "test tooling builds the control plane with Go"
    )]
    let output = Command::new("go")
        .args(["env", "GOVERSION"])
        .env("GOTOOLCHAIN", "local")
        .output();
    let output = output.with_context(|| format!("the program `go` was not found; {INSTALL}"))?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    match release(&version) {
        Some(found) if found >= OLDEST => Ok(()),
        _ => bail!("Go is too old: {version}; {INSTALL}"),
    }
}

/// `go1.26.8` is `(1, 26)`.
fn release(version: &str) -> Option<(u32, u32)> {
    let mut parts = version
        .strip_prefix("go")?
        .split(|c: char| !c.is_ascii_digit());
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// Runs `go` in `dir` and returns its standard output; each line of standard error goes to `progress`.
///
/// # Errors
/// Shows the end of standard error when Go fails.
pub(super) fn run(
    dir: &Path,
    args: &[&str],
    progress: &mut dyn FnMut(&str),
) -> anyhow::Result<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "test tooling builds the control plane with Go"
    )]
    let mut command = Command::new("go");
    let mut child = command
        .args(args)
        .current_dir(dir)
        // Exactly what is pinned, with the Go that is there, and no C compiler.
        .env("GOTOOLCHAIN", "local")
        .env("GOFLAGS", "-mod=readonly")
        .env("GOWORK", "off")
        .env("CGO_ENABLED", "0")
        .env_remove("GOOS")
        .env_remove("GOARCH")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start go")?;
    let mut stdout = child.stdout.take().context("go has no standard output")?;
    let reader = std::thread::spawn(move || std::io::read_to_string(&mut stdout));
    let stderr = child.stderr.take().context("go has no standard error")?;
    let mut lines = Vec::new();
    for line in BufReader::new(stderr).lines() {
        let line = line?;
        progress(&line);
        lines.push(line);
    }
    let status = child.wait()?;
    if !status.success() {
        let tail = lines[lines.len().saturating_sub(20)..].join("\n");
        bail!("go {} failed in {}:\n{tail}", args.join(" "), dir.display());
    }
    let text = reader
        .join()
        .map_err(|_| anyhow::anyhow!("the reader of go's output panicked"))??;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn release_reads_what_go_prints() {
        assert_eq!(release("go1.26.8"), Some((1, 26)));
        assert_eq!(release("go1.27rc1"), Some((1, 27)));
        assert_eq!(release("go1.26"), Some((1, 26)));
        assert_eq!(release("devel +abc"), None);
        assert!(release("go1.9.7").unwrap() < OLDEST);
        assert!(release("go2.0").unwrap() > OLDEST);
    }

    #[test]
    fn a_failure_shows_what_go_said() {
        let dir = crate::Dir::new("go-test").unwrap();
        let error = run(dir.path(), &["build", "./nothing"], &mut |_| {})
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("go build ./nothing failed"), "{error}");
        assert!(error.contains("go.mod"), "{error}");
    }
}
