//! Keys, made by the real program.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::Dir;

/// How a private key is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// OpenSSH's own.
    OpenSsh,
    /// PKCS#1 for RSA, SEC 1 for elliptic curves.
    Pem,
    /// PKCS#8.
    Pkcs8,
}

/// A key pair.
#[derive(Debug, Clone)]
pub struct SshKey {
    /// The private half.
    pub private: String,
    /// The public half: type, key and comment on one line.
    pub public: String,
}

impl SshKey {
    /// An ed25519 key without a passphrase.
    pub fn ed25519() -> anyhow::Result<Self> {
        Self::generate("ed25519", "", Form::OpenSsh)
    }

    /// A key of a type that `ssh-keygen -t` knows.
    pub fn generate(kind: &str, passphrase: &str, form: Form) -> anyhow::Result<Self> {
        let dir = Dir::new("ssh-key")?;
        let file = dir.path().join("key");
        let mut args = vec!["-q", "-t", kind, "-N", passphrase, "-C", "test"];
        match form {
            Form::OpenSsh => {}
            Form::Pem => args.extend(["-m", "PEM"]),
            Form::Pkcs8 => args.extend(["-m", "PKCS8"]),
        }
        if kind == "rsa" {
            args.extend(["-b", "2048"]);
        }
        run(&args, &file)?;
        let read = |name: &str| {
            let file = dir.path().join(name);
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))
        };
        Ok(Self {
            private: read("key")?,
            public: read("key.pub")?.trim().to_owned(),
        })
    }

    /// The `authorized_keys` or `known_hosts` form without the comment.
    pub fn public_words(&self) -> String {
        let words: Vec<_> = self.public.split(' ').take(2).collect();
        words.join(" ")
    }
}

fn run(args: &[&str], file: &Path) -> anyhow::Result<()> {
    #[expect(
        clippy::disallowed_methods,
        reason = "test tooling makes keys with the program that users have"
    )]
    let output = Command::new("ssh-keygen")
        .args(args)
        .arg("-f")
        .arg(file)
        .stdin(Stdio::null())
        .output()
        .context(
            "the program `ssh-keygen` was not found; install it: apt-get install openssh-client",
        )?;
    if !output.status.success() {
        bail!(
            "ssh-keygen failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(())
}
