//! The kinds of the toolkit, as the skeleton sees them.

use super::Object;

impl Object for crds::source::GitRepository {
    fn suspended(&self) -> bool {
        self.spec.suspend
    }
}

impl Object for crds::source::OciRepository {
    fn suspended(&self) -> bool {
        self.spec.suspend
    }
}

impl Object for crds::source::HelmRepository {
    fn suspended(&self) -> bool {
        self.spec.suspend
    }
}

impl Object for crds::source::HelmChart {
    fn suspended(&self) -> bool {
        self.spec.suspend
    }
}

impl Object for crds::image::ImagePolicy {
    fn suspended(&self) -> bool {
        self.spec.suspend
    }
}

impl Object for crds::image::ImageRepository {
    fn suspended(&self) -> bool {
        self.spec.suspend
    }
}

impl Object for crds::kustomize::Kustomization {
    fn suspended(&self) -> bool {
        self.spec.suspend
    }
}

impl Object for crds::helm::HelmRelease {
    fn suspended(&self) -> bool {
        self.spec.suspend
    }
}

impl Object for crds::notification::Receiver {
    fn suspended(&self) -> bool {
        self.spec.suspend
    }
}

impl Object for crds::image::ImageUpdateAutomation {
    fn suspended(&self) -> bool {
        self.spec.suspend
    }
}
