use super::course::{Course, place};
use super::phrases::{HARM, clauses, phase, stage};
use super::quiet::Quiet;
use super::stays::Stays;
use super::words::{counted, lasting, quoted, who, why};
use super::{Sentence, Severity, Story, Subject, Topic};
use crate::error::Error;
use crate::quantity::Share;
use crate::rollout::{Action, Command, Decision, Event, EventKind, Phase, Plan, Reason, State, step};
use crate::slo::Clearance;
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

pub(super) fn tell(subject: &Subject, events: &[Event]) -> Result<Story, Error> {
    let mut teller = Teller::new(subject.plan());
    let mut state = State::new();
    for event in events {
        let (next, decisions) = step(subject.plan(), &state, event)?;
        teller.hear(&Turn { before: &state, after: &next, event, decision: decisions.first() });
        state = next;
    }
    let (summary, sentences) = teller.finish(&state);
    Ok(Story { release: subject.name().into(), summary, sentences })
}

/// One event with what it changed.
struct Turn<'a> {
    before: &'a State,
    after: &'a State,
    event: &'a Event,
    decision: Option<&'a Decision>,
}

struct Teller<'a> {
    plan: &'a Plan,
    sentences: Vec<Sentence>,
    quiet: Option<Quiet>,
    stays: Stays,
    course: Course,
    /// The budget's last answer that was told.
    budget: Option<Clearance>,
}

impl<'a> Teller<'a> {
    fn new(plan: &'a Plan) -> Self {
        Self {
            plan,
            sentences: Vec::new(),
            quiet: None,
            stays: Stays::default(),
            course: Course::default(),
            budget: None,
        }
    }

    fn hear(&mut self, turn: &Turn<'_>) {
        let told = self.sentences.len();
        self.hear_budget(turn);
        let mut late = false;
        if let Some(decision) = turn.decision {
            let rest = self.lead(turn, decision);
            late = matches!(decision.reasons.as_slice(), [Reason::Void { .. }]);
            self.act(turn, decision, &rest);
            if self.sentences.len() == told && !late {
                self.say_plainly(turn, decision, &rest);
            }
        }
        if self.sentences.len() == told {
            self.quiet = Some(Quiet::add(self.quiet.take(), turn.event, turn.after, late));
        }
        if turn.after.hold() != turn.before.hold() {
            self.course.held_since = turn.event.at;
        }
        self.stays.follow(turn.after);
    }

    fn say(&mut self, turn: &Turn<'_>, topic: Topic, severity: Severity, text: String) {
        self.sentences.extend(self.quiet.take().map(Quiet::told));
        self.sentences.push(Sentence { at: turn.event.at, seq: turn.event.seq, topic, severity, text });
    }

    /// Tells a decision that has no sentence of its own.
    fn say_plainly(&mut self, turn: &Turn<'_>, decision: &Decision, rest: &[&Reason]) {
        let exposure = change(turn.before, turn.after);
        let text = match decision.action {
            Action::Ignore => format!("This did nothing: {}.", clauses(rest)),
            action => format!("Decided: {action}. Exposure {exposure}: {}.", clauses(rest)),
        };
        self.say(turn, Topic::Command, Severity::Info, text);
    }

    /// Tells when the budget's answer becomes one of another kind, unless the decision says it anyway.
    fn hear_budget(&mut self, turn: &Turn<'_>) {
        let answer = turn.after.clearance();
        let kind = |answer: Option<Clearance>| {
            answer.filter(|answer| *answer != Clearance::Allow).map(|answer| core::mem::discriminant(&answer))
        };
        if !matches!(turn.event.kind, EventKind::Judged { .. })
            || answer.is_none()
            || kind(answer) == kind(self.budget)
        {
            return;
        }
        self.budget = answer;
        let reasons = turn.decision.map_or(&[] as &[Reason], |decision| &decision.reasons);
        if reasons.iter().any(|reason| matches!(reason, Reason::Budget { .. } | Reason::BudgetSpent)) {
            return;
        }
        let (severity, text) = match answer {
            Some(Clearance::Cap(cap)) => (
                Severity::Warning,
                format!("From then on the error budget paid for an exposure of at most {cap}."),
            ),
            Some(Clearance::Hold) => {
                (Severity::Warning, "From then on the error budget paid for no rise.".into())
            }
            Some(Clearance::RollBack) => (Severity::Critical, "The error budget was spent.".into()),
            Some(Clearance::Allow) | None => {
                (Severity::Info, "The error budget paid for the next rise again.".into())
            }
        };
        self.say(turn, Topic::Budget, severity, text);
    }

