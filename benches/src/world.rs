//! The flags and users that everyone is asked about.

use crate::Attribute;

/// Names of variants; the first is what everyone gets whom nothing else reaches.
pub const VARIANTS: [&str; 3] = ["control", "treatment-a", "treatment-b"];

/// Where the rule applies.
pub const COUNTRIES: [&str; 3] = ["DE", "AT", "CH"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Everyone, half and half over the first two variants.
    Split,
    /// A tenth of the units in [`COUNTRIES`], over three variants in equal parts.
    Rule,
}

#[derive(Clone, Debug)]
pub struct Flag {
    pub key: String,
    pub kind: Kind,
}

impl Flag {
    pub fn split(key: impl Into<String>) -> Self {
        Self { key: key.into(), kind: Kind::Split }
    }

    pub fn rule(key: impl Into<String>) -> Self {
        Self { key: key.into(), kind: Kind::Rule }
    }

    /// `count` flags with a rule each.
    pub fn rules(count: usize) -> Vec<Self> {
        (0..count).map(|n| Self::rule(format!("flag-{n:05}"))).collect()
    }
}

/// Units in the form of version 4 UUIDs, the same on every run.
pub fn units(count: u64) -> Vec<String> {
    let uuid = |n: u64| {
        let (a, b) = (mixed(2 * n), mixed(2 * n + 1));
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            a >> 32,
            (a >> 16) & 0xffff,
            a & 0xfff,
            b >> 52,
            b & 0xffff_ffff_ffff
        )
    };
    (0..count).map(uuid).collect()
}

/// SplitMix64.
fn mixed(n: u64) -> u64 {
    let z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What is known of a user.
pub fn attributes(country: &'static str) -> [Attribute; 2] {
    [("plan", "pro"), ("country", country)]
}
