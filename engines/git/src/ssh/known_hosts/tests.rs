//! What a `known_hosts` file lets through, with keys, hashes and a certificate made by `ssh-keygen`.

use super::*;

const A: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILMpY5RGT4uOP2mg9W/URzyYDpvBDOZ8U92s1vS8CRRN";
const B: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMmXmoEYHjANZKY5HcP4kp0qkNZ9I9mecrSaX49lqCCp";
const RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCkHCKlIer2mavjQMhV65HfEyVX7R9/BlIHccXNYkMFg0wUTKlg8tAedVdsaklboDyAdKX8KRuKUrg+PPGrixww1E/TbaSahmqOHCdGHU5RpJc7KC5yib4IH8f4U0P0MEVTA9MBu+jw2j3WMX4nfN/xMQ6pdAfkgRBaqEZJ5LoIH4pBRNHKy3lGVG5E2ETSRDplSZDzh6vVL6hE5VpEdZiCZtKtyQdG9OW4+Z3jkkUeIgiXtHahuFNJK830c7N/P1pKwOOrhrOxzf+VS2JvmyV7vvY/zDlbVqwJ/xzmKLOJzAqGynF5lWtVX0FAJ9SwYe1KkegbtbVY3zBpFwxOoiCt";
const AUTHORITY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAID2gG4IRdzbbRKU552Viflj0622OTO+PzJrM/oQJ4nYD";
/// For `git.example.dev`, in 2026.
const CERTIFICATE: &str = "ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIKAhQa+FfljOYUjYhdJAjWdpjWusCXJoRV1LPyvWhr6nAAAAILMpY5RGT4uOP2mg9W/URzyYDpvBDOZ8U92s1vS8CRRNAAAAAAAAAAAAAAACAAAABGhvc3QAAAATAAAAD2dpdC5leGFtcGxlLmRldgAAAABpVbkAAAAAAGs27IAAAAAAAAAAAAAAAAAAAAAzAAAAC3NzaC1lZDI1NTE5AAAAID2gG4IRdzbbRKU552Viflj0622OTO+PzJrM/oQJ4nYDAAAAUwAAAAtzc2gtZWQyNTUxOQAAAEBtnvFCesuJm0BJBT5HWh9F/c7kIn9nlBMbcUZFIXE+iGQjA73nlXNwIh5qOukXx7Vb+3pREwUhHHL7b0LivjkM";
const HASHED_WITH_PORT: &str = "|1|kxuUptJP6aPxnAnWb5FPJ/9kikA=|31xDYEPzVXR9yrpOV4n4tgtsLlw=";
const HASHED: &str = "|1|zCav+i5R6RAC3ESse04sWllGk+8=|jaTVMZuHjccnh2PKLrUhfkemCmA=";

const IN_2026: u64 = 1_780_000_000;

fn host(name: &str, port: u16) -> Host {
    Host {
        name: name.to_owned(),
        port,
    }
}

fn key(text: &str) -> PublicKeyOrCertificate {
    PublicKey::from_openssh(text).unwrap().into()
}

fn check(file: &str, host: &Host, shown: &str) -> Result<(), SshError> {
    KnownHosts::parse(file)
        .unwrap()
        .check(host, &key(shown), IN_2026)
}

#[test]
fn g8_a_key_counts_for_the_hosts_that_its_line_names() {
    let file = format!(
        "# comment\n\ngit.example.dev,*.internal,!bad.internal,[h]:2222,10.0.0.? {A} comment\n"
    );
    for (name, port) in [
        ("git.example.dev", 22),
        ("a.b.internal", 22),
        ("h", 2222),
        ("10.0.0.7", 22),
    ] {
        assert_eq!(check(&file, &host(name, port), A), Ok(()), "{name}");
    }
    for (name, port) in [
        ("git.example.dev", 2222),
        ("bad.internal", 22),
        ("h", 22),
        ("10.0.0.77", 22),
        ("example.dev", 22),
    ] {
        let error = check(&file, &host(name, port), A).unwrap_err();
        assert!(
            matches!(error, SshError::UnknownHost { .. }),
            "{name}: {error}"
        );
    }
}

#[test]
fn g8_hashed_names_match_with_and_without_a_port() {
    let file = format!("{HASHED_WITH_PORT} {A}\n{HASHED} {B}\n");
    assert_eq!(check(&file, &host("git.example.dev", 2222), A), Ok(()));
    assert_eq!(check(&file, &host("plain.example.dev", 22), B), Ok(()));
    assert!(check(&file, &host("git.example.dev", 22), A).is_err());
}

