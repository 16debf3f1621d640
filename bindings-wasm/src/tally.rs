//! The outcomes of one arm, as a release keeps them.

use crate::convert::{instant, json, outcome};
use crate::error::Thrown;
use rampgate::observe::{self, Measure};
use wasm_bindgen::prelude::wasm_bindgen;

/// Units, and for each metric what is kept of it.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Tally(observe::Tally);

#[wasm_bindgen]
#[expect(missing_docs, reason = "each is the core's method of the same name; js/analysis.d.ts has the words")]
impl Tally {
    /// An empty tally; measures by their places in the core's list, which `js/measured.js` has too.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(measures: &[u8]) -> Self {
        let measures: Vec<Measure> = measures
            .iter()
            .map(|place| match place {
                0 => Measure::Rate,
                1 => Measure::Fraction,
                2 => Measure::Count,
                3 => Measure::Distribution,
                _ => Measure::Mean,
            })
            .collect();
        Self(observe::Tally::new(&measures))
    }

    pub fn record(
        &mut self,
        at: f64,
        failed: u32,
        missing: u32,
        measured: Option<Vec<u32>>,
    ) -> Result<(), Thrown> {
        Ok(self.0.record(instant(at)?, &outcome(failed, missing, measured))?)
    }

    pub fn merge(&mut self, other: &Self) -> Result<(), Thrown> {
        self.0.merge(&other.0).map_err(|error| Thrown::renamed("other", &error))
    }

    /// Takes the place of what the tally holds, which has the same measures.
    pub fn read(&mut self, data: &[u8]) -> Result<(), Thrown> {
        match postcard::take_from_bytes::<observe::Tally>(data) {
            Ok((read, [])) if read.measures().eq(self.0.measures()) => self.0 = read,
            Ok((_, [])) => return Err(Thrown::corrupt("data", "is a tally of other measures")),
            Ok(_) => return Err(Thrown::corrupt("data", "has bytes left over")),
            Err(_) => {
                return Err(Thrown::corrupt("data", "is not a tally, or holds values that cannot be"));
            }
        }
        Ok(())
    }

    pub fn bytes(&self) -> Result<Vec<u8>, Thrown> {
        postcard::to_allocvec(&self.0).map_err(|_| Thrown::corrupt("tally", "cannot be encoded"))
    }

    #[must_use]
    pub fn units(&self) -> u64 {
        self.0.units()
    }

    /// What is kept of one metric, as JSON: an object whose one field is the measure.
    pub fn series(&self, position: usize) -> Result<String, Thrown> {
        json(&observe::Metric::new(position).and_then(|metric| self.0.series(metric)))
    }

    pub fn json(&self) -> Result<String, Thrown> {
        json(&self.0)
    }
}
