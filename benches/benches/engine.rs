//! The engine alone, in memory: wall time of one build after another.

use std::path::Path;
use std::sync::Arc;

use benches::{Input, Overlays, config_maps, deep_stack, references, small_overlay};
use divan::Bencher;
use kustomize::{MemoryView, Options, ParseCache};

fn main() {
    divan::main();
}

fn view(input: &Input) -> MemoryView {
    let mut view = MemoryView::new();
    for (path, content) in &input.files {
        view.insert(path, content);
    }
    view
}

fn build(view: &MemoryView, root: &str, options: &Options) -> usize {
    match kustomize::build(view, Path::new(root), options) {
        Ok(build) => build.to_yaml().len(),
        Err(error) => panic!("{error}"),
    }
}

#[divan::bench(args = ["small", "deep", "references", "500", "4000"])]
fn one_build(bencher: Bencher<'_, '_>, name: &str) {
    let input = match name {
        "small" => small_overlay(),
        "deep" => deep_stack(),
        "references" => references(),
        count => config_maps(count.parse().unwrap_or(500)),
    };
    let view = view(&input);
    bencher.bench(|| build(&view, input.root, &Options::default()));
}

#[divan::bench(args = [Overlays::Few, Overlays::All, Overlays::Rename])]
fn overlay_of_a_shared_base(bencher: Bencher<'_, '_>, kind: Overlays) {
    let input = kind.input(2);
    let view = view(&input);
    let options = Options {
        cache: Some(Arc::new(ParseCache::new())),
        ..Options::default()
    };
    build(&view, "o1", &options);
    bencher.bench(|| build(&view, input.root, &options));
}
