//! Hashed and derived passwords.

use base64::Engine as _;
use base64::alphabet::BCRYPT;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use ring::hmac;

use super::super::world::random;
use super::SLOW_STEPS;
use crate::exec::{Context, FuncError, Functions};
use crate::value::Str;

pub(super) fn add(functions: &mut Functions) {
    functions.add("bcrypt", |context: &mut Context, password: Str| {
        bcrypt(context, &password)
    });
    functions.add(
        "htpasswd",
        |context: &mut Context, user: Str, password: Str| {
            if user.contains(&b':') {
                return Ok(format!("invalid username: {user}"));
            }
            Ok::<_, FuncError>(format!("{user}:{}", bcrypt(context, &password)?))
        },
    );
    functions.add("derivePassword", derive);
}

/// Longer passwords are refused, since the rest would not count.
const MAX_PASSWORD: usize = 72;
const COST: u32 = 10;

fn bcrypt(context: &mut Context, password: &[u8]) -> Result<String, FuncError> {
    if password.len() > MAX_PASSWORD {
        return Ok(format!(
            "failed to encrypt string with bcrypt: bcrypt: password length exceeds {MAX_PASSWORD} bytes"
        ));
    }
    context.spend_steps(SLOW_STEPS / 4)?;
    let encoding = GeneralPurpose::new(&BCRYPT, NO_PAD);
    let mut salt = [0; 16];
    random(context)?.fill(&mut salt);
    let mut key = [password, b"\0"].concat();
    key.truncate(MAX_PASSWORD);
    let hash = bcrypt::bcrypt(COST, salt, &key);
    Ok(format!(
        "$2a${COST}${}{}",
        encoding.encode(salt),
        // The last byte does not count.
        encoding.encode(&hash[..23])
    ))
}

/// What a letter of a template stands for.
fn alphabet(letter: u8) -> &'static [u8] {
    match letter {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'A' => b"AEIOUBCDFGHJKLMNPQRSTVWXYZ",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// The templates of a kind of password, by the Master Password algorithm.
fn templates(kind: &[u8]) -> Option<&'static [&'static str]> {
    Some(match kind {
        b"maximum" => &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        b"long" => &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
        b"medium" => &["CvcnoCvc", "CvcCvcno"],
        b"short" => &["Cvcn"],
        b"basic" => &["aaanaaan", "aannaaan", "aaannaaa"],
        b"pin" => &["nnnn"],
        _ => return None,
    })
}

/// The same password for the same arguments, by the Master Password algorithm.
fn derive(
    context: &mut Context,
    counter: u32,
    kind: Str,
    password: Str,
    user: Str,
    site: Str,
) -> Result<Vec<u8>, FuncError> {
    const SCOPE: &[u8] = b"com.lyndir.masterpassword";
    let Some(templates) = templates(&kind) else {
        return Ok(format!("cannot find password template {kind}").into_bytes());
    };
    context.spend_steps(SLOW_STEPS)?;
    let length = |text: &Str| u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes();
    let salt = [SCOPE, &length(&user), &user].concat();
    let mut key = [0; 64];
    let derived = scrypt::Params::new(15, 8, 2, 64)
        .map_err(|error| error.to_string())
        .and_then(|params| {
            scrypt::scrypt(&password, &salt, &params, &mut key).map_err(|error| error.to_string())
        });
    if let Err(error) = derived {
        return Ok(format!("failed to derive password: {error}").into_bytes());
    }
    let message = [SCOPE, &length(&site), &site, &counter.to_be_bytes()].concat();
    let seed = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &message);
    let (first, rest) = seed.as_ref().split_first().unwrap_or((&0, &[]));
    let template = templates[usize::from(*first) % templates.len()];
    Ok(template
        .bytes()
        .zip(rest)
        .map(|(letter, byte)| {
            let alphabet = alphabet(letter);
            alphabet[usize::from(*byte) % alphabet.len()]
        })
        .collect())
}
