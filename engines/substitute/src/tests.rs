//! The dialect by example. Where a case looks odd, it is what manifests in the field rely on.

use proptest::prelude::*;

use super::{Mode, Problem, check_name, substitute};

const VARIABLES: &[(&str, &str)] = &[
    ("empty", ""),
    ("name", "abcABC123ABCabc"),
    ("word", "hello"),
    ("Word", "HELLO"),
    ("file", "bash.string.txt"),
    ("path", "/path/to/file"),
    ("umlaut", "äöü"),
    ("sharp", "straße"),
    ("minus", "-3"),
    ("self_reference", "${word}"),
    ("class", "[abc]x"),
];

fn lookup(name: &str) -> Option<&'static str> {
    VARIABLES
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| *value)
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(
        substitute(text, lookup, Mode::Strict).as_deref(),
        Ok(expected),
        "{text}"
    );
}

#[track_caller]
fn check_problem(text: &str, expected: &Problem) {
    let error = substitute(text, lookup, Mode::Strict).unwrap_err();
    assert_eq!(&error.problem, expected, "{text}");
}

#[test]
fn k13_5_plain_text_and_bare_dollars_stay() {
    for text in [
        "",
        "text",
        "}text",
        "$word",
        "a$",
        "$",
        "http://host//path",
        r"\\.\pipe\x",
    ] {
        check(text, text);
    }
}

#[test]
fn k13_6_double_dollar_collapses_and_escapes_the_brace() {
    check("$${word}", "${word}");
    check("$$word", "$word");
    check("a$$", "a$");
    check("$$$$", "$$");
    check("$$${word}", "$hello");
    check("${word}$${x$${word}$w${word}", "hello${x${word}$whello");
    check("$${x=${word}}", "${x=hello}");
}

#[test]
fn k13_5_double_dollar_is_kept_inside_a_default() {
    check("${unset:=a$$b}", "a$$b");
    check("${unset:=$${word}}", "$hello");
}

#[test]
fn k13_5_length_counts_bytes() {
    check("${#name}", "15");
    check("${#umlaut}", "6");
    check("${#empty}", "0");
}

#[test]
fn k13_5_case() {
    check(
        "${word^} ${word^^} ${Word,} ${Word,,}",
        "Hello HELLO hELLO hello",
    );
    check("${umlaut^} ${umlaut^^}", "Äöü ÄÖÜ");
    check("${sharp^^}", "STRAßE");
    check("${empty^^}|${empty^}", "|");
    // Mixed operators change nothing.
    check("${word,^}${word^,}", "hellohello");
}

#[test]
fn k13_5_substring() {
    check("${name:3}", "ABC123ABCabc");
    check("${name:3:3}", "ABC");
    check("${name:0:100}", "abcABC123ABCabc");
    check("${name:100}|${name:100:2}", "|");
    check("${umlaut:2:2}", "ö");
    check("${name:3::3}", "ABC");
}

#[test]
fn k13_5_substring_counts_from_the_end() {
    check("${name:${minus}}", "abc");
    check("${name:${minus}:2}", "ab");
    // A literal negative offset needs no number to parse as one: the blank makes it text.
    check("${name: -3}", "abcABC123ABCabc");
    check("${word:${minus_unset:=-99}}", "hello");
}

#[test]
fn k13_5_substring_with_operands_that_are_no_numbers_gives_the_value() {
    check("${word:x}", "hello");
    check("${word:1:x}", "hello");
    check("${word:99999999999999999999}", "hello");
}

#[test]
fn substring_with_a_negative_length_is_an_error_and_no_panic() {
    check_problem("${word:2:-1}", &Problem::NegativeLength);
    check_problem("${word:99:-98}", &Problem::NegativeLength);
    check("${word:99:-1}", "");
}

#[test]
fn substring_that_cuts_a_character_is_an_error() {
    check_problem("${umlaut:1}", &Problem::NotUtf8);
    // Two halves make a whole again.
    check("${umlaut:0:1}${umlaut:1}", "äöü");
}

