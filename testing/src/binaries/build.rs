//! The build: one process at a time, into a temporary folder that is renamed when it is complete.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use anyhow::Context;

use super::go;
use super::recipe::{Kit, Module, STAGES};

/// How the folders begin in which builds work.
const WORK: &str = ".build-";

/// How far the build is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Another process builds; this one waits for it.
    Waiting,
    /// Go loads the sources of a module.
    Loading {
        /// The module's folder in `e2e/control-plane`.
        module: &'static str,
        /// Sources downloaded in this step.
        downloads: usize,
    },
    /// Go compiles a module.
    Compiling {
        /// The module's folder in `e2e/control-plane`.
        module: &'static str,
        /// Packages compiled by now.
        packages: usize,
        /// Packages of the module; those that Go has cached are not compiled again.
        total: usize,
    },
    /// The programs are in place.
    Done,
}

/// Builds all programs of a kit and puts them in `target`, a folder of the cache.
pub(super) fn into(
    kit: &Kit,
    target: &Path,
    report: &mut dyn FnMut(Progress),
) -> anyhow::Result<()> {
    let cache = target.parent().context("the cache folder has no parent")?;
    fs::create_dir_all(cache).with_context(|| format!("cannot create {}", cache.display()))?;
    let lock_file = cache.join("build.lock");
    let lock = File::create(&lock_file)
        .with_context(|| format!("cannot write {}", lock_file.display()))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            report(Progress::Waiting);
            lock.lock()?;
        }
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock {}", lock_file.display()));
        }
    }
    let mut programs = kit.modules.iter().flat_map(|module| module.programs);
    if programs.all(|(name, _)| target.join(name).is_file()) {
        return Ok(());
    }
    go::check()?;
    remove_abandoned(cache)?;
    let work = tempfile::Builder::new().prefix(WORK).tempdir_in(cache)?;
    let out = work.path().join("out");
    fs::create_dir(&out)?;
    for module in kit.modules {
        build(module, work.path(), &out, report)
            .with_context(|| format!("cannot build {}", module.name))?;
    }
    // Left over from an older, incomplete state: the lock makes this process its only user.
    if target.exists() {
        fs::remove_dir_all(target)?;
    }
    fs::rename(&out, target).with_context(|| format!("cannot create {}", target.display()))?;
    report(Progress::Done);
    Ok(())
}

/// Removes the work of builds that were killed; the lock says that none is at work.
fn remove_abandoned(cache: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(cache)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(WORK) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn build(
    module: &Module,
    work: &Path,
    out: &Path,
    report: &mut dyn FnMut(Progress),
) -> anyhow::Result<()> {
    let dir = work.join(module.name);
    fs::create_dir(&dir)?;
    fs::write(dir.join("go.mod"), module.go_mod)?;
    fs::write(dir.join("go.sum"), module.go_sum)?;

    report(Progress::Loading {
        module: module.name,
        downloads: 0,
    });
    let mut list = vec!["list", "-deps"];
    list.extend(module.programs.iter().map(|(_, package)| *package));
    let mut downloads = 0;
    let packages = go::run(&dir, &list, &mut |line| {
        downloads += usize::from(line.starts_with("go: downloading"));
        report(Progress::Loading {
            module: module.name,
            downloads,
        });
    })?;
    let total = packages.lines().count();

    let mut compiled = 0;
    for (name, package) in module.programs {
        let file = out.join(name);
        let file = file
            .to_str()
            .context("the cache folder's path is not UTF-8")?;
        let args = [
            "build",
            "-v",
            "-trimpath",
            "-ldflags",
            module.ldflags,
            "-o",
            file,
            package,
        ];
        report(Progress::Compiling {
            module: module.name,
            packages: compiled,
            total,
        });
        go::run(&dir, &args, &mut |_| {
            compiled += 1;
            report(Progress::Compiling {
                module: module.name,
                packages: compiled,
                total,
            });
        })?;
    }
    if let Some((source, folders)) = module.stages {
        let root = go::run(&dir, &["list", "-m", "-f", "{{.Dir}}", source], &mut |_| {})?;
        copy_stages(Path::new(root.trim()), folders, &out.join(STAGES))?;
    }
    Ok(())
}

/// Copies the YAML files of the folders, except their kustomizations.
fn copy_stages(root: &Path, folders: &[&str], target: &Path) -> anyhow::Result<()> {
    fs::create_dir(target)?;
    for folder in folders {
        let dir = root.join(folder);
        for entry in fs::read_dir(&dir).with_context(|| format!("no {}", dir.display()))? {
            let path = entry?.path();
            let is_yaml = path
                .extension()
                .is_some_and(|extension| extension == "yaml");
            if let Some(name) = path.file_name()
                && is_yaml
                && name != "kustomization.yaml"
            {
                // Read and written, not copied: files of the module cache are read-only.
                fs::write(target.join(name), fs::read(&path)?)?;
            }
        }
    }
    Ok(())
}
