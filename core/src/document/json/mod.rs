//! JSON text to a [`Node`]: RFC 8259, at most 127 lists and objects deep, and no key twice.
//!
//! Serde's reader brings a reader of floats with 6 KB of tables, and 12 KB of code more than one that reads nodes alone. This one says what is wrong in
//! the same words, and where.

#[cfg(test)]
mod tests;

use super::float::nearest;
use super::node::Node;
use crate::error::Escaped;
use crate::order;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde_json::Number;

/// Deeper documents are refused, before they exhaust the stack.
const DEEPEST: u32 = 127;

/// Objects up to this size are searched for a repeated key as they are read; larger ones are sorted for it.
const FEW: usize = 16;

/// Reads one value and nothing behind it; what is wrong as a rule that ends with the line and the column.
pub(super) fn read(text: &str) -> Result<Node<'_>, String> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    reader.document().map_err(|wrong| {
        let before = text.as_bytes().get(..wrong.at).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count();
        format!("{} at line {line} column {column}", wrong.rule)
    })
}

struct Reader<'a> {
    text: &'a str,
    /// The byte that is read next.
    at: usize,
    /// Lists and objects that are open.
    depth: u32,
}

/// What is wrong, and how many bytes had been read then.
struct Wrong {
    rule: Cow<'static, str>,
    at: usize,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Node<'a>, Wrong> {
        let value = self.value()?;
        match self.skip() {
            None => Ok(value),
            Some(_) => Err(self.next_is("trailing characters")),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn takes(&mut self, wanted: u8) -> bool {
        let there = self.peek() == Some(wanted);
        self.at += usize::from(there);
        there
    }

    /// The next byte that is no white space, which stays.
    fn skip(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
        self.peek()
    }

    /// The byte that was read last breaks a rule, or there was none.
    fn last_is(&self, rule: &'static str) -> Wrong {
        Wrong { rule: rule.into(), at: self.at }
    }

    /// The byte that is next breaks a rule, or there is none.
    fn next_is(&self, rule: &'static str) -> Wrong {
        Wrong { rule: rule.into(), at: self.text.len().min(self.at + 1) }
    }

    fn value(&mut self) -> Result<Node<'a>, Wrong> {
        let Some(first) = self.skip() else { return Err(self.next_is("EOF while parsing a value")) };
        match first {
            b'n' => self.word("null", Node::Null),
            b't' => self.word("true", Node::Bool(true)),
            b'f' => self.word("false", Node::Bool(false)),
            b'"' => self.string().map(Node::Text),
            b'-' | b'0'..=b'9' => self.number().map(Node::Number),
            b'[' | b'{' if self.depth == DEEPEST => Err(self.next_is("recursion limit exceeded")),
            b'[' | b'{' => {
                self.at += 1;
                self.depth += 1;
                let node = if first == b'[' { self.list() } else { self.object() };
                self.depth -= 1;
                node
            }
            _ => Err(self.next_is("expected value")),
        }
    }

    fn word(&mut self, word: &str, node: Node<'a>) -> Result<Node<'a>, Wrong> {
        for expected in word.bytes() {
            match self.next() {
                Some(byte) if byte == expected => {}
                Some(_) => return Err(self.last_is("expected ident")),
                None => return Err(self.last_is("EOF while parsing a value")),
            }
        }
        Ok(node)
    }

    fn list(&mut self) -> Result<Node<'a>, Wrong> {
        let mut items = Vec::new();
        loop {
            match self.skip() {
                Some(b']') => break,
                Some(_) if items.is_empty() => {}
                Some(b',') => {
                    self.at += 1;
                    match self.skip() {
                        Some(b']') => return Err(self.next_is("trailing comma")),
                        Some(_) => {}
                        None => return Err(self.next_is("EOF while parsing a value")),
                    }
                }
                Some(_) => return Err(self.next_is("expected `,` or `]`")),
                None => return Err(self.next_is("EOF while parsing a list")),
            }
            items.push(self.value()?);
        }
        self.at += 1;
        Ok(Node::List(items))
    }

