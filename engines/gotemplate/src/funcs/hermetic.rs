//! The functions of sprig whose result depends on their input alone (sprig's `HermeticTxtFuncMap`).

use crate::exec::Functions;

/// What Helm adds to sprig.
const OF_HELM: [&str; 13] = [
    "include",
    "tpl",
    "required",
    "lookup",
    "toYaml",
    "mustToYaml",
    "toYamlPretty",
    "fromYaml",
    "fromYamlArray",
    "fromJsonArray",
    "toToml",
    "mustToToml",
    "fromToml",
];

/// What sprig takes away: time, randomness, names of hosts. `env` and `expandenv` never were there.
const OF_THE_WORLD: [&str; 15] = [
    "now",
    "date",
    "date_in_zone",
    "date_modify",
    "dateInZone",
    "dateModify",
    "htmlDate",
    "htmlDateInZone",
    "randAlphaNum",
    "randAlpha",
    "randAscii",
    "randNumeric",
    "randBytes",
    "uuidv4",
    "getHostByName",
];

/// Sprig without what makes the same template give different texts. What is left of functions that make keys and passwords
/// fails for want of a source of randomness.
pub fn hermetic() -> Functions {
    let mut functions = super::helm();
    for name in OF_HELM.iter().chain(&OF_THE_WORLD) {
        functions.remove(name);
    }
    functions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_world_and_nothing_of_helm_is_left() {
        let functions = hermetic();
        for name in OF_HELM.iter().chain(&OF_THE_WORLD) {
            assert!(functions.get(name).is_none(), "{name}");
            // A name that is misspelt here would take nothing away.
            assert!(super::super::helm().get(name).is_some(), "{name}");
        }
        for name in [
            "upper",
            "trunc",
            "toJson",
            "semver",
            "sha256sum",
            "fail",
            "dict",
            "b64enc",
        ] {
            assert!(functions.get(name).is_some(), "{name}");
        }
    }
}
