//! Signatures of the fetched commit and of the tag that leads to it (G10).

use common::reconcile::{Flow, Notice, Pass, Stop};
use crds::source::GitVerificationMode;
use git::Checkout;
use signature::object::Kind;
use signature::{Signed, pgp, ssh};
use transport::SecretData;

use super::super::conditions::VERIFIED;
use super::super::error::SignatureError;
use super::super::{Error, GitRepositories};
use crate::source::NEXT;
use crate::source::secrets::Secrets;

/// How the names of authorized keys of SSH end; everything else is a key ring of PGP.
const SSH_KEY: &str = ".sshpub";

/// The keys that are trusted.
struct Keys {
    rings: Vec<String>,
    authorized: Vec<String>,
}

/// Runs the step. What was not fetched was verified when it was.
pub async fn run(_: &GitRepositories, pass: &mut Pass<GitRepositories>) -> Result<Flow, Stop> {
    let (Some(verify), Some(checkout)) =
        (pass.object.spec.verify.clone(), pass.state.checkout.clone())
    else {
        return NEXT;
    };
    let data = Secrets::of(pass)
        .data_in_full(&verify.secret_ref.name)
        .await;
    let keys = Keys::read(data.map_err(|error| Error::VerifySecret(Box::new(error)))?);
    let mode = mode(verify.mode.as_ref());
    let message = check(&checkout, &mode, &keys)?;
    pass.object.status.source_verification_mode = Some(mode);
    pass.mark(VERIFIED, true, "Succeeded", &message);
    pass.event(Notice::Trace, "Succeeded", &message, &[]);
    NEXT
}

/// The mode in its newer spelling (D12).
pub fn mode(mode: Option<&GitVerificationMode>) -> GitVerificationMode {
    match mode {
        None | Some(GitVerificationMode::LowerHead) => GitVerificationMode::Head,
        Some(other) => other.clone(),
    }
}

/// What was verified, in words.
fn check(checkout: &Checkout, mode: &GitVerificationMode, keys: &Keys) -> Result<String, Error> {
    let mut verified = Vec::new();
    if matches!(
        mode,
        GitVerificationMode::Tag | GitVerificationMode::TagAndHead
    ) {
        let tag = checkout.tag().ok_or(Error::NoTag)?;
        let signed = Signed::tag(tag.bytes());
        if signed.kind() == Kind::Empty {
            return Err(Error::UnsignedTag(tag.to_string()));
        }
        let key = keys
            .verify(&signed, "tag")
            .map_err(|source| Error::TagSignature {
                tag: tag.to_string(),
                source,
            })?;
        verified.push(format!("\n\t- tag '{tag}' with key '{key}'"));
    }
    if *mode != GitVerificationMode::Tag {
        let signed = Signed::commit(checkout.commit_bytes());
        let hash = checkout.commit().hash.clone();
        let key = keys
            .verify(&signed, "commit")
            .map_err(|source| Error::CommitSignature {
                hash: hash.clone(),
                source,
            })?;
        verified.push(format!("\n\t- commit '{hash}' with key '{key}'"));
    }
    Ok(format!("verified signature of{}", verified.concat()))
}

impl Keys {
    fn read(data: SecretData) -> Self {
        let (mut rings, mut authorized) = (Vec::new(), Vec::new());
        for (name, value) in data {
            let text = String::from_utf8_lossy(&value).into_owned();
            if name.ends_with(SSH_KEY) {
                authorized.push(text);
            } else {
                rings.push(text);
            }
        }
        Self { rings, authorized }
    }

    /// The name of the key that signed.
    fn verify(&self, signed: &Signed, what: &'static str) -> Result<String, SignatureError> {
        match signed.kind() {
            Kind::Ssh => ssh::verify(&signed.signature, &signed.payload, &self.authorized)
                .map_err(|source| SignatureError::Ssh { what, source }),
            Kind::X509 | Kind::Unknown => {
                let source = signature::Error::Kind(signed.kind().name());
                Err(SignatureError::Pgp { what, source })
            }
            Kind::Pgp | Kind::Empty => {
                // A clock that stands before 1970 lets every signature that expires be expired.
                let now = u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or(u64::MAX);
                pgp::verify(&signed.signature, &signed.payload, &self.rings, now)
                    .map_err(|source| SignatureError::Pgp { what, source })
            }
        }
    }
}
