//! The extensions of a certificate: what it may be used for, and which names and addresses it is for.

use std::net::IpAddr;

use rsa::sha2::{Digest as _, Sha256};

use super::super::certificate::SUBJECT_KEY_ID;
use super::super::der;
use super::super::keys::PrivateKey;
use super::{Issuer, Request, Use};
use crate::fmt;

const KEY_USAGE: &[u8] = &[0x55, 0x1D, 15];
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1D, 17];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 19];
const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1D, 35];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1D, 37];

/// Whether who does not know an extension must refuse the certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    Critical,
    Plain,
}

fn extension(id: &[u8], weight: Weight, content: &[u8]) -> Vec<u8> {
    let critical = match weight {
        Weight::Critical => der::value(der::BOOLEAN, &[0xFF]),
        Weight::Plain => Vec::new(),
    };
    der::sequence(&[
        &der::value(der::OBJECT_ID, id),
        &critical,
        &der::value(der::OCTET_STRING, content),
    ])
}

impl Request {
    /// Its extensions, as one sequence.
    pub(super) fn extensions(
        &self,
        key: &PrivateKey,
        issuer: Option<&Issuer>,
        subject: &[u8],
    ) -> Result<Vec<u8>, String> {
        const SERVER_AUTH: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 1];
        const CLIENT_AUTH: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 2];
        let is_authority = self.usage == Use::Authority;
        // Signing, encrypting keys, and for an authority signing certificates; counted from the left.
        let usage: &[u8] = if is_authority {
            &[2, 0b1010_0100]
        } else {
            &[5, 0b1010_0000]
        };
        let basic = if is_authority {
            der::value(der::BOOLEAN, &[0xFF])
        } else {
            Vec::new()
        };
        let purposes = [SERVER_AUTH, CLIENT_AUTH]
            .map(|purpose| der::value(der::OBJECT_ID, purpose))
            .concat();
        let mut all = vec![
            extension(
                KEY_USAGE,
                Weight::Critical,
                &der::value(der::BIT_STRING, usage),
            ),
            extension(
                EXTENDED_KEY_USAGE,
                Weight::Plain,
                &der::value(der::SEQUENCE, &purposes),
            ),
            extension(
                BASIC_CONSTRAINTS,
                Weight::Critical,
                &der::value(der::SEQUENCE, &basic),
            ),
        ];
        if is_authority {
            let digest = Sha256::digest(key.public_bits());
            let id = der::value(der::OCTET_STRING, &digest[..20]);
            all.push(extension(SUBJECT_KEY_ID, Weight::Plain, &id));
        }
        if let Some(issuer) = issuer
            && issuer.name != subject
            && let Some(id) = &issuer.key_id
        {
            let id = der::sequence(&[&der::value(der::context_plain(0), id)]);
            all.push(extension(AUTHORITY_KEY_ID, Weight::Plain, &id));
        }
        let mut names = Vec::new();
        for host in &self.hosts {
            if !host.is_ascii() {
                let shown = fmt::quote(host.as_bytes());
                return Err(format!("x509: {shown} cannot be encoded as an IA5String"));
            }
            names.extend(der::value(der::context_plain(2), host.as_bytes()));
        }
        for ip in &self.ips {
            names.extend(match ip.to_canonical() {
                IpAddr::V4(ip) => der::value(der::context_plain(7), &ip.octets()),
                IpAddr::V6(ip) => der::value(der::context_plain(7), &ip.octets()),
            });
        }
        if !names.is_empty() {
            // Without a subject the names are all there is.
            let weight = if self.name.is_empty() {
                Weight::Critical
            } else {
                Weight::Plain
            };
            let names = der::value(der::SEQUENCE, &names);
            all.push(extension(SUBJECT_ALT_NAME, weight, &names));
        }
        Ok(der::value(der::SEQUENCE, &all.concat()))
    }
}
