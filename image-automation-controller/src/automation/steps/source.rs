//! The repository, what of it is checked out and pushed, and the Secrets that this needs (U6, G1 to G3).

use std::sync::Arc;
use std::time::Duration;

use common::access::check_reference;
use common::object::{self, Object as _, ObjectReference};
use common::reconcile::{Flow, Pass, Stop};
use crds::image::{AutomationSourceKind, GitSpec, ImageUpdateAutomation};
use crds::source::{GitProvider, GitRepository, GitRepositoryRef};
use git::reference::{Fields, Reference, is_branch_name};
use git::{RemoteUrl, push};

use super::super::error::refspec;
use super::super::{Automations, Error, Extent, Source};
use crate::access;
use crate::args::gates::OBJECT_LEVEL_WORKLOAD_IDENTITY;
use crate::checkout::{Branches, Plan};

/// How long a conversation may take where the repository does not say (U11).
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(1);

/// The branch that is checked out where nobody names one.
const DEFAULT_BRANCH: &str = "master";

/// Runs the step.
pub async fn run(automations: &Automations, pass: &mut Pass<Automations>) -> Result<Flow, Stop> {
    let namespace = pass.object.key().namespace.to_string();
    let spec = &pass.object.spec;
    if spec.source_ref.kind != AutomationSourceKind::GitRepository {
        let kind = spec.source_ref.kind.as_str().to_owned();
        return Err(Error::SourceKind(kind).into());
    }
    let git = spec.git.clone().ok_or(Error::NoGit)?;
    let target = reference(&pass.object, &namespace);
    check_reference(automations.options.cross_namespace, &namespace, &target)?;
    let client = pass.context.client.clone();
    let found = object::read(&client, &target.namespace, &target.name).await;
    let repository: GitRepository = found.map_err(|source| Error::Repository {
        source: Box::new(source),
    })?;
    let gate = pass.context.gates.enabled(OBJECT_LEVEL_WORKLOAD_IDENTITY);
    support(&repository, gate)?;
    let url = RemoteUrl::parse(&repository.spec.url).map_err(|source| {
        let url = common::redact::url(&repository.spec.url);
        Error::Url { url, source }
    })?;
    let checkout = git.checkout.as_ref().map(|checkout| &checkout.reference);
    let checkout = checkout.or(repository.spec.reference.as_ref());
    let (push_branch, is_switched) = push_branch(&git, checkout)?;
    let branches = if is_switched {
        Branches::Switched {
            base: automations.options.base,
            force: automations.options.force,
        }
    } else {
        Branches::Same
    };
    let wanted = git.push.as_ref().and_then(|push| push.refspec.as_deref());
    let wanted = wanted.filter(|text| !text.is_empty());
    let refspec = wanted
        .map(|text| refspec(push::destination(text, &push_branch)))
        .transpose()?;
    let mut access = access::read(&client, &repository, &url)
        .await
        .map_err(Error::from)?;
    access.algorithms = automations.options.algorithms.clone();
    let signer = match &git.commit.signing_key {
        None => None,
        Some(key) => {
            let signer = access::signer(&client, &namespace, key).await;
            Some(signer.map_err(Error::from)?)
        }
    };
    let plan = Plan {
        url,
        access,
        reference: Reference::choose(fields(checkout)).map_err(Error::Reference)?,
        push_branch,
        branches,
        refspec,
    };
    if plan.always_syncs() {
        pass.state.extent = Extent::Full;
    }
    let timeout = repository.spec.timeout.as_ref();
    pass.state.source = Some(Source {
        plan,
        signer: signer.map(Arc::new),
        timeout: timeout.map_or(DEFAULT_TIMEOUT, crds::meta::Duration::as_std),
    });
    Ok(Flow::Next)
}

fn reference(object: &ImageUpdateAutomation, own: &str) -> ObjectReference {
    let source = &object.spec.source_ref;
    let namespace = source.namespace.as_deref().filter(|it| !it.is_empty());
    ObjectReference {
        kind: "GitRepository".into(),
        namespace: namespace.unwrap_or(own).into(),
        name: source.name.as_str().into(),
        ..ObjectReference::default()
    }
}

