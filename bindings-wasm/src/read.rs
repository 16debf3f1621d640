//! What was kept elsewhere, as the whole numbers that `js/kept.js` has made of it: no reader of JSON is in this module but the core's own.

use crate::error::Thrown;
use core::fmt::{self, Display};
use rampgate::Error;
use rampgate::canary::{Arms, Reference};
use rampgate::observe::{Counts, Events, Fractions, Histogram, Moments};
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, Deserialize, Deserializer, IntoDeserializer, Visitor};

/// Numbers of one arm's counts, events, fractions and moments.
pub(crate) const COUNTS: usize = 2;
pub(crate) const EVENTS: usize = 3;
pub(crate) const FRACTIONS: usize = 17;
pub(crate) const MOMENTS: usize = 11;

/// Both arms of each cell, of which each is so many numbers, the canary's first. What is wrong is told by its cell and arm.
pub(crate) fn cells<T, const ARM: usize>(
    numbers: &[u64],
    of: impl Fn(&[u64; ARM]) -> Result<T, Error>,
) -> Result<Vec<Arms<T>>, Thrown> {
    let arm = |place: usize, name: &str, numbers: &[u64; ARM]| {
        of(numbers)
            .map_err(|error| Thrown::renamed(&format!("cells[{place}].{name}.{}", error.path()), &error))
    };
    let both = numbers.as_chunks().0.as_chunks().0.iter().enumerate();
    both.map(|(place, [canary, control])| {
        Ok(Arms { canary: arm(place, "canary", canary)?, control: arm(place, "control", control)? })
    })
    .collect()
}

pub(crate) fn counts(&[units, failures]: &[u64; COUNTS]) -> Result<Counts, Error> {
    Counts::new(units, failures)
}

pub(crate) const fn events(&[units, events, exposure]: &[u64; EVENTS]) -> Events {
    Events { units, events, exposure }
}

/// Any 17 counts are fractions.
pub(crate) fn fractions(counts: &[u64; FRACTIONS]) -> Fractions {
    let counts = counts.iter().map(|count| Whole::Small(*count));
    Fractions::deserialize(SeqDeserializer::<_, Unfit>::new(counts)).unwrap_or_default()
}

/// The units, then five sums of 128 bits, the low half of each first. `None` where no values have such sums.
pub(crate) fn moments(&[units, ref sums @ ..]: &[u64; MOMENTS]) -> Option<Moments> {
    let large =
        |[low, high]: &[u64; 2]| Whole::Large((u128::from(*high) << 64 | u128::from(*low)).cast_signed());
    let sums = sums.as_chunks().0.iter().map(large);
    let names = ["units", "value", "companion", "value_squared", "companion_squared", "product"];
    let fields = names.into_iter().zip([Whole::Small(units)].into_iter().chain(sums));
    Moments::deserialize(MapDeserializer::<_, Unfit>::new(fields)).ok()
}

/// Histograms one after the other, each as its first bin, how many counts there are, and those. `named` tells which one is wrong.
pub(crate) fn histograms(
    mut numbers: &[u64],
    named: impl Fn(usize) -> String,
) -> Result<Vec<Histogram>, Thrown> {
    let mut all = Vec::new();
    while let [first, length, rest @ ..] = numbers {
        let first = usize::try_from(*first).unwrap_or(usize::MAX);
        let (counts, others) = rest.split_at(usize::try_from(*length).unwrap_or(usize::MAX).min(rest.len()));
        let read = Histogram::from_counts(first, counts);
        all.push(
            read.map_err(|error| Thrown::renamed(&format!("{}.{}", named(all.len()), error.path()), &error))?,
        );
        numbers = others;
    }
    Ok(all)
}

/// References one after the other, each as how many edges it has, those, and one count more; without edges there is none.
pub(crate) fn references(mut numbers: &[u64]) -> Result<Vec<Option<Reference>>, Thrown> {
    let mut all = Vec::new();
    while let [edges, rest @ ..] = numbers {
        let edges = usize::try_from(*edges).unwrap_or(usize::MAX).min(rest.len());
        let (edges, rest) = rest.split_at(edges);
        let counts = if edges.is_empty() { 0 } else { edges.len() + 1 };
        let (counts, others) = rest.split_at(counts.min(rest.len()));
        let list =
            |numbers: &[u64]| Whole::List(numbers.iter().map(|number| Whole::Small(*number)).collect());
        let fields = [("edges", list(edges)), ("counts", list(counts))];
        all.push(if edges.is_empty() {
            None
        } else {
            let read = Reference::deserialize(MapDeserializer::<_, Unfit>::new(fields.into_iter()));
            Some(read.map_err(|Unfit| {
                let path = format!("cells[{}].reference", all.len());
                Thrown::unread(
                    &path,
                    "must have ascending edges from 1 to 2033, and count 100 values or more",
                )
            })?)
        });
        numbers = others;
    }
    Ok(all)
}

/// A whole number, or a list of them, as the core's types read themselves.
enum Whole {
    Small(u64),
    Large(i128),
    List(Vec<Whole>),
}

impl<'de> Deserializer<'de> for Whole {
    type Error = Unfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self {
            Self::Small(number) => visitor.visit_u64(number),
            Self::Large(number) => visitor.visit_i128(number),
            Self::List(numbers) => visitor.visit_seq(SeqDeserializer::new(numbers.into_iter())),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Unfit> for Whole {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// That numbers are not what they should be; the words for it are where they are read.
#[derive(Debug)]
struct Unfit;

impl Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unfit")
    }
}

impl core::error::Error for Unfit {}

impl de::Error for Unfit {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}
