//! Rolling batches: exposure that replicas bring into force, where no hash of the unit can.
//!
//! Some hosts cannot choose per unit: a load balancer spreads requests over replicas, and the share that meets the new version is the share of
//! replicas that run it. A [`Fleet`] turns the exposure of a stage into whole replicas and says what that comes to ([`Fleet::counts`]), which batch
//! of starts and stops comes next without breaking the fleet's limits ([`Fleet::next`]), and whether the stage's exposure is in force
//! ([`Fleet::actual`]). There is no clock and no fraction in it, and it moves nothing itself: the host observes, asks, carries out, observes again.
//!
//! What people get wrong: the declared exposure is not what users see. Of three replicas none can be 5%, so the least is one of them, 33%.
//! [`Fleet::review`] says so before the release starts, and the judge must be told the [actual share](Actual::actual), never the declared one.
//!
//! ```
//! use rampgate::rollout::fleet::{Fleet, Observed};
//!
//! let fleet = Fleet::from_json(r#"{"replicas": 20, "max_surge": "25%", "max_unavailable": 0}"#)?;
//! let counts = fleet.counts("12.5%".parse()?);
//! assert_eq!((counts.new, counts.old), (2, 18)); // 12.5% of 20 is 2.5, and an exposure is a ceiling
//! assert_eq!(counts.actual.to_string(), "10%");
//!
//! let mut observed = Observed { ready_old: 20, ..Observed::default() };
//! let orders = fleet.next(&observed, "12.5%".parse()?);
//! assert_eq!(orders.to_string(), "start 2 new; then wait for 2 new to become ready");
//!
//! observed.ready_new = 2;
//! assert_eq!(fleet.next(&observed, "12.5%".parse()?).to_string(), "stop 2 old; then wait for 2 to be gone");
//! observed.ready_old = 18;
//! assert!(fleet.next(&observed, "12.5%".parse()?).is_done());
//! assert!(fleet.actual(&observed, "12.5%".parse()?).is_in_force());
//! # Ok::<(), rampgate::Error>(())
//! ```

mod actual;
mod batches;
mod counts;
mod limits;
mod observed;
mod orders;
mod warning;

pub use actual::{Actual, Gap, GapName};
pub use batches::{Batch, Batches};
pub use counts::Counts;
pub use limits::{Fleet, Limit};
pub use observed::Observed;
pub use orders::{Orders, Waits};
pub use warning::Warning;
