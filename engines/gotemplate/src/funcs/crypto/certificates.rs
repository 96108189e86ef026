//! Certificates: authorities, signed and self-signed ones, as Go's `crypto/x509` makes them.

mod extensions;

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::world::{now, random};
use super::certificate::{Certificate, parts};
use super::keys::PrivateKey;
use super::primes::Size;
use super::{SLOW_STEPS, Source, der, pem};
use crate::exec::{Context, FuncError, Functions};
use crate::fmt;
use crate::funcs::{Duration, Time};
use crate::value::{List, Str, Value};

pub(super) fn add(functions: &mut Functions) {
    functions.add("genCA", |context: &mut Context, name: Str, days: i64| {
        let key = new_key(context)?;
        authority(context, &name, days, &key)
    });
    functions.add(
        "genCAWithKey",
        |context: &mut Context, name: Str, days: i64, key: Str| {
            let key = given_key(&key)?;
            authority(context, &name, days, &key)
        },
    );
    functions.add(
        "genSelfSignedCert",
        |context: &mut Context, name: Str, ips: List, hosts: List, days: i64| {
            let key = new_key(context)?;
            let request = Request::new(&name, &ips, &hosts, days)?;
            request.issue(context, &key, None)
        },
    );
    functions.add(
        "genSelfSignedCertWithKey",
        |context: &mut Context, name: Str, ips: List, hosts: List, days: i64, key: Str| {
            let key = given_key(&key)?;
            let request = Request::new(&name, &ips, &hosts, days)?;
            request.issue(context, &key, None)
        },
    );
    functions.add(
        "genSignedCert",
        |context: &mut Context, name: Str, ips: List, hosts: List, days: i64, ca: Certificate| {
            let key = new_key(context)?;
            signed(context, (&name, &ips, &hosts, days), &ca, &key)
        },
    );
    functions.add(
        "genSignedCertWithKey",
        |context: &mut Context,
         name: Str,
         ips: List,
         hosts: List,
         days: i64,
         ca: Certificate,
         key: Str| {
            let key = given_key(&key)?;
            signed(context, (&name, &ips, &hosts, days), &ca, &key)
        },
    );
    functions.add("buildCustomCert", build);
}

/// The key that is made for one certificate.
const KEY_SIZE: Size = Size::Bits2048;

fn new_key(context: &mut Context) -> Result<PrivateKey, FuncError> {
    context.spend_steps(SLOW_STEPS)?;
    let mut source = Source(random(context)?);
    PrivateKey::rsa(KEY_SIZE, &mut source)
        .map_err(|error| FuncError::new(format!("error generating rsa key: {error}")))
}

fn given_key(text: &Str) -> Result<PrivateKey, FuncError> {
    PrivateKey::from_pem(&text.to_str_lossy())
        .map_err(|error| FuncError::new(format!("parsing private key: {error}")))
}

/// What a certificate is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Authority,
    Service,
}

/// A certificate to be.
struct Request {
    name: String,
    ips: Vec<IpAddr>,
    hosts: Vec<String>,
    days: i64,
    usage: Use,
}

/// Who signs a certificate that does not sign itself.
struct Issuer {
    key: PrivateKey,
    name: Vec<u8>,
    key_id: Option<Vec<u8>>,
    public_info: Vec<u8>,
}

fn authority(
    context: &Context,
    name: &Str,
    days: i64,
    key: &PrivateKey,
) -> Result<Certificate, FuncError> {
    let request = Request {
        usage: Use::Authority,
        ..Request::new(name, &List::new(Vec::new()), &List::new(Vec::new()), days)?
    };
    request.issue(context, key, None)
}

fn signed(
    context: &Context,
    (name, ips, hosts, days): (&Str, &List, &List, i64),
    ca: &Certificate,
    key: &PrivateKey,
) -> Result<Certificate, FuncError> {
    let issuer = Issuer::read(ca)?;
    let request = Request::new(name, ips, hosts, days)?;
    request.issue(context, key, Some(&issuer))
}

impl Request {
    fn new(name: &Str, ips: &List, hosts: &List, days: i64) -> Result<Self, FuncError> {
        let shown = |value: &Value| {
            String::from_utf8_lossy(&fmt::sprint(std::slice::from_ref(value))).into_owned()
        };
        let ips = ips
            .items()
            .iter()
            .map(|ip| match ip.as_str() {
                Some(text) => text
                    .to_str_lossy()
                    .parse()
                    .map_err(|_| FuncError::new(format!("error parsing ip: {text}"))),
                None => Err(FuncError::new(format!(
                    "error parsing ip: {} is not a string",
                    shown(ip)
                ))),
            })
            .collect::<Result<_, _>>()?;
        let hosts = hosts
            .items()
            .iter()
            .map(|host| match host.as_str() {
                Some(text) => Ok(text.to_string()),
                None => Err(FuncError::new(format!(
                    "error processing alternate dns name: {} is not a string",
                    shown(host)
                ))),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            name: name.to_string(),
            ips,
            hosts,
            days,
            usage: Use::Service,
        })
    }