    /// Tells who did what, and gives the reasons that are left.
    fn lead<'d>(&mut self, turn: &Turn<'_>, decision: &'d Decision) -> Vec<&'d Reason> {
        let mut rest = Vec::new();
        for reason in &decision.reasons {
            let (topic, severity, text) = match reason {
                Reason::Started { by } => {
                    self.course.begun = turn.event.at;
                    (Topic::Start, Severity::Info, format!("{} started the release.", who(by)))
                }
                Reason::Retried { by } => {
                    (self.course.begun, self.course.ordered) = (turn.event.at, None);
                    let mut text = format!("{} began attempt {}", who(by), turn.after.attempt());
                    if turn.after.exposure() == Share::ZERO && turn.before.exposure() > Share::ZERO {
                        text += &format!(", and exposure {}", change(turn.before, turn.after));
                    }
                    (Topic::Start, Severity::Info, text + ".")
                }
                Reason::Revised { by, revision } => {
                    let mut text = format!("{} replaced the new version by {}", who(by), quoted(revision));
                    if turn.after.attempt() != turn.before.attempt() {
                        (self.course.begun, self.course.ordered) = (turn.event.at, None);
                        text += &format!(", and began attempt {}", turn.after.attempt());
                    }
                    if turn.after.exposure() == Share::ZERO && turn.before.exposure() > Share::ZERO {
                        text += &format!(": exposure {}", change(turn.before, turn.after));
                    }
                    (Topic::Start, Severity::Warning, text + ".")
                }
                Reason::Requested { by, stage: number } => {
                    let text =
                        format!("{} asked again for an approval of leaving {}.", who(by), stage(*number));
                    (Topic::Command, Severity::Info, text)
                }
                Reason::Paused { by } => {
                    self.course.paused_by = who(by);
                    let text =
                        format!("{} paused the release at {}.", self.course.paused_by, turn.after.exposure());
                    (Topic::Command, Severity::Warning, text)
                }
                Reason::Resumed { by } => {
                    let pause = lasting(turn.event.at.since(self.course.held_since));
                    (Topic::Command, Severity::Info, format!("{} ended the pause, after {pause}.", who(by)))
                }
                Reason::Aborted { by, why: words } => {
                    let what = if decision.action == Action::Cancel {
                        "cancelled the release before anyone had the new version"
                    } else {
                        "aborted the release"
                    };
                    let text = format!("{} {what}: {}", who(by), why(words));
                    self.course.aborted.clone_from(&text);
                    (Topic::Rollback, Severity::Warning, text + ".")
                }
                Reason::NotApplicable { command, phase: before } => {
                    let by = commander(&turn.event.kind);
                    let text = format!(
                        "{by} asked for `{command}`, which did nothing: the release {}.",
                        phase(*before)
                    );
                    (Topic::Command, Severity::Info, text)
                }
                Reason::OtherStage { stage: other, current_stage } => {
                    let (by, other, present) =
                        (commander(&turn.event.kind), stage(*other), stage(*current_stage));
                    let text = format!(
                        "{by} approved leaving {other}, which did nothing: the release was in {present}."
                    );
                    (Topic::Command, Severity::Info, text)
                }
                // the judge's own business: a line for each would hide the rest
                Reason::Void { .. } | Reason::Restarted => continue,
                other => {
                    rest.push(other);
                    continue;
                }
            };
            self.say(turn, topic, severity, text);
        }
        rest
    }

