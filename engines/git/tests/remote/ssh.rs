//! Over ssh, with keys made by `ssh-keygen` and git's own programs on the other side (G8, G12).

use git::ssh::Algorithms;
use git::{Access, RemoteUrl};
use testing::git::{Form, SshKey, SshServer};
use testing::proxy::{Protocol, Proxy};

use super::*;

/// A server with one commit on `main` and the tag `v1.0.0`, and a client that may read it.
async fn world(key: &SshKey, host_keys: Vec<SshKey>) -> (SshServer, Client, String) {
    let server = SshServer::start_with(host_keys, key).await.unwrap();
    let repository = server.create("r").unwrap();
    let hash = repository
        .commit("main")
        .file("a.yaml", "a: 1\n")
        .write()
        .unwrap();
    repository.annotated_tag("v1.0.0", &hash, "One").unwrap();
    let known_hosts = server.known_hosts();
    let client = remote(
        &server.url("r"),
        &[("identity", &key.private), ("known_hosts", &known_hosts)],
    );
    (server, client, hash)
}

fn remote(url: &str, pairs: &[(&str, &str)]) -> Client {
    let parsed = RemoteUrl::parse(url).unwrap();
    Client {
        url: url.to_owned(),
        access: Access::from_secret(&parsed, &secret(pairs)).unwrap(),
        limits: limits(),
    }
}

fn ed25519() -> SshKey {
    SshKey::ed25519().unwrap()
}

#[tokio::test]
async fn g2_every_kind_of_reference_is_found_over_ssh() {
    let key = ed25519();
    let (server, client, hash) = world(&key, vec![ed25519()]).await;
    assert_eq!(client.revision(MAIN).await, format!("main@sha1:{hash}"));
    assert_eq!(
        client.revision(tag("v1.0.0")).await,
        format!("v1.0.0@sha1:{hash}")
    );
    assert_eq!(
        client.revision(semver("1.x")).await,
        format!("v1.0.0@sha1:{hash}")
    );
    assert_eq!(
        client.revision(name("refs/heads/main")).await,
        format!("refs/heads/main@sha1:{hash}")
    );
    let commit = Fields {
        commit: &hash,
        ..Fields::default()
    };
    assert_eq!(client.revision(commit).await, format!("sha1:{hash}"));
    assert!(
        server
            .commands()
            .iter()
            .all(|command| command == "git-upload-pack '/r.git'")
    );
}

#[tokio::test]
async fn a_pack_larger_than_the_window_of_the_channel_arrives_whole() {
    let key = ed25519();
    let (server, client, _) = world(&key, vec![ed25519()]).await;
    let repository = server.create("large").unwrap();
    // Does not compress: a xorshift generator's output.
    let mut state = 88_172_645_463_325_252_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    })
    .take(1 << 20)
    .flatten()
    .collect();
    repository
        .commit("main")
        .file("noise", &noise)
        .write()
        .unwrap();
    let client = Client {
        url: server.url("large"),
        ..client
    };
    let checkout = client.checkout(MAIN).await.unwrap();
    let files = checkout.files().unwrap();
    let mut read = Vec::new();
    let entries =
        artifact::tree::Tree::list(&files, &artifact::tree::Tree::root(&files).unwrap()).unwrap();
    let mut content = artifact::tree::Tree::open(&files, &entries[0].node).unwrap();
    std::io::Read::read_to_end(&mut content.reader, &mut read).unwrap();
    assert!(read == noise, "the file arrives as it was");
}

