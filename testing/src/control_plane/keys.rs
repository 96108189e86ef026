//! The keys of one control plane: made by the test, valid for its life, known to nobody else.

use std::path::{Path, PathBuf};

use anyhow::Context;
use rcgen::KeyPair;

use crate::pki::Authority;

/// The key files of the API server.
pub(super) struct Files {
    pub(super) ca: PathBuf,
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
    pub(super) service_account_key: PathBuf,
    pub(super) service_account_public_key: PathBuf,
}

/// Makes all keys of a control plane and writes them to `dir`; returns the authority's certificate too.
pub(super) fn write(dir: &Path) -> anyhow::Result<(Files, String)> {
    let authority = Authority::new("sluice-test-control-plane")?;
    let server = authority.server(&[
        "127.0.0.1",
        "localhost",
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "kubernetes.default.svc.cluster.local",
    ])?;
    let tokens = KeyPair::generate()?;
    let put = |name: &str, text: &str| -> anyhow::Result<PathBuf> {
        let path = dir.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    };
    let files = Files {
        ca: put("ca.crt", authority.pem())?,
        certificate: put("server.crt", &server.certificate)?,
        key: put("server.key", &server.key)?,
        service_account_key: put("service-account.key", &tokens.serialize_pem())?,
        service_account_public_key: put("service-account.pub", &tokens.public_key_pem())?,
    };
    Ok((files, authority.pem().to_owned()))
}
