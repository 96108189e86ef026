//! Group `helm.toolkit.fluxcd.io`, version v2: releases of Helm charts.

mod action;
mod chart;
mod helm_release;
mod post_render;
mod snapshot;
mod strategy;
mod values;
pub mod well_known;

pub use self::action::{
    ChartNameChangeStrategy, CrdsPolicy, DeletionPropagation, Install, Rollback,
    ServerSideApplyMode, Test, TestFilter, Uninstall, Upgrade,
};
pub use self::chart::{
    ChartArtifactKind, ChartArtifactReference, ChartObjectReference, ChartTemplateVerification,
    HelmChartTemplate, HelmChartTemplateSpec,
};
pub use self::helm_release::{
    AttemptedAction, DriftDetection, DriftDetectionMode, HelmRelease, HelmReleaseSpec,
    HelmReleaseStatus, WaitStrategy, WaitStrategyName,
};
pub use self::post_render::{KustomizeRenderer, PostRenderStrategy, PostRenderer};
pub use self::snapshot::{ReleaseSnapshot, TestHookStatus};
pub use self::strategy::{
    ActionStrategyName, InstallRemediation, InstallStrategy, RemediationStrategy,
    UpgradeRemediation, UpgradeStrategy,
};
pub use self::values::ValuesReference;

/// The group.
pub const GROUP: &str = "helm.toolkit.fluxcd.io";
/// The one version of the group.
pub const VERSION: &str = "v2";
