//! AES-256 in CBC mode: the initial block comes first, all of it in base64.

use aes::Aes256;
use aes::cipher::{BlockDecrypt, BlockEncrypt, KeyInit};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::encoding::base64_decoded;
use super::super::world::random;
use crate::exec::{Context, FuncError, Functions};
use crate::value::Str;

pub(super) fn add(functions: &mut Functions) {
    functions.add("encryptAES", encrypt);
    functions.add("decryptAES", decrypt);
}

const BLOCK: usize = 16;

/// The password itself is the key, cut or filled with zeros to 32 bytes.
fn cipher(password: &[u8]) -> Aes256 {
    let mut key = [0; 32];
    let len = password.len().min(key.len());
    key[..len].copy_from_slice(&password[..len]);
    Aes256::new(&key.into())
}

fn xor(block: &mut [u8], other: &[u8]) {
    for (byte, other) in block.iter_mut().zip(other) {
        *byte ^= other;
    }
}

fn encrypt(context: &mut Context, password: Str, text: Str) -> Result<String, FuncError> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let cipher = cipher(&password);
    let padding = BLOCK - text.len() % BLOCK;
    let mut content = text.to_vec();
    content.resize(
        text.len() + padding,
        u8::try_from(padding).unwrap_or_default(),
    );
    let mut previous = [0; BLOCK];
    random(context)?.fill(&mut previous);
    let mut out = previous.to_vec();
    for block in content.chunks_exact_mut(BLOCK) {
        xor(block, &previous);
        previous.copy_from_slice(block);
        let mut array = previous.into();
        cipher.encrypt_block(&mut array);
        previous.copy_from_slice(&array);
        out.extend_from_slice(&previous);
    }
    Ok(STANDARD.encode(out))
}

/// Nothing tells a wrong password from the right one but the padding.
fn decrypt(password: Str, text: Str) -> Result<Vec<u8>, FuncError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let bytes = base64_decoded(&text).map_err(|error| FuncError::new(error.to_string()))?;
    if bytes.len() < BLOCK {
        return Err(FuncError::new(format!(
            "runtime error: slice bounds out of range [:{BLOCK}] with capacity {}",
            text.len() / 4 * 3
        )));
    }
    let (initial, content) = bytes.split_at(BLOCK);
    if content.len() % BLOCK != 0 {
        return Err(FuncError::new("crypto/cipher: input not full blocks"));
    }
    let cipher = cipher(&password);
    let mut out = Vec::with_capacity(content.len());
    let mut previous = initial;
    for block in content.chunks_exact(BLOCK) {
        let mut array = aes::Block::clone_from_slice(block);
        cipher.decrypt_block(&mut array);
        xor(&mut array, previous);
        out.extend_from_slice(&array);
        previous = block;
    }
    let Some(padding) = out.last().copied().map(usize::from) else {
        return Err(FuncError::new("runtime error: index out of range [-1]"));
    };
    if padding > out.len() {
        return Err(FuncError::new(format!(
            "runtime error: slice bounds out of range [:-{}]",
            padding - out.len()
        )));
    }
    out.truncate(out.len() - padding);
    Ok(out)
}
