//! Certificates that templates make pass the checks of a TLS client.

#![allow(clippy::unwrap_used)]

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use gotemplate::exec::{Budget, Hosts, MissingKey, Templates};
use gotemplate::funcs::{self, Clock, Random, Time};
use gotemplate::value::Value;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};

const NOW: i64 = 1_589_716_800;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Time {
        Time::from_unix(NOW)
    }
}

struct Counting(Cell<u64>);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let state = self.0.get().wrapping_mul(6_364_136_223_846_793_005);
            self.0.set(state.wrapping_add(1_442_695_040_888_963_407));
            *byte = self.0.get().to_be_bytes()[0];
        }
    }
}

/// What the template prints, split at lines of `=`.
fn render(template: &str) -> Vec<String> {
    let mut templates = Templates::new("t", Arc::new(funcs::helm()), MissingKey::Zero);
    templates.add("t", template).unwrap();
    let hosts = Hosts::new()
        .with::<Rc<dyn Clock>>(Rc::new(Noon))
        .with::<Rc<dyn Random>>(Rc::new(Counting(Cell::new(7))));
    let mut context = Arc::new(templates).start(hosts, Budget::default());
    let text = String::from_utf8(context.execute("t", &Value::Nil).unwrap()).unwrap();
    text.split("=====\n").map(str::to_owned).collect()
}

/// Whether a client that trusts `root` takes `leaf` for `host`, so many days from now.
fn is_trusted(root: &str, leaf: &str, host: &str, days: i64) -> bool {
    let root = CertificateDer::from_pem_slice(root.as_bytes()).unwrap();
    let leaf = CertificateDer::from_pem_slice(leaf.as_bytes()).unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(root).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .unwrap();
    let seconds = u64::try_from(NOW + days * 86_400 + 1).unwrap();
    let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
    let name = ServerName::try_from(host.to_owned()).unwrap();
    verifier
        .verify_server_cert(&leaf, &[], &name, &[], now)
        .is_ok()
}

#[test]
fn a_signed_certificate_is_trusted_for_its_names_and_its_time() {
    for kind in ["ecdsa", "ed25519"] {
        let parts = render(&format!(
            r#"{{{{- $ca := genCAWithKey "my ca" 10 (genPrivateKey "{kind}") -}}}}
{{{{- $c := genSignedCertWithKey "svc" (list "10.0.0.1") (list "a.b" "*.c.d") 5 $ca (genPrivateKey "{kind}") -}}}}
{{{{ $ca.Cert }}}}=====
{{{{ $c.Cert }}}}=====
{{{{ $c.Key }}}}"#
        ));
        let [ca, cert, key] = parts.as_slice() else {
            panic!("{parts:?}");
        };
        for host in ["a.b", "x.c.d", "10.0.0.1"] {
            assert!(is_trusted(ca, cert, host, 0), "{kind} {host}");
        }
        assert!(is_trusted(ca, cert, "a.b", 4), "{kind}");
        assert!(!is_trusted(ca, cert, "a.b", 6), "{kind}: expired");
        assert!(!is_trusted(ca, cert, "other.b", 0), "{kind}: other host");
        assert!(PrivateKeyDer::from_pem_slice(key.as_bytes()).is_ok());
    }
}

#[test]
fn another_authority_is_not_trusted() {
    let parts = render(
        r#"{{- $ca := genCAWithKey "ca" 10 (genPrivateKey "ecdsa") -}}
{{- $other := genCAWithKey "ca" 10 (genPrivateKey "ecdsa") -}}
{{- $c := genSignedCertWithKey "svc" nil (list "a.b") 5 $ca (genPrivateKey "ecdsa") -}}
{{ $other.Cert }}=====
{{ $c.Cert }}"#,
    );
    assert!(!is_trusted(&parts[0], &parts[1], "a.b", 0));
}

#[test]
fn rsa_keys_sign_certificates_that_are_trusted() {
    let parts = render(
        r#"{{- $ca := genCA "ca" 10 -}}
{{- $c := genSignedCert "svc" (list "::1") (list "a.b") 5 $ca -}}
{{ $ca.Cert }}=====
{{ $c.Cert }}=====
{{ $c.Key }}"#,
    );
    assert!(is_trusted(&parts[0], &parts[1], "a.b", 0));
    assert!(is_trusted(&parts[0], &parts[1], "::1", 0));
    assert!(parts[2].starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
    assert!(matches!(
        PrivateKeyDer::from_pem_slice(parts[2].as_bytes()),
        Ok(PrivateKeyDer::Pkcs1(_))
    ));
}

#[test]
fn a_self_signed_certificate_names_its_hosts() {
    let parts = render(
        r#"{{- $c := genSelfSignedCertWithKey "cn" (list "10.0.0.1") (list "a.b") 5 (genPrivateKey "ecdsa") -}}
{{ $c.Cert }}=====
{{ $c.Key }}"#,
    );
    assert!(is_trusted(&parts[0], &parts[0], "a.b", 0));
    assert!(parts[1].starts_with("-----BEGIN EC PRIVATE KEY-----\n"));
}
