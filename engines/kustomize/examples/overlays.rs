//! Measures what many overlays over one base cost, beside one overlay on its own.
//!
//! ```text
//! cargo run --release -p sluice-kustomize --example overlays [OBJECTS [OVERLAYS]]
//! ```
#![expect(clippy::print_stdout, reason = "prints the figures")]

use std::path::Path;
use std::time::Instant;

use kustomize::{Error, MemoryView, Options, ParseCache, build};

fn main() -> Result<(), Error> {
    let mut args = std::env::args().skip(1).filter_map(|arg| arg.parse().ok());
    let objects: usize = args.next().unwrap_or(100);
    let overlays: usize = args.next().unwrap_or(1000);
    let mut view = MemoryView::new().with("base/kustomization.yaml", "resources: [r.yaml]\n");
    let object = |at: usize| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d{at}}}\nspec:\n  template:\n    \
             spec:\n      containers:\n      - {{name: c, image: app}}\n"
        )
    };
    let base: Vec<String> = (0..objects).map(object).collect();
    view.insert("base/r.yaml", base.join("---\n"));
    for at in 0..overlays {
        view.insert(
            format!("o{at}/kustomization.yaml"),
            format!(
                "resources: [../base]\nnamePrefix: o{at}-\nimages: [{{name: app, newTag: v{at}}}]\n"
            ),
        );
    }
    let run = |at: usize, options: &Options| -> Result<f64, Error> {
        let start = Instant::now();
        build(&view, Path::new(&format!("o{at}")), options)?;
        Ok(start.elapsed().as_secs_f64() * 1000.0)
    };
    let alone = run(0, &Options::default())?;
    let shared = Options {
        cache: Some(ParseCache::new().into()),
        ..Options::default()
    };
    let mut all = 0.0;
    for at in 0..overlays {
        all += run(at, &shared)?;
    }
    println!(
        "{objects} objects: one overlay {alone:.2} ms, {overlays} overlays {all:.1} ms, {:.0} times one",
        all / alone
    );
    Ok(())
}
