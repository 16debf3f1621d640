use super::{exp, ln};

/// ln(sum of exp(x)) over numbers given one by one: no overflow, a fixed order, one pass.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogSum {
    largest: f64,
    /// The sum, divided by exp(largest).
    scaled: f64,
}

impl LogSum {
    pub(crate) const fn new() -> Self {
        Self { largest: f64::NEG_INFINITY, scaled: 0.0 }
    }

    /// Adds exp(`x`). Minus infinity adds nothing.
    pub(crate) fn add(&mut self, x: f64) {
        if x == f64::NEG_INFINITY {
            return;
        }
        if x > self.largest {
            self.scaled = self.scaled * exp(self.largest - x) + 1.0;
            self.largest = x;
        } else {
            self.scaled += exp(x - self.largest);
        }
    }

    /// The logarithm of the sum; minus infinity for an empty one.
    pub(crate) fn ln(self) -> f64 {
        if self.largest == f64::NEG_INFINITY { self.largest } else { self.largest + ln(self.scaled) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: &[f64]) -> f64 {
        let mut sum = LogSum::new();
        numbers.iter().for_each(|x| sum.add(*x));
        sum.ln()
    }

    #[test]
    fn sums_without_overflow() {
        assert!((of(&[1.0, 2.0, 3.0]) - 3.407_605_964_444_38).abs() < 1e-13);
        assert!((of(&[1000.0, 1000.0]) - 1_000.693_147_180_559_9).abs() < 1e-12);
        assert_eq!(of(&[f64::NEG_INFINITY, 5.0]), 5.0);
        assert_eq!(of(&[]), f64::NEG_INFINITY);
    }
}