    /// Makes the certificate for `key`, signed by the issuer or by the key itself.
    fn issue(
        &self,
        context: &Context,
        key: &PrivateKey,
        issuer: Option<&Issuer>,
    ) -> Result<Certificate, FuncError> {
        let failed = |error: &str| FuncError::new(format!("error creating certificate: {error}"));
        let signer = issuer.map_or(key, |issuer| &issuer.key);
        let subject = subject(&self.name);
        let (Some(info), true) = (key.public_info(), signer.public_info().is_some()) else {
            return Err(failed(
                "x509: certificate private key does not implement crypto.Signer",
            ));
        };
        if let Some(issuer) = issuer
            && signer.public_info().as_deref() != Some(&issuer.public_info)
        {
            return Err(failed(
                "x509: provided PrivateKey doesn't match parent's PublicKey",
            ));
        }
        let mut serial = [0; 16];
        random(context)?.fill(&mut serial);
        let start = now(context)?;
        let seconds = self.days.wrapping_mul(24 * 3600);
        let end = start.clone().plus(Duration::from_seconds(seconds));
        let algorithm = signer.signature_algorithm();
        let body = der::sequence(&[
            &der::value(der::context(0), &der::integer(&[2])),
            &der::integer(&serial),
            &algorithm,
            issuer.map_or(subject.as_slice(), |issuer| &issuer.name),
            &der::sequence(&[&instant(&start), &instant(&end)]),
            &subject,
            &info,
            &der::value(
                der::context(3),
                &self
                    .extensions(key, issuer, &subject)
                    .map_err(|error| failed(&error))?,
            ),
        ]);
        let signature = signer.sign(&body).map_err(|error| failed(&error))?;
        let document = der::sequence(&[&body, &algorithm, &der::bit_string(&signature)]);
        Ok(Certificate {
            cert: Str::from(pem::encode("CERTIFICATE", &document)),
            key: Str::from(key.to_pem()),
        })
    }
}

/// A name that is a common name alone, or empty.
fn subject(name: &str) -> Vec<u8> {
    const COMMON_NAME: &[u8] = &[0x55, 4, 3];
    if name.is_empty() {
        return der::sequence(&[]);
    }
    let is_printable = |c: char| c.is_ascii_alphanumeric() || " '()+,-./:=?".contains(c);
    let tag = if name.chars().all(is_printable) {
        der::PRINTABLE_STRING
    } else {
        der::UTF8_STRING
    };
    let pair = der::sequence(&[
        &der::value(der::OBJECT_ID, COMMON_NAME),
        &der::value(tag, name.as_bytes()),
    ]);
    der::sequence(&[&der::value(der::SET, &pair)])
}

fn instant(time: &Time) -> Vec<u8> {
    let utc = time.clone().with_zone(crate::funcs::time::Zone::Utc);
    if (1950..2050).contains(&utc.civil().year) {
        der::value(der::UTC_TIME, utc.format("060102150405Z").as_bytes())
    } else {
        der::value(
            der::GENERALIZED_TIME,
            utc.format("20060102150405Z").as_bytes(),
        )
    }
}

impl Issuer {
    fn read(ca: &Certificate) -> Result<Self, FuncError> {
        let Some(block) = pem::decode(&ca.cert.to_str_lossy()) else {
            return Err(FuncError::new("unable to decode certificate"));
        };
        let Some((name, key_id, public_info)) = parts(&block.bytes) else {
            return Err(FuncError::new(
                "error parsing certificate: decodedSignerCert.Bytes: x509: malformed certificate",
            ));
        };
        let key = PrivateKey::from_pem(&ca.key.to_str_lossy())
            .map_err(|error| FuncError::new(format!("error parsing private key: {error}")))?;
        Ok(Self {
            key,
            name,
            key_id,
            public_info,
        })
    }
}

/// A certificate and a key that the user has, in base64.
fn build(cert: Str, key: Str) -> Result<Certificate, FuncError> {
    let Ok(cert) = STANDARD.decode(&*cert) else {
        return Err(FuncError::new("unable to decode base64 certificate"));
    };
    let Ok(key) = STANDARD.decode(&*key) else {
        return Err(FuncError::new("unable to decode base64 private key"));
    };
    let Some(block) = pem::decode(&String::from_utf8_lossy(&cert)) else {
        return Err(FuncError::new("unable to decode certificate"));
    };
    if parts(&block.bytes).is_none() {
        return Err(FuncError::new(
            "error parsing certificate: decodedCert.Bytes: x509: malformed certificate",
        ));
    }
    PrivateKey::from_pem(&String::from_utf8_lossy(&key))
        .map_err(|error| FuncError::new(format!("error parsing private key: {error}")))?;
    Ok(Certificate {
        cert: Str::from(cert),
        key: Str::from(key),
    })
}
