//! Where credentials go.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use helm_repo::fetch::{Access, PassCredentials};
use helm_repo::{Fetcher, RepositoryUrl};
use testing::http::Files;
use transport::Basic;

fn fetcher(url: &str, pass_credentials: PassCredentials) -> Fetcher {
    let access = Access {
        login: Some(Basic {
            username: "u".into(),
            password: "p".to_owned().into(),
        }),
        pass_credentials,
        ..Access::default()
    };
    Fetcher::new(
        RepositoryUrl::parse(url).unwrap(),
        access,
        Duration::from_secs(20),
    )
    .unwrap()
}

fn sent(files: &Files) -> Vec<bool> {
    files
        .asked()
        .iter()
        .map(|asked| asked.authorization.is_some())
        .collect()
}

#[tokio::test]
async fn h2_credentials_go_to_the_repository_and_elsewhere_only_when_told() {
    let (own, other) = (Files::start().await.unwrap(), Files::start().await.unwrap());
    own.put("/a.tgz", "x");
    other.put("/a.tgz", "x");
    for (pass, expected) in [
        (PassCredentials::SameServer, false),
        (PassCredentials::Everywhere, true),
    ] {
        let fetcher = fetcher(own.url(), pass);
        for files in [&own, &other] {
            let url = format!("{}/a.tgz", files.url()).parse().unwrap();
            assert_eq!(fetcher.fetch(&url, 10).await.unwrap(), b"x");
        }
        assert_eq!(sent(&own).last(), Some(&true));
        assert_eq!(sent(&other).last(), Some(&expected));
    }
}

#[tokio::test]
async fn credentials_do_not_follow_a_redirect_to_another_host() {
    let (own, other) = (Files::start().await.unwrap(), Files::start().await.unwrap());
    other.put("/a.tgz", "x");
    own.redirect("/a.tgz", &format!("{}/a.tgz", other.url()));
    let url = format!("{}/a.tgz", own.url()).parse().unwrap();
    let fetcher = fetcher(own.url(), PassCredentials::SameServer);
    assert_eq!(fetcher.fetch(&url, 10).await.unwrap(), b"x");
    assert_eq!((sent(&own), sent(&other)), (vec![true], vec![false]));
}

#[tokio::test]
async fn c6_files_over_the_limit_are_not_read() {
    let files = Files::start().await.unwrap();
    files.put("/a.tgz", "12345678901");
    let url = format!("{}/a.tgz", files.url()).parse().unwrap();
    let error = fetcher(files.url(), PassCredentials::SameServer)
        .fetch(&url, 10)
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("exceeds the maximum size of 10 bytes")
    );
}
