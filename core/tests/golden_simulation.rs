//! Replays `testdata/simulation.json`: a seed gives the same releases for ever.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use rampgate::simulate::rollout::answer;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    version: String,
    answers: Vec<Answered>,
    refused: Vec<Refused>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answered {
    question: Value,
    answer: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refused {
    question: Value,
    paths: Vec<String>,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../testdata/simulation.json")).unwrap()
}

#[test]
fn every_question_has_its_answer() {
    let vectors = vectors();
    assert_eq!(vectors.version, "rampgate-simulation-1");
    for case in vectors.answers {
        let question = case.question.to_string();
        let found: Value = serde_json::from_str(&answer(&question).unwrap()).unwrap();
        assert_eq!(found, case.answer, "{question}");
    }
}

#[test]
fn every_refusal_names_all_that_is_wrong() {
    for case in vectors().refused {
        let question = case.question.to_string();
        let error = answer(&question).unwrap_err();
        let found: Vec<&str> = error.problems().map(rampgate::Problem::path).collect();
        assert_eq!(found, case.paths, "{error}\n{question}");
    }
}
