use crate::order;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// Texts to be equal to. Short ones, as most words of a vocabulary are, stand as numbers: they take eight bytes and one
/// comparison of integers. Both lists are sorted, so that thousands cost a dozen comparisons.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    short: Box<[u64]>,
    long: Box<[Box<str>]>,
}

impl Texts {
    pub(super) fn contains(&self, text: &str) -> bool {
        match number(text) {
            Some(number) => self.short.binary_search(&number).is_ok(),
            None => self.long.binary_search_by(|known| (**known).cmp(text)).is_ok(),
        }
    }
}

impl<'a> FromIterator<&'a str> for Texts {
    fn from_iter<I: IntoIterator<Item = &'a str>>(texts: I) -> Self {
        let (mut short, mut long) = (Vec::new(), Vec::new());
        for text in texts {
            match number(text) {
                Some(number) => short.push(number),
                None => long.push(Box::from(text)),
            }
        }
        order::sort(&mut short);
        short.dedup();
        order::sort(&mut long);
        long.dedup();
        Self { short: short.into(), long: long.into() }
    }
}

/// A text of up to seven bytes as a number: its bytes behind a one, which marks where they begin.
fn number(text: &str) -> Option<u64> {
    (text.len() < 8).then(|| text.bytes().fold(1, |number, byte| (number << 8) | u64::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_contained_whatever_its_length_and_no_other_is() {
        let all = [
            "",
            "\0",
            "\0\0",
            "a",
            "\0a",
            "a\0",
            "1234567",
            "12345678",
            "123456789",
            "ÄÖÜ",
            "ÄÖÜß",
            "a\u{1}",
        ];
        for count in 0..=all.len() {
            let (with, without) = all.split_at(count);
            let texts: Texts = with.iter().chain(with).copied().collect();
            assert!(with.iter().all(|text| texts.contains(text)), "{with:?}");
            assert!(!without.iter().any(|text| texts.contains(text)), "{without:?}");
        }
    }
}