#[tokio::test]
async fn g8_keys_of_every_type_and_form_log_in() {
    for (kind, passphrase, form) in [
        ("ed25519", "", Form::OpenSsh),
        ("ed25519", "pass phrase", Form::OpenSsh),
        ("rsa", "", Form::OpenSsh),
        ("rsa", "", Form::Pem),
        ("rsa", "", Form::Pkcs8),
        ("rsa", "passphrase", Form::Pem),
        ("rsa", "passphrase", Form::Pkcs8),
        ("ecdsa", "", Form::OpenSsh),
        ("ecdsa", "", Form::Pem),
        ("ecdsa", "", Form::Pkcs8),
        ("ecdsa", "passphrase", Form::OpenSsh),
    ] {
        let key = SshKey::generate(kind, passphrase, form).unwrap();
        let server = SshServer::start(&key).await.unwrap();
        let hash = server.create("r").unwrap().commit("main").write().unwrap();
        let known_hosts = server.known_hosts();
        let client = remote(
            &server.url("r"),
            &[
                ("identity", &key.private),
                ("known_hosts", &known_hosts),
                ("password", passphrase),
            ],
        );
        let found = client.checkout(MAIN).await;
        let found = found.unwrap_or_else(|error| panic!("{kind} {form:?} {passphrase:?}: {error}"));
        assert_eq!(found.commit().hash, hash);
    }
}

#[tokio::test]
async fn g8_of_several_host_keys_the_one_that_is_known_is_asked_for() {
    let key = ed25519();
    let rsa = SshKey::generate("rsa", "", Form::OpenSsh).unwrap();
    let (server, client, hash) = world(&key, vec![ed25519(), rsa.clone()]).await;
    let known_hosts = server.known_hosts_with(&[rsa]);
    let client = client.with_secret(&[("identity", &key.private), ("known_hosts", &known_hosts)]);
    assert_eq!(client.revision(MAIN).await, format!("main@sha1:{hash}"));
}

#[tokio::test]
async fn g8_a_host_that_is_not_known_or_another_is_not_trusted() {
    let key = ed25519();
    let (server, client, _) = world(&key, vec![ed25519()]).await;
    let url = server.url("r").replace("git@", "");
    let stranger = format!("other.example.dev {}\n", ed25519().public_words());
    let client = client.with_secret(&[("identity", &key.private), ("known_hosts", &stranger)]);
    let message = client.error(MAIN).await;
    let expected = format!(
        "unable to list remote for '{url}': ssh: handshake failed: knownhosts: key is unknown: host '[127.0.0.1]:{}' shows ssh-ed25519 SHA256:",
        server.address().port()
    );
    assert!(message.starts_with(&expected), "{message}");
    let other = server.known_hosts_with(&[ed25519()]);
    let client = client.with_secret(&[("identity", &key.private), ("known_hosts", &other)]);
    let message = client.error(MAIN).await;
    assert!(message.contains("knownhosts: key mismatch"), "{message}");
    assert_eq!(server.commands(), Vec::<String>::new());
}

#[tokio::test]
async fn g8_a_key_that_may_not_log_in_is_told() {
    let key = ed25519();
    let (server, client, _) = world(&key, vec![ed25519()]).await;
    let known_hosts = server.known_hosts();
    let stranger = ed25519();
    let client = client.with_secret(&[
        ("identity", &stranger.private),
        ("known_hosts", &known_hosts),
    ]);
    let message = client.error(MAIN).await;
    assert!(
        message.contains("ssh: unable to authenticate, attempted methods [none publickey]"),
        "{message}"
    );
    assert!(
        message.contains("user 'git' may not log in with ssh-ed25519 SHA256:"),
        "{message}"
    );
}

#[tokio::test]
async fn a_repository_that_is_not_there_is_told_in_the_words_of_the_server() {
    let key = ed25519();
    let (server, client, _) = world(&key, vec![ed25519()]).await;
    let client = Client {
        url: server.url("none"),
        ..client
    };
    let message = client.error(MAIN).await;
    assert!(
        message.contains("repository not found: fatal: ")
            && message.contains("does not appear to be a git repository"),
        "{message}"
    );
}

#[tokio::test]
async fn flags_narrow_what_may_be_agreed_on() {
    let key = ed25519();
    let (_server, mut client, hash) = world(&key, vec![ed25519()]).await;
    let names = |names: &[&str]| {
        names
            .iter()
            .map(|&name| name.to_owned())
            .collect::<Vec<_>>()
    };
    client.access.algorithms = Algorithms::parse(
        &names(&["diffie-hellman-group14-sha256"]),
        &names(&["ssh-ed25519"]),
    )
    .unwrap();
    assert_eq!(client.revision(MAIN).await, format!("main@sha1:{hash}"));
    client.access.algorithms = Algorithms::parse(&[], &names(&["rsa-sha2-512"])).unwrap();
    let message = client.error(MAIN).await;
    assert!(
        message.contains("ssh: no common algorithm for host key; client offered: [rsa-sha2-512]"),
        "{message}"
    );
}