    fn object(&mut self) -> Result<Node<'a>, Wrong> {
        let mut fields: Vec<(Cow<'a, str>, Node<'a>)> = Vec::new();
        loop {
            match self.skip() {
                Some(b'}') => break,
                Some(b'"') if fields.is_empty() => {}
                Some(_) if fields.is_empty() => return Err(self.next_is("key must be a string")),
                Some(b',') => {
                    self.at += 1;
                    match self.skip() {
                        Some(b'"') => {}
                        Some(b'}') => return Err(self.next_is("trailing comma")),
                        Some(_) => return Err(self.next_is("key must be a string")),
                        None => return Err(self.next_is("EOF while parsing a value")),
                    }
                }
                Some(_) => return Err(self.next_is("expected `,` or `}`")),
                None => return Err(self.next_is("EOF while parsing an object")),
            }
            let name = self.string()?;
            match self.skip() {
                Some(b':') => self.at += 1,
                Some(_) => return Err(self.next_is("expected `:`")),
                None => return Err(self.next_is("EOF while parsing an object")),
            }
            let value = self.value()?;
            if fields.len() < FEW && fields.iter().any(|(earlier, _)| *earlier == name) {
                return Err(self.twice(&name));
            }
            fields.push((name, value));
        }
        if fields.len() > FEW
            && let Some(name) = repeated(&fields)
        {
            return Err(self.twice(name));
        }
        self.at += 1;
        Ok(Node::Object(fields))
    }

    /// The object that is open has a key twice. Where it ends next, that is where.
    fn twice(&mut self, name: &str) -> Wrong {
        self.skip();
        self.takes(b'}');
        Wrong { rule: format!("the key `{}` is there twice", Escaped(name)).into(), at: self.at }
    }

    /// A text between quotes, borrowed where it has no escapes.
    fn string(&mut self) -> Result<Cow<'a, str>, Wrong> {
        self.at += 1;
        let mut text = Cow::Borrowed("");
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let plain = rest.bytes().position(|byte| byte < b' ' || byte == b'"' || byte == b'\\');
            let plain = rest.get(..plain.unwrap_or(rest.len())).unwrap_or_default();
            self.at += plain.len();
            text += plain;
            match self.next() {
                Some(b'"') => return Ok(text),
                Some(b'\\') => text.to_mut().push(self.escape()?),
                Some(_) => {
                    return Err(
                        self.last_is("control character (\\u0000-\\u001F) found while parsing a string")
                    );
                }
                None => return Err(self.last_is("EOF while parsing a string")),
            }
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self) -> Result<char, Wrong> {
        Ok(match self.next() {
            Some(plain @ (b'"' | b'\\' | b'/')) => plain.into(),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let first = self.hex()?;
                if let Some(character) = char::from_u32(first) {
                    return Ok(character);
                }
                if first >= 0xDC00 {
                    return Err(self.last_is("lone leading surrogate in hex escape"));
                }
                for expected in [b'\\', b'u'] {
                    match self.next() {
                        Some(byte) if byte == expected => {}
                        Some(_) => return Err(self.last_is("unexpected end of hex escape")),
                        None => return Err(self.last_is("EOF while parsing a string")),
                    }
                }
                let pair = [first, self.hex()?].map(|half| u16::try_from(half).unwrap_or_default());
                match char::decode_utf16(pair).next() {
                    Some(Ok(character)) => character,
                    _ => return Err(self.last_is("lone leading surrogate in hex escape")),
                }
            }
            Some(_) => return Err(self.last_is("invalid escape")),
            None => return Err(self.last_is("EOF while parsing a string")),
        })
    }

    fn hex(&mut self) -> Result<u32, Wrong> {
        let Some(digits) = self.text.as_bytes().get(self.at..self.at + 4) else {
            self.at = self.text.len();
            return Err(self.last_is("EOF while parsing a string"));
        };
        self.at += 4;
        let digit = |sum: u32, byte: &u8| Some(sum * 16 + char::from(*byte).to_digit(16)?);
        digits.iter().try_fold(0, digit).ok_or_else(|| self.last_is("invalid escape"))
    }

    /// An integer where 64 bits hold it, else the nearest double.
    fn number(&mut self) -> Result<Number, Wrong> {
        let negative = self.takes(b'-');
        let start = self.at;
        match self.next() {
            Some(b'0') if self.peek().is_some_and(|byte| byte.is_ascii_digit()) => {
                return Err(self.next_is("invalid number"));
            }
            Some(b'0'..=b'9') => self.digits(),
            Some(_) => return Err(self.last_is("invalid number")),
            None => return Err(self.last_is("EOF while parsing a value")),
        }
        let mut whole = true;
        if self.takes(b'.') {
            whole = false;
            match self.peek() {
                Some(b'0'..=b'9') => self.digits(),
                Some(_) => return Err(self.next_is("invalid number")),
                None => return Err(self.next_is("EOF while parsing a value")),
            }
        }
        let digits = self.text.get(start..self.at).unwrap_or_default();
        let mut exponent = 0;
        if self.takes(b'e') || self.takes(b'E') {
            whole = false;
            exponent = self.exponent(digits)?;
        }
        if whole && let Ok(size) = digits.parse::<u64>() {
            if !negative {
                return Ok(size.into());
            }
            if let Some(number) = 0_i64.checked_sub_unsigned(size).filter(|number| *number < 0) {
                return Ok(number.into());
            }
        }
        let size = nearest(digits, exponent);
        Number::from_f64(if negative { -size } else { size })
            .ok_or_else(|| self.last_is("number out of range"))
    }

    fn digits(&mut self) {
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
    }

    fn exponent(&mut self, digits: &str) -> Result<i64, Wrong> {
        let negative = self.takes(b'-');
        if !negative {
            self.takes(b'+');
        }
        let mut exponent = match self.next() {
            Some(digit @ b'0'..=b'9') => i64::from(digit - b'0'),
            Some(_) => return Err(self.last_is("invalid number")),
            None => return Err(self.last_is("EOF while parsing a value")),
        };
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            self.at += 1;
            exponent = exponent * 10 + i64::from(digit - b'0');
            if exponent > i64::from(i32::MAX) {
                let zero = digits.bytes().all(|digit| matches!(digit, b'0' | b'.'));
                if !negative && !zero {
                    return Err(self.last_is("number out of range"));
                }
                self.digits(); // nothing that stands in a memory reaches back from there
            }
        }
        Ok(if negative { -exponent } else { exponent })
    }
}

fn repeated<'n>(fields: &'n [(Cow<'_, str>, Node<'_>)]) -> Option<&'n str> {
    let mut names: Vec<&str> = fields.iter().map(|(name, _)| &**name).collect();
    order::sort_by_key(&mut names, |name| (name.len(), *name)); // most pairs differ in length or in their first bytes
    names.array_windows().find(|[one, next]| one == next).map(|[name, _]| *name)
}
