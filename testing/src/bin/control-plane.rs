//! The local control plane by hand: `build` it, or `run` it until Ctrl-C.

use clap::{Parser, Subcommand, ValueEnum};
use testing::binaries::{Binaries, Tool};
use testing::{ControlPlane, Parts, control_plane};

#[derive(Parser)]
#[command(about, version)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the programs, unless they are in the cache, and print their folder
    Build,
    /// Run a control plane until Ctrl-C and print its kubeconfig
    Run {
        /// What runs beside etcd and the API server
        #[arg(long, value_enum, default_value_t = With::Controllers)]
        with: With,
        /// Install the custom resource definitions of `crds/`
        #[arg(long)]
        crds: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum With {
    Nothing,
    Controllers,
    Pods,
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the answer of a command line program")]
async fn main() -> anyhow::Result<()> {
    match Args::parse().command {
        Command::Build => {
            let mut tools = Tool::CONTROL_PLANE.to_vec();
            tools.push(Tool::Registry);
            let binaries = Binaries::ensure(&tools, &mut control_plane::progress_lines())?;
            println!("{}", binaries.dir().display());
        }
        Command::Run { with, crds } => {
            let parts = match with {
                With::Nothing => Parts::Api,
                With::Controllers => Parts::Controllers,
                With::Pods => Parts::Pods,
            };
            let plane = ControlPlane::start(parts).await?;
            if crds {
                plane.install_crds().await?;
            }
            println!("export KUBECONFIG={}", plane.kubeconfig_path().display());
            eprintln!("ready after {:.1?}; Ctrl-C ends it", plane.start_time());
            tokio::signal::ctrl_c().await?;
        }
    }
    Ok(())
}
