//! The laws of the log, on random releases: no edit of it passes unseen, and it gives back the live state.
//!
//! **The law of edits.** A text that [`verify`] accepts and that came from a log by edits of bytes and lines is that log, or a beginning of it that ends with a
//! line. Against the log's head it is that log.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in its helpers"
)]

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rampgate::canary::{Finding, Lack, Verdict};
use rampgate::log::{Head, Log, Story, Subject, Topic, verify, verify_against};
use rampgate::rollout::{Action, Decision, Event, EventKind, Reason, State, step};
use rampgate::slo::Clearance;
use rampgate::{Share, Span, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const PLAN: &str = r#"{
    "stages": [
        {"exposure": "5%", "min_dwell": "4m", "min_units": 20, "deadline": "1h", "on_deadline": "expire"},
        {"exposure": "50%", "min_dwell": "4m", "approval": true, "on_no_data": "rollback"}
    ],
    "bake": "2m", "stale_after": "5m",
    "calendar": {"deny": [{"from": "2026-11-24T12:01:00Z", "until": "2026-11-24T12:04:00Z", "why": "lunch"}]}
}"#;

fn subject() -> Subject {
    Subject::of_plan("checkout v2", PLAN).unwrap()
}

/// One move: which event, minutes since the last, a number for its content.
type Move = (u8, u64, u64);

fn moves(most: usize) -> impl Strategy<Value = Vec<Move>> {
    prop::collection::vec((0..24_u8, 0..4_u64, 0..6_u64), 0..most)
}

fn kind(state: &State, (which, _, number): Move) -> EventKind {
    let by =
        || ["ann", "", "bob\n\"x\"", "Zoë\u{202e}", "eve", "m"][usize::try_from(number).unwrap()].to_owned();
    let stage = u32::try_from(number % 2).unwrap();
    let command = |command: Value| serde_json::from_value(command).unwrap();
    match which {
        0 => EventKind::Tick,
        1 => command(json!({"pause": {"by": by()}})),
        2 => command(json!({"resume": {"by": by()}})),
        3 => command(json!({"abort": {"by": by(), "why": by()}})),
        4 => command(json!({"promote": {"by": by()}})),
        5 => command(json!({"retry": {"by": by()}})),
        6 => command(json!("confirm")),
        7 => command(json!({"rollback_failed": {"why": by()}})),
        8 => command(json!({"approve": {"by": by(), "stage": stage}})),
        9 | 10 => command(json!({"start": {"by": by()}})),
        _ => {
            let verdicts = [
                Verdict::Safe,
                Verdict::Safe,
                Verdict::Inconclusive,
                Verdict::Insufficient(Lack::SourceError),
                Verdict::Invalid,
                Verdict::Harm,
            ];
            let verdict = verdicts[usize::try_from(if which < 13 { number } else { number.min(2) }).unwrap()];
            let about = state.judging().unwrap_or((1, 0));
            let units = state.watch().map_or(0, |watch| watch.units()) + 10 * number + 7;
            let (ln_harm, ln_safety) = (f64::from(which) * 0.3 - 3.1, 3.3 - f64::from(which) / 7.0);
            let finding =
                Finding { verdict, units, ln_harm, ln_harm_needed: 3.0, ln_safety, ln_safety_needed: 3.0 };
            let clearance = match (which, number) {
                (11, 0) => Clearance::RollBack,
                (11, 1) => Clearance::Hold,
                (11 | 12, 2) => Clearance::Cap(Share::from_parts_per_million(123_400).unwrap()),
                _ => Clearance::Allow,
            };
            EventKind::Judged {
                attempt: about.0,
                stage: if which == 14 { stage } else { about.1 },
                finding,
                clearance,
            }
        }
    }
}

/// A log, the state that the live release ended in, and its decisions.
struct Played {
    text: String,
    head: Head,
    events: Vec<Event>,
    live: State,
    decisions: Vec<Decision>,
}

