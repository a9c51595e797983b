//! Numeric operators (E133): exact decimals, so that `10` equals `10.0`.

use std::cmp::Ordering;

/// An exact decimal number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal {
    is_negative: bool,
    /// Digits before the point without leading zeros.
    whole: String,
    /// Digits behind the point without trailing zeros.
    fraction: String,
}

impl Decimal {
    /// Reads an integer or a decimal, with an optional sign; no exponents.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (is_negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let has_digits = !whole.is_empty() || !fraction.is_empty();
        if !has_digits || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return None;
        }
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        let is_zero = whole.is_empty() && fraction.is_empty();
        Some(Self {
            is_negative: is_negative && !is_zero,
            whole,
            fraction,
        })
    }

    fn magnitude(&self) -> (usize, &str, &str) {
        (self.whole.len(), &self.whole, &self.fraction)
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.is_negative, other.is_negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.magnitude().cmp(&other.magnitude()),
            (true, true) => other.magnitude().cmp(&self.magnitude()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_compare_exactly() {
        for (left, right, expected) in [
            ("10", "10.0", Ordering::Equal),
            ("-0", "0", Ordering::Equal),
            ("9", "10", Ordering::Less),
            ("-9", "-10", Ordering::Greater),
            ("0.30000000000000000001", "0.3", Ordering::Greater),
            ("1.05", "1.5", Ordering::Less),
        ] {
            assert_eq!(
                Decimal::parse(left).unwrap().cmp(&Decimal::parse(right).unwrap()),
                expected,
                "{left} {right}"
            );
        }
        assert_eq!(Decimal::parse("ten"), None);
        assert_eq!(Decimal::parse("1e3"), None);
        assert_eq!(Decimal::parse("."), None);
    }
}
