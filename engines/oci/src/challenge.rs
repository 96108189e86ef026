//! The header `WWW-Authenticate` (RFC 9110 section 11.6.1).

use std::collections::BTreeMap;

use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

/// How a server wants to be told who we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Challenge {
    /// Lower case: `basic`, `bearer`.
    pub(crate) scheme: String,
    /// Names in lower case.
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Challenge {
    /// The challenge that can be met, or the first one.
    pub(crate) fn choose(headers: &HeaderMap) -> Option<Self> {
        let all: Vec<Self> = headers
            .get_all(WWW_AUTHENTICATE)
            .iter()
            .filter_map(|value| Self::parse(value.to_str().ok()?))
            .collect();
        let known = |challenge: &&Self| matches!(&*challenge.scheme, "basic" | "bearer");
        all.iter().find(known).or_else(|| all.first()).cloned()
    }

    fn parse(header: &str) -> Option<Self> {
        let (scheme, mut rest) = token(header.trim_start());
        if scheme.is_empty() {
            return None;
        }
        let mut parameters = BTreeMap::new();
        loop {
            rest = rest.trim_start_matches([' ', '\t', ',']);
            let (name, after) = token(rest);
            let Some(after) = after.strip_prefix('=').filter(|_| !name.is_empty()) else {
                break;
            };
            let (value, after) = value(after);
            parameters.insert(name.to_ascii_lowercase(), value);
            rest = after;
        }
        Some(Self {
            scheme: scheme.to_ascii_lowercase(),
            parameters,
        })
    }
}

fn token(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_graphic() || "\"(),/:;<=>?@[]\\{}".contains(c))
        .unwrap_or(text.len());
    text.split_at(end)
}

/// A token or a quoted string. Tokens are taken up to the next comma or space: some servers do not quote URLs.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, c)| c)),
            other => value.push(other),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(headers: &[&str]) -> Option<(String, Vec<(String, String)>)> {
        let mut map = HeaderMap::new();
        for header in headers {
            map.append(WWW_AUTHENTICATE, header.parse().unwrap());
        }
        Challenge::choose(&map)
            .map(|challenge| (challenge.scheme, challenge.parameters.into_iter().collect()))
    }

    #[test]
    fn parameters_are_read() {
        let pairs = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            choose(&[
                r#"Bearer realm="https://auth.test/token?a=b,c",service="r\"t",scope="repository:a:pull,push""#
            ]),
            Some((
                "bearer".to_owned(),
                pairs(&[
                    ("realm", "https://auth.test/token?a=b,c"),
                    ("scope", "repository:a:pull,push"),
                    ("service", "r\"t")
                ])
            ))
        );
        assert_eq!(
            choose(&["BASIC Realm=x, charset=UTF-8"]),
            Some((
                "basic".to_owned(),
                pairs(&[("charset", "UTF-8"), ("realm", "x")])
            ))
        );
    }

    #[test]
    fn the_challenge_that_can_be_met_is_chosen() {
        let scheme = |headers: &[&str]| choose(headers).map(|(scheme, _)| scheme);
        assert_eq!(
            scheme(&["Negotiate", "Basic realm=\"r\""]).unwrap(),
            "basic"
        );
        assert_eq!(scheme(&["Negotiate abc"]).unwrap(), "negotiate");
        assert_eq!(scheme(&[]), None);
        assert_eq!(scheme(&["\"", "Basic realm=\"unclosed"]).unwrap(), "basic");
    }
}
