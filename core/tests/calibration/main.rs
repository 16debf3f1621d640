//! Seeded Monte Carlo: the judge errs no more often than it promises, and finds harm about as soon as it should.
//!
//! Each cell of a table is a release that is played many times: 2,000 here, fewer where one costs more, 20,000 with `make calibrate`. An event of
//! the promised chance breaks the bound of a cell, which is 3.1 standard errors above, once in a thousand; the mutants show that a wrong test does.

#![expect(
    clippy::unwrap_used,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test fails by panicking, also in its helpers"
)]

mod mutants;
mod null;
mod power;
mod world;
