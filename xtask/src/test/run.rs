//! Several at a time.

use std::fmt::Write as _;
use std::process::Stdio;
use std::sync::mpsc;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use super::binary::Binary;
use super::outcome::Outcome;

/// Runs them in their order, so many at a time; each outcome is told when it is there.
pub fn all(binaries: Vec<Binary>, jobs: usize, tell: impl Fn(&Outcome)) -> Vec<Outcome> {
    let queue = Mutex::new(binaries.into_iter());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let (sender, outcomes) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs {
            let sender = sender.clone();
            scope.spawn(move || {
                while let Some(binary) = next() {
                    // Who listens is there until all have ended.
                    let _ = sender.send(one(&binary));
                }
            });
        }
        drop(sender);
        outcomes.into_iter().inspect(tell).collect()
    })
}

fn one(binary: &Binary) -> Outcome {
    let started = Instant::now();
    let finished = binary.command().stdin(Stdio::null()).output();
    let (success, output) = match finished {
        Ok(output) => {
            let text = [output.stdout, output.stderr].concat();
            let mut text = String::from_utf8_lossy(&text).into_owned();
            if !output.status.success() {
                let _ = write!(text, "\nit ended with {}", output.status);
            }
            (output.status.success(), text)
        }
        Err(error) => (false, format!("it did not start: {error}")),
    };
    Outcome {
        name: binary.name.clone(),
        took: started.elapsed(),
        output,
        success,
    }
}
