//! Questions about budgets, from JSON to JSON: the form that every other language calls, and that the vectors replay.

mod account;
mod alerts;
mod read;

use super::{
    Answer, CohortReport, Composite, CompositeReport, Gate, IdleSlices, Joint, Member, OpenSlo, Request,
    Reservations, Scrape, Scraped, Scraper, Slicing,
};
use crate::document::{Field, Fields, Node};
use crate::error::{Error, Escaped, Kind, Problems};
use crate::quantity::{Objective, Share};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
pub(super) use read::instant;
use read::{intervals, reading, within};
use serde::Serialize;

/// Answers a question about budgets. The question is an object of one field that names it:
///
/// | question | of | the answer is a |
/// |---|---|---|
/// | `slices` | `target`, `width`, `slice_target`, `idle`, `window`, `now`, `intervals` | [`SliceReport`](super::SliceReport) |
/// | `account` | `period`, `now`, `objectives`, `intervals`; `exclusions`, `adjustments`, `at_risk` | [`Account`](super::Account) |
/// | `period` | `now`, and `of`: `rolling`, or `calendar` with `offsets`, or `from` and `to` | [`Period`](super::Period) |
/// | `cohorts` | `target`, `period`, the readings `canary` and `control` | [`CohortReport`] |
/// | `composite` | `target`, `composite`, `members`, or `names` and `joint` | [`CompositeReport`] |
/// | `scrapes` | a list of scrapes of one source | list of [`Scraped`] |
/// | `reservations` | `limit`, and a list of `requests` to a new authority | list of [`Answer`], and the [`Reservations`] after them |
/// | `gate` | a [`Gate`]'s fields as `gate`, `reading`, `current`, `asked`; `beside`: reservations as above, and the own `reservation` | [`GateReport`](super::GateReport), or [`ReservedReport`](super::ReservedReport) |
/// | `policy` | a burn-rate policy, as [`Policy::from_json`](super::burn_rate::Policy::from_json) reads it | the [`Policy`](super::burn_rate::Policy) with its rows |
/// | `burn_rate` | `policy`; `steps` of `runs` and `asked`, or `readings` and `now`; `state` | list of `decisions`, and the `state` after them |
/// | `closed_forms` | `policy`, `failing`; `remaining`, and `spend` with `delay` or `exposure` | what the policy does under a steady failure |
/// | `replay` | `policies`, `samples`; `incidents`, `every`, `grace`, `at_least` | an [`Outcome`](super::replay::Outcome) of each policy |
/// | `openslo` | a document, or a list of them | [`OpenSlo`] |
///
/// Intervals are lists `[from, to, good, bad]`, samples `[at, good, bad]`, incidents `[from, to]`, runs `[at, good, bad]` or `[first, every, count, good, bad]`; instants Unix milliseconds or texts. `core/spec/budgets.md` has each field.
///
/// ```
/// use rampgate::slo;
///
/// let answer = slo::answer(
///     r#"{"composite": {"target": "98%", "composite": "serial", "members": [
///         {"name": "api", "good": 990, "bad": 10}, {"name": "store", "good": 980, "bad": 20}]}}"#,
/// )?;
/// assert!(answer.starts_with(r#"{"state":"undecided""#), "{answer}");
/// # Ok::<(), rampgate::Error>(())
/// ```
///
/// # Errors
/// Text that is not JSON, and all that is wrong with it, each with its path.
pub fn answer(question: &str) -> Result<String, Error> {
    let node = Node::parse("question", question)?;
    let problems = Problems::default();
    let root = Field::root(&node, &problems);
    let answer = root.case().and_then(|(word, rest)| {
        let Some(rest) = rest else { return root.refuse_case() };
        match word {
            "slices" => shown(&slices(&rest)?),
            "account" => shown(&account::account(&rest)?),
            "period" => shown(&account::period(&rest)?),
            "cohorts" => shown(&cohorts(&rest)?),
            "gate" => gate(&rest),
            "composite" => shown(&composite(&rest)?),
            "scrapes" => shown(&scrapes(&rest)?),
            "reservations" => shown(&reservations(&rest)?),
            "policy" => shown(&alerts::policy(&rest)?),
            "burn_rate" => shown(&alerts::burn_rate(&rest)?),
            "closed_forms" => shown(&alerts::forms(&rest)?),
            "replay" => shown(&alerts::replayed(&rest)?),
            "openslo" => shown(&OpenSlo::read(&rest)?),
            _ => root.refuse_case(),
        }
    });
    problems.finish(answer)
}

