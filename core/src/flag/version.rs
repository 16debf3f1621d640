use core::cmp::Ordering;

/// A version in the form of Semantic Versioning 2.0.0, borrowed from its text. Build metadata does not take part in precedence.
///
/// Source: semver.org, sections 2, 9, 10 and 11.
#[derive(Clone, Copy, Debug)]
pub(super) struct Version<'a> {
    core: [u64; 3],
    /// Without the hyphen; empty for a release.
    pre_release: &'a str,
}

impl<'a> Version<'a> {
    /// `None` where the text is not exactly `major.minor.patch[-pre][+build]`; a leading `v` is not part of a version.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
        let (core, pre_release) = text.split_once('-').map_or((text, None), |(core, pre)| (core, Some(pre)));
        let mut numbers = core.split('.');
        let core = [numeric(numbers.next()?)?, numeric(numbers.next()?)?, numeric(numbers.next()?)?];
        let identifier = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let no_leading_zero = |part: &str| !is_numeric(part) || part == "0" || !part.starts_with('0');
        let sound = numbers.next().is_none()
            && build.is_none_or(|build| build.split('.').all(identifier))
            && pre_release
                .is_none_or(|pre| pre.split('.').all(|part| identifier(part) && no_leading_zero(part)));
        sound.then_some(Self { core, pre_release: pre_release.unwrap_or("") })
    }

    pub(super) fn compare(&self, other: &Version<'_>) -> Ordering {
        self.core.cmp(&other.core).then_with(|| match (self.pre_release, other.pre_release) {
            ("", "") => Ordering::Equal,
            ("", _) => Ordering::Greater,
            (_, "") => Ordering::Less,
            (mine, theirs) => compare_pre_releases(mine, theirs),
        })
    }
}

fn is_numeric(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number without leading zeros, up to 2^64 - 1.
fn numeric(part: &str) -> Option<u64> {
    (is_numeric(part) && (part == "0" || !part.starts_with('0'))).then(|| part.parse().ok())?
}

fn compare_pre_releases(mine: &str, theirs: &str) -> Ordering {
    let (mut mine, mut theirs) = (mine.split('.'), theirs.split('.'));
    loop {
        let order = match (mine.next(), theirs.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match (is_numeric(a), is_numeric(b)) {
                (true, true) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (false, false) => a.cmp(b),
            },
        };
        if order.is_ne() {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The chain of semver.org, section 11, with build metadata and numbers of different length.
    #[test]
    fn precedence_is_the_specification_s() {
        let ascending = [
            "0.0.0",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.1",
            "1.9.0",
            "1.10.0",
            "2.0.0",
            "18446744073709551615.0.0",
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                let order = Version::parse(a).unwrap().compare(&Version::parse(b).unwrap());
                assert_eq!(order, i.cmp(&j), "{a} {b}");
            }
        }
        let build = |text| Version::parse(text).unwrap();
        assert_eq!(build("1.2.3+a.1").compare(&build("1.2.3+b-2")), Ordering::Equal);
    }

    #[test]
    fn what_is_not_a_version_is_none() {
        for bad in [
            "",
            "1",
            "1.2",
            "1.2.3.4",
            "v1.2.3",
            "01.2.3",
            "1.2.3-",
            "1.2.3-01",
            "1.2.3+",
            "1.2.x",
            "1.2.3-a..b",
            " 1.2.3",
            "1.2.3 ",
            "-1.2.3",
            "1.2.3-ä",
            "18446744073709551616.0.0",
        ] {
            assert!(Version::parse(bad).is_none(), "{bad}");
        }
    }
}
