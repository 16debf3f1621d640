//! The facade, as `js/release.js` holds it.

use crate::convert::{instant, json, outcome, placement};
use crate::desk::Desk;
use crate::error::Thrown;
use rampgate::observe::{Joined, ReplicaId};
use rampgate::release;
use wasm_bindgen::prelude::wasm_bindgen;

/// One guarded release.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Release(release::Release);

#[wasm_bindgen]
#[expect(missing_docs, reason = "each is the core's method of the same name; js/index.d.ts has the words")]
impl Release {
    #[wasm_bindgen(constructor)]
    pub fn new(spec: &str, replica: u64) -> Result<Self, Thrown> {
        Ok(Self(release::Release::from_json(spec, ReplicaId(replica))?))
    }

    pub fn resume(spec: &str, state: &[u8], replica: u64) -> Result<Self, Thrown> {
        Ok(Self(release::Release::resume(spec, state, ReplicaId(replica))?))
    }

    #[must_use]
    pub fn name(&self) -> String {
        self.0.spec().name().into()
    }

    /// Names of the variants, in the order of their positions.
    #[must_use]
    pub fn variants(&self) -> Vec<String> {
        self.0.spec().flag().variants().map(Into::into).collect()
    }

    /// The key of the flag at this place, then the names of its variants; nothing where there is no such flag.
    #[must_use]
    pub fn flag(&self, place: usize) -> Vec<String> {
        let flag = self.0.spec().flags().nth(place);
        flag.into_iter()
            .flat_map(|flag| core::iter::once(flag.key()).chain(flag.variants()))
            .map(Into::into)
            .collect()
    }

    /// Names of the guardrails, in the order of their positions.
    #[must_use]
    pub fn guardrails(&self) -> Vec<String> {
        self.0.spec().judge().guardrails().iter().map(|guardrail| guardrail.name().into()).collect()
    }

    /// What the guardrails measure, in the same order, each by its place in the core's list.
    #[must_use]
    pub fn measures(&self) -> Vec<u8> {
        self.0.spec().measures().iter().map(|measure| *measure as u8).collect()
    }

    /// In parts per million.
    #[must_use]
    pub fn exposure(&self) -> u32 {
        self.0.exposure().parts_per_million()
    }

    /// As JSON.
    pub fn phase(&self) -> Result<String, Thrown> {
        json(&self.0.phase())
    }

    #[must_use]
    pub fn cohort(&self) -> u32 {
        self.0.cohort()
    }

    /// Assigns the unit in the first `length` bytes of the desk, and puts there what the flag at this place gives it. Without an allocation, which could
    /// move what JavaScript sees of the desk; so the ring is a position, and one beyond the last is none.
    pub fn assign(&self, desk: &mut Desk, length: usize, place: usize, ring: usize) -> Result<(), Thrown> {
        let ring = self.0.spec().plan().rings().get(ring).map_or("", |ring| ring.name());
        let all = self.0.assign_all_in(desk.unit(length), ring)?;
        let found = all.iter().nth(place).zip(self.0.spec().flags().nth(place));
        let Some(((_, assignment), flag)) = found else { return Ok(()) };
        let position = flag.variants().position(|name| name == assignment.variant).unwrap_or_default();
        desk.put(position, assignment.reason, assignment.placement);
        Ok(())
    }

    pub fn record(
        &mut self,
        cohort: u32,
        arm: u32,
        at: f64,
        failed: u32,
        missing: u32,
        measured: Option<Vec<u32>>,
    ) -> Result<(), Thrown> {
        Ok(self.0.record(placement(cohort, arm), instant(at)?, outcome(failed, missing, measured))?)
    }

    #[wasm_bindgen(js_name = recordOutcome)]
    pub fn record_outcome(
        &mut self,
        cohort: u32,
        arm: u32,
        at: f64,
        failed: u32,
        missing: u32,
        measured: Option<Vec<u32>>,
    ) -> Result<(), Thrown> {
        Ok(self.0.record_outcome(placement(cohort, arm), instant(at)?, outcome(failed, missing, measured))?)
    }

    #[wasm_bindgen(js_name = recordRequests)]
    pub fn record_requests(&mut self, at: f64, good: u64, bad: u64) -> Result<(), Thrown> {
        self.0.record_requests(instant(at)?, good, bad);
        Ok(())
    }

    /// The step as JSON. `signal` is JSON too, and a tick where there is none.
    pub fn step(&mut self, at: f64, signal: Option<String>) -> Result<String, Thrown> {
        let signal = signal.map(|text| release::Signal::from_json(&text)).transpose()?.unwrap_or_default();
        json(&self.0.step(instant(at)?, signal)?)
    }

    #[wasm_bindgen(js_name = takeDelta)]
    pub fn take_delta(&mut self) -> Result<Vec<u8>, Thrown> {
        Ok(self.0.take_delta()?)
    }

    pub fn merge(&mut self, delta: &[u8]) -> Result<String, Thrown> {
        let joined = match self.0.merge(delta)? {
            Joined::Fresh => "fresh",
            Joined::Known => "known",
            Joined::AfterSeal => "after_seal",
        };
        Ok(joined.into())
    }

    pub fn directive(&self) -> Result<Vec<u8>, Thrown> {
        Ok(self.0.directive()?)
    }

    pub fn follow(&mut self, directive: &[u8]) -> Result<bool, Thrown> {
        Ok(self.0.follow(directive)?)
    }

    pub fn state(&self) -> Result<Vec<u8>, Thrown> {
        Ok(self.0.state()?)
    }

    pub fn seal(&mut self, replica: u64) -> bool {
        self.0.seal(ReplicaId(replica))
    }
}
