//! How the registry wants to be spoken to, and the tokens for it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode, Url};
use serde::Deserialize;
use transport::{Basic, Client, Hidden, client};

use super::{Registry, Security, checked, read, send, shown};
use crate::challenge::Challenge;
use crate::error::Error;
use crate::login::Login;

/// Bytes of a token.
const MAX_TOKEN: u64 = 64 << 10;

/// The name under which tokens are asked for with an identity token.
const CLIENT_ID: &str = "sluice";

/// What is known of a registry.
#[derive(Debug)]
pub(super) struct Session {
    /// Scheme and authority, for requests.
    base: Url,
    scheme: Scheme,
}

/// How the registry wants to be told who we are.
#[derive(Debug)]
enum Scheme {
    /// In each request, or not at all.
    Basic,
    /// By a token of a token service.
    Bearer(Bearer),
}

#[derive(Debug)]
struct Bearer {
    realm: Url,
    service: String,
    scopes: Vec<String>,
    token: Option<HeaderValue>,
    /// Given by the token service in exchange for the first login.
    refresh: Option<Hidden>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Answer {
    token: String,
    access_token: String,
    refresh_token: String,
}

impl Registry {
    /// The session, opened if it is not yet.
    pub(super) async fn opened<'a>(
        &self,
        session: &'a mut Option<Session>,
    ) -> Result<&'a mut Session, Error> {
        if session.is_none() {
            *session = Some(self.open().await?);
        }
        session
            .as_mut()
            .ok_or_else(|| Error::Challenge("no session".to_owned()))
    }

    async fn open(&self) -> Result<Session, Error> {
        let secure = self.ping("https").await;
        let plain_will_do = self.security == Security::HttpToo || self.repository.is_local();
        match secure {
            Err(first) if plain_will_do => match self.ping("http").await {
                Ok(session) => Ok(session),
                Err(second) => Err(Error::Both(Box::new(first), Box::new(second))),
            },
            other => other,
        }
    }

    async fn ping(&self, scheme: &str) -> Result<Session, Error> {
        let registry = self.repository.registry();
        let base = Url::parse(&format!("{scheme}://{registry}/v2/"))
            .map_err(|error| Error::Challenge(error.to_string()))?;
        let response = send(self.client.get(base.clone())).await?;
        let challenge = match response.status() {
            StatusCode::OK => None,
            StatusCode::UNAUTHORIZED => Challenge::choose(response.headers()),
            _ => {
                checked(&Method::GET, response).await?;
                None
            }
        };
        let scheme = match challenge {
            None => Scheme::Basic,
            Some(challenge) => match &*challenge.scheme {
                "basic" => Scheme::Basic,
                "bearer" => {
                    let scope = format!("repository:{}:pull", self.repository.path());
                    Scheme::Bearer(Bearer::new(&base, &challenge, vec![scope])?)
                }
                other => {
                    return Err(Error::Challenge(format!("unrecognized challenge: {other}")));
                }
            },
        };
        Ok(Session { base, scheme })
    }
}

impl Session {
    /// The address of a path on the registry.
    pub(super) fn url(&self, path: &str) -> Result<Url, Error> {
        self.base
            .join(path)
            .map_err(|error| Error::Challenge(error.to_string()))
    }

    /// Whether an address is on the registry.
    pub(super) fn is_at(&self, url: &Url) -> bool {
        url.origin() == self.base.origin()
    }

    /// What to send along.
    pub(super) async fn authorization(
        &mut self,
        client: &Client,
        login: &Login,
    ) -> Result<Option<HeaderValue>, Error> {
        match &mut self.scheme {
            Scheme::Basic => match login {
                Login::Anonymous | Login::IdentityToken(_) => Ok(None),
                Login::Basic(login) => basic(login).map(Some),
                Login::RegistryToken(token) => bearer(token.expose()).map(Some),
            },
            Scheme::Bearer(state) => {
                if let Login::RegistryToken(token) = login {
                    return bearer(token.expose()).map(Some);
                }
                if state.token.is_none() {
                    state.token = Some(state.fetch(client, login).await?);
                }
                Ok(state.token.clone())
            }
        }
    }

    /// Takes up what a refusal asks for; tells whether another try with a new token makes sense.
    pub(super) fn widen(&mut self, headers: &HeaderMap) -> Result<bool, Error> {
        let challenge = Challenge::choose(headers).filter(|challenge| challenge.scheme == "bearer");
        let Some(challenge) = challenge else {
            return Ok(false);
        };
        let scope = challenge.parameters.get("scope");
        match &mut self.scheme {
            Scheme::Basic => {
                let scopes = scope.cloned().into_iter().collect();
                self.scheme = Scheme::Bearer(Bearer::new(&self.base, &challenge, scopes)?);
            }
            Scheme::Bearer(state) => {
                // Some services look at the first scope alone.
                if let Some(scope) = scope.filter(|scope| !state.scopes.contains(scope)) {
                    state.scopes.insert(0, scope.clone());
                }
                state.token = None;
            }
        }
        Ok(true)
    }
}

