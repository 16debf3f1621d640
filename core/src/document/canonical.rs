use super::Node;
use crate::order;
use crate::quantity::without_fraction;
use alloc::vec::Vec;

/// A document's content as bytes: the same whatever the white space, the order of keys, and the way whole numbers are written.
///
/// `n`, `t`, `f` for null, true, false; for the rest a letter (`d` number, `s` text, `l` list, `o` object with its keys sorted by bytes, `k`
/// before each key), the length as eight little-endian bytes, and the content. Fingerprints hash it, and signatures sign it.
pub(crate) fn canonical(document: &Node) -> Vec<u8> {
    let mut bytes = Vec::new();
    feed(&mut bytes, document);
    bytes
}

fn feed(into: &mut Vec<u8>, node: &Node) {
    match node {
        Node::Null => into.push(b'n'),
        Node::Bool(value) => into.push(if *value { b't' } else { b'f' }),
        Node::Number(value) => feed_text(into, b'd', &without_fraction(value)),
        Node::Text(value) => feed_text(into, b's', value),
        Node::List(items) => {
            feed_length(into, b'l', items.len());
            items.iter().for_each(|item| feed(into, item));
        }
        Node::Object(entries) => {
            feed_length(into, b'o', entries.len());
            let mut sorted: Vec<_> = entries.iter().collect();
            order::sort_by(&mut sorted, |a, b| a.0.cmp(&b.0));
            for (name, value) in sorted {
                feed_text(into, b'k', name);
                feed(into, value);
            }
        }
    }
}

fn feed_text(into: &mut Vec<u8>, tag: u8, text: &str) {
    feed_length(into, tag, text.len());
    into.extend(text.as_bytes());
}

fn feed_length(into: &mut Vec<u8>, tag: u8, length: usize) {
    into.push(tag);
    into.extend(u64::try_from(length).unwrap_or(u64::MAX).to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<u8> {
        canonical(&Node::parse("document", text).unwrap())
    }

    #[test]
    fn it_sees_content_and_not_layout() {
        assert_eq!(of(r#"{"a": 1, "b": [true, null]}"#), of(r#"{"b":[true,null],"a":1}"#));
        assert_ne!(of(r#"{"a": [1, 2]}"#), of(r#"{"a": [2, 1]}"#));
        assert_ne!(of(r#"{"a": "1"}"#), of(r#"{"a": 1}"#));
        assert_eq!(of("[2.0, -0.0, -3e2, 1.5]"), of("[2, 0, -300, 1.5]"));
        assert_ne!(of("[2.5]"), of("[2]"));
        assert_ne!(of(r#"["ab", "c"]"#), of(r#"["a", "bc"]"#));
    }
}