#[tokio::test]
async fn g12_ssh_goes_through_proxies_too() {
    let key = ed25519();
    let (server, client, hash) = world(&key, vec![ed25519()]).await;
    for protocol in [Protocol::Http, Protocol::Socks5] {
        for login in [None, Some(("user", "pass"))] {
            let proxy = match login {
                None => Proxy::start(protocol).await,
                Some((user, password)) => Proxy::start_for(protocol, user, password).await,
            };
            let proxy = proxy.unwrap();
            proxy.route(
                &format!("git.internal:{}", server.address().port()),
                server.address(),
            );
            let url = format!("ssh://git@git.internal:{}/r.git", server.address().port());
            let known_hosts = server.known_hosts().replace("127.0.0.1", "git.internal");
            let mut client = remote(
                &url,
                &[("identity", &key.private), ("known_hosts", &known_hosts)],
            );
            let address = proxy.url();
            let (user, password) = login.unwrap_or_default();
            let data = secret(&[
                ("address", &address),
                ("username", user),
                ("password", password),
            ]);
            client.access.proxy = git::access::Proxy::from_secret(&data).unwrap();
            assert_eq!(client.revision(MAIN).await, format!("main@sha1:{hash}"));
            if login.is_some() {
                let data = secret(&[("address", &address)]);
                client.access.proxy = git::access::Proxy::from_secret(&data).unwrap();
                let message = client.error(MAIN).await;
                assert!(
                    message.contains("unable to connect through proxy: it "),
                    "{message}"
                );
            }
        }
    }
    drop(client);
}

#[tokio::test]
async fn a_server_that_says_nothing_does_not_hold_up_longer_than_the_timeout() {
    let key = ed25519();
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ssh://git@{}/r.git", silent.local_addr().unwrap());
    let known_hosts = format!("* {}\n", ed25519().public_words());
    let mut client = remote(
        &url,
        &[("identity", &key.private), ("known_hosts", &known_hosts)],
    );
    client.limits.timeout = Duration::from_millis(300);
    let message = client.error(MAIN).await;
    assert!(message.ends_with("timed out after 0.3s"), "{message}");
}

#[test]
fn g8_what_a_secret_for_ssh_must_hold() {
    let url = RemoteUrl::parse("ssh://h/r").unwrap();
    let message = |pairs: &[(&str, &str)]| {
        Access::from_secret(&url, &secret(pairs))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        message(&[]),
        "invalid 'ssh' auth option: 'identity' is required"
    );
    let key = ed25519();
    assert_eq!(
        message(&[("identity", &key.private)]),
        "invalid 'ssh' auth option: 'known_hosts' is required"
    );
    assert!(
        message(&[("identity", "nonsense"), ("known_hosts", "#")]).starts_with("ssh: no key found"),
    );
    let locked = SshKey::generate("ed25519", "secret", Form::OpenSsh).unwrap();
    assert!(
        message(&[("identity", &locked.private), ("known_hosts", "#")])
            .starts_with("ssh: this private key is passphrase protected"),
    );
    let wrong = [
        ("identity", &*locked.private),
        ("known_hosts", "#"),
        ("password", "hush"),
    ];
    let message = message(&wrong);
    assert!(
        message.starts_with("x509: decryption password incorrect"),
        "{message}"
    );
    assert!(!message.contains("hush"));
    let access = Access::from_secret(
        &url,
        &secret(&[("identity", &key.private), ("known_hosts", "#")]),
    );
    let shown = format!("{:?}", access.unwrap());
    assert!(
        shown.contains("user: \"git\"") && !shown.contains("PRIVATE"),
        "{shown}"
    );
}