#[test]
fn k13_5_trim_with_globs() {
    check("${file#*.}", "string.txt");
    check("${file##*.}", "txt");
    check("${file%.*}", "bash.string");
    check("${file%%.*}", "bash");
    check("${path##*/}|${path#*/}", "file|path/to/file");
    check("${path%/*}", "/path/to");
    check("${file#?ash}", ".string.txt");
    check("${file#[a-c]}", "ash.string.txt");
    check("${file#[^b]}", "bash.string.txt");
    check(r"${file#\bash}", ".string.txt");
    check("${word#nothing}${word%nothing}", "hellohello");
    check("${word##*}${word%%*}", "");
    check("${word###x}", "hello");
}

#[test]
fn k13_5_malformed_globs_change_nothing() {
    check("${class#[}", "[abc]x");
    check("${class#[a-}", "[abc]x");
    check(r"${class#\}", "[abc]x");
    // A class reads backwards in a suffix pattern, so it is none.
    check("${word%[o]}", "hello");
}

#[test]
fn k13_5_replace() {
    check("${name/abc/xyz}", "xyzABC123ABCabc");
    check("${name//abc/xyz}", "xyzABC123ABCxyz");
    check("${name/#abc/XYZ}", "XYZABC123ABCabc");
    check("${name/%abc/XYZ}", "abcABC123ABCXYZ");
    check("${name/abc/}", "ABC123ABCabc");
    check("${name//abc/}", "ABC123ABC");
    check("${name/#abc/}${word/%lo/}", "abcABC123ABCabchello");
    check(r"${path//\//-}", "-path-to-file");
    check("${name/1/${word}}", "abcABChello23ABCabc");
    check("${name/${word}/x}", "abcABC123ABCabc");
    check(
        "${word/${empty}/-}|${word//${empty}/-}",
        "-hello|-h-e-l-l-o-",
    );
}

#[test]
fn k13_5_a_replacement_pattern_reaches_to_the_next_slash_wherever_it_is() {
    check("${word/}x\ny/z}", "hello");
    check_problem("${word/ell}", &Problem::BadSubstitution);
}

#[test]
fn k13_5_defaults() {
    for operator in ["=", ":=", ":-", ":?", ":+"] {
        check(&format!("${{unset{operator}d}}"), "d");
        check(&format!("${{empty{operator}d}}"), "d");
        check(&format!("${{word{operator}d}}"), "hello");
        check(&format!("${{unset{operator}}}"), "");
    }
    check("${unset:=a b\nc: {d}", "a b\nc: {d");
    check("${unset:==}", "=");
}

#[test]
fn k13_5_defaults_nest() {
    check("${a:=${b:=${word}}}", "hello");
    check("${a:=pre${word}-${word^^}post}", "prehello-HELLOpost");
}

#[test]
fn values_are_not_expanded_again() {
    check("${self_reference}", "${word}");
}

#[test]
fn k13_4_strict_names_the_unset_variable() {
    for form in [
        "", "^", ",,", ",^", ":0", ":0:1", "/a/b", "//a/b", "#x", "##x", "%x", "%%x",
    ] {
        check_problem(&format!("${{gone{form}}}"), &Problem::NotSet("gone".into()));
    }
    check_problem("${#gone}", &Problem::NotSet("gone".into()));
    // A default is expanded even where it is not needed.
    check_problem("${word:=${gone}}", &Problem::NotSet("gone".into()));
    let error = substitute("a: 1\nb: x${gone}", lookup, Mode::Strict).unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"variable not set (strict mode): "gone" at line 2, column 5"#
    );
}

#[test]
fn k13_4_lenient_reads_unset_as_empty() {
    let lenient = |text| substitute(text, lookup, Mode::Lenient);
    assert_eq!(lenient("[${gone}]").as_deref(), Ok("[]"));
    assert_eq!(
        lenient("[${#gone}${gone^^}${gone#x}]").as_deref(),
        Ok("[0]")
    );
}

