//! A telephone number in E.164. Parsed once, at the edge (`intake` repairs
//! what people write); masked wherever it is printed.

use std::fmt;

/// An international number: up to 15 digits, country code first (ITU-T E.164).
/// `Debug` and `Display` mask the middle; only [`PhoneNumber::dialable`] shows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(u64);

/// A text that is no E.164 number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidPhone;

impl fmt::Display for InvalidPhone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an E.164 number: + and 7 to 15 digits, the first not 0")
    }
}

impl std::error::Error for InvalidPhone {}

impl PhoneNumber {
    /// Reads `+573001234567`, or the same without the plus.
    pub fn from_e164(text: &str) -> Result<PhoneNumber, InvalidPhone> {
        let digits = text.strip_prefix('+').unwrap_or(text);
        let shaped = (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit());
        if !shaped {
            return Err(InvalidPhone);
        }
        digits.parse().map(PhoneNumber).map_err(|_| InvalidPhone)
    }

    /// The number as the store keeps it: its digits as one integer.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// All digits with the leading plus, for SIP and for those who may see it.
    pub fn dialable(self) -> String {
        format!("+{}", self.0)
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let (head, tail) = (digits.len().min(4), digits.len().saturating_sub(2));
        write!(
            f,
            "+{}{}{}",
            &digits[..head],
            "*".repeat(tail - head),
            &digits[tail..]
        )
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_masked_unless_dialed() {
        let phone = PhoneNumber::from_e164("+573001234567").expect("a Colombian mobile");
        assert_eq!(phone.to_string(), "+5730******67");
        assert_eq!(format!("{phone:?}"), "+5730******67");
        assert_eq!(phone.dialable(), "+573001234567");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for bad in [
            "",
            "+",
            "+0573001234567",
            "12345",
            "+57 300",
            "1234567890123456",
            "+57300\r\n",
        ] {
            assert_eq!(PhoneNumber::from_e164(bad), Err(InvalidPhone), "{bad:?}");
        }
    }
}