fn shown(answer: &impl Serialize) -> Option<String> {
    serde_json::to_string(answer).ok()
}

fn target(fields: &mut Fields<'_>) -> Option<Objective> {
    fields.required("target").and_then(|field| field.parse())
}

fn slices(field: &Field<'_>) -> Option<super::SliceReport> {
    let mut fields = field.object()?;
    let target = target(&mut fields);
    let width = fields.required("width").and_then(|field| field.parse());
    let slice_target = fields.required("slice_target").and_then(|field| field.parse());
    let idle = fields.required("idle").and_then(|field| {
        field.choice(&[("skip", IdleSlices::Skip), ("good", IdleSlices::Good), ("bad", IdleSlices::Bad)])
    });
    let window = fields.required("window").and_then(|field| field.parse());
    let now = fields.required("now").and_then(|field| instant(&field));
    let intervals = fields.required("intervals").and_then(|field| intervals(&field));
    fields.finish();
    let slicing = within(field, Slicing::new(width?, slice_target?, idle?))?;
    within(field, slicing.report(target?, &intervals?, window?, now?))
}

fn cohorts(field: &Field<'_>) -> Option<CohortReport> {
    let mut fields = field.object()?;
    let target = target(&mut fields);
    let period = fields.required("period").and_then(|field| field.parse());
    let canary = fields.required("canary").and_then(|field| reading(&field));
    let control = fields.required("control").and_then(|field| reading(&field));
    fields.finish();
    within(field, CohortReport::of(target?, period?, canary?, control?))
}

fn composite(field: &Field<'_>) -> Option<CompositeReport> {
    let mut fields = field.object()?;
    let target = target(&mut fields);
    let composite = fields.required("composite").and_then(|field| {
        let (word, rest) = field.case()?;
        match (word, rest) {
            ("serial", None) => Some(Composite::Serial),
            ("parallel", None) => Some(Composite::Parallel),
            ("k_of_n", Some(k)) => k.u32().map(Composite::KOfN),
            _ => field.refuse_case(),
        }
    });
    let joint = fields.optional("joint");
    let Some(joint) = joint else {
        let members = fields.required("members").and_then(|field| field.list());
        let members = members.map(|items| items.iter().map(member).collect::<Vec<_>>());
        fields.finish();
        let members: Vec<Member> = members?.into_iter().collect::<Option<_>>()?;
        return within(field, CompositeReport::of(composite?, target?, &members));
    };
    let names = fields.required("names").and_then(|field| texts(&field));
    let joint = joint.list().map(|items| items.iter().map(times).collect::<Vec<_>>());
    fields.finish();
    let joint: Vec<Joint> = joint?.into_iter().collect::<Option<_>>()?;
    within(field, CompositeReport::of_joint(composite?, target?, &names?, &joint))
}

fn member(field: &Field<'_>) -> Option<Member> {
    let mut fields = field.object()?;
    let name = fields.required("name").and_then(|field| field.name());
    let good = fields.required("good").and_then(|field| field.integer(0..=u64::MAX));
    let bad = fields.required("bad").and_then(|field| field.integer(0..=u64::MAX));
    let weight = fields.optional("weight").map_or(Some(1), |field| field.u32());
    fields.finish();
    let member = within(field, Member::new(name?, good?, bad?))?;
    within(field, member.weighing(weight?))
}

