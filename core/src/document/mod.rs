//! Reading a JSON document so that every problem in it is reported, each with its path.
//!
//! Serde's derive stops at the first problem and keeps the last of two equal keys. A release spec deserves better:
//! [`Node`] refuses repeated keys, and [`Fields`] walks an object, refuses what nobody defined, and goes on after
//! a problem.

mod canonical;
mod field;
mod fields;
mod float;
mod json;
mod node;
mod path;

pub(crate) use canonical::canonical;
pub(crate) use field::{Field, Scalar, check_name};
pub(crate) use fields::Fields;
pub(crate) use node::Node;
