//! Which places of an object something is true of.

/// A set of places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks(u128);

impl Marks {
    /// The place with a number, alone. None when there are too many of them to be told apart.
    pub(super) fn of(number: usize) -> Option<Self> {
        let number = u32::try_from(number).ok()?;
        1_u128.checked_shl(number).map(Self)
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a place is in both.
    #[inline]
    pub(super) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_apart_up_to_a_number() {
        let (first, last) = (Marks::of(0).unwrap(), Marks::of(127).unwrap());
        assert!(first.with(last).meets(first) && first.with(last).meets(last));
        assert!(!first.meets(last) && !Marks::default().meets(first));
        assert_eq!(Marks::of(128), None);
    }
}
