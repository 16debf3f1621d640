//! rampgate for JavaScript. Convert, call, convert: what is decided is decided in the core.

use wasm_bindgen::prelude::wasm_bindgen;

/// The version of this build, for example `0.1.0`.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").into()
}
