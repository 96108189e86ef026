//! Hostile input costs little: deep, long, wide, and all of it at once.

#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use yaml::node::{self, SequenceIndent};
use yaml::{Budget, Dialect, JsonEscape, Value, decode, decode_first, encode};

/// Half the stack that a thread gets by default, in a build without optimisation.
const SMALL_STACK: usize = 1 << 20;

#[test]
fn the_default_depth_fits_a_small_stack() {
    let depth = Budget::default().depth;
    let run = move || {
        let complex_keys = "? ".repeat(depth) + "a";
        assert!(decode(complex_keys.as_bytes(), Dialect::Kyaml, &Budget::default()).is_err());
        assert!(node::parse(complex_keys.as_bytes(), &Budget::default()).is_ok());
        for text in [
            "[".repeat(depth) + &"]".repeat(depth),
            "- ".repeat(depth) + "a",
            (0..depth)
                .map(|level| format!("{}a:\n", " ".repeat(level)))
                .collect(),
        ] {
            let budget = Budget::default();
            let value = decode_first(text.as_bytes(), Dialect::Kyaml, &budget)
                .unwrap()
                .unwrap();
            assert_eq!(value.clone(), value);
            let back = decode_first(encode(&value).as_bytes(), Dialect::Kubernetes, &budget);
            assert_eq!(back, Ok(Some(value.clone())));
            assert_eq!(Value::from_json(value.to_json()), value);
            assert!(value.to_go_json(JsonEscape::Html).len() >= depth);
            let trees = node::parse(text.as_bytes(), &budget).unwrap();
            assert!(node::print(&trees, SequenceIndent::Wide).len() >= depth);
        }
    };
    std::thread::Builder::new()
        .stack_size(SMALL_STACK)
        .spawn(run)
        .unwrap()
        .join()
        .unwrap();
}

/// The time that `decode` and `node::parse` take for a text, refused or not.
fn cost(text: &str) -> Duration {
    let start = Instant::now();
    for dialect in [Dialect::Kubernetes, Dialect::Kyaml] {
        let _ = decode(text.as_bytes(), dialect, &Budget::default());
    }
    let _ = node::parse(text.as_bytes(), &Budget::default());
    start.elapsed()
}

#[test]
fn the_cost_of_odd_input_grows_with_its_size_alone() {
    let shapes: [(&str, fn(usize) -> String); 14] = [
        ("opening brackets", |n| "[".repeat(n)),
        ("opening braces", |n| "{a: ".repeat(n)),
        ("dashes", |n| "- ".repeat(n)),
        ("question marks", |n| "? ".repeat(n)),
        ("a long flow line", |n| format!("[{}]", "é: b, ".repeat(n))),
        ("a long plain line", |n| "wörd ".repeat(n)),
        ("unfinished quotes", |n| "\"a\\n ".repeat(n)),
        ("equal keys", |n| "a: 1\n".repeat(n)),
        ("keys", |n| {
            (0..n).map(|key| format!("k{key}: 1\n")).collect()
        }),
        ("comments", |n| "# a\n  # b\n\n".repeat(n)),
        ("comments between items", |n| {
            "- a # b\n# c\n\n  # d\n".repeat(n)
        }),
        ("anchors", |n| {
            (0..n).map(|at| format!("- &a{at} *a{at}\n")).collect()
        }),
        ("aliases", |n| {
            format!("a: &a [b, c]\nd: [{}]\n", "*a, ".repeat(n))
        }),
        ("empty documents", |n| "---\n".repeat(n)),
    ];
    for (name, shape) in shapes {
        let (small, large) = (shape(2_000), shape(40_000));
        let base = cost(&small).max(Duration::from_millis(2));
        // Twenty times the input; a quadratic step would cost four hundred times as much.
        let limit = base * 120;
        let taken = cost(&large);
        assert!(
            taken < limit,
            "{name}: {taken:?} for 20 times what took {base:?}"
        );
    }
}
