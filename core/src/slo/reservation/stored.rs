use super::{Answer, Entry, Refusal, Request, Reservations, Standing, Wish};
use crate::document::{Field, Node};
use crate::error::{Error, Kind, Problems};
use alloc::collections::BTreeMap;
use alloc::string::String;

impl Reservations {
    /// Reads an authority's state from its JSON form, which is what Serde writes of it and what [`answer`](crate::slo::answer) to `reservations` shows.
    ///
    /// ```
    /// use rampgate::slo::Reservations;
    ///
    /// let text = r#"{"limit": 50000, "term": 0, "version": 1, "reservations": {"checkout-7": {
    ///     "release": "checkout", "sequence": 2, "wish": {"reserve": 34723},
    ///     "answer": {"granted": {"held": 34723, "free": 50000}}, "standing": {"held": 34723}}}}"#;
    /// assert_eq!(Reservations::from_json(text)?.held(), 34_723);
    /// let error = Reservations::from_json(&text.replace(r#"{"held": 34723}}"#, r#"{"held": 1}}"#)).unwrap_err();
    /// assert_eq!(error.path(), "reservations.reservations.checkout-7");
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// All that is wrong with it: anything that no authority can have written.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let node = Node::parse("reservations", text)?;
        let problems = Problems::default();
        let book = Self::read(&Field::named("reservations", &node, &problems));
        problems.finish(book)
    }

    fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let [limit, term, version] = ["limit", "term", "version"]
            .map(|name| fields.required(name).and_then(|field| field.integer(0..=u64::MAX)));
        let entries = fields.required("reservations").and_then(|field| {
            let mut entries = BTreeMap::new();
            let mut sound = true;
            for (id, field) in field.entries()? {
                sound &=
                    crate::document::check_name("", id).map_err(|error| field.refuse_with(&error)).is_ok();
                match Entry::read(&field) {
                    Some(entry) => drop(entries.insert(String::from(id), entry)),
                    None => sound = false,
                }
            }
            sound.then_some(entries)
        });
        fields.finish();
        Some(Self { limit: limit?, term: term?, version: version?, entries: entries? })
    }
}

impl Request {
    /// Reads a message from its JSON form: its `reservation`, `sequence`, `release` and `wish`.
    ///
    /// ```
    /// use rampgate::slo::{Request, Wish};
    ///
    /// let text = r#"{"reservation": "checkout-7", "sequence": 2, "release": "checkout", "wish": {"reserve": 34723}}"#;
    /// assert_eq!(Request::from_json(text)?, Request::new("checkout-7", 2, "checkout", Wish::Reserve(34_723))?);
    /// assert_eq!(Request::from_json(&text.replace("2,", "-2,")).unwrap_err().path(), "message.sequence");
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let node = Node::parse("message", text)?;
        let problems = Problems::default();
        let request = Self::read(&Field::named("message", &node, &problems));
        problems.finish(request)
    }
}

impl Entry {
    fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let release = fields.required("release").and_then(|field| field.name().map(String::from));
        let sequence = fields.required("sequence").and_then(|field| field.integer(0..=u64::MAX));
        let wish = fields.required("wish").and_then(|field| Wish::read(&field));
        let answer = fields.required("answer").and_then(|field| answer(&field));
        let standing = fields.required("standing").and_then(|field| standing(&field));
        fields.finish();
        let entry = Self {
            release: release?,
            sequence: sequence?,
            wish: wish?,
            answer: answer?,
            standing: standing?,
        };
        if !entry.agrees() {
            field.refuse(Kind::Corrupt, Self::AGREES);
            return None;
        }
        Some(entry)
    }
}

