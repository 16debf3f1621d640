//! What may happen to a release.

use rampgate::simulate::rollout::Scenario;

/// A scenario with a title and what happens in it.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) scenario: Scenario,
}

const BUILT_IN: [(&str, &str, &str); 9] = [
    ("Healthy", "Nothing is wrong with the new version: whoever rolls it back is wrong.", ""),
    (
        "Twice the errors",
        "The new version fails twice as often as the old one from the first unit on.",
        r#"{"errors": {"times": 2}}"#,
    ),
    (
        "A late fault",
        "An hour and a half after half of the units have the new version it begins to fail twice as often.",
        r#"{"errors": {"times": 2, "from": {"exposure": "50%", "then": "90m"}}}"#,
    ),
    (
        "A slow leak",
        "Each hour the new version fails a quarter more often than usual.",
        r#"{"leak": {"times_an_hour": 0.25}}"#,
    ),
    ("A crash loop", "Nine in ten units of the new version fail.", r#"{"crash": {"share": "90%"}}"#),
    (
        "Processes that die",
        "Half of the new version's units vanish before they leave an outcome.",
        r#"{"vanish": {"share": "50%"}}"#,
    ),
    (
        "A redirect",
        "A tenth of the units that were assigned to the new version gets the old one, and is counted there.",
        r#"{"redirect": {"share": "10%"}}"#,
    ),
    (
        "The metrics are out",
        "Three hours in, no outcome arrives for 45 minutes. Nothing is wrong with the new version.",
        r#"{"outage": {"from": "3h", "lasting": "45m"}}"#,
    ),
    (
        "An incident",
        "Three hours in, something that both versions need is down for half an hour: units of both fail five times as often.",
        r#"{"incident": {"times": 5, "from": "3h", "lasting": "30m"}}"#,
    ),
];

/// The scenarios of a service with a day: 1,000 units a minute on average, of which one in 200 fails.
///
/// # Errors
/// None: they are tested.
pub(crate) fn built_in() -> Result<Vec<Named>, rampgate::Error> {
    let named = |(title, text, fault): (&str, &str, &str)| {
        let scenario = Scenario::from_json(&format!(
            r#"{{
                "traffic": {{"units_per_minute": 1000, "daily": {{"swing": 0.6, "peak": "14h"}}}},
                "background": {{"rate": 0.005, "daily": {{"swing": 0.5, "peak": "20h"}}}},
                "faults": [{fault}], "horizon": "2d"
            }}"#
        ))?;
        Ok(Named { title: title.to_owned(), text: text.to_owned(), scenario })
    };
    BUILT_IN.into_iter().map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_are_built_in_are_sound() {
        let scenarios = built_in().unwrap();
        assert_eq!(scenarios.len(), 9);
        assert_eq!(scenarios.iter().filter(|named| named.scenario.is_harmful()).count(), 6);
    }
}
