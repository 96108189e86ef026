//! Which commit a reference stands for, and what its revision looks like (G1 to G4).

use git::Error;
use git::reference::Fields;
use testing::git::Server;

use crate::{Client, MAIN, name, semver, tag};

#[tokio::test(flavor = "multi_thread")]
async fn g3_branches_and_tags_give_the_commit_under_their_short_name() {
    let server = Server::start().await.unwrap();
    let repository = server.create("r").unwrap();
    let first = repository.commit("main").file("a", "1").write().unwrap();
    let second = repository.commit("main").file("a", "2").write().unwrap();
    repository
        .commit("feature/x")
        .file("b", "1")
        .write()
        .unwrap();
    repository.tag("light", &first).unwrap();
    let tag_object = repository.annotated_tag("v1.0.0", &first, "One").unwrap();
    let client = Client::new(server.url("r"));

    assert_eq!(client.revision(MAIN).await, format!("main@sha1:{second}"));
    assert_eq!(
        client.revision(tag("light")).await,
        format!("light@sha1:{first}")
    );
    assert_ne!(tag_object, first);
    assert_eq!(
        client.revision(tag("v1.0.0")).await,
        format!("v1.0.0@sha1:{first}")
    );
    let feature = repository.rev_parse("refs/heads/feature/x").unwrap();
    let fields = Fields {
        branch: "feature/x",
        ..Fields::default()
    };
    assert_eq!(
        client.revision(fields).await,
        format!("feature/x@sha1:{feature}")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g2_full_names_reach_refs_outside_the_branches() {
    let server = Server::start().await.unwrap();
    let repository = server.create("r").unwrap();
    let first = repository.commit("main").file("a", "1").write().unwrap();
    let second = repository.commit("side").file("a", "2").write().unwrap();
    repository
        .set_reference("refs/pull/7/head", &second)
        .unwrap();
    repository.delete_reference("refs/heads/side").unwrap();
    repository.annotated_tag("v1", &first, "One").unwrap();
    let client = Client::new(server.url("r"));

    for (full, commit) in [
        ("refs/heads/main", &first),
        ("refs/pull/7/head", &second),
        ("refs/tags/v1", &first),
        ("refs/tags/v1^{}", &first),
        ("HEAD", &first),
    ] {
        assert_eq!(
            client.revision(name(full)).await,
            format!("{full}@sha1:{commit}")
        );
        let listed = client
            .resolve(name(full))
            .await
            .unwrap()
            .revision()
            .unwrap();
        assert_eq!(
            listed.to_string(),
            format!("{full}@sha1:{commit}"),
            "the listing alone tells"
        );
    }
    let error = client.error(name("refs/pull/8/head")).await;
    assert_eq!(
        error,
        "unable to resolve ref 'refs/pull/8/head' to a specific commit"
    );
    assert!(
        client
            .error(name("/refs/heads/main"))
            .await
            .contains("cannot begin or end with a slash")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_semver_takes_the_highest_tag_and_keeps_its_text() {
    let server = Server::start().await.unwrap();
    let repository = server.create("r").unwrap();
    for tag in ["0.9.0", "v1.2.0", "1.10.0", "2.0.0-rc.1", "1.9", "latest"] {
        let commit = repository
            .commit("main")
            .file("version", tag)
            .write()
            .unwrap();
        repository.tag(tag, &commit).unwrap();
    }
    let client = Client::new(server.url("r"));
    let revision = async |range| {
        let revision = client.revision(semver(range)).await;
        revision.split('@').next().unwrap().to_owned()
    };
    assert_eq!(revision("*").await, "1.10.0");
    assert_eq!(revision("<1.10").await, "v1.2.0");
    assert_eq!(revision(">=2.0.0-0").await, "2.0.0-rc.1");
    assert_eq!(
        client.error(semver(">3")).await,
        "no match found for semver: >3"
    );
    assert_eq!(
        client.error(semver("newest")).await,
        "semver parse error: improper constraint: \"newest\""
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_equal_versions_are_ordered_by_the_time_of_their_commits() {
    let server = Server::start().await.unwrap();
    let repository = server.create("r").unwrap();
    // The oldest sorts last by name, the youngest is annotated.
    for tag in ["1.0.0+c", "1.0.0+a"] {
        let commit = repository
            .commit("main")
            .file("version", tag)
            .write()
            .unwrap();
        repository.tag(tag, &commit).unwrap();
    }
    let youngest = repository
        .commit("main")
        .file("version", "b")
        .write()
        .unwrap();
    repository.annotated_tag("1.0.0+b", &youngest, "B").unwrap();
    let client = Client::new(server.url("r"));
    assert_eq!(
        client.resolve(semver("1.x")).await.unwrap().revision(),
        None,
        "only the commits can tell"
    );
    assert_eq!(
        client.revision(semver("1.x")).await,
        format!("1.0.0+b@sha1:{youngest}")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g2_commits_are_found_on_any_branch_or_only_the_given_one() {
    let server = Server::start().await.unwrap();
    let repository = server.create("r").unwrap();
    let first = repository.commit("main").file("a", "1").write().unwrap();
    let second = repository.commit("main").file("a", "2").write().unwrap();
    let other = repository.commit("other").file("b", "1").write().unwrap();
    repository.commit("other").file("b", "2").write().unwrap();
    let client = Client::new(server.url("r"));

    let bare = |commit| Fields {
        commit,
        ..Fields::default()
    };
    for commit in [&first, &second, &other] {
        assert_eq!(
            client.revision(bare(commit)).await,
            format!("sha1:{commit}")
        );
    }
    let on_main = |commit| Fields {
        commit,
        branch: "main",
        ..Fields::default()
    };
    assert_eq!(
        client.revision(on_main(&first)).await,
        format!("main@sha1:{first}")
    );
    assert_eq!(
        client.error(on_main(&other)).await,
        format!("unable to resolve commit object for '{other}': not found on branch 'main'")
    );
    let unknown = "0123456789abcdef0123456789abcdef01234567";
    assert_eq!(
        client.error(bare(unknown)).await,
        format!("unable to resolve commit object for '{unknown}': not found on any branch")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g13_empty_and_missing_are_told_apart() {
    let server = Server::start().await.unwrap();
    server.create("empty").unwrap();
    let client = Client::new(server.url("empty"));
    let error = client.checkout(MAIN).await.err().unwrap();
    assert!(error.is_empty_repository());
    assert_eq!(error.to_string(), "git repository is empty");
    let url = server.url("empty");
    for fields in [
        tag("v1"),
        semver("*"),
        Fields {
            commit: "0123456789abcdef0123456789abcdef01234567",
            ..Fields::default()
        },
    ] {
        assert_eq!(
            client.error(fields).await,
            format!("unable to clone '{url}': remote repository is empty")
        );
    }

    server
        .create("r")
        .unwrap()
        .commit("main")
        .file("a", "1")
        .write()
        .unwrap();
    let client = Client::new(server.url("r"));
    let url = server.url("r");
    let error = client.checkout(Fields::default()).await.err().unwrap();
    assert!(matches!(error, Error::NoSuchReference { .. }));
    let expected =
        format!("unable to clone '{url}': couldn't find remote ref \"refs/heads/master\"");
    assert_eq!(error.to_string(), expected);
    assert!(
        client
            .error(tag("v1"))
            .await
            .ends_with("couldn't find remote ref \"refs/tags/v1\"")
    );

    let url = server.url("none");
    assert_eq!(
        Client::new(url.clone()).error(MAIN).await,
        format!("unable to list remote for '{url}': repository not found")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_of_trees_and_blobs_are_no_commits() {
    let server = Server::start().await.unwrap();
    let repository = server.create("r").unwrap();
    repository.commit("main").file("a", "1").write().unwrap();
    let tree = repository.rev_parse("main^{tree}").unwrap();
    repository.tag("tree", &tree).unwrap();
    let client = Client::new(server.url("r"));
    assert_eq!(
        client.error(tag("tree")).await,
        "unable to resolve 'refs/tags/tree' to a commit: it points to a tree"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g11_a_listing_is_two_requests_and_a_fetch_one_more() {
    let server = Server::start().await.unwrap();
    let repository = server.create("r").unwrap();
    repository.commit("main").file("a", "1").write().unwrap();
    for n in 0..50 {
        repository.set_branch(&format!("b{n}"), "main").unwrap();
    }
    let client = Client::new(server.url("r"));
    server.forget_requests();
    client.resolve(MAIN).await.unwrap();
    assert_eq!(server.requests().len(), 2);
    server.forget_requests();
    client.checkout(MAIN).await.unwrap();
    assert_eq!(server.requests().len(), 3);
}