/// What is not done yet is refused: a repository that is read as somebody else might be another one.
fn support(repository: &GitRepository, object_identity: bool) -> Result<(), Error> {
    let provider = repository.spec.provider();
    match provider {
        GitProvider::Generic => Ok(()),
        GitProvider::GitHub if repository.spec.secret_ref.is_none() => Err(Error::NoGitHubSecret),
        GitProvider::Azure | GitProvider::Aws
            if repository.spec.service_account_name.is_some() && !object_identity =>
        {
            Err(Error::Gate)
        }
        other => Err(Error::Provider(other.as_str().to_owned())),
    }
}

/// The branch that is pushed to, and whether it is another one than is checked out (G3).
fn push_branch(
    git: &GitSpec,
    checkout: Option<&GitRepositoryRef>,
) -> Result<(String, bool), Error> {
    fn filled(text: Option<&String>) -> Option<&str> {
        text.map(String::as_str).filter(|text| !text.is_empty())
    }
    let checked_out = checkout.and_then(|reference| filled(reference.branch.as_ref()));
    let pushed = git
        .push
        .as_ref()
        .and_then(|push| filled(push.branch.as_ref()));
    let (branch, is_switched) = match (pushed, checkout) {
        (Some(branch), Some(_)) => (branch, checked_out != Some(branch)),
        (Some(branch), None) => (branch, branch != DEFAULT_BRANCH),
        (None, _) => (checked_out.ok_or(Error::NoPushBranch)?, false),
    };
    if !is_branch_name(branch) {
        return Err(Error::PushBranch(branch.to_owned()));
    }
    Ok((branch.to_owned(), is_switched))
}

fn fields(reference: Option<&GitRepositoryRef>) -> Fields<'_> {
    fn text(field: Option<&String>) -> &str {
        field.map_or("", String::as_str)
    }
    reference.map_or_else(Fields::default, |reference| Fields {
        commit: text(reference.commit.as_ref()),
        name: text(reference.name.as_ref()),
        tag: text(reference.tag.as_ref()),
        semver: text(reference.semver.as_ref()),
        branch: text(reference.branch.as_ref()),
    })
}

#[cfg(test)]
mod tests {
    use crds::image::PushSpec;

    use super::*;

    fn git(push: Option<&str>) -> GitSpec {
        GitSpec {
            push: push.map(|branch| PushSpec {
                branch: Some(branch.to_owned()),
                ..PushSpec::default()
            }),
            ..GitSpec::default()
        }
    }

    fn branch(branch: &str) -> GitRepositoryRef {
        GitRepositoryRef {
            branch: Some(branch.to_owned()),
            ..GitRepositoryRef::default()
        }
    }

    #[test]
    fn g3_the_push_branch_and_whether_it_is_another() {
        let tag = GitRepositoryRef {
            tag: Some("v1".to_owned()),
            ..GitRepositoryRef::default()
        };
        let main = branch("main");
        let found = |push, checkout| push_branch(&git(push), checkout).unwrap();
        let of = |name: &str, is_switched| (name.to_owned(), is_switched);
        assert_eq!(found(None, Some(&main)), of("main", false));
        assert_eq!(found(Some("main"), Some(&main)), of("main", false));
        assert_eq!(found(Some("auto"), Some(&main)), of("auto", true));
        assert_eq!(found(Some("auto"), Some(&tag)), of("auto", true));
        assert_eq!(found(Some("master"), None), of("master", false));
        assert_eq!(found(Some("main"), None), of("main", true));
        for checkout in [None, Some(&tag)] {
            let error = push_branch(&git(None), checkout).unwrap_err().to_string();
            assert!(
                error.contains("push spec not provided, and cannot be inferred"),
                "{error}"
            );
        }
        let error = push_branch(&git(Some("a b")), None)
            .unwrap_err()
            .to_string();
        assert!(error.contains("invalid push branch 'a b'"), "{error}");
    }
}