fn play(moves: &[Move], close: bool) -> Played {
    let subject = subject();
    let (mut log, mut text) = Log::begin(subject.clone());
    let (mut live, mut events, mut decisions) = (State::new(), Vec::new(), Vec::new());
    let mut at = Timestamp::from_millis(1_795_521_600_000).unwrap();
    let start = (9, 0, 0);
    let end: &[Move] = if close { &[(3, 0, 0), (6, 0, 0)] } else { &[] };
    for (place, one) in [start].iter().chain(moves).chain(end).enumerate() {
        at = at.saturating_add(Span::from_millis(one.1 * 60_000).unwrap());
        let event = Event { seq: u64::try_from(place).unwrap() + 1, at, kind: kind(&live, *one) };
        text += &log.append(&event).unwrap();
        let (next, decided) = step(subject.plan(), &live, &event).unwrap();
        live = next;
        decisions.extend(decided);
        events.push(event);
    }
    if close {
        text += &log.close(at).unwrap();
    }
    Played { text, head: log.head(), events, live, decisions }
}

// ---- edits

/// What somebody does to a log.
#[derive(Clone, Debug)]
enum Edit {
    Byte(usize, u8),
    /// The other case of a letter.
    Case(usize),
    Insert(usize, u8),
    Delete(usize),
    Cut(usize),
    Remove(usize),
    Repeat(usize, usize),
    Swap(usize, usize),
    /// The line of the same number of another log of the same subject.
    Splice(usize),
    /// One more event after the closing line, chained to it.
    Extend,
}

