use crate::error::{Error, Kind};
use crate::quantity::shown;
use alloc::format;
use alloc::vec::Vec;

/// Two looks closer than this see hardly anything new.
const LEAST_STEP: f64 = 0.001;
const MOST_LOOKS: usize = 100;
/// More information than ten times what was planned is not an over-run but another plan.
const MOST_INFORMATION: f64 = 10.0;

/// When a trial is looked at: shares of its planned information, the last one 1.
///
/// Information is what makes the estimate precise: units, or failures where failures are rare. Ask for the share that was
/// really collected, not for the share of the time that has passed.
///
/// ```
/// use rampgate::canary::group_sequential::Looks;
///
/// assert_eq!(Looks::equal(4)?.fractions(), [0.25, 0.5, 0.75, 1.0]);
/// let error = Looks::new(&[0.5, 0.4, 1.0]).unwrap_err();
/// assert_eq!(error.to_string(), "invalid `looks[1]`: must exceed the look before it (0.5) by at least 0.001, got 0.4");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Looks(Vec<f64>);

impl Looks {
    /// 1 to 100 looks, each at least 0.001 after the one before (the first after 0), the last at 1.
    ///
    /// # Errors
    /// Looks that break this rule; the path is `looks[2]` for the third.
    pub fn new(fractions: &[f64]) -> Result<Self, Error> {
        check(fractions)?;
        match fractions.last() {
            Some(last) if *last < 1.0 => Err(Error::new(
                last_path(fractions),
                Kind::Range,
                "must be 1, for it is the last look",
                shown(*last),
            )),
            Some(last) if *last > 1.0 => {
                Err(Error::new(last_path(fractions), Kind::Range, "must be at most 1", shown(*last)))
            }
            _ => Ok(Self(fractions.to_vec())),
        }
    }

    /// `count` looks at equal steps of information.
    ///
    /// # Errors
    /// No look, or more than 100.
    pub fn equal(count: u32) -> Result<Self, Error> {
        if !(1..=100).contains(&count) {
            return Err(Error::new("looks", Kind::Range, "must be from 1 to 100", count));
        }
        Ok(Self((1..=count).map(|look| f64::from(look) / f64::from(count)).collect()))
    }

    /// The shares of information, ascending.
    #[must_use]
    pub fn fractions(&self) -> &[f64] {
        &self.0
    }

    /// Looks that were really taken: the last one alone may lie beyond the plan.
    pub(super) fn observed(fractions: &[f64]) -> Result<Self, Error> {
        check(fractions)?;
        Ok(Self(fractions.to_vec()))
    }
}

fn check(fractions: &[f64]) -> Result<(), Error> {
    if fractions.is_empty() || fractions.len() > MOST_LOOKS {
        let rule = format!("must be 1 to {MOST_LOOKS} looks");
        return Err(Error::new("looks", Kind::Range, rule, fractions.len()));
    }
    let mut before = 0.0;
    for (position, fraction) in fractions.iter().enumerate() {
        let refuse = |rule| Error::new(format!("looks[{position}]"), Kind::Range, rule, shown(*fraction));
        if !(0.0..=MOST_INFORMATION).contains(fraction) {
            return Err(refuse(format!("must be more than 0 and at most {MOST_INFORMATION}")));
        }
        // half of the last bit of the difference must not decide
        if fraction - before < LEAST_STEP * (1.0 - 1e-9) {
            let rule = if position == 0 {
                format!("must be at least {LEAST_STEP}")
            } else {
                format!("must exceed the look before it ({}) by at least {LEAST_STEP}", shown(before))
            };
            return Err(refuse(rule));
        }
        if before >= 1.0 {
            return Err(refuse(format!("must not come after the last look ({})", shown(before))));
        }
        before = *fraction;
    }
    Ok(())
}

fn last_path(fractions: &[f64]) -> alloc::string::String {
    format!("looks[{}]", fractions.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named() {
        let cases: [(&[f64], &str); 9] = [
            (&[], "looks"),
            (&[0.0, 1.0], "looks[0]"),
            (&[-0.5, 1.0], "looks[0]"),
            (&[f64::NAN, 1.0], "looks[0]"),
            (&[0.5, 0.5, 1.0], "looks[1]"),
            (&[0.5, 0.5005, 1.0], "looks[1]"),
            (&[0.5, 0.9], "looks[1]"),
            (&[0.5, 1.1], "looks[1]"),
            (&[0.5, 1.0, f64::INFINITY], "looks[2]"),
        ];
        for (fractions, path) in cases {
            assert_eq!(Looks::new(fractions).unwrap_err().path(), path, "{fractions:?}");
        }
        assert!(Looks::new(&[0.1; 101]).is_err());
        assert!(Looks::equal(0).is_err() && Looks::equal(101).is_err());
        assert_eq!(Looks::new(Looks::equal(100).unwrap().fractions()), Looks::equal(100));
    }

    #[test]
    fn the_last_look_taken_may_lie_beyond_the_plan() {
        assert!(Looks::observed(&[0.3]).is_ok());
        assert!(Looks::observed(&[0.3, 1.2]).is_ok());
        assert_eq!(Looks::observed(&[0.3, 1.0, 1.2]).unwrap_err().path(), "looks[2]");
        assert_eq!(Looks::observed(&[0.3, 11.0]).unwrap_err().path(), "looks[1]");
    }
}
