//! How tests ended, and how that is told.

use std::time::Duration;

use anyhow::{Result, bail};

/// How a binary ended.
#[derive(Debug)]
pub struct Outcome {
    pub name: String,
    pub took: Duration,
    /// Everything that it said.
    pub output: String,
    /// Whether it ended well by its own account.
    pub success: bool,
}

/// How many tests passed, failed and were ignored.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Counts {
    results: usize,
    passed: usize,
    failed: usize,
    ignored: usize,
}

impl Outcome {
    /// A program that ends well without a result has not run its tests.
    fn is_good(&self) -> bool {
        let counts = self.counts();
        self.success && counts.results > 0 && counts.failed == 0
    }

    /// The sum of its `test result:` lines.
    fn counts(&self) -> Counts {
        let results = self.output.lines();
        let results = results.filter_map(|line| line.strip_prefix("test result: "));
        let mut counts = Counts::default();
        for result in results {
            counts.results += 1;
            for part in result.split([';', '.']) {
                let mut words = part.split_whitespace();
                let (Some(number), Some(what)) = (words.next(), words.next()) else {
                    continue;
                };
                let Ok(number) = number.parse::<usize>() else {
                    continue;
                };
                match what {
                    "passed" => counts.passed += number,
                    "failed" => counts.failed += number,
                    "ignored" => counts.ignored += number,
                    _ => {}
                }
            }
        }
        counts
    }

    /// One line; after everything that was said when it failed.
    pub fn print(&self) {
        let word = if self.is_good() { "ok" } else { "FAILED" };
        if !self.is_good() {
            println!(
                "\n---- {} said:\n{}\n----",
                self.name,
                self.output.trim_end()
            );
        }
        println!(
            "{word:<6} {:>6.1} s {:>5} tests  {}",
            self.took.as_secs_f64(),
            self.counts().passed,
            self.name
        );
    }
}

/// Tells the sum; the error names what failed.
pub fn summarise(outcomes: &[Outcome], took: Duration) -> Result<()> {
    let mut sum = Counts::default();
    for outcome in outcomes {
        let counts = outcome.counts();
        sum.passed += counts.passed;
        sum.failed += counts.failed;
        sum.ignored += counts.ignored;
    }
    println!(
        "{} passed, {} failed, {} ignored in {} binaries, in {:.0} s",
        sum.passed,
        sum.failed,
        sum.ignored,
        outcomes.len(),
        took.as_secs_f64()
    );
    let bad = outcomes.iter().filter(|outcome| !outcome.is_good());
    let bad: Vec<&str> = bad.map(|outcome| outcome.name.as_str()).collect();
    if !bad.is_empty() {
        bail!("tests failed: {}", bad.join(", "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(success: bool, output: &str) -> Outcome {
        Outcome {
            name: "a::b".to_owned(),
            took: Duration::from_secs(1),
            output: output.to_owned(),
            success,
        }
    }

    const GOOD: &str = "test x ... ok\n\ntest result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s\n";

    #[test]
    fn results_are_added_up() {
        let more = "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.10s\n";
        let found = outcome(true, &format!("{GOOD}{more}")).counts();
        let expected = Counts {
            results: 2,
            passed: 5,
            failed: 1,
            ignored: 1,
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_bad_end_and_silence_are_failures_that_are_named() {
        assert!(outcome(true, GOOD).is_good());
        for bad in [outcome(false, GOOD), outcome(true, "nothing ran\n")] {
            assert!(!bad.is_good());
            let error = summarise(&[bad], Duration::ZERO).unwrap_err().to_string();
            assert_eq!(error, "tests failed: a::b");
        }
    }
}
