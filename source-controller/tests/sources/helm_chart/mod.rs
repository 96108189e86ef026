//! HelmChart from repositories, registries and git.

mod git;
mod registry;
mod repository;
mod world;
