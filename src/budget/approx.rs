//! Token counts of a byte stream without a vocabulary: a weighted count of
//! the places where tokens tend to begin.
//!
//! Bytes flow in, a number flows out. The weights were fitted by least
//! squares of the relative error on 2,223 files of 31 sorts (sources in ten
//! languages, prose, markup, data, diffs, model answers) against exact
//! `o200k_base` counts. Fitted on one half, the error on the other is 3 % at
//! the median and 10.5 % at the 95th percentile.

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// A run of lower-case letters with the capital before it.
    Word,
    /// A letter of such a run beyond the sixth.
    LongWord,
    /// A run of capitals, or one that no lower-case letter follows.
    Capitals,
    /// A letter of it beyond the first.
    MoreCapitals,
    /// Up to three digits.
    Digits,
    /// A run of punctuation.
    Punctuation,
    /// A run of punctuation before a letter, which may join it.
    Joint,
    /// A character of punctuation beyond the first of its run.
    MorePunctuation,
    /// One beyond the third: long runs are one token.
    LongPunctuation,
    /// A run of two or more blanks inside a line.
    Blanks,
    /// Line ends in a row.
    Lines,
    /// Line ends after punctuation, which may join it.
    JoinedLines,
    /// Two or more blanks at the beginning of a line.
    Indent,
    /// A letter beside a digit.
    Switch,
    /// A blank before a digit.
    BlankDigit,
    /// A character of two bytes but those of the next mark.
    TwoBytes,
    /// One that is Cyrillic or Armenian.
    Cyrillic,
    /// A character of three bytes of East Asia.
    Ideograph,
    /// Another character of three bytes.
    ThreeBytes,
    /// A character of four bytes.
    FourBytes,
}

/// The number of marks.
const MARKS: usize = 20;

/// Tokens of each mark, in the order of their declaration.
const WEIGHTS: [f64; MARKS] = [
    0.956, 0.151, 1.043, 0.121, 1.067, 0.872, -0.388, 0.423, -0.325, 0.925,
    0.927, -0.671, 0.817, 0.237, 0.795, 1.506, 0.289, 1.188, 1.243, 3.007,
];

/// Letters of a word that are worth no more than the word itself.
const SHORT: u64 = 6;

/// What a byte belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Lower,
    Upper,
    Digit,
    Punctuation,
    Blank,
    LineEnd,
    Other,
}

impl Class {
    fn of(byte: u8) -> Self {
        match byte {
            b'a'..=b'z' => Self::Lower,
            b'A'..=b'Z' => Self::Upper,
            b'0'..=b'9' => Self::Digit,
            b' ' | b'\t' => Self::Blank,
            b'\n' | b'\r' => Self::LineEnd,
            b'!'..=b'~' => Self::Punctuation,
            _ => Self::Other,
        }
    }

    fn is_letter(self) -> bool {
        matches!(self, Self::Lower | Self::Upper)
    }
}

/// An estimate of a stream's tokens.
#[derive(Clone, Debug)]
pub struct Approximation {
    /// Class of the last byte.
    last: Class,
    /// Bytes of that class in a row, the last included.
    run: u64,
    /// Class before that run.
    before: Class,
    counts: [u64; MARKS],
    bytes: u64,
}

impl Default for Approximation {
    fn default() -> Self {
        Self {
            last: Class::Other,
            run: 0,
            before: Class::Other,
            counts: [0; MARKS],
            bytes: 0,
        }
    }
}

impl Approximation {
    /// Takes the next bytes, in chunks of any size.
    pub fn feed(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let class = Class::of(*byte);
            if class == self.last {
                self.run += 1;
                self.lengthen(class);
            } else {
                self.begin(class);
                self.before = self.last;
                self.last = class;
                self.run = 1;
            }
            if class == Class::Other {
                self.beyond_ascii(*byte);
            }
        }
        self.bytes += bytes.len() as u64;
    }

    /// The estimate, in whole tokens.
    pub fn tokens(&self) -> u64 {
        let pairs = self.counts.iter().zip(WEIGHTS);
        let sum: f64 = pairs.map(|(n, weight)| *n as f64 * weight).sum();
        super::estimate::tokens(sum)
    }

    /// The bytes seen.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(count) = self.counts.get_mut(mark as usize) {
            *count += 1;
        }
    }

    /// A byte of another class than the last.
    fn begin(&mut self, class: Class) {
        let last = self.last;
        let lone = last == Class::Upper && self.run == 1;
        if class.is_letter() || last.is_letter() {
            if class == Class::Digit || last == Class::Digit {
                self.mark(Mark::Switch);
            }
            if last == Class::Punctuation {
                self.mark(Mark::Joint);
            }
        }
        if lone && class != Class::Lower {
            self.mark(Mark::Capitals);
        }
        match class {
            Class::Lower => self.mark(Mark::Word),
            Class::Digit => self.mark(Mark::Digits),
            Class::Punctuation => self.mark(Mark::Punctuation),
            Class::LineEnd => self.mark(Mark::Lines),
            Class::Upper | Class::Blank | Class::Other => {}
        }
        match (last, class) {
            (Class::Blank, Class::Digit) => self.mark(Mark::BlankDigit),
            (Class::Punctuation, Class::LineEnd) => {
                self.mark(Mark::JoinedLines);
            }
            _ => {}
        }
    }

    /// Another byte of the same class; `run` counts it already.
    fn lengthen(&mut self, class: Class) {
        match (class, self.run) {
            (Class::Lower, run) if run > SHORT => self.mark(Mark::LongWord),
            (Class::Upper, 2) => self.mark(Mark::Capitals),
            (Class::Upper, _) => self.mark(Mark::MoreCapitals),
            (Class::Digit, run) if run % 3 == 1 => self.mark(Mark::Digits),
            (Class::Punctuation, run) => {
                self.mark(Mark::MorePunctuation);
                if run > 3 {
                    self.mark(Mark::LongPunctuation);
                }
            }
            (Class::Blank, 2) if self.before == Class::LineEnd => {
                self.mark(Mark::Indent);
            }
            (Class::Blank, 2) => self.mark(Mark::Blanks),
            _ => {}
        }
    }

    fn beyond_ascii(&mut self, byte: u8) {
        match byte {
            0xd0..=0xd4 => self.mark(Mark::Cyrillic),
            0xc2..=0xdf => self.mark(Mark::TwoBytes),
            0xe3..=0xed => self.mark(Mark::Ideograph),
            0xe0..=0xef => self.mark(Mark::ThreeBytes),
            0xf0..=0xff => self.mark(Mark::FourBytes),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn approximate(text: &[u8], chunk: usize) -> u64 {
        let mut approximation = Approximation::default();
        for part in text.chunks(chunk) {
            approximation.feed(part);
        }
        approximation.tokens()
    }

    #[test]
    fn it_does_not_depend_on_chunks() {
        let text = "fn a(b: u32) -> HTTPServer {\n    b + 12345\n}\n".repeat(9);
        let whole = approximate(text.as_bytes(), usize::MAX);
        for chunk in [1, 2, 7] {
            assert_eq!(approximate(text.as_bytes(), chunk), whole);
        }
    }

    #[test]
    fn nothing_is_no_token() {
        assert_eq!(approximate(b"", 1), 0);
    }
}
