//! Hostile input costs little: deep, long, wide, and all of it at once.

#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;
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
            numbered(depth, |level| format!("{}a:\n", " ".repeat(level))),
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

/// A text of `count` pieces.
fn numbered(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect::<Vec<_>>().concat()
}

/// Makes a text of a size.
type Shape = fn(usize) -> String;

/// How long this thread has worked, where the system tells; else how long it has been there. Other programs do not count then.
fn worked() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let start = *START;
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let told = told.and_then(|text| text.split_whitespace().next()?.parse().ok());
    told.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// The time that `decode` and `node::parse` take for a text, refused or not.
fn cost(text: &str) -> Duration {
    let start = worked();
    for dialect in [Dialect::Kubernetes, Dialect::Kyaml] {
        let _ = decode(text.as_bytes(), dialect, &Budget::default());
    }
    let _ = node::parse(text.as_bytes(), &Budget::default());
    worked().saturating_sub(start)
}

#[test]
fn the_cost_of_odd_input_grows_with_its_size_alone() {
    let shapes: [(&str, Shape); 14] = [
        ("opening brackets", |n| "[".repeat(n)),
        ("opening braces", |n| "{a: ".repeat(n)),
        ("dashes", |n| "- ".repeat(n)),
        ("question marks", |n| "? ".repeat(n)),
        ("a long flow line", |n| format!("[{}]", "é: b, ".repeat(n))),
        ("a long plain line", |n| "wörd ".repeat(n)),
        ("unfinished quotes", |n| "\"a\\n ".repeat(n)),
        ("equal keys", |n| "a: 1\n".repeat(n)),
        ("keys", |n| numbered(n, |key| format!("k{key}: 1\n"))),
        ("comments", |n| "# a\n  # b\n\n".repeat(n)),
        ("comments between items", |n| {
            "- a # b\n# c\n\n  # d\n".repeat(n)
        }),
        ("anchors", |n| {
            numbered(n, |at| format!("- &a{at} *a{at}\n"))
        }),
        ("aliases", |n| {
            format!("a: &a [b, c]\nd: [{}]\n", "*a, ".repeat(n))
        }),
        ("empty documents", |n| "---\n".repeat(n)),
    ];
    for (name, shape) in shapes {
        let (small, large) = (shape(1_000), shape(20_000));
        let base = cost(&small).max(Duration::from_millis(2));
        // Twenty times the input; a quadratic step would cost four hundred times as much.
        let limit = base * 150;
        // Other work on the machine slows single runs down.
        let taken = (0..3)
            .map(|_| cost(&large))
            .find(|taken| *taken < limit)
            .unwrap_or(limit);
        assert!(
            taken < limit,
            "{name}: 20 times what took {base:?} took more than {limit:?}"
        );
    }
}