    fn act(&mut self, turn: &Turn<'_>, decision: &Decision, rest: &[&Reason]) {
        let because = clauses(rest);
        match decision.action {
            Action::Advance => {
                let text = format!(
                    "Exposure {} ({}): {because}.",
                    change(turn.before, turn.after),
                    place(self.plan, turn.after)
                );
                self.say(turn, Topic::Rise, Severity::Info, text + &self.left(turn));
            }
            Action::Schedule
            | Action::Retry
            | Action::Revise
            | Action::Request
            | Action::Resume
            | Action::Hold
                if turn.after.hold().is_some() =>
            {
                let text = format!("{}: {because}.", self.standing(turn.after));
                self.say(
                    turn,
                    Topic::Hold,
                    Severity::Warning,
                    text + &self.course.hold_before(turn.before, turn.event.at),
                );
            }
            Action::Continue => {
                let text =
                    format!("The hold in {} ended. Not yet enough: {because}.", place(self.plan, turn.after));
                self.say(
                    turn,
                    Topic::Hold,
                    Severity::Info,
                    text + &self.course.hold_before(turn.before, turn.event.at),
                );
            }
            Action::Approve | Action::Promote => {
                let rest = rest.split_first().map_or(rest, |(_, rest)| rest);
                let (by, place) = (commander(&turn.event.kind), place(self.plan, turn.after));
                let did = if decision.action == Action::Approve {
                    "approved leaving"
                } else {
                    "waived the rest of the waiting in"
                };
                let text = format!("{by} {did} {place}. Not yet enough: {}.", clauses(rest));
                self.say(turn, Topic::Command, Severity::Info, text);
            }
            Action::Bake => {
                let text = format!(
                    "The last stage was passed, and the bake of {} began at {}: {because}.",
                    lasting(self.plan.bake()),
                    turn.after.exposure()
                );
                self.say(turn, Topic::End, Severity::Info, text + &self.left(turn));
            }
            Action::Complete => {
                self.course.ended = turn.event.at;
                let text = format!("The release was complete at {}: {because}.", turn.after.exposure());
                self.say(turn, Topic::End, Severity::Info, text + &self.left(turn));
            }
            Action::Expire => {
                self.course.ended = turn.event.at;
                let text = format!(
                    "The attempt expired in {}, and exposure stays at {}: {because}.",
                    place(self.plan, turn.before),
                    turn.after.exposure()
                );
                self.say(turn, Topic::Rollback, Severity::Warning, text);
            }
            Action::RollBack => self.roll_back(turn, &because),
            Action::Observe => {
                let mut letters = because.chars();
                let first = letters.next().map(|first| first.to_ascii_uppercase());
                let text: String = first.into_iter().chain(letters).collect();
                let exposed = |reason: &&Reason| matches!(reason, Reason::NotInForce { declared, actual, .. } if actual.is_some_and(|actual| actual > *declared));
                let severity = if rest.iter().any(exposed) { Severity::Warning } else { Severity::Info };
                self.say(turn, Topic::Fleet, severity, text + ".");
            }
            Action::Ignore if turn.event.kind == EventKind::Command(Command::Confirm) && !rest.is_empty() => {
                let text = format!(
                    "The host confirmed too early that exposure 0% is in force, which did nothing: {because}."
                );
                self.say(turn, Topic::Confirmation, Severity::Warning, text);
            }
            Action::ConfirmRollback => {
                self.course.confirm(turn.event.at);
                let text = format!(
                    "The host confirmed that exposure 0% is in force{}.",
                    self.course.since_order(turn.event.at)
                );
                self.say(turn, Topic::Confirmation, Severity::Info, text);
            }
            Action::FailRollback => {
                let words = match rest {
                    [Reason::RollbackFailed { why: words }, ..] => why(words),
                    _ => because,
                };
                let text = format!(
                    "The host could not bring exposure 0% into force{}: {words}.",
                    self.course.since_order(turn.event.at)
                );
                self.say(turn, Topic::Confirmation, Severity::Critical, text);
            }
            // told by who did it, or plainly
            _ => {}
        }
    }

