//! Passwords, encryption, keys and certificates. Randomness and the clock are the program's.
//!
//! | file | what it holds |
//! |---|---|
//! | [`passwords`] | `bcrypt` `htpasswd` `derivePassword` |
//! | [`aes`] | `encryptAES` `decryptAES` |
//! | [`keys`] | private keys: making, reading, writing, signing |
//! | [`primes`] | the primes of RSA |
//! | [`certificates`], [`certificate`] | `genCA` and its kin |
//! | [`pem`], [`der`] | the encodings below |

mod aes;
mod certificate;
mod certificates;
mod der;
mod keys;
mod passwords;
mod pem;
mod primes;

use std::rc::Rc;

use super::world::Random;
use crate::exec::Functions;

pub(super) fn add(functions: &mut Functions) {
    aes::add(functions);
    certificates::add(functions);
    keys::add(functions);
    passwords::add(functions);
}

/// What a slow function counts for in the budget of a render; it takes a good part of a second.
const SLOW_STEPS: u64 = 2_000_000;

/// The program's randomness as the key makers want it.
struct Source(Rc<dyn Random>);

impl rsa::rand_core::RngCore for Source {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl rsa::rand_core::CryptoRng for Source {}
