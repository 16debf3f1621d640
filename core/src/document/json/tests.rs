use super::*;
use alloc::string::ToString;
use proptest::prelude::*;
use serde_json::Value;

/// What is read, or why not, is what Serde reads or says.
fn agrees(text: &str) {
    let expected = serde_json::from_str::<Value>(text).map_err(|error| error.to_string());
    match read(text) {
        Ok(node) => assert_eq!(Ok(value(&node)), expected, "{text}"),
        Err(rule) => assert!(
            expected == Err(rule.clone()) || rule.contains("is there twice"),
            "{text}\n{rule}\n{expected:?}"
        ),
    }
}

fn value(node: &Node<'_>) -> Value {
    match node {
        Node::Null => Value::Null,
        Node::Bool(value) => Value::Bool(*value),
        Node::Number(value) => Value::Number(value.clone()),
        Node::Text(text) => Value::String(text.to_string()),
        Node::List(items) => items.iter().map(value).collect(),
        Node::Object(fields) => fields.iter().map(|(name, node)| (name.to_string(), value(node))).collect(),
    }
}

const SOUND: &str = r#" { "a\u00e4\ud83d\ude00\n" : [ true , false, null, -0, 0.5e-3, 12E+2, -7, 18446744073709551615, 1e400 ],
    "b" : {"c": [], "d": {}, "ä": "\"\\\/\b\f\r\t €" } , "e": -9223372036854775809 } "#;

#[test]
fn a_document_that_is_cut_or_altered_anywhere_is_refused_in_the_same_words() {
    let sound = SOUND.replace(", 1e400", "");
    assert!(read(&sound).is_ok());
    for text in [&sound, SOUND] {
        for (at, _) in text.char_indices() {
            agrees(&text[..at]);
            for other in [
                "", "x", "\"", "\\", "0", "1", "-", ".", "e", ",", ":", "[", "]", "{", "}", " ", "\n",
                "\u{1}", "ä", "u", "null",
            ] {
                let rest = &text[at..];
                agrees(&[&text[..at], other, rest].concat());
                agrees(&[&text[..at], other, rest.get(1..).unwrap_or_default()].concat());
            }
        }
    }
}

#[test]
fn numbers_and_escapes_at_their_limits_are_told_apart_as_serde_tells_them() {
    for text in [
        "-",
        "-a",
        "01",
        "-01",
        "0.",
        "1.x",
        "1e",
        "1e+",
        "1e-x",
        "1.5.5",
        "-0",
        "-0.0",
        "0e99999999999",
        "0.0e-99999999999",
        "1e99999999999",
        "1e-99999999999",
        "-1e99999999999 ",
        "1e2147483647",
        "1e2147483648",
        "123456789012345678901234567890",
        "12345678901234567890.5e-5",
        "1.7976931348623157e308",
        "1.7976931348623159e308",
        "-9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "0.1234567890123456789012345",
        r#""\ud800""#,
        r#""\ud800x""#,
        r#""\ud800\x""#,
        r#""\ud800\u0041""#,
        r#""\udc00""#,
        r#""\ud800\ud800""#,
        r#""\u12"#,
        r#""\u12g4""#,
        r#""\u"#,
        r#""\"#,
        r#""\q""#,
        r#""\ud83d\ude00""#,
        r#""\uFFFF\uDBFF\uDFFF""#,
        "\"\n\"",
        "tru",
        "trux",
        "nul\n",
        "",
        " \n ",
        "1 2",
        "[1 2]",
        "[,]",
        "{,}",
        "{1:2}",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        "[1,\n]",
        "\u{feff}1",
        "\"ä",
    ] {
        agrees(text);
    }
    for depth in [126, 127, 128, 129, 5_000] {
        agrees(&["[".repeat(depth), "]".repeat(depth)].concat());
        agrees(&[r#"{"a":"#.repeat(depth), "0".into(), "}".repeat(depth)].concat());
    }
}

#[test]
fn a_key_that_is_there_twice_is_named_with_the_place_where_it_is_seen() {
    let wrong = |text: &str| read(text).unwrap_err();
    assert_eq!(wrong("{\"a\": 1,\n \"a\": 2 , \"b\": 3}"), "the key `a` is there twice at line 2 column 8");
    assert_eq!(wrong(r#"[{"\n": 1, "\n": 2 } ]"#), "the key `\\n` is there twice at line 1 column 20");
    let many: Vec<String> = (0..20).map(|n| format!("\"{}\": 0", n % 17)).collect();
    assert_eq!(wrong(&format!("{{{} }}", many.join(","))), "the key `0` is there twice at line 1 column 149");
}

proptest! {
    #[test]
    fn whatever_is_written_is_read_or_refused_as_serde_does(
        parts in proptest::collection::vec("[\\[\\]{}:,\"\\\\ \nu0-9a-f.eE+-]{1,3}|\"[a-c]\":|true|null|1e3", 0..12)
    ) {
        agrees(&parts.concat());
    }
}