/// Amounts of an object by their names, and nothing else in it but a refusal.
fn amounts<const N: usize>(
    field: &Field<'_>,
    names: [&'static str; N],
    refusal: Option<&mut Option<Refusal>>,
) -> Option<[u64; N]> {
    let mut fields = field.object()?;
    if let Some(refusal) = refusal {
        let words = [("not_free", Refusal::NotFree), ("closed", Refusal::Closed)];
        *refusal = fields.required("refusal").and_then(|field| field.choice(&words));
    }
    let found = names.map(|name| fields.required(name).and_then(|field| field.integer(0..=u64::MAX)));
    fields.finish();
    found.iter().all(Option::is_some).then(|| found.map(Option::unwrap_or_default))
}

fn answer(field: &Field<'_>) -> Option<Answer> {
    let (word, rest) = field.case()?;
    match (word, &rest) {
        ("granted", Some(rest)) => {
            amounts(rest, ["held", "free"], None).map(|[held, free]| Answer::Granted { held, free })
        }
        ("refused", Some(rest)) => {
            let mut refusal = None;
            let [held, free] = amounts(rest, ["held", "free"], Some(&mut refusal))?;
            Some(Answer::Refused { refusal: refusal?, held, free })
        }
        ("released", None) => Some(Answer::Released),
        ("settled", Some(rest)) => amounts(rest, ["spent"], None).map(|[spent]| Answer::Settled { spent }),
        _ => field.refuse_case(),
    }
}

fn standing(field: &Field<'_>) -> Option<Standing> {
    let (word, rest) = field.case()?;
    match (word, &rest) {
        ("refused", None) => Some(Standing::Refused),
        ("held", Some(rest)) => rest.integer(0..=u64::MAX).map(Standing::Held),
        ("released", None) => Some(Standing::Released),
        ("settled", Some(rest)) => rest.integer(0..=u64::MAX).map(Standing::Settled),
        _ => field.refuse_case(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_state_is_read_as_it_is_written(
            messages in proptest::collection::vec((0..3_u8, 1..4_u64, 0..3_u8, 0..400_000_u64), 0..20),
            limit in 0..900_000_u64,
        ) {
            let mut book = Reservations::new(limit);
            for (id, sequence, kind, amount) in messages {
                let id = alloc::format!("r\"{id}");
                let wish = [Wish::Reserve(amount), Wish::Release, Wish::Settle(amount)][usize::from(kind)];
                let request = Request::new(&id, sequence, "n", wish).unwrap();
                let text = serde_json::to_string(&request).unwrap();
                prop_assert_eq!(&Request::from_json(&text).unwrap(), &request);
                let _ = book.apply(&request);
                let text = serde_json::to_string(&book).unwrap();
                prop_assert_eq!(&Reservations::from_json(&text).unwrap(), &book);
            }
        }
    }

    #[test]
    fn what_no_authority_wrote_is_refused_with_its_path() {
        let mut book = Reservations::new(500_000);
        let _ = book.apply(&Request::new("a", 1, "n", Wish::Reserve(7)).unwrap()).unwrap();
        let _ = book.apply(&Request::new("b", 1, "n", Wish::Reserve(600_000)).unwrap()).unwrap();
        let sound = serde_json::to_string(&book).unwrap();
        for (from, to, path) in [
            (r#""limit":500000"#, r#""limit":-1"#, "limit"),
            (r#""term":0"#, r#""term":"0""#, "term"),
            (r#""version":2"#, r#""revision":2"#, "version"),
            (r#""reservations":{"a""#, r#""reservations":{"""#, r#"reservations[""]"#),
            (r#"{"held":7}"#, r#"{"held":8}"#, "reservations.a"),
            (r#"{"held":7}"#, r#"{"hold":7}"#, "reservations.a.standing"),
            (r#"{"held":7}"#, "7", "reservations.a.standing"),
            (r#""not_free""#, r#""free""#, "reservations.b.answer.refused.refusal"),
            (r#"{"reserve":7}"#, r#""reserve""#, "reservations.a.wish"),
            (r#""sequence":1"#, r#""sequence":1.5"#, "reservations.a.sequence"),
            (r#""release":"n""#, r#""release":"""#, "reservations.a.release"),
        ] {
            assert!(sound.contains(from), "{from}");
            let error = Reservations::from_json(&sound.replacen(from, to, 1)).unwrap_err();
            assert_eq!(error.path(), alloc::format!("reservations.{path}"), "{to}: {error}");
        }
        assert_eq!(Reservations::from_json("[").unwrap_err().path(), "reservations");
    }
}