#[test]
fn k13_6_malformed_expressions_fail() {
    check_problem("${v-d}", &Problem::MissingClosingBrace);
    check_problem("${v", &Problem::MissingClosingBrace);
    check_problem("${v.x}", &Problem::MissingClosingBrace);
    check_problem("${v }", &Problem::MissingClosingBrace);
    check_problem("${v[@]}", &Problem::MissingClosingBrace);
    check_problem("${}", &Problem::VariableName);
    check_problem("${", &Problem::VariableName);
    check_problem("${!v}", &Problem::VariableName);
    check_problem("${ v}", &Problem::VariableName);
    check_problem("${#}", &Problem::BadSubstitution);
    check_problem("${#v:1}", &Problem::BadSubstitution);
    check_problem("${v^^^}", &Problem::BadSubstitution);
    check_problem("${v:", &Problem::BadSubstitution);
    check_problem("${v:1", &Problem::BadSubstitution);
    check_problem("${v:1:2", &Problem::BadSubstitution);
    check_problem("${v:}", &Problem::Operand);
    check_problem("${v:1:}", &Problem::Operand);
    check_problem("${v#}", &Problem::Operand);
    check_problem("${v/}", &Problem::BadSubstitution);
    check_problem("${v///b}", &Problem::Operand);
    check_problem("${v/a/", &Problem::Operand);
    check_problem("${v:=d", &Problem::Operand);
    check_problem("${v/a${b}/c}", &Problem::BadSubstitution);
}

#[test]
fn parsing_comes_before_expanding() {
    check_problem("${gone} ${v-d}", &Problem::MissingClosingBrace);
}

#[test]
fn an_error_inside_a_nested_expression_points_at_it() {
    let error = substitute("x\n  ${a:=${b-c}}", lookup, Mode::Strict).unwrap_err();
    assert_eq!((error.line, error.column), (2, 8));
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| "${a:=".repeat(depth) + "x" + &"}".repeat(depth);
    check(&nested(Problem::MAX_DEPTH), "x");
    check_problem(&nested(Problem::MAX_DEPTH + 1), &Problem::TooDeep);
}

#[test]
fn output_is_bounded_against_multiplying_replacements() {
    let thousand = "a".repeat(1000);
    let text = "${v//a/".repeat(20) + "a" + &"}".repeat(20);
    let error = substitute(&text, |_| Some(thousand.as_str()), Mode::Strict).unwrap_err();
    assert_eq!(error.problem, Problem::TooLarge);
}

#[test]
fn glob_matching_is_bounded() {
    let long = "a".repeat(40_000);
    let error = substitute("${v##*b}", |_| Some(long.as_str()), Mode::Strict).unwrap_err();
    assert_eq!(error.problem, Problem::TooExpensive);
}

#[test]
fn k13_2_variable_names() {
    for good in ["a", "_", "A1_b", "__x9"] {
        assert!(check_name(good).is_ok(), "{good}");
    }
    for bad in ["", "1a", "a-b", "a.b", "ä", "a b", "a\n"] {
        let error = check_name(bad).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(&format!("'{bad}' var name is invalid, must match"))
        );
    }
}

proptest! {
    #[test]
    fn no_input_panics(text in r"([${}:=/#%^,\\*?\[\]a-c1é-]|\$\{){0,40}") {
        let _ = substitute(&text, lookup, Mode::Strict);
        let _ = substitute(&text, lookup, Mode::Lenient);
    }

    #[test]
    fn text_without_dollars_is_unchanged(text in "[^$]{0,60}") {
        prop_assert_eq!(substitute(&text, lookup, Mode::Strict), Ok(text.clone()));
    }

    #[test]
    fn escaped_text_comes_back(text in "[${}a-z:=#/ ]{0,40}") {
        let escaped = text.replace('$', "$$");
        prop_assert_eq!(substitute(&escaped, lookup, Mode::Strict), Ok(text.clone()));
    }
}
