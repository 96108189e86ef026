//! The primes of RSA and DSA keys, looked for faster than `rsa` and `dsa` do.

use std::convert::Infallible;

use crypto_bigint::rand_core::{TryCryptoRng, TryRng};
use crypto_bigint::{
    Bounded, Encoding, RandomBits, RandomMod, U256, U1024, U2048, UnsignedWithMontyForm,
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
    find(source, SetBits::TwoMsb, fits)
}

fn find<T>(source: &mut Source, set: SetBits, fits: impl Fn(&T) -> bool) -> Result<BigUint, String>
where
    T: Bounded + UnsignedWithMontyForm + RandomBits + RandomMod + Encoding,
{
    SmallFactorsSieveFactory::new(Flavor::Any, T::BITS, set)
        .and_then(|factory| sieve_and_find(source, factory, |_, candidate: &T| fits(candidate)))
        .map_err(|error| error.to_string())?
        .map(|prime| BigUint::from_bytes_be(prime.to_be_bytes().as_ref()))
        .ok_or_else(|| "no prime was found".to_owned())
}

/// The numbers of a DSA key that are no secret.
pub(super) struct Group {
    /// A prime of 2048 bits, one more than a multiple of `q`.
    pub p: BigUint,
    /// A prime of 256 bits.
    pub q: BigUint,
    /// A number whose powers modulo `p` are as many as `q`.
    pub g: BigUint,
}

/// Bytes of `p`.
const P_BYTES: usize = 256;

/// Candidates that are looked at from one random number on: of a hundred thousand such numbers one is followed by no prime.
const CANDIDATES: u32 = 8_192;

/// How many random numbers are tried.
const TRIES: usize = 8;

/// Candidates are divided by all primes below this before they are tested.
const SMALL: u32 = 2_048;

/// Looks for the numbers of a DSA key.
pub(super) fn group(source: &mut Source) -> Result<Group, String> {
    let q = find(source, SetBits::Msb, |prime: &U256| {
        is_prime(Flavor::Any, prime)
    })?;
    let step = &q * BigUint::from(2_u32);
    let p = (0..TRIES).find_map(|_| {
        let mut start = [0; P_BYTES];
        source.0.fill(&mut start);
        start[0] |= 0x80;
        prime_from(&BigUint::from_bytes_be(&start), &step)
    });
    let p = p.ok_or_else(|| "no prime was found".to_owned())?;
    let one = BigUint::from(1_u32);
    let exponent = (&p - &one) / &q;
    let mut base = BigUint::from(2_u32);
    loop {
        let g = base.modpow(&exponent, &p);
        if g != one {
            return Ok(Group { p, q, g });
        }
        base += &one;
    }
}

/// A prime of as many bits as `start`, not far from it, that is one more than a multiple of `step`.
fn prime_from(start: &BigUint, step: &BigUint) -> Option<BigUint> {
    let first = start - start % step + BigUint::from(1_u32);
    // What the candidate leaves when it is divided by a small prime, and what a step adds to that.
    let mut rests: Vec<(u32, u32, u32)> = small_primes()
        .map(|prime| (prime, rest(&first, prime), rest(step, prime)))
        .collect();
    for steps in 0..CANDIDATES {
        let has_factor = rests.iter().any(|(_, rest, _)| *rest == 0);
        for (prime, rest, step) in &mut rests {
            *rest = (*rest + *step) % *prime;
        }
        if has_factor {
            continue;
        }
        let candidate = &first + step * BigUint::from(steps);
        let bytes = candidate.to_bytes_be();
        if bytes.len() == P_BYTES && is_prime(Flavor::Any, &U2048::from_be_slice(&bytes)) {
            return Some(candidate);
        }
    }
    None
}

fn small_primes() -> impl Iterator<Item = u32> {
    let is_prime = |number: &u32| (3..*number).all(|factor| !number.is_multiple_of(factor));
    (3..SMALL).step_by(2).filter(is_prime)
}

fn rest(number: &BigUint, divisor: u32) -> u32 {
    let bytes = number.to_bytes_be();
    bytes
        .iter()
        .fold(0, |rest, byte| (rest * 256 + u32::from(*byte)) % divisor)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of a group that another program has made.
    const P: &str = "970c8a67ebfa5cdae3ac82a6e5a6f166e7d6e8d2c390a7462e0c5174e25ed6fa4cbf7ede959ff969d1ee2c492b54067e8ed1\
        86eb41864d10bf2a5a5aea35a858ca538c0299181bf0a1829075095b363051380421c69b1ea4bc8e27ff512dada5c72cb0be\
        0160b78aea1f7c6f4226cbead9eabc10636ad90ebc77037e8e06bd10c1ca337bbf392fb643acaf69d460b6c86a4c152a9c28\
        f4355cbe0558b539f006b67f8ea5b021d955f37c25f87eba7ff40010b4725254aa4a3c35c95913f7f38498e10d2f74020ce0\
        73e53d002666995af73f86bc1a7d4c376c560c086743b5550ff5eb33c4e2f4abefacb2f98e3d9a7ae97af46ab03fdf897178\
        b5818ed8727f";
    const Q: &str = "e94bc9d519fd9b72b8a583eb348809a53f0c923e2a0638b3b3a03431";

    #[test]
    fn the_prime_above_a_number_that_leaves_one_is_found() {
        let number = |text: &str| BigUint::parse_bytes(text.as_bytes(), 16).unwrap();
        let (p, q) = (number(P), number(Q));
        let step = &q * BigUint::from(2_u32);
        let below = &p - &step * BigUint::from(9_u32) + BigUint::from(77_u32);
        let found = prime_from(&below, &step).unwrap();
        assert_eq!(found, p);
        assert_eq!(&found % &q, BigUint::from(1_u32));
    }

    #[test]
    fn no_prime_has_more_bits_than_were_asked_for() {
        let step = BigUint::from(2_u32) * BigUint::parse_bytes(Q.as_bytes(), 16).unwrap();
        assert_eq!(
            prime_from(&BigUint::from_bytes_be(&[0xff; P_BYTES]), &step),
            None
        );
    }
}
