//! Contexts, as `js/context.js` writes them into the desk.
//!
//! After the unit come three counts of 32 bits: sticky pairs, items of lists, attributes. Then the pairs, as two texts each; the items of all lists, as
//! values; the attributes, as a text and a value each. A text is its length in bytes and its UTF-8. A value is a byte and what belongs to it:
//! 0 false; 1 true; 2 a number; 3 a time, as Unix milliseconds; 4 a text; 5 a list, as the position of its first item and how many it has.
//! All is little-endian.

use crate::convert::instant;
use rampgate::flag::{Context, Value};

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*bytes)
    }

    fn count(&mut self) -> Option<usize> {
        usize::try_from(u32::from_le_bytes(self.bytes()?)).ok()
    }

    fn number(&mut self) -> Option<f64> {
        Some(f64::from_le_bytes(self.bytes()?))
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.count()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        str::from_utf8(text).ok()
    }

    fn value<'v>(&mut self, items: &'v [Value<'v>]) -> Option<Value<'v>>
    where
        'a: 'v,
    {
        let [kind] = self.bytes()?;
        Some(match kind {
            0 => Value::Bool(false),
            1 => Value::Bool(true),
            2 => Value::Number(self.number()?),
            3 => Value::Time(instant(self.number()?).ok()?),
            4 => Value::Text(self.text()?),
            _ => {
                let (start, length) = (self.count()?, self.count()?);
                Value::List(items.get(start..start.checked_add(length)?)?)
            }
        })
    }
}

/// Hands the context of `unit` to `ask`. What `js/context.js` would not write is a unit of whom nothing is known.
pub(crate) fn with_context(unit: &str, now: f64, written: &[u8], ask: &mut dyn FnMut(&Context<'_>)) {
    let context = Context::of(unit);
    let context = if now.is_nan() { context } else { instant(now).map_or(context, |now| context.at(now)) };
    if read(context, written, ask).is_none() {
        ask(&context);
    }
}

/// Four texts, as they are written in contexts.
pub(crate) fn four_texts(written: &[u8]) -> Option<[&str; 4]> {
    let mut reader = Reader(written);
    Some([reader.text()?, reader.text()?, reader.text()?, reader.text()?])
}

/// None, and nothing was asked, where nothing is written.
fn read(context: Context<'_>, written: &[u8], ask: &mut dyn FnMut(&Context<'_>)) -> Option<()> {
    let mut reader = Reader(written);
    let (pairs, listed, named) = (reader.count()?, reader.count()?, reader.count()?);
    let mut sticky = Vec::new();
    for _ in 0..pairs {
        sticky.push((reader.text()?, reader.text()?));
    }
    let mut items = Vec::new();
    for _ in 0..listed {
        items.push(reader.value(&[])?);
    }
    let mut attributes = Vec::with_capacity(named.min(written.len()));
    for _ in 0..named {
        attributes.push((reader.text()?, reader.value(&items)?));
    }
    ask(&context.with(&attributes).sticky(&sticky));
    Some(())
}
