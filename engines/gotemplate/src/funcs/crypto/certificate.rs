//! A certificate with its key, as templates see it, and what it says.

use std::slice::Iter;

use super::der;
use crate::exec::{FuncResult, Param, Return};
use crate::value::{Data, Host, Kind, Str, Type, Value};

/// A certificate with its key, both in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Certificate {
    pub cert: Str,
    pub key: Str,
}

const CERTIFICATE: &str = "sprig.certificate";

impl Host for Certificate {
    fn type_name(&self) -> &'static str {
        CERTIFICATE
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("Cert", Value::Str(self.cert.clone())),
            ("Key", Value::Str(self.key.clone())),
        ]
    }

    fn data(&self) -> Data {
        Data::Fields(self.fields())
    }

    fn equals(&self, other: &dyn Host) -> Option<bool> {
        let other = other as &dyn std::any::Any;
        Some(other.downcast_ref::<Self>() == Some(self))
    }
}

impl Param for Certificate {
    const TYPE: Type = Type::Host(CERTIFICATE, Kind::Struct);

    fn take(arguments: &mut Iter<'_, Value>) -> Option<Self> {
        arguments.next()?.as_host::<Self>().cloned()
    }
}

impl Return for Certificate {
    const TYPE: Type = Type::Host(CERTIFICATE, Kind::Struct);

    fn into_result(self) -> FuncResult {
        Ok(Value::host(self))
    }
}

/// The extension that names a key.
pub(super) const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1D, 14];

/// The subject, the id of the key, and the key.
pub(super) type Parts = (Vec<u8>, Option<Vec<u8>>, Vec<u8>);

/// Takes apart a certificate; nothing when it is none.
pub(super) fn parts(certificate: &[u8]) -> Option<Parts> {
    let (document, _) = der::next(certificate)?;
    let body = *der::elements(document.content)?.first()?;
    let mut fields = der::elements(body.content)?.into_iter().peekable();
    fields.next_if(|field| field.tag == der::context(0));
    // Serial, algorithm, issuer, validity, subject, key.
    let fields: Vec<_> = fields.collect();
    let (subject, info) = (fields.get(4)?, fields.get(5)?);
    if subject.tag != der::SEQUENCE || info.tag != der::SEQUENCE {
        return None;
    }
    let key_id = fields
        .iter()
        .find(|field| field.tag == der::context(3))
        .and_then(|field| der::next(field.content))
        .and_then(|(list, _)| der::elements(list.content))
        .and_then(|all| {
            all.iter().find_map(|extension| {
                let parts = der::elements(extension.content)?;
                let is_wanted = parts.first()?.content == SUBJECT_KEY_ID;
                let (id, _) = der::next(parts.last()?.content)?;
                is_wanted.then(|| id.content.to_vec())
            })
        });
    Some((subject.whole.to_vec(), key_id, info.whole.to_vec()))
}
