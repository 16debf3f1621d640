//! Who takes part, one crate a file.

pub mod eppo;
pub mod flagd;
pub mod growthbook;
pub mod launchdarkly;
pub mod rampgate;
pub mod yggdrasil;
