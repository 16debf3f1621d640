//! A planner's answer as text: the stages, what a good release takes, what harm would cost; or why there is no plan.

use serde_json::Value;
use std::fmt::Write as _;

/// The answer of `rampgate::simulate::planner::answer` for people. What is missing from it is left empty.
pub(crate) fn table(answer: &Value) -> String {
    let mut text = String::new();
    match (answer.get("plan"), answer.get("refusal")) {
        (Some(plan), _) => write_plan(&mut text, plan),
        (None, Some(refusal)) => write_refusal(&mut text, refusal),
        (None, None) => {}
    }
    text
}

fn write_plan(text: &mut String, plan: &Value) {
    let documents = list(plan.get("document").unwrap_or(&Value::Null), "stages");
    let stages = list(plan, "stages");
    let mut rows = vec![row([
        "stage", "exposure", "control", "dwell", "units", "requires", "deadline", "passes", "expected",
        "9 in 10",
    ])];
    for (number, (document, stage)) in (1..).zip(documents.iter().zip(stages)) {
        rows.push(vec![
            number.to_string(),
            shown(document, "exposure"),
            shown(stage, "control_share"),
            shown(document, "min_dwell"),
            shown(document, "min_units"),
            shown(document, "requires"),
            shown(document, "deadline"),
            percent(stage, "passes"),
            shown(stage, "expected_time"),
            shown(stage, "p90_time"),
        ]);
    }
    align(text, &rows);
    let document = plan.get("document").unwrap_or(&Value::Null);
    let _ = writeln!(
        text,
        "bake {}, a finding is stale after {}\n",
        shown(document, "bake"),
        shown(document, "stale_after")
    );
    for (number, stage) in (1..).zip(stages) {
        let _ = writeln!(text, "stage {number}: {}", shown(stage, "why"));
    }
    let _ = writeln!(
        text,
        "\nA good release is done in {} on average, within {} with the confidence asked for, by the deadline with {}; {} are rolled back by chance.\n",
        shown(plan, "expected"),
        shown(plan, "done_within"),
        percent(plan, "by_deadline"),
        percent(plan, "false_rollback"),
    );
    let mut rows = vec![row([
        "harm", "begins", "found", "missed", "time", "19 in 20", "units", "19 in 20", "budget", "19 in 20",
    ])];
    for harm in list(plan, "harms") {
        let ratio = harm.get("ratio").and_then(Value::as_f64).map(|ratio| format!("{}x", rounded(ratio)));
        rows.push(vec![
            ratio.unwrap_or_default(),
            onset(harm),
            percent(harm, "found"),
            percent(harm, "missed"),
            shown(harm, "expected_time"),
            shown(harm, "p95_time"),
            harm.get("expected_units")
                .and_then(Value::as_f64)
                .map(|units| format!("{units:.0}"))
                .unwrap_or_default(),
            shown(harm, "p95_units"),
            percent(harm, "expected_spend"),
            percent(harm, "p95_spend"),
        ]);
    }
    align(text, &rows);
    for (name, key) in [
        ("from the start", "early"),
        ("beginning later", "late"),
        ("beginning where no control is left, not counted", "without_control"),
    ] {
        if let Some(worst) = plan.get(key).filter(|worst| !worst.is_null()) {
            let _ = writeln!(
                text,
                "worst {name}: {} of the budget; {} is allowed",
                percent(worst, "spend"),
                percent(worst, "allowed")
            );
        }
    }
    for note in list(plan, "notes") {
        let _ = writeln!(text, "note: {}", note.as_str().unwrap_or_default());
    }
}

fn write_refusal(text: &mut String, refusal: &Value) {
    let _ = writeln!(text, "no plan: {}", shown(refusal, "reason"));
    for remedy in list(refusal, "enough") {
        for (name, value) in remedy.as_object().into_iter().flatten() {
            let words = match name.as_str() {
                "deadline" => "a deadline of",
                "traffic_times" => "so many times the traffic:",
                "margin" => "a margin of",
                "remaining" => "so much left of the budget:",
                "assumed_failure" => "an assumed failure of",
                "detection_delay" => "a detection delay of",
                "spend" => "an allowance for harm from the start of",
                "late_spend" => "an allowance for harm that begins later of",
                "last" => "a last exposure of",
                "look_every" => "a look every",
                "most_stages" => "so many stages:",
                "power" => "a power of",
                "alpha" => "an alpha of",
                other => other,
            };
            let _ = writeln!(
                text,
                "enough would be {words} {}",
                value.as_str().map_or_else(|| value.to_string(), str::to_owned)
            );
        }
    }
}

fn onset(harm: &Value) -> String {
    match harm.get("onset") {
        Some(Value::String(word)) => word.clone(),
        Some(onset) => {
            let stage = onset.get("stage").and_then(Value::as_u64).map(|stage| stage + 1);
            stage.map(|stage| format!("stage {stage}")).unwrap_or_default()
        }
        None => String::new(),
    }
}

fn list<'a>(of: &'a Value, key: &str) -> &'a [Value] {
    of.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn shown(of: &Value, key: &str) -> String {
    match of.get(key) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn percent(of: &Value, key: &str) -> String {
    of.get(key).and_then(Value::as_f64).map(|part| format!("{}%", rounded(100.0 * part))).unwrap_or_default()
}

/// Three digits, more before the point, without zeros at the end.
fn rounded(number: f64) -> String {
    let decimals = match number.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 4,
    };
    let text = format!("{number:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).into()
}

/// Columns as wide as their widest cell, all to the right.
fn align(text: &mut String, rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).filter_map(width).collect();
    for row in rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_case(name: &str) -> String {
        let vectors: Value = serde_json::from_str(include_str!("../../../core/testdata/plans.json")).unwrap();
        let cases = list(&vectors, "cases");
        let case = cases.iter().find(|case| shown(case, "name") == name).unwrap();
        table(case.get("answer").unwrap())
    }

    #[test]
    fn a_plan_is_two_tables_and_its_reasons() {
        let text = shown_case("two stages to half");
        println!("{text}");
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("stage  exposure  control"));
        assert!(lines[1].contains("7%") && lines[1].contains("10h15m"), "{}", lines[1]);
        assert!(text.contains("stage 1: at 10% harm from the start may spend 0.116% of the budget"));
        assert!(text.contains("worst from the start: 0.0"), "{text}");
        assert_eq!(text.matches("stage 2").count(), 1 + 5);
    }

    #[test]
    fn a_refusal_says_what_would_be_enough() {
        let text = shown_case("the gate forbids it");
        println!("{text}");
        assert!(text.starts_with("no plan: the gate forbids 50%"));
        assert!(text.contains("enough would be an assumed failure of 72%\n"));
        assert_eq!(table(&Value::Null), "");
    }
}
