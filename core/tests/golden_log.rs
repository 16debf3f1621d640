//! Replays `testdata/log/`, the golden vectors of `spec/log.md`: logs with their heads, what they replay to and how they are told, and logs that are refused.
//!
//! `RAMPGATE_BLESS=1 cargo test -p rampgate --features log --test golden_log` writes what is replayed and told anew, after a change that was meant.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in its helpers"
)]

use rampgate::Error;
use rampgate::log::{Head, Log, Subject, Verified, verify, verify_against};
use rampgate::rollout::{Phase, State, step};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/log")
}

fn file(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap()
}

fn vectors() -> Value {
    serde_json::from_str(&file("logs.json")).unwrap()
}

fn list(name: &str) -> Vec<Value> {
    let list = vectors()[name].as_array().unwrap().clone();
    assert!(!list.is_empty(), "{name} is empty");
    list
}

fn subject(about: &Value) -> Subject {
    let (document, release) = (about["document"].as_str().unwrap(), about["release"].as_str().unwrap());
    let text = file(document);
    if document.ends_with("plan.json") {
        Subject::of_plan(release, &text)
    } else {
        Subject::of_release(&text)
    }
    .unwrap()
}

fn check(name: &str, found: &str) {
    if std::env::var_os("RAMPGATE_BLESS").is_some() {
        fs::write(folder().join(name), found).unwrap();
        return;
    }
    let expected = file(name);
    for (line, (expected, found)) in expected.lines().zip(found.lines()).enumerate() {
        assert_eq!(found, expected, "{name}, line {}", line + 1);
    }
    assert!(expected == found, "{name}: as long as expected");
}

/// The state and the bytes that the live release had: each event applied as it came.
fn live(subject: &Subject, log: &Verified) -> State {
    let mut state = State::new();
    for event in log.events() {
        state = step(subject.plan(), &state, event).unwrap().0;
    }
    state
}

#[test]
fn logs_are_written_read_replayed_and_told_as_the_vectors_say() {
    assert_eq!(vectors()["version"], "rampgate-log-1");
    for case in list("logs") {
        let name = case["name"].as_str().unwrap();
        let (subject, text) = (subject(&case), file(&format!("{name}.log.jsonl")));
        let head: Head = case["head"].as_str().unwrap().parse().unwrap();
        let verified = verify_against(&text, &head).unwrap();
        assert_eq!((verified.head(), verified.is_closed()), (head, case["closed"] == true), "{name}");
        assert_eq!(verified.events().len() as u64, case["events"], "{name}");

        let (state, _) = verified.replay(&subject).unwrap();
        let live = live(&subject, &verified);
        assert_eq!(serde_json::to_string(&state).unwrap(), serde_json::to_string(&live).unwrap(), "{name}");
        assert_eq!(postcard::to_allocvec(&state).unwrap(), postcard::to_allocvec(&live).unwrap(), "{name}");

        let (mut log, mut written) = Log::begin(subject.clone());
        for event in verified.events() {
            written += &log.append(event).unwrap();
        }
        if let Some(at) = verified.closed_at() {
            written += &log.close(at).unwrap();
        }
        assert_eq!((written.as_str(), log.head()), (text.as_str(), head), "{name}");

        let story = verified.explain(&subject).unwrap();
        let told = [serde_json::to_string(&state).unwrap(), serde_json::to_string(&story).unwrap()];
        check(&format!("{name}.told.jsonl"), &(told.join("\n") + "\n"));
        check(&format!("{name}.story.txt"), &story.to_string());
    }
}

#[test]
fn logs_that_are_wrong_are_refused_as_the_vectors_say() {
    for case in list("refused") {
        let name = case["name"].as_str().unwrap();
        let text = case["text"].as_str().unwrap();
        let found = refusal(&case, text).err().map(|error| (error.path().to_owned(), error.kind().code()));
        let expected = (case["path"].as_str().unwrap().to_owned(), case["kind"].as_str().unwrap());
        assert_eq!(found, Some(expected), "{name}");
    }
}

fn refusal(case: &Value, text: &str) -> Result<(), Error> {
    let verified = match case["head"].as_str() {
        Some(head) => verify_against(text, &head.parse::<Head>()?)?,
        None => verify(text)?,
    };
    if !case["about"].is_null() {
        let _ = verified.replay(&subject(&case["about"]))?;
    }
    Ok(())
}

#[test]
fn a_log_goes_on_from_its_text_or_from_its_head() {
    for case in list("logs") {
        let (subject, text) =
            (subject(&case), file(&format!("{}.log.jsonl", case["name"].as_str().unwrap())));
        let all = verify(&text).unwrap();
        for cut in 0..all.events().len() {
            let beginning: String = text.split_inclusive('\n').take(cut + 1).collect();
            let next = &all.events()[cut];
            let mut from_text = Log::resume(subject.clone(), &beginning).unwrap();
            let mut from_head =
                Log::resume_at(subject.clone(), from_text.state().clone(), from_text.head()).unwrap();
            let line = from_text.append(next).unwrap();
            assert_eq!(from_head.append(next).unwrap(), line);
            assert!(text.starts_with(&(beginning + &line)));
            assert_eq!(from_head.append(next).unwrap_err().path(), "event.seq");
        }
        let mut log = Log::resume(subject, &text).unwrap();
        if log.is_closed() {
            let tick = rampgate::rollout::Event { seq: log.state().seq() + 1, ..all.events()[0].clone() };
            assert_eq!(
                log.append(&tick).unwrap_err().to_string(),
                "invalid `log`: is closed: nothing comes after its last line"
            );
            assert_eq!(log.close(log.state().at()).unwrap_err().value(), Some("closed"));
        }
    }
}

#[test]
fn only_what_has_ended_is_closed_and_never_before_its_end() {
    let subject = Subject::of_plan("n", &file("steps.plan.json")).unwrap();
    let verified = verify(&file("harm.log.jsonl")).unwrap();
    let (mut log, _) = Log::begin(subject);
    for event in verified.events() {
        let head = log.head();
        let ended = log.state().phase() == Phase::RolledBack;
        assert_eq!(log.clone().close(event.at).is_ok(), ended, "{}", log.state().phase());
        assert_eq!(log.head(), head);
        let _ = log.append(event).unwrap();
    }
    let early = log.state().at().saturating_sub("1ms".parse().unwrap());
    assert_eq!(log.close(early).unwrap_err().path(), "at");
}

#[test]
fn all_lines_of_a_step_or_none() {
    let subject = Subject::of_plan("checkout v2", &file("steps.plan.json")).unwrap();
    let events = verify(&file("harm.log.jsonl")).unwrap().events().to_vec();
    let (mut log, mut text) = Log::begin(subject);
    let head = log.head();
    assert!(log.append_all(&[events[0].clone(), events[2].clone()]).is_err());
    assert_eq!(log.head(), head);
    text += &log.append_all(&events[..3]).unwrap();
    assert!(file("harm.log.jsonl").starts_with(&text));
    assert_eq!(Log::resume_at(log.subject().clone(), State::new(), log.head()).unwrap_err().path(), "head");
}
