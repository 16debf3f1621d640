//! Replays traffic through one guarded release.
fn main() {}