fn edits() -> impl Strategy<Value = Edit> {
    let place = || any::<prop::sample::Index>().prop_map(|index| index.index(1 << 20));
    prop_oneof![
        4 => (place(), any::<u8>()).prop_map(|(at, byte)| Edit::Byte(at, byte)),
        2 => (place(), prop::sample::select(b"0123456789abcdefABCDEF\n {}:,\"".as_slice())).prop_map(|(at, byte)| Edit::Byte(at, byte)),
        1 => place().prop_map(Edit::Case),
        1 => (place(), any::<u8>()).prop_map(|(at, byte)| Edit::Insert(at, byte)),
        1 => place().prop_map(Edit::Delete),
        1 => place().prop_map(Edit::Cut),
        1 => place().prop_map(Edit::Remove),
        1 => (place(), place()).prop_map(|(from, to)| Edit::Repeat(from, to)),
        1 => (place(), place()).prop_map(|(a, b)| Edit::Swap(a, b)),
        1 => place().prop_map(Edit::Splice),
        1 => Just(Edit::Extend),
    ]
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

fn apply(bytes: &[u8], edit: &Edit, other: &str) -> Vec<u8> {
    if bytes.is_empty() {
        return Vec::new();
    }
    let mut lines = lines(bytes);
    let (count, mut all) = (lines.len(), bytes.to_vec());
    let length = all.len();
    match *edit {
        Edit::Byte(at, byte) => all[at % length] = byte,
        Edit::Case(at) => all[at % length] ^= if all[at % length].is_ascii_alphabetic() { 0x20 } else { 0 },
        Edit::Insert(at, byte) => all.insert(at % (length + 1), byte),
        Edit::Delete(at) => drop(all.remove(at % length)),
        Edit::Cut(at) => all.truncate(at % length),
        Edit::Remove(at) => {
            lines.remove(at % count);
            all = lines.concat();
        }
        Edit::Repeat(from, to) => {
            lines.insert(to % (count + 1), lines[from % count].clone());
            all = lines.concat();
        }
        Edit::Swap(a, b) => {
            lines.swap(a % count, b % count);
            all = lines.concat();
        }
        Edit::Splice(at) => {
            let at = at % count;
            let theirs = crate::lines(other.as_bytes());
            // after a common beginning it would be a log that came another way, which only a head can tell
            if at < theirs.len() && lines[..at] != theirs[..at] {
                lines[at].clone_from(&theirs[at]);
            }
            all = lines.concat();
        }
        Edit::Extend => {
            let last = String::from_utf8_lossy(&lines[count - 1]).into_owned();
            if !last.starts_with(r#"{"closed""#) {
                return all;
            }
            let hash =
                last.get(last.len().saturating_sub(67)..last.len().saturating_sub(3)).unwrap_or_default();
            let content = format!(r#"{{"event":{{"seq":{count},"at":1800000000000,"kind":"tick"}}"#);
            all.extend(line(&from_hex(hash), &content).0.as_bytes());
        }
    }
    all
}

// ---- a verifier of its own, with and without flaws

#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    None,
    /// The hash is not looked at.
    NoHash,
    /// Each line is hashed alone.
    NoChain,
    /// Only the first 16 digits are compared.
    ShortHash,
    /// Digits in upper case are as good.
    AnyCase,
    /// The header's own hash is not looked at.
    TrustedHeader,
    /// A last line without its line feed is as good.
    NoLineFeed,
    /// What comes after the closing line is not looked at.
    OpenEnd,
    /// Of a head, only the number is compared.
    HeadByNumber,
    /// A head beyond the end is not missed.
    HeadBeyondEnd,
}

fn from_hex(text: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    for (place, byte) in hash.iter_mut().enumerate() {
        *byte = text
            .get(2 * place..2 * place + 2)
            .and_then(|pair| u8::from_str_radix(pair, 16).ok())
            .unwrap_or(0);
    }
    hash
}

fn hex(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn line(previous: &[u8; 32], content: &str) -> (String, [u8; 32]) {
    let hash: [u8; 32] = Sha256::new().chain_update(previous).chain_update(content).finalize().into();
    (format!("{content},\"hash\":\"{}\"}}\n", hex(&hash)), hash)
}

/// Whether the chain holds; of a text that was a log before its edits, nothing else can be wrong.
fn accepts(text: &str, head: Option<&Head>, flaw: Flaw) -> bool {
    let mut previous = [0; 32];
    let mut hashes = Vec::new();
    for (place, raw) in text.split_inclusive('\n').enumerate() {
        let whole = match raw.strip_suffix('\n') {
            Some(whole) => whole,
            None if flaw == Flaw::NoLineFeed => raw,
            None => return false,
        };
        let Some((content, tail)) = whole.len().checked_sub(75).and_then(|end| whole.split_at_checked(end))
        else {
            return false;
        };
        let Some(digits) = tail.strip_prefix(",\"hash\":\"").and_then(|tail| tail.strip_suffix("\"}")) else {
            return false;
        };
        let lower = digits.to_lowercase();
        let digits = if flaw == Flaw::AnyCase { lower.as_str() } else { digits };
        let before = if flaw == Flaw::NoChain { [0; 32] } else { previous };
        let expected = line(&previous, content).1;
        let fits = match flaw {
            Flaw::NoHash => true,
            Flaw::ShortHash => digits.get(..16) == hex(&expected).get(..16),
            Flaw::TrustedHeader if place == 0 => true,
            // what was written as a chain is judged as if each line had been hashed alone
            Flaw::NoChain => before == [0; 32] && known(content, digits),
            _ => digits == hex(&expected),
        };
        let kind_fits = if place == 0 {
            content.starts_with(r#"{"header":{"version":"rampgate-log-1","#)
        } else {
            let number = format!(r#":{{"seq":{place},"#);
            content.starts_with(&format!(r#"{{"event"{number}"#))
                || content.starts_with(&format!(r#"{{"closed"{number}"#))
        };
        if !fits || !kind_fits {
            return false;
        }
        previous = if flaw == Flaw::NoHash || flaw == Flaw::TrustedHeader && place == 0 {
            from_hex(digits)
        } else {
            expected
        };
        hashes.push(digits.to_owned());
        if content.starts_with(r#"{"closed""#) && flaw == Flaw::OpenEnd {
            break;
        }
        if content.starts_with(r#"{"closed""#) && !text.ends_with(raw) {
            return false;
        }
    }
    let Some(head) = head else { return !hashes.is_empty() };
    match hashes.get(usize::try_from(head.seq()).unwrap()) {
        Some(hash) => flaw == Flaw::HeadByNumber || *hash == hex(head.hash()),
        None => flaw == Flaw::HeadBeyondEnd && !hashes.is_empty(),
    }
}

/// Whether a line with this content and hash is in one of the two logs that edits take lines from.
fn known(content: &str, digits: &str) -> bool {
    KNOWN.with_borrow(|known| {
        known.iter().any(|text| text.contains(&format!("{content},\"hash\":\"{digits}\"}}\n")))
    })
}

thread_local! {
    static KNOWN: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// What breaks the law of edits, if anything does.
fn breach(
    log: &Played,
    edited: &[u8],
    accepts: &dyn Fn(&str, Option<&Head>) -> bool,
) -> Option<&'static str> {
    let Ok(text) = core::str::from_utf8(edited) else { return None }; // refused before it is a text
    let beginning = log.text.starts_with(text) && text.ends_with('\n');
    if accepts(text, None) != beginning {
        return Some(if beginning {
            "a beginning of the log is refused"
        } else {
            "an edited log is accepted"
        });
    }
    if accepts(text, Some(&log.head)) != (text == log.text) {
        return Some("against the head, another log is accepted, or the log itself is refused");
    }
    None
}

fn library(text: &str, head: Option<&Head>) -> bool {
    match head {
        None => verify(text),
        Some(head) => verify_against(text, head),
    }
    .is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_edit_passes_unseen(ours in moves(12), theirs in moves(12), close: bool, edits in prop::collection::vec(edits(), 1..4)) {
        let (log, other) = (play(&ours, close), play(&theirs, close));
        for edits in [&edits[..1], &edits] {
            let edited = edits.iter().fold(log.text.clone().into_bytes(), |bytes, edit| apply(&bytes, edit, &other.text));
            prop_assert_eq!(breach(&log, &edited, &library), None, "{:?}", edits);
            if let Ok(text) = core::str::from_utf8(&edited) {
                for head in [None, Some(&log.head)] {
                    prop_assert_eq!(library(text, head), accepts(text, head, Flaw::None), "{:?}", edits);
                }
                if let Ok(verified) = verify(text) {
                    let ours = &log.events[..verified.events().len().min(log.events.len())];
                    prop_assert_eq!(&verified.events()[..ours.len()], ours);
                }
            }
        }
    }

    #[test]
    fn what_is_written_anew_shows_against_every_head_from_there_on(ours in moves(12), from in any::<prop::sample::Index>()) {
        let log = play(&ours, false);
        let from = 1 + from.index(log.events.len());
        let heads: Vec<Head> = heads(&log.text);
        let forged = forged(&log.text, from);
        for (place, head) in heads.iter().enumerate() {
            prop_assert_eq!(accepts(&forged, Some(head), Flaw::None), place < from);
            prop_assert!(verify_against(&log.text, head).is_ok());
            if place >= from {
                prop_assert!(verify_against(&forged, head).is_err());
            }
        }
    }

    #[test]
    fn a_log_gives_back_the_live_state_and_every_decision(ours in moves(60), close: bool) {
        let log = play(&ours, close);
        let verified = verify_against(&log.text, &log.head).unwrap();
        prop_assert_eq!(verified.events(), &log.events);
        let (state, decisions) = verified.replay(&subject()).unwrap();
        prop_assert_eq!(serde_json::to_vec(&state).unwrap(), serde_json::to_vec(&log.live).unwrap());
        prop_assert_eq!(postcard::to_allocvec(&state).unwrap(), postcard::to_allocvec(&log.live).unwrap());
        prop_assert_eq!(decisions, log.decisions);
    }

    #[test]
    fn a_story_leaves_no_decision_out_and_stays_on_its_lines(ours in moves(60)) {
        let log = play(&ours, false);
        let story = verify(&log.text).unwrap().explain(&subject()).unwrap();
        prop_assert_eq!(told_wrong(&log, &story), None);
        let text = story.to_string();
        prop_assert_eq!(text.lines().count(), story.sentences.len() + 2);
        let safe = text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}');
        prop_assert!(safe, "{}", text);
    }
}

/// The log with another time in a line, and with every hash from there on made to fit.
fn forged(text: &str, from: usize) -> String {
    let mut previous = [0; 32];
    let mut forged = String::new();
    for (place, raw) in text.split_inclusive('\n').enumerate() {
        let content = &raw[..raw.len() - 76];
        let content =
            if place == from { content.replace(r#""at":17"#, r#""at":16"#) } else { content.to_owned() };
        let (line, hash) = line(&previous, &content);
        forged += &line;
        previous = hash;
    }
    forged
}

fn heads(text: &str) -> Vec<Head> {
    let head = |(place, line): (usize, &str)| {
        format!("{place}:{}", &line[line.len() - 67..line.len() - 3]).parse().unwrap()
    };
    text.split_inclusive('\n').enumerate().map(head).collect()
}

fn told_wrong(log: &Played, story: &Story) -> Option<String> {
    let sentences = &story.sentences;
    if !sentences.is_sorted_by_key(|sentence| (sentence.at, sentence.seq)) {
        return Some("out of order".into());
    }
    let told = |seq: u64, topic: Topic| {
        sentences.iter().any(|sentence| sentence.seq == seq && sentence.topic == topic)
    };
    let mut before = Share::ZERO;
    for decision in &log.decisions {
        let topic = match decision.action {
            Action::Advance => Topic::Rise,
            Action::RollBack | Action::Cancel | Action::Expire => Topic::Rollback,
            Action::ConfirmRollback | Action::FailRollback => Topic::Confirmation,
            Action::Bake | Action::Complete => Topic::End,
            Action::Hold | Action::Continue => Topic::Hold,
            Action::Schedule | Action::Retry => Topic::Start,
            Action::Ignore if matches!(decision.reasons.as_slice(), [Reason::Void { .. }]) => continue,
            Action::Restart => continue, // the judge's own business
            _ => Topic::Command,
        };
        if !told(decision.seq, topic) {
            return Some(format!("not told: {decision}"));
        }
        let exposures = format!("from {before} to {}", decision.exposure);
        let changed = before != decision.exposure;
        if changed
            && !sentences
                .iter()
                .any(|sentence| sentence.seq == decision.seq && sentence.text.contains(&exposures))
        {
            return Some(format!("exposures not told: {decision}"));
        }
        before = decision.exposure;
    }
    None
}

// ---- mutants: the law of edits catches each flaw

fn caught(flaw: Flaw) -> bool {
    let mut runner = TestRunner::deterministic();
    let mut random = |_| {
        let ours = (moves(6), moves(6), any::<bool>(), edits()).new_tree(&mut runner).unwrap().current();
        let (log, other) = (play(&ours.0, ours.2), play(&ours.1, ours.2));
        KNOWN.set(vec![log.text.clone(), other.text.clone()]);
        let edited = apply(log.text.as_bytes(), &ours.3, &other.text);
        let edits = breach(&log, &edited, &|text, head| accepts(text, head, flaw)).is_some();
        edits || accepts(&forged(&log.text, log.events.len()), Some(&log.head), flaw)
    };
    (0..4_000).any(&mut random)
}

#[test]
fn the_law_catches_every_flaw_and_nothing_else() {
    assert!(!caught(Flaw::None));
    for flaw in [
        Flaw::NoHash,
        Flaw::NoChain,
        Flaw::ShortHash,
        Flaw::AnyCase,
        Flaw::TrustedHeader,
        Flaw::NoLineFeed,
        Flaw::OpenEnd,
        Flaw::HeadByNumber,
        Flaw::HeadBeyondEnd,
    ] {
        assert!(caught(flaw), "{flaw:?}");
    }
}
