//! Replicas that bring an exposure into force, as `js/fleet.js` holds them.

use crate::convert::json;
use crate::error::Thrown;
use rampgate::Share;
use rampgate::rollout::fleet::{self, Observed};
use wasm_bindgen::prelude::wasm_bindgen;

/// A fleet of replicas with its limits. Answers are JSON.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Fleet(fleet::Fleet);

#[wasm_bindgen]
#[expect(missing_docs, reason = "each is the core's method of the same name; js/log.d.ts has the words")]
#[expect(clippy::missing_errors_doc, reason = "as above")]
impl Fleet {
    #[wasm_bindgen(constructor)]
    pub fn new(document: &str) -> Result<Self, Thrown> {
        Ok(Self(fleet::Fleet::from_json(document)?))
    }

    #[must_use]
    pub fn replicas(&self) -> u32 {
        self.0.replicas()
    }

    #[must_use]
    pub fn most(&self) -> u32 {
        self.0.most()
    }

    #[must_use]
    #[wasm_bindgen(js_name = leastReady)]
    pub fn least_ready(&self) -> u32 {
        self.0.least_ready()
    }

    pub fn counts(&self, exposure: &str) -> Result<String, Thrown> {
        json(&self.0.counts(share("exposure", exposure)?))
    }

    pub fn around(&self, exposure: &str) -> Result<String, Thrown> {
        json(&self.0.around(share("exposure", exposure)?))
    }

    pub fn review(&self, exposures: Vec<String>, tolerance: &str) -> Result<String, Thrown> {
        json(&self.0.review(&shares(exposures)?, share("tolerance", tolerance)?))
    }

    pub fn next(&self, observed: &str, exposure: &str) -> Result<String, Thrown> {
        json(&self.0.next(&Observed::from_json(observed)?, share("exposure", exposure)?))
    }

    pub fn actual(&self, observed: &str, exposure: &str) -> Result<String, Thrown> {
        json(&self.0.actual(&Observed::from_json(observed)?, share("exposure", exposure)?))
    }

    pub fn batches(&self, exposures: Vec<String>, limit: u32) -> Result<String, Thrown> {
        let exposures = shares(exposures)?;
        json(&self.0.batches(&exposures).take(limit as usize).collect::<Vec<_>>())
    }
}

/// A share, refused under the name of the argument that it came in.
fn share(path: &str, text: &str) -> Result<Share, Thrown> {
    text.parse().map_err(|error| Thrown::renamed(path, &error))
}

fn shares(texts: Vec<String>) -> Result<Vec<Share>, Thrown> {
    texts.into_iter().enumerate().map(|(at, text)| share(&format!("exposures[{at}]"), &text)).collect()
}
