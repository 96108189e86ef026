//! Any bytes decode to values or to an error, in every dialect and as a tree, within the budget.

#![no_main]

use libfuzzer_sys::fuzz_target;
use yaml::node::{self, SequenceIndent};
use yaml::{Budget, Dialect, ErrorKind, decode};

fuzz_target!(|bytes: &[u8]| {
    let budget = Budget {
        depth: 200,
        ..Budget::default()
    };
    for dialect in [Dialect::Kubernetes, Dialect::KubernetesStrict] {
        let _ = decode(bytes, dialect, &budget);
    }
    let values = decode(bytes, Dialect::Kyaml, &budget);
    match node::parse(bytes, &budget) {
        Ok(trees) => {
            // A tree holds what the grammar allows; values may be refused for their content.
            match &values {
                Ok(values) => assert_eq!(values.len(), trees.len()),
                Err(error) => assert!(!matches!(
                    error.kind(),
                    ErrorKind::Syntax | ErrorKind::Reader
                )),
            }
            for indent in [SequenceIndent::Compact, SequenceIndent::Wide] {
                let _ = node::print(&trees, indent);
            }
        }
        Err(_) => assert!(values.is_err()),
    }
});
