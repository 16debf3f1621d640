//! How long designs with planned looks take to compute: the best of 20 runs each.
//!
//! ```text
//! cargo run --release -p rampgate --example planned_looks_speed
//! ```

use rampgate::canary::group_sequential::{Boundary, Looks, Shape, Sides, Spec, Spending};
use rampgate::{Error, Probability};
use std::time::{Duration, Instant};

fn main() -> Result<(), Error> {
    let boundaries: [(&str, Boundary); 4] = [
        ("O'Brien-Fleming spending", Spending::OBRIEN_FLEMING.into()),
        ("Pocock spending", Spending::POCOCK.into()),
        ("O'Brien-Fleming shape", Shape::OBRIEN_FLEMING.into()),
        ("Pocock shape", Shape::POCOCK.into()),
    ];
    for (name, boundary) in boundaries {
        for looks in [5, 14, 30] {
            for sides in [Sides::One, Sides::Two] {
                let mut best = Duration::MAX;
                for _ in 0..20 {
                    let spec =
                        Spec::new(Probability::new(0.025)?, boundary, Looks::equal(looks)?).with_sides(sides);
                    let start = Instant::now();
                    let design = spec.design()?;
                    best = best.min(start.elapsed());
                    std::hint::black_box(design);
                }
                println!(
                    "{name}, {looks} looks, sides {}: {:.2} ms",
                    sides.count(),
                    best.as_secs_f64() * 1e3
                );
            }
        }
    }
    Ok(())
}
