//! Decimal numbers of any size, as shopspring/decimal computes with them.

use num_bigint::{BigInt, Sign};

use crate::exec::FuncError;
use crate::fmt;

/// Digits behind the point that a division keeps.
const DIVISION_PLACES: i64 = 16;

/// `digits` times ten to the power of `exponent`.
#[derive(Debug, Clone)]
pub(super) struct Decimal {
    digits: BigInt,
    exponent: i64,
}

/// The texts are those of the panics upstream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum DecimalError {
    #[error("Cannot create a Decimal from {0}")]
    NotFinite(&'static str),
    #[error("decimal division by 0")]
    DivisionByZero,
}

impl From<DecimalError> for FuncError {
    fn from(error: DecimalError) -> Self {
        Self::new(error.to_string())
    }
}

impl Decimal {
    /// The shortest decimal that reads back as `value`.
    pub fn from_f64(value: f64) -> Result<Self, DecimalError> {
        if value.is_nan() {
            return Err(DecimalError::NotFinite("NaN"));
        }
        if value.is_infinite() {
            let shown = if value > 0.0 { "+Inf" } else { "-Inf" };
            return Err(DecimalError::NotFinite(shown));
        }
        let shown = fmt::float(value, 'e', None);
        let (mantissa, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}").parse().unwrap_or_default();
        let exponent: i64 = exponent.parse().unwrap_or_default();
        let places = i64::try_from(fraction.len()).unwrap_or_default();
        Ok(Self {
            digits,
            exponent: exponent - places,
        })
    }

    /// The nearest float.
    pub fn to_f64(&self) -> f64 {
        format!("{}e{}", self.digits, self.exponent)
            .parse()
            .unwrap_or_default()
    }

    /// Both numbers' digits at the smaller of their exponents.
    fn aligned(&self, other: &Self) -> (BigInt, BigInt, i64) {
        let exponent = self.exponent.min(other.exponent);
        let at = |number: &Self| &number.digits * power_of_ten(number.exponent - exponent);
        (at(self), at(other), exponent)
    }

    pub fn plus(&self, other: &Self) -> Self {
        let (a, b, exponent) = self.aligned(other);
        Self {
            digits: a + b,
            exponent,
        }
    }

    pub fn minus(&self, other: &Self) -> Self {
        let (a, b, exponent) = self.aligned(other);
        Self {
            digits: a - b,
            exponent,
        }
    }

    pub fn times(&self, other: &Self) -> Self {
        Self {
            digits: &self.digits * &other.digits,
            exponent: self.exponent + other.exponent,
        }
    }

    /// Rounded to sixteen places, half away from zero.
    pub fn divided_by(&self, other: &Self) -> Result<Self, DecimalError> {
        if other.digits.sign() == Sign::NoSign {
            return Err(DecimalError::DivisionByZero);
        }
        let shift = self.exponent - other.exponent + DIVISION_PLACES;
        let (dividend, divisor) = if shift < 0 {
            (
                self.digits.clone(),
                &other.digits * power_of_ten(shift.abs()),
            )
        } else {
            (&self.digits * power_of_ten(shift), other.digits.clone())
        };
        let mut digits = &dividend / &divisor;
        let rest: BigInt = (&dividend % &divisor) * 2;
        if rest.magnitude() >= divisor.magnitude() {
            let is_negative = self.digits.sign() != other.digits.sign();
            digits += if is_negative { -1 } else { 1 };
        }
        Ok(Self {
            digits,
            exponent: -DIVISION_PLACES,
        })
    }
}

fn power_of_ten(exponent: i64) -> BigInt {
    BigInt::from(10).pow(u32::try_from(exponent).unwrap_or_default())
}
