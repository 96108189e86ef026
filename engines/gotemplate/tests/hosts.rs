//! Functions that ask the program: for the time, for randomness, for objects of a cluster, for addresses, and for leave to go on.

#![allow(clippy::unwrap_used)]

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use gotemplate::exec::{Budget, ExecError, Hosts, MissingKey, Templates};
use gotemplate::funcs::{self, Clock, Lint, Lookup, Random, Resolve, Time};
use gotemplate::value::{Map, Value};

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Time {
        Time::from_unix(1_589_716_800)
    }
}

/// Different bytes on every call.
struct Counting(Cell<u8>);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0.set(self.0.get().wrapping_mul(29).wrapping_add(17));
            *byte = self.0.get();
        }
    }
}

struct Cluster;

impl Lookup for Cluster {
    fn lookup(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Map, String> {
        match (api_version, kind, namespace, name) {
            ("v1", "Secret", "ns", "there") => Ok([("kind", "Secret")].into_iter().collect()),
            ("v1", "Secret", ..) => Ok(Map::new()),
            _ => Err(format!("no matches for kind {kind}")),
        }
    }
}

struct Names;

impl Resolve for Names {
    fn addresses(&self, host: &str) -> Vec<String> {
        vec![format!("address of {host}")]
    }
}

fn execute(template: &str, hosts: Hosts, budget: Budget) -> Result<String, ExecError> {
    let mut templates = Templates::new("t", Arc::new(funcs::helm()), MissingKey::Zero);
    templates.add("t", template).unwrap();
    let mut context = Arc::new(templates).start(hosts, budget);
    let text = context.execute("t", &Value::Nil)?;
    Ok(String::from_utf8(text).unwrap())
}

fn render(template: &str, hosts: Hosts) -> Result<String, String> {
    execute(template, hosts, Budget::default()).map_err(|error| error.to_string())
}

fn clock() -> Hosts {
    Hosts::new().with::<Rc<dyn Clock>>(Rc::new(Noon))
}

fn randomness() -> Hosts {
    Hosts::new().with::<Rc<dyn Random>>(Rc::new(Counting(Cell::new(1))))
}

#[test]
fn now_is_what_the_clock_says() {
    for (template, expected) in [
        ("{{ now }}", "2020-05-17 12:00:00 +0000 UTC"),
        (
            r#"{{ now | date "2006-01-02T15:04:05Z07:00" }}"#,
            "2020-05-17T12:00:00Z",
        ),
        (r#"{{ htmlDateInZone now "Asia/Tokyo" }}"#, "2020-05-17"),
        ("{{ now | unixEpoch }}", "1589716800"),
        // What is no date is now.
        (r#"{{ date "2006-01-02" nil }}"#, "2020-05-17"),
        (r#"{{ htmlDate "1999" }}"#, "2020-05-17"),
        (r#"{{ ago (toDate "2006-01-02" "2020-05-17") }}"#, "12h0m0s"),
        ("{{ ago 1589716790 }}", "10s"),
        (r#"{{ ago "x" }}"#, "0s"),
        (
            r#"{{ durationRound (toDate "2006-01-02" "2020-05-14") }}"#,
            "3d",
        ),
    ] {
        assert_eq!(
            render(template, clock()).as_deref(),
            Ok(expected),
            "{template}"
        );
    }
}

#[test]
fn without_a_clock_or_randomness_functions_fail_instead_of_asking_the_machine() {
    for (template, missing) in [
        ("{{ now }}", "no clock"),
        ("{{ randAlpha 3 }}", "no source of randomness"),
        ("{{ uuidv4 }}", "no source of randomness"),
        (
            r#"{{ genPrivateKey "ed25519" }}"#,
            "no source of randomness",
        ),
    ] {
        let error = render(template, Hosts::new()).unwrap_err();
        assert!(error.contains(missing), "{error}");
    }
}

#[test]
fn random_text_has_the_wanted_length_and_letters() {
    for (template, expected) in [
        (
            r#"{{ randAlphaNum 40 | regexMatch "^[0-9A-Za-z]{40}$" }}"#,
            "true",
        ),
        (
            r#"{{ randAlpha 40 | regexMatch "^[A-Za-z]{40}$" }}"#,
            "true",
        ),
        (r#"{{ randNumeric 40 | regexMatch "^[0-9]{40}$" }}"#, "true"),
        (r#"{{ randAscii 40 | regexMatch "^[ -~]{40}$" }}"#, "true"),
        ("{{ eq (randAlphaNum 12) (randAlphaNum 12) }}", "false"),
        (
            r#"{{ shuffle "abcdef" | splitList "" | sortAlpha | join "" }}"#,
            "abcdef",
        ),
        (
            "{{ $n := randInt 5 8 }}{{ and (ge $n 5) (lt $n 8) }}",
            "true",
        ),
        ("{{ eq (uuidv4) (uuidv4) }}", "false"),
        (
            r#"{{ eq (encryptAES "k" "x") (encryptAES "k" "x") }}"#,
            "false",
        ),
        (r#"{{ eq (bcrypt "x") (bcrypt "x") }}"#, "false"),
    ] {
        assert_eq!(
            render(template, randomness()).as_deref(),
            Ok(expected),
            "{template}"
        );
    }
}

#[test]
fn lookup_asks_the_cluster_and_finds_nothing_without_one() {
    let template =
        r#"{{ (lookup "v1" "Secret" "ns" "there").kind }}|{{ lookup "v1" "Secret" "ns" "gone" }}"#;
    let with = |hosts: Hosts| hosts.with::<Rc<dyn Lookup>>(Rc::new(Cluster));
    let found = render(template, with(Hosts::new()));
    assert_eq!(found.as_deref(), Ok("Secret|map[]"));
    let linted = render(template, with(Hosts::new().with(Lint)));
    assert_eq!(linted.as_deref(), Ok("<no value>|map[]"));
    let without = render(template, Hosts::new());
    assert_eq!(without.as_deref(), Ok("<no value>|map[]"));
    let error = render(r#"{{ lookup "x/v1" "Foo" "" "" }}"#, with(Hosts::new())).unwrap_err();
    assert!(
        error.ends_with("error calling lookup: no matches for kind Foo"),
        "{error}"
    );
}

#[test]
fn a_lint_passes_over_what_is_required() {
    let template = r#"{{ required "need it" nil }}|{{ fail "stop" }}|{{ required "x" 5 }}"#;
    let linted = render(template, Hosts::new().with(Lint));
    assert_eq!(linted.as_deref(), Ok("||5"));
    let error = render(template, Hosts::new()).unwrap_err();
    assert!(
        error.ends_with("HELM_ERR_STARTneed itHELM_ERR_END"),
        "{error}"
    );
}

#[test]
fn names_are_resolved_only_when_the_program_offers_it() {
    let template = r#"{{ getHostByName "h" }}"#;
    assert_eq!(render(template, Hosts::new()).as_deref(), Ok(""));
    let hosts = randomness().with::<Rc<dyn Resolve>>(Rc::new(Names));
    assert_eq!(render(template, hosts).as_deref(), Ok("address of h"));
}

#[test]
fn text_and_rows_that_grow_without_bound_run_into_the_budget() {
    let budget = Budget {
        steps: 10_000,
        bytes: 100_000,
        ..Budget::default()
    };
    for template in [
        r#"{{ repeat 2000000000 "x" }}"#,
        "{{ until 2000000000 }}",
        "{{ untilStep 0 2000000000 1 }}",
        "{{ seq 2000000000 }}",
        r#"{{ indent 2000000000 "x\ny" }}"#,
        "{{ randAlphaNum 2000000000 }}",
        r#"{{ join (repeat 50000 "x") (until 100) }}"#,
        r#"{{ regexReplaceAll "x*" (repeat 20000 "ab") (repeat 20000 "y") }}"#,
        r#"{{ regexReplaceAll ".*" (repeat 20000 "a") "$0$0$0$0$0$0$0" }}"#,
        r#"{{ wrapWith 1 (repeat 20000 "y") (repeat 20000 "a") }}"#,
        r#"{{ genPrivateKey "rsa" }}"#,
        r#"{{ htpasswd "u" "p" }}"#,
        r#"{{ replace "" (repeat 90000 "x") "abc" }}"#,
    ] {
        let error = execute(template, randomness(), budget).unwrap_err();
        assert!(error.exceeded().is_some(), "{template}: {error}");
    }
}
