//! Keys of RSA, made of primes that are looked for faster than `rsa` does.

use std::convert::Infallible;

use crypto_bigint::rand_core::{TryCryptoRng, TryRng};
use crypto_bigint::{
    Bounded, Encoding, RandomBits, RandomMod, U1024, U2048, UnsignedWithMontyForm,
};
use crypto_primes::hazmat::{SetBits, SmallFactorsSieveFactory};
use crypto_primes::{Flavor, is_prime, sieve_and_find};
use rsa::{BigUint, RsaPrivateKey};

use super::Source;

/// How many bits a key has.
#[derive(Debug, Clone, Copy)]
pub(super) enum Size {
    Bits2048,
    Bits4096,
}

const EXPONENT: u32 = 65_537;

/// A new key.
pub(super) fn key(size: Size, source: &mut Source) -> Result<RsaPrivateKey, String> {
    let [p, q] = match size {
        Size::Bits2048 => [prime::<U1024>(source)?, prime::<U1024>(source)?],
        Size::Bits4096 => [prime::<U2048>(source)?, prime::<U2048>(source)?],
    };
    RsaPrivateKey::from_p_q(p, q, EXPONENT.into()).map_err(|error| error.to_string())
}

/// A prime as long as the type, whose two highest bits are set: the product of two has all its bits.
fn prime<T>(source: &mut Source) -> Result<BigUint, String>
where
    T: Bounded + UnsignedWithMontyForm + RandomBits + RandomMod + Encoding,
{
    let fits = |prime: &T| is_prime(Flavor::Any, prime) && is_coprime(prime);
    SmallFactorsSieveFactory::new(Flavor::Any, T::BITS, SetBits::TwoMsb)
        .and_then(|factory| sieve_and_find(source, factory, |_, candidate: &T| fits(candidate)))
        .map_err(|error| error.to_string())?
        .map(|prime| BigUint::from_bytes_be(prime.to_be_bytes().as_ref()))
        .ok_or_else(|| "no prime was found".to_owned())
}

/// Whether the exponent has an inverse: it is a prime, so one less than `prime` must be no multiple of it.
fn is_coprime<T: Encoding>(prime: &T) -> bool {
    let rest = BigUint::from_bytes_be(prime.to_be_bytes().as_ref()) % BigUint::from(EXPONENT);
    rest != BigUint::from(1_u32)
}

impl TryRng for Source {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(rsa::rand_core::RngCore::next_u32(self))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(rsa::rand_core::RngCore::next_u64(self))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Source {}