#[test]
fn g8_another_key_is_a_mismatch_and_says_which_key_was_shown() {
    let file = format!("h {A}\nh {RSA}\n");
    assert_eq!(check(&file, &host("h", 22), RSA), Ok(()));
    let error = check(&file, &host("h", 22), B).unwrap_err().to_string();
    assert!(
        error.starts_with(
            "ssh: handshake failed: knownhosts: key mismatch: host 'h' shows ssh-ed25519 SHA256:"
        ),
        "{error}"
    );
}

#[test]
fn g8_of_several_keys_of_a_type_each_counts() {
    let file = format!("h {A}\nh {B}\n");
    assert_eq!(check(&file, &host("h", 22), B), Ok(()));
}

#[test]
fn g8_a_revoked_key_is_refused_wherever_it_is_known() {
    let file = format!("h {A}\n@revoked * {A}\n");
    let error = check(&file, &host("h", 22), A).unwrap_err();
    assert!(matches!(error, SshError::Revoked { .. }), "{error}");
}

#[test]
fn g8_a_certificate_counts_by_its_authority_for_its_host_and_time() {
    let certificate =
        || PublicKeyOrCertificate::from(Certificate::from_openssh(CERTIFICATE).unwrap());
    let check = |file: &str, name: &str, now| {
        let known = KnownHosts::parse(file).unwrap();
        known.check(&host(name, 22), &certificate(), now)
    };
    let trusted = format!("@cert-authority *.example.dev {AUTHORITY}\n");
    assert_eq!(check(&trusted, "git.example.dev", IN_2026), Ok(()));
    assert!(
        check(&trusted, "other.example.dev", IN_2026).is_err(),
        "for another host"
    );
    assert!(
        check(&trusted, "git.example.dev", IN_2026 + 100_000_000).is_err(),
        "too late"
    );
    let other = format!("@cert-authority *.example.dev {B}\n");
    assert!(
        check(&other, "git.example.dev", IN_2026).is_err(),
        "not its authority"
    );
    let revoked = format!("{trusted}@revoked * {AUTHORITY}\n");
    assert!(
        check(&revoked, "git.example.dev", IN_2026).is_err(),
        "authority revoked"
    );
    // The key below the certificate may be known by itself.
    let plain = format!("git.example.dev {A}\n");
    assert_eq!(check(&plain, "git.example.dev", IN_2026), Ok(()));
    // An authority is no host.
    let error = KnownHosts::parse(&trusted).unwrap().check(
        &host("git.example.dev", 22),
        &key(AUTHORITY),
        IN_2026,
    );
    assert!(matches!(error, Err(SshError::UnknownHost { .. })));
}

#[test]
fn g8_the_types_that_are_offered_follow_the_keys_of_the_host() {
    let known = KnownHosts::parse(&format!("h {A}\nr {RSA}\n")).unwrap();
    let types = known.types(&host("r", 22));
    assert!(types.contains(&Algorithm::Rsa {
        hash: Some(HashAlg::Sha512)
    }));
    assert!(types.contains(&Algorithm::Rsa { hash: None }));
    assert!(!types.contains(&Algorithm::Ed25519) && !types.has_authority());
    assert!(known.types(&host("h", 22)).contains(&Algorithm::Ed25519));
}

#[test]
fn lines_that_are_none_are_told_by_number() {
    for (line, expected) in [
        ("h", "missing key type"),
        ("h ssh-ed25519", "missing key"),
        ("h ssh-ed25519 !", "key is no base64"),
        ("h ssh-ed25519 AAAA", "no public key"),
        ("|2|a|b ssh-ed25519 AAAA", "no public key"),
        ("@what h ssh-ed25519 AAAA", "no public key"),
    ] {
        let error = KnownHosts::parse(&format!("\n{line}\n"))
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("knownhosts: line 2: ") && error.contains(expected),
            "{error}"
        );
    }
    for (hosts, expected) in [
        ("|2|YQ==|YQ==", "hash type '2'"),
        ("|1|YQ==", "2 parts"),
        ("!", "negation"),
        ("[h", "'[' without ']'"),
        ("h:x", "invalid port 'x'"),
        ("@what h", "unknown marker '@what'"),
    ] {
        let error = KnownHosts::parse(&format!("{hosts} {A}"))
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{hosts}: {error}");
    }
}

#[test]
fn wildcards_take_no_time_that_explodes() {
    assert!(!matches(&"*a".repeat(40), &"a".repeat(39)));
    assert!(matches("*.example.*", "git.example.dev") && matches("*", ""));
    assert!(!matches("?", "") && !matches("a", "ab") && matches("a?c*", "abc"));
}
