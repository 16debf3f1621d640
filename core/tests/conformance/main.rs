//! Replays what the vendors publish about their own bucketing, and cases that an independent implementation made: `testdata/vendors/`.

#![expect(
    clippy::expect_used,
    clippy::float_cmp,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, also in its helpers, and the same bits are what is promised"
)]

mod growthbook;
mod hostile;
mod independent;
mod known;
mod numbers;
mod posthog;
mod split;
mod unleash;

use rampgate::bucketing::compat::{ByteEncoding, Encoding};
use serde_json::Value;

fn load(text: &str) -> Value {
    serde_json::from_str(text).expect("the vectors are JSON")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

fn float(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("no number: {value}"))
}

fn whole(value: &Value) -> u32 {
    value.as_u64().and_then(|value| u32::try_from(value).ok()).unwrap_or_else(|| panic!("no u32: {value}"))
}

fn wholes(value: &Value) -> Vec<u32> {
    list(value).iter().map(whole).collect()
}

fn encoding(value: &Value) -> Encoding {
    match text(value) {
        "utf16" => Encoding::Utf16,
        "code_point" => Encoding::CodePoint,
        "utf8" => Encoding::Utf8,
        other => panic!("no encoding: {other}"),
    }
}

fn byte_encoding(value: &Value) -> ByteEncoding {
    match text(value) {
        "low_byte" => ByteEncoding::LowByte,
        "utf8" => ByteEncoding::Utf8,
        other => panic!("no encoding: {other}"),
    }
}
