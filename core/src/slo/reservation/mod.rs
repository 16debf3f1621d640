//! Several releases that spend from one error budget, and never promise more of it than there is.

mod asked;
mod book;
mod request;
mod stored;

pub use asked::ReservedReport;
pub use book::{Entry, Reservations, Standing};
pub use request::{Answer, Refusal, Request, Wish};