impl Bearer {
    fn new(registry: &Url, challenge: &Challenge, scopes: Vec<String>) -> Result<Self, Error> {
        let realm = challenge.parameters.get("realm").ok_or_else(|| {
            Error::Challenge("malformed www-authenticate, missing realm".to_owned())
        })?;
        let invalid =
            |why: String| Error::Challenge(format!("invalid realm in www-authenticate: {why}"));
        let realm = Url::parse(realm).map_err(|error| invalid(error.to_string()))?;
        let is_plain_and_may_be = realm.scheme() == "http" && registry.scheme() == "http";
        if realm.scheme() != "https" && !is_plain_and_may_be {
            return Err(invalid(format!(
                "scheme '{}' is not allowed for a registry over {}",
                realm.scheme(),
                registry.scheme()
            )));
        }
        // Whoever runs the registry must not have us call addresses inside a network that he cannot reach.
        if client::leads_inside(registry, &realm) {
            let host = realm.host_str().unwrap_or_default();
            return Err(invalid(format!("host '{host}' is a private address")));
        }
        let service = challenge.parameters.get("service");
        Ok(Self {
            realm,
            service: service.cloned().unwrap_or_default(),
            scopes,
            token: None,
            refresh: None,
        })
    }

    /// Asks the token service for a token.
    async fn fetch(&mut self, client: &Client, login: &Login) -> Result<HeaderValue, Error> {
        let identity = match (&self.refresh, login) {
            (Some(token), _) | (None, Login::IdentityToken(token)) => Some(token.clone()),
            _ => None,
        };
        let answer = match identity {
            None => self.by_get(client, login).await,
            Some(token) => match self.by_post(client, &token).await {
                // Not every service knows this way.
                Err(error) if error.is_not_found() => self.by_get(client, login).await,
                other => other,
            },
        }?;
        if !answer.refresh_token.is_empty() {
            self.refresh = Some(answer.refresh_token.into());
        }
        let token = if answer.access_token.is_empty() {
            answer.token
        } else {
            answer.access_token
        };
        if token.is_empty() {
            return Err(Error::NoToken(shown(&self.realm)));
        }
        bearer(&token)
    }

    /// The token protocol of docker.
    async fn by_get(&self, client: &Client, login: &Login) -> Result<Answer, Error> {
        let mut url = self.realm.clone();
        {
            let mut query = url.query_pairs_mut();
            for scope in &self.scopes {
                query.append_pair("scope", scope);
            }
            query.append_pair("service", &self.service);
        }
        let mut request = client.get(url);
        if let Login::Basic(login) = login {
            request = request.header(AUTHORIZATION, basic(login)?);
        }
        let response = checked(&Method::GET, send(request).await?).await?;
        self.read(response).await
    }

    /// RFC 6749 section 6.
    async fn by_post(&self, client: &Client, token: &Hidden) -> Result<Answer, Error> {
        let scope = self.scopes.join(" ");
        let mut form = vec![
            ("grant_type", "refresh_token"),
            ("client_id", CLIENT_ID),
            ("scope", &scope),
            ("refresh_token", token.expose()),
        ];
        if !self.service.is_empty() {
            form.push(("service", &self.service));
        }
        // The encoding of a form is that of a query.
        let mut encoded = self.realm.clone();
        encoded.set_query(None);
        encoded.query_pairs_mut().extend_pairs(form);
        let body = encoded.query().unwrap_or_default().to_owned();
        let request = client
            .post(self.realm.clone())
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body);
        let response = checked(&Method::POST, send(request).await?).await?;
        self.read(response).await
    }

    async fn read(&self, response: reqwest::Response) -> Result<Answer, Error> {
        let body = read(response, MAX_TOKEN, "token").await?;
        serde_json::from_slice(&body).map_err(|_| Error::NoToken(shown(&self.realm)))
    }
}

fn basic(login: &Basic) -> Result<HeaderValue, Error> {
    let pair = format!("{}:{}", login.username, login.password.expose());
    header(&format!("Basic {}", STANDARD.encode(pair)))
}

fn bearer(token: &str) -> Result<HeaderValue, Error> {
    header(&format!("Bearer {token}"))
}

fn header(value: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        Error::Challenge("the token holds characters that cannot be sent in a header".to_owned())
    })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn realm(registry: &str, realm: &str) -> Result<(), String> {
        let challenge = Challenge {
            scheme: "bearer".to_owned(),
            parameters: [("realm".to_owned(), realm.to_owned())].into(),
        };
        let made = Bearer::new(&Url::parse(registry).unwrap(), &challenge, Vec::new());
        made.map(drop).map_err(|error| error.to_string())
    }

    #[test]
    fn token_services_are_neither_less_safe_nor_further_inside_than_the_registry() {
        realm("https://r.test/v2/", "https://auth.test/token").unwrap();
        realm("http://127.0.0.1:1/v2/", "http://127.0.0.1:2/token").unwrap();
        assert_eq!(
            realm("https://r.test/v2/", "http://auth.test/token").unwrap_err(),
            "invalid realm in www-authenticate: scheme 'http' is not allowed for a registry over https"
        );
        assert_eq!(
            realm("https://r.test/v2/", "https://169.254.169.254/token").unwrap_err(),
            "invalid realm in www-authenticate: host '169.254.169.254' is a private address"
        );
        assert!(realm("https://r.test/v2/", "file:///etc/passwd").is_err());
        assert!(realm("https://r.test/v2/", "nonsense").is_err());
    }
}
