//! rampgate and its peers, side by side: the same flags, the same users, the same run.
//!
//! A [`Party`] loads a document and decides. [`each_party!`] runs one piece of code for all of them.

pub mod floor;
pub mod party;
pub mod world;

use criterion::Criterion;
use std::time::Duration;

/// The one setting of all benches: enough samples for a median on a shared machine, in a few minutes altogether.
pub fn criterion() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1_500))
        .sample_size(30)
        .configure_from_args()
}

/// Name and value of an attribute.
pub type Attribute = (&'static str, &'static str);

/// One who decides which variant a user gets.
pub trait Party: Sized {
    /// Its crate.
    const NAME: &'static str;

    /// What the crate wants to know of a user, made beforehand where the crate allows it.
    type User;

    /// The flags in the crate's own form, as its server would send them.
    fn document(flags: &[world::Flag]) -> String;

    /// From text to what decides, by the crate's own loader.
    fn load(document: &str) -> Self;

    fn user(unit: &str, attributes: &[Attribute; 2]) -> Self::User;

    /// Looks the flag up by its key, decides, and passes on the variant's name.
    fn decide<R>(&self, flag: &str, user: &Self::User, read: impl FnOnce(&str) -> R) -> R;

    /// The same for a user who is new: makes what the crate wants to know of one, and decides.
    fn decide_anew<R>(
        &self,
        flag: &str,
        unit: &str,
        attributes: &[Attribute; 2],
        read: impl FnOnce(&str) -> R,
    ) -> R {
        self.decide(flag, &Self::user(unit, attributes), read)
    }
}

/// Runs `$run::<P>($argument…)` for each party.
#[macro_export]
macro_rules! each_party {
    ($run:ident($($argument:expr),* $(,)?)) => {
        $run::<$crate::party::rampgate::Rampgate>($($argument),*);
        $run::<$crate::party::eppo::Eppo>($($argument),*);
        $run::<$crate::party::launchdarkly::LaunchDarkly>($($argument),*);
        $run::<$crate::party::yggdrasil::Yggdrasil>($($argument),*);
        $run::<$crate::party::growthbook::GrowthBook>($($argument),*);
        $run::<$crate::party::flagd::Flagd>($($argument),*);
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Before anything is timed: everyone gives the shares that the flags ask for.
    fn check_shares<P: Party>(users: &[String]) {
        let flags = [world::Flag::split("split"), world::Flag::rule("rule")];
        let party = P::load(&P::document(&flags));
        let shares = |flag: &str, country: &'static str| {
            let mut counts = [0_u32; 3];
            for unit in users {
                let user = P::user(unit, &world::attributes(country));
                let variant =
                    party.decide(flag, &user, |name| world::VARIANTS.iter().position(|v| *v == name));
                counts[variant.expect("a known variant")] += 1;
            }
            counts.map(|count| f64::from(count) / users.len() as f64)
        };
        let near = |share: f64, expected: f64| (share - expected).abs() < 0.01;
        let split = shares("split", "DE");
        assert!(near(split[0], 0.5) && near(split[1], 0.5), "{}: {split:?}", P::NAME);
        let rule = shares("rule", "DE");
        assert!(near(rule[0], 0.9 + 0.1 / 3.0), "{}: {rule:?}", P::NAME);
        assert!(near(rule[1], 0.1 / 3.0) && near(rule[2], 0.1 / 3.0), "{}: {rule:?}", P::NAME);
        assert_eq!(shares("rule", "FR"), [1.0, 0.0, 0.0], "{}", P::NAME);
    }

    #[test]
    fn everyone_gives_the_shares_that_were_asked_for() {
        let users = world::units(20_000);
        each_party!(check_shares(&users));
    }
}
