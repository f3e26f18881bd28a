//! The grammar of numbers (RFC 8259, section 6), a byte at a time.

/// How much of a number has been seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    Minus,
    Zero,
    Whole,
    Point,
    Fraction,
    Exponent,
    Sign,
    Power,
    /// Not a number of JSON; the run of bytes is skipped as a whole.
    Bad,
}

impl Number {
    /// The state after the first byte, if that can begin a number or what a
    /// model takes for one.
    pub(super) fn begin(byte: u8) -> Option<Self> {
        match byte {
            b'-' => Some(Self::Minus),
            b'0' => Some(Self::Zero),
            b'1'..=b'9' => Some(Self::Whole),
            b'+' | b'.' => Some(Self::Bad),
            _ => None,
        }
    }

    /// The state after one more byte; `None` if it ends the number.
    pub(super) fn next(self, byte: u8) -> Option<Self> {
        let next = match (self, byte) {
            (Self::Minus, b'0') => Self::Zero,
            (Self::Minus, b'1'..=b'9') | (Self::Whole, b'0'..=b'9') => {
                Self::Whole
            }
            (Self::Zero | Self::Whole, b'.') => Self::Point,
            (Self::Point | Self::Fraction, b'0'..=b'9') => Self::Fraction,
            (Self::Zero | Self::Whole | Self::Fraction, b'e' | b'E') => {
                Self::Exponent
            }
            (Self::Exponent, b'+' | b'-') => Self::Sign,
            (Self::Exponent | Self::Sign | Self::Power, b'0'..=b'9') => {
                Self::Power
            }
            (_, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') => Self::Bad,
            (_, b'.' | b'+' | b'-' | b'_') => Self::Bad,
            _ => return None,
        };
        Some(next)
    }

    /// Whether a number may end here.
    pub(super) fn is_whole(self) -> bool {
        matches!(self, Self::Zero | Self::Whole | Self::Fraction | Self::Power)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_number(text: &str) -> bool {
        let mut bytes = text.bytes();
        let first = bytes.next().and_then(Number::begin);
        bytes
            .try_fold(first, |state, byte| state.map(|s| s.next(byte)))
            .flatten()
            .is_some_and(Number::is_whole)
    }

    #[test]
    fn accepts_what_json_accepts() {
        for good in ["0", "-0", "10", "1.5", "1E400", "1e-7", "-0.0e+1"] {
            assert!(is_number(good), "{good}");
        }
        for bad in ["01", "-", "1.", ".5", "+1", "0x1f", "1e", "1_0", "-a"] {
            assert!(!is_number(bad), "{bad}");
        }
    }
}