    fn roll_back(&mut self, turn: &Turn<'_>, because: &str) {
        let (from, at) = (turn.before.exposure(), turn.event.at);
        let actual = turn.before.actual();
        if matches!(turn.before.phase(), Phase::Draft | Phase::Scheduled) {
            self.course.order(at, actual.unwrap_or_default(), because);
            let text = "A rollback was ordered, since new replicas were there already.".into();
            return self.say(turn, Topic::Rollback, Severity::Critical, text);
        }
        if from == Share::ZERO {
            let text = "The rollback was ordered again.".into();
            return self.say(turn, Topic::Rollback, Severity::Critical, text);
        }
        let mut because = because.to_owned();
        if let (EventKind::Judged { finding, .. }, true) = (&turn.event.kind, because.starts_with(HARM)) {
            because.insert_str(
                because.find(')').map_or(0, |end| end.saturating_add(1)),
                &format!(", from {}", counted(finding.units, "unit")),
            );
        }
        self.course.order(at, from, &because);
        let mut text = format!("Rolled back from {from} to 0%");
        if let Some(actual) = actual.filter(|actual| *actual != from) {
            text += &format!(", when the actual exposure was {actual}");
        }
        if !because.is_empty() {
            text += &format!(": {because}");
        }
        let (what, since) = match (self.stays.open(), turn.before.phase()) {
            (Some((name, since)), _) => (format!("{name} began"), since),
            (None, Phase::Completed) => ("the release was complete".into(), self.course.ended),
            (None, _) => ("the attempt expired".into(), self.course.ended),
        };
        text += &format!(". That was {} after {what}", lasting(at.since(since)));
        if since != self.course.begun {
            text += &format!(" and {} after the start of the attempt", lasting(at.since(self.course.begun)));
        }
        self.say(turn, Topic::Rollback, Severity::Critical, text + ".");
    }

    fn standing(&self, state: &State) -> String {
        if state.stage().is_none() {
            "Waiting at 0%".into()
        } else {
            format!("Held at {} in {}", state.exposure(), place(self.plan, state))
        }
    }

    /// How long the stage and the hold lasted that end here.
    fn left(&self, turn: &Turn<'_>) -> String {
        let stay = self.stays.open().map_or_else(String::new, |(name, since)| {
            let name = if name.starts_with("the") { "The bake".into() } else { name.replacen('s', "S", 1) };
            format!(" {name} took {}.", lasting(turn.event.at.since(since)))
        });
        self.course.hold_before(turn.before, turn.event.at) + &stay
    }

    fn finish(mut self, state: &State) -> (String, Vec<Sentence>) {
        self.sentences.extend(self.quiet.take().map(Quiet::told));
        self.sentences.extend(self.stays.told(state));
        if let Some((severity, text)) = self.course.undone(state) {
            let (at, seq) = (state.at(), state.seq());
            self.sentences.push(Sentence { at, seq, topic: Topic::Undone, severity, text });
        }
        (self.course.summary(self.plan, state), self.sentences)
    }
}

/// What became of the exposure.
fn change(before: &State, after: &State) -> String {
    let (from, to) = (before.exposure(), after.exposure());
    match to.cmp(&from) {
        Ordering::Greater => format!("rose from {from} to {to}"),
        Ordering::Equal => format!("stayed at {to}"),
        Ordering::Less => format!("went back from {from} to {to}"),
    }
}

/// Who gave the command of an event, as its JSON says: whatever the command.
fn commander(kind: &EventKind) -> String {
    let json = serde_json::to_value(kind).unwrap_or_default();
    let command = json.as_object().and_then(|fields| fields.values().next());
    let by = command.and_then(|command| command.get("by")).and_then(serde_json::Value::as_str);
    by.map_or_else(|| "the host".into(), who)
}
