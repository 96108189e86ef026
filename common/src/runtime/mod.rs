//! A controller process from its command line to its end.
//!
//! [`run`] does, in this order: flags and gates; log; TLS provider; two worker threads; metrics and health servers; client; the
//! first answer of the API server, which makes the process ready; leadership, when asked for; then the controllers.
//! On SIGTERM or SIGINT nothing new starts, running passes get the grace period (parked ones hand back at once), waiting
//! events are delivered, the lease is released. A second signal ends the process where it stands. Losing the lease
//! ends it with exit code 1.
//!
//! ```no_run
//! use std::process::ExitCode;
//! use common::runtime::{Program, Tasks};
//!
//! #[derive(Debug, clap::Parser)]
//! struct Args {
//!     #[command(flatten)]
//!     common: common::flags::CommonArgs,
//! }
//!
//! const PROGRAM: Program<Args> = Program {
//!     name: "source-controller",
//!     gates: &[("ObjectLevelWorkloadIdentity", false)],
//!     common: |args| &args.common,
//! };
//!
//! fn main() -> ExitCode {
//!     common::runtime::run(&PROGRAM, |args, context| async move {
//!         let mut tasks = Tasks::default();
//!         // tasks.add(Controller::new(reconciler, context.clone(), limits, indexes).run());
//!         # let _ = (args, context);
//!         Ok(tasks)
//!     })
//! }
//! ```

mod client;
mod main;
mod signals;
mod startup;
mod tasks;

pub use client::{ClientError, client_from, infer};
pub use main::{Program, StartError, run};
pub use tasks::Tasks;
