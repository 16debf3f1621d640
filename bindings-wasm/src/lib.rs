//! rampgate for JavaScript. Convert, call, convert: what is decided is decided in the core.
//!
//! The other half is `js/`: its classes check what they are given, so that nothing of a wrong type gets here, and give answers the
//! form of JavaScript objects. The package has a module for each feature of this crate, which share all that is not behind one. Errors of the core are thrown as they are; see [`error`].

#[cfg(any(feature = "release", feature = "flags"))]
pub mod bucketing;
#[cfg(feature = "slo")]
pub mod burn_rate;
#[cfg(feature = "analysis")]
pub mod classic;
#[cfg(feature = "compat")]
pub mod compat;
#[cfg(feature = "flags")]
mod context;
#[cfg(any(
    feature = "release",
    feature = "flags",
    feature = "compat",
    feature = "analysis",
    feature = "planning",
    feature = "log",
    feature = "slo"
))]
mod convert;
#[cfg(feature = "analysis")]
pub mod design;
#[cfg(any(feature = "release", feature = "flags"))]
pub mod desk;
pub mod error;
#[cfg(feature = "analysis")]
pub mod evidence;
#[cfg(feature = "release")]
pub mod flag;
#[cfg(feature = "flags")]
pub mod flag_set;
#[cfg(feature = "log")]
pub mod fleet;
#[cfg(feature = "analysis")]
pub mod histogram;
#[cfg(feature = "planning")]
pub mod import;
#[cfg(any(
    feature = "release",
    feature = "flags",
    feature = "compat",
    feature = "analysis",
    feature = "planning",
    feature = "log",
    feature = "slo"
))]
mod json;
#[cfg(feature = "planning")]
pub mod judge;
#[cfg(feature = "flags")]
pub mod layer;
#[cfg(feature = "log")]
pub mod log;
#[cfg(feature = "analysis")]
pub mod moments;
#[cfg(feature = "planner")]
pub mod planner;
#[cfg(feature = "analysis")]
mod read;
#[cfg(feature = "flags")]
pub mod rebalance;
#[cfg(feature = "release")]
pub mod release;
#[cfg(feature = "log")]
pub mod rollout;
#[cfg(feature = "analysis")]
pub mod session;
#[cfg(feature = "simulation")]
pub mod simulation;
#[cfg(feature = "slo")]
pub mod slo;
#[cfg(feature = "analysis")]
pub mod tally;
#[cfg(feature = "planning")]
pub mod trial;

#[cfg(any(feature = "release", feature = "flags"))]
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The allocator of the target, dlmalloc, takes 3 KB more of each module, gzipped.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// The version of this build, for example `0.1.0`.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").into()
}

/// The module's memory, for views of a desk.
#[cfg(any(feature = "release", feature = "flags"))]
#[wasm_bindgen(js_name = linearMemory)]
#[must_use]
pub fn linear_memory() -> JsValue {
    wasm_bindgen::memory()
}
