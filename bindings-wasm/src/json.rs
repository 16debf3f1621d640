//! The core's answers as JSON, the same bytes that `serde_json` writes, which writes the numbers and texts in it too. Its writer of lists and objects is
//! compiled anew for each type that stands in one; this one is in a module once, at a third of the size.

use core::fmt::{self, Display};
use serde::ser::{self, Serialize, Serializer};

/// The value as JSON, or nothing where a value says of itself that it cannot be written.
pub(crate) fn written(value: &(impl Serialize + ?Sized)) -> Option<String> {
    let mut json = Json(Vec::new());
    value.serialize(&mut json).ok()?;
    String::from_utf8(json.0).ok()
}

/// What is written so far.
struct Json(Vec<u8>);

/// A list or object that has begun, and what closes it.
struct Open<'j> {
    json: &'j mut Json,
    close: &'static str,
}

#[derive(Debug)]
struct Unwritable;

impl Json {
    /// Begins a value or a key: a comma, unless it is the first in what holds it, or belongs to the key before it.
    #[inline(never)]
    fn separate(&mut self) {
        if !matches!(self.0.last(), None | Some(b'[' | b'{' | b':')) {
            self.0.push(b',');
        }
    }

    #[inline(never)]
    fn raw(&mut self, text: &str) {
        self.separate();
        self.0.extend_from_slice(text.as_bytes());
    }

    #[inline(never)]
    fn text(&mut self, text: &str) -> Result<(), Unwritable> {
        self.leaf(text)
    }

    /// A name that stands in the source, in which nothing has to be escaped.
    #[inline(never)]
    fn name(&mut self, name: &'static str) {
        self.raw("\"");
        self.0.extend_from_slice(name.as_bytes());
        self.0.push(b'"');
    }

    #[inline(never)]
    fn key(&mut self, name: &'static str) {
        self.name(name);
        self.0.push(b':');
    }

    /// An object of one variant, up to its value.
    #[inline(never)]
    fn variant(&mut self, name: &'static str) {
        self.raw("{");
        self.key(name);
    }

    #[inline(never)]
    fn whole(&mut self, number: u64) -> Result<(), Unwritable> {
        self.leaf(&number)
    }

    #[inline(never)]
    fn signed(&mut self, number: i64) -> Result<(), Unwritable> {
        self.leaf(&number)
    }

    fn leaf(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Unwritable> {
        self.raw(&serde_json::to_string(value).map_err(|_| Unwritable)?);
        Ok(())
    }

    fn open(&mut self, begin: &str, close: &'static str) -> Open<'_> {
        self.raw(begin);
        Open { json: self, close }
    }
}

impl<'j> Serializer for &'j mut Json {
    type Ok = ();
    type Error = Unwritable;
    type SerializeSeq = Open<'j>;
    type SerializeTuple = Open<'j>;
    type SerializeTupleStruct = Open<'j>;
    type SerializeTupleVariant = Open<'j>;
    type SerializeMap = Open<'j>;
    type SerializeStruct = Open<'j>;
    type SerializeStructVariant = Open<'j>;

    fn serialize_u8(self, value: u8) -> Result<(), Unwritable> {
        self.whole(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Unwritable> {
        self.whole(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Unwritable> {
        self.whole(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Unwritable> {
        self.whole(value)
    }

    fn serialize_u128(self, value: u128) -> Result<(), Unwritable> {
        self.leaf(&value)
    }

    fn serialize_i8(self, value: i8) -> Result<(), Unwritable> {
        self.signed(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Unwritable> {
        self.signed(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Unwritable> {
        self.signed(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Unwritable> {
        self.signed(value)
    }

    fn serialize_i128(self, value: i128) -> Result<(), Unwritable> {
        self.leaf(&value)
    }

    fn serialize_f32(self, value: f32) -> Result<(), Unwritable> {
        self.leaf(&value)
    }

    fn serialize_f64(self, value: f64) -> Result<(), Unwritable> {
        self.leaf(&value)
    }

    fn serialize_str(self, value: &str) -> Result<(), Unwritable> {
        self.text(value)
    }

    fn serialize_bool(self, value: bool) -> Result<(), Unwritable> {
        self.raw(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Unwritable> {
        self.text(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_none(self) -> Result<(), Unwritable> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unwritable> {
        self.raw("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unwritable> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Unwritable> {
        self.name(variant);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        self.variant(variant);
        value.serialize(&mut *self)?;
        self.0.push(b'}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'j>, Unwritable> {
        Ok(self.open("[", "]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Open<'j>, Unwritable> {
        Ok(self.open("[", "]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Open<'j>, Unwritable> {
        Ok(self.open("[", "]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'j>, Unwritable> {
        self.variant(variant);
        Ok(self.open("[", "]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Open<'j>, Unwritable> {
        Ok(self.open("{", "}"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'j>, Unwritable> {
        Ok(self.open("{", "}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'j>, Unwritable> {
        self.variant(variant);
        Ok(self.open("{", "}}"))
    }
}

impl Open<'_> {
    fn closed(self) -> Result<(), Unwritable> {
        self.json.0.extend_from_slice(self.close.as_bytes());
        Ok(())
    }
}

/// Items of a list, whatever it is a list of.
macro_rules! lists {
    ($($trait:ident: $item:ident)+) => {$(
        impl ser::$trait for Open<'_> {
            type Ok = ();
            type Error = Unwritable;

            fn $item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
                value.serialize(&mut *self.json)
            }

            fn end(self) -> Result<(), Unwritable> {
                self.closed()
            }
        }
    )+};
}

lists! {
    SerializeSeq: serialize_element
    SerializeTuple: serialize_element
    SerializeTupleStruct: serialize_field
    SerializeTupleVariant: serialize_field
}

/// Fields of an object.
macro_rules! objects {
    ($($trait:ident)+) => {$(
        impl ser::$trait for Open<'_> {
            type Ok = ();
            type Error = Unwritable;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Unwritable> {
                self.json.key(name);
                value.serialize(&mut *self.json)
            }

            fn end(self) -> Result<(), Unwritable> {
                self.closed()
            }
        }
    )+};
}

objects! { SerializeStruct SerializeStructVariant }

impl ser::SerializeMap for Open<'_> {
    type Ok = ();
    type Error = Unwritable;

    /// Numbers and truth values stand in quotes.
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unwritable> {
        let key = written(key).ok_or(Unwritable)?;
        let quote = if key.starts_with('"') { "" } else { "\"" };
        self.json.raw(quote);
        self.json.0.extend_from_slice(key.as_bytes());
        self.json.0.extend_from_slice(quote.as_bytes());
        self.json.0.push(b':');
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        value.serialize(&mut *self.json)
    }

    fn end(self) -> Result<(), Unwritable> {
        self.closed()
    }
}

impl Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot be written")
    }
}

impl core::error::Error for Unwritable {}

impl ser::Error for Unwritable {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}