fn times(field: &Field<'_>) -> Option<Joint> {
    let mut fields = field.object()?;
    let good = fields.required("good").and_then(|field| texts(&field));
    let count = fields.required("count").and_then(|field| field.integer(0..=u64::MAX));
    fields.finish();
    within(field, Joint::new(&good?, count?))
}

fn texts<'a>(field: &Field<'a>) -> Option<Vec<&'a str>> {
    field.list()?.iter().map(|item| item.name()).collect()
}

fn scrapes(field: &Field<'_>) -> Option<Vec<Scraped>> {
    let mut scraper = Scraper::default();
    let mut scraped = Vec::new();
    for item in field.list()? {
        let mut fields = item.object()?;
        let at = fields.required("at").and_then(|field| instant(&field));
        let good = fields.required("good").and_then(|field| field.integer(0..=u64::MAX));
        let bad = fields.required("bad").and_then(|field| field.integer(0..=u64::MAX));
        let started = fields.optional("started").map(|field| instant(&field));
        fields.finish();
        let scrape = Scrape::new(at?, good?, bad?);
        let scrape = match started {
            Some(started) => scrape.started(started?),
            None => scrape,
        };
        scraped.push(within(&item, scraper.read(scrape))?);
    }
    Some(scraped)
}

#[derive(Serialize)]
struct Reserved {
    answers: Vec<Answer>,
    reservations: Reservations,
    spent: u64,
    held: u64,
    free: u64,
    overspent: u64,
}

fn reservations(field: &Field<'_>) -> Option<Reserved> {
    let mut fields = field.object()?;
    let limit = fields.required("limit").and_then(|field| field.integer(0..=u64::MAX));
    let requests = fields.required("requests").and_then(|field| field.list());
    fields.finish();
    let mut book = Reservations::new(limit?);
    let mut answers = Vec::new();
    for item in requests? {
        answers.push(within(&item, book.apply(&Request::read(&item)?))?);
    }
    let (spent, held, free, overspent) = (book.spent(), book.held(), book.free(), book.overspent());
    Some(Reserved { answers, reservations: book, spent, held, free, overspent })
}

fn gate(field: &Field<'_>) -> Option<String> {
    let mut fields = field.object()?;
    let gate = fields.required("gate").and_then(|field| {
        let mut fields = field.object()?;
        let gate = Gate::from_fields(&mut fields);
        fields.finish();
        gate
    });
    let reading = fields.required("reading").and_then(|field| reading(&field));
    let current = fields.required("current").and_then(|field| field.parse());
    let asked = fields.required("asked").and_then(|field| field.parse());
    let beside = fields.optional("beside").map(|field| {
        let mut fields = field.object()?;
        let own = fields.required("reservation").and_then(|field| field.name());
        let book = fields.required("reservations").and_then(|field| reservations(&field));
        fields.finish();
        Some((own?, book?.reservations))
    });
    fields.finish();
    let (gate, reading, current, asked) = (gate?, reading?, current?, asked?);
    match beside {
        None => shown(&gate.ask(&reading, current, asked)),
        Some(beside) => {
            let (own, book) = beside?;
            shown(&gate.ask_beside(&reading, current, asked, &book, own))
        }
    }
}

/// The share at which a budget is at risk.
fn at_risk(fields: &mut Fields<'_>) -> Option<Share> {
    fields.optional("at_risk").map_or(Some(super::Budget::AT_RISK), |field| field.parse())
}

/// A key of the user's own as it is written in a path.
fn keyed(path: &str, key: &str) -> String {
    format!("{path}[\"{}\"]", Escaped(key))
}

/// Notes that a list of which one is needed has none.
fn some<'a>(field: &Field<'a>, items: Vec<Field<'a>>) -> Option<Vec<Field<'a>>> {
    if items.is_empty() {
        field.refuse(Kind::Missing, "must have an item");
        return None;
    }
    Some(items)
}
