//! The kinds of the toolkit: their APIs, and which controller looks after them.

use kube::api::ApiResource;
use kube::core::GroupVersionKind;

use crate::component::{Component, Components};

pub(crate) const GIT_REPOSITORY: &str = "GitRepository";
pub(crate) const OCI_REPOSITORY: &str = "OCIRepository";
pub(crate) const HELM_REPOSITORY: &str = "HelmRepository";
pub(crate) const HELM_CHART: &str = "HelmChart";
pub(crate) const KUSTOMIZATION: &str = "Kustomization";
pub(crate) const HELM_RELEASE: &str = "HelmRelease";
pub(crate) const PROVIDER: &str = "Provider";
pub(crate) const ALERT: &str = "Alert";
pub(crate) const RECEIVER: &str = "Receiver";
pub(crate) const IMAGE_REPOSITORY: &str = "ImageRepository";
pub(crate) const IMAGE_POLICY: &str = "ImagePolicy";
pub(crate) const IMAGE_UPDATE_AUTOMATION: &str = "ImageUpdateAutomation";

/// A kind, its group and version, and who looks after it.
struct Kind(&'static str, &'static str, &'static str, Component);

const KINDS: [Kind; 12] = {
    use Component::{Helm, ImageAutomation, ImageReflector, Kustomize, Notification, Source};
    let source = "source.toolkit.fluxcd.io";
    let notification = "notification.toolkit.fluxcd.io";
    let image = "image.toolkit.fluxcd.io";
    [
        Kind(GIT_REPOSITORY, source, "v1", Source),
        Kind(OCI_REPOSITORY, source, "v1", Source),
        Kind(HELM_REPOSITORY, source, "v1", Source),
        Kind(HELM_CHART, source, "v1", Source),
        Kind(
            KUSTOMIZATION,
            "kustomize.toolkit.fluxcd.io",
            "v1",
            Kustomize,
        ),
        Kind(HELM_RELEASE, "helm.toolkit.fluxcd.io", "v2", Helm),
        Kind(PROVIDER, notification, "v1beta3", Notification),
        Kind(ALERT, notification, "v1beta3", Notification),
        Kind(RECEIVER, notification, "v1", Notification),
        Kind(IMAGE_REPOSITORY, image, "v1", ImageReflector),
        Kind(IMAGE_POLICY, image, "v1", ImageReflector),
        Kind(IMAGE_UPDATE_AUTOMATION, image, "v1", ImageAutomation),
    ]
};

/// The API of a kind.
pub(crate) fn resource(kind: &str) -> ApiResource {
    let (group, version) = KINDS
        .iter()
        .find(|known| known.0 == kind)
        .map_or(("", "v1"), |known| (known.1, known.2));
    ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind))
}

/// The kinds that these controllers look after.
pub(crate) fn served(components: &Components) -> Vec<&'static str> {
    let kinds = KINDS.iter().filter(|kind| components.has(kind.3));
    kinds.map(|kind| kind.0).collect()
}

/// The plural of a kind, as the command line of Kubernetes takes it.
pub(crate) fn plural(kind: &str) -> String {
    resource(kind).plural
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_a_custom_resource_of_the_project() {
        for Kind(kind, group, version, _) in KINDS {
            let file =
                testing::control_plane::crds_dir().join(format!("{group}_{}.yaml", plural(kind)));
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(text.contains(&format!("name: {version}\n")), "{kind}");
            assert!(text.contains(&format!("kind: {kind}\n")), "{kind}");
        }
    }

    #[test]
    fn a_subset_serves_its_own_kinds() {
        let served = |text: &str| served(&text.parse().unwrap());
        assert_eq!(served("").len(), KINDS.len());
        assert_eq!(
            served("source,kustomize"),
            [
                GIT_REPOSITORY,
                OCI_REPOSITORY,
                HELM_REPOSITORY,
                HELM_CHART,
                KUSTOMIZATION
            ]
        );
        assert_eq!(served("notification"), [PROVIDER, ALERT, RECEIVER]);
    }
}
