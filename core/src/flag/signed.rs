use super::FlagSet;
use crate::document::{Field, Node, canonical};
use crate::error::{Error, Kind, Problems};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

/// The public keys that may sign a flag document, each with a name, so that keys can be changed one by one.
#[derive(Clone, Debug, Default)]
pub struct TrustedKeys(Vec<(Box<str>, VerifyingKey)>);

impl TrustedKeys {
    /// Nobody is trusted.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Trusts an Ed25519 public key (RFC 8032) under a name.
    ///
    /// # Errors
    /// Bytes that are no public key, or a weak one; a name that is empty or taken.
    pub fn with(mut self, name: &str, public_key: &[u8; 32]) -> Result<Self, Error> {
        if name.is_empty() || self.0.iter().any(|(known, _)| &**known == name) {
            return Err(Error::new("name", Kind::Conflict, "must not be empty or name another key", name));
        }
        let key = VerifyingKey::from_bytes(public_key).ok().filter(|key| !key.is_weak());
        let key =
            key.ok_or_else(|| Error::new("public_key", Kind::Range, "must be an Ed25519 public key", name))?;
        self.0.push((name.into(), key));
        Ok(self)
    }

    fn find(&self, name: &str) -> Option<&VerifyingKey> {
        self.0.iter().find(|(known, _)| &**known == name).map(|(_, key)| key)
    }
}

/// Signs a flag document: `{"signed": document, "signatures": [{"key": name, "ed25519": hexadecimal}]}`.
///
/// What is signed is the canonical form of the content (`spec/flags.md`), so white space and the order of keys may change on the way.
///
/// # Errors
/// Whatever [`FlagSet::from_json`] says of the document: what nobody could load is not signed. A name that is empty.
pub fn sign(document: &str, name: &str, secret_key: &[u8; 32]) -> Result<String, Error> {
    if name.is_empty() {
        return Err(Error::new("name", Kind::Range, "must not be empty", name));
    }
    FlagSet::from_json(document)?;
    let signature = SigningKey::from_bytes(secret_key).sign(&canonical(&Node::parse("flags", document)?));
    let name = serde_json::Value::from(name);
    let mut envelope = format!(r#"{{"signed": {document}, "signatures": [{{"key": {name}, "ed25519": ""#);
    for byte in signature.to_bytes() {
        let _ = write!(envelope, "{byte:02x}"); // writing to a text never fails
    }
    envelope.push_str(r#""}]}"#);
    Ok(envelope)
}

/// What became of a document that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Offered {
    /// It is in use from now on.
    Taken,
    /// It is the one in use.
    Known,
}

/// The newest flag document that a trusted key has signed. What is refused changes nothing: the last good one stays.
///
/// ```
/// use rampgate::flag::{Context, Offered, SignedFlags, TrustedKeys, sign};
///
/// let secret = [7; 32]; // from a vault, not from a source file
/// # let public = [234, 74, 108, 99, 226, 156, 82, 10, 190, 245, 80, 123, 19, 46, 197, 249, 149, 71, 118, 174, 190, 190, 123, 146, 66, 30, 234, 105, 20, 70, 210, 44];
/// let document = r#"{"rampgate_flags": 1, "version": 7, "flags": {"f": {"variants": ["off", "on"], "default": "on"}}}"#;
/// let envelope = sign(document, "ops-2026", &secret)?;
///
/// let mut flags = SignedFlags::new(TrustedKeys::none().with("ops-2026", &public)?);
/// assert_eq!(flags.offer(&envelope)?, Offered::Taken);
/// assert!(flags.offer(&envelope.replace(r#""default": "on""#, r#""default": "off""#)).is_err());
/// assert_eq!(flags.current().ok_or("taken")?.flag("f")?.evaluate(&Context::of("u")).variant(), "on");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SignedFlags {
    keys: TrustedKeys,
    current: Option<(FlagSet, Vec<u8>)>,
}

impl SignedFlags {
    /// Has nothing yet.
    #[must_use]
    pub const fn new(keys: TrustedKeys) -> Self {
        Self { keys, current: None }
    }

    /// The document in use; `None` before the first good one.
    #[must_use]
    pub fn current(&self) -> Option<&FlagSet> {
        self.current.as_ref().map(|(set, _)| set)
    }

    /// Takes a signed document, if a trusted key has signed it as it is and it is not older than the one in use.
    ///
    /// Keep the version in use across restarts, and offer the stored document first: a fresh start knows no version that it could refuse to go
    /// back from.
    ///
    /// # Errors
    /// [`Kind::Untrusted`](crate::ErrorKind::Untrusted): no signature by a trusted key, or one that does not fit the content.
    /// [`Kind::Order`](crate::ErrorKind::Order): an older version, or another content under the version in use. Else whatever
    /// [`FlagSet::from_json`] says, with paths below `signed`.
    pub fn offer(&mut self, envelope: &str) -> Result<Offered, Error> {
        let node = Node::parse("envelope", envelope)?;
        let problems = Problems::default();
        let read = Field::root(&node, &problems).object().and_then(|mut fields| {
            let signed = fields.required("signed");
            let signatures = fields.required("signatures").and_then(|field| self.read_signatures(&field));
            fields.finish();
            signed.zip(signatures)
        });
        let read = read.map(|(signed, signatures)| {
            let content = canonical(signed.node());
            (signed, self.is_signed(&content, &signatures), content)
        });
        let set = match &read {
            // Nothing of an unsigned document is read: its problems are not worth telling apart.
            Some((_, false, _)) => return Err(untrusted()),
            Some((signed, true, _)) => signed.object().and_then(|fields| FlagSet::read(fields, &problems)),
            None => None,
        };
        let content = read.map(|(_, _, content)| content).unwrap_or_default();
        let set = problems.finish(set)?;
        if let Some((current, known)) = &self.current {
            if *known == content {
                return Ok(Offered::Known);
            }
            if set.version() <= current.version() {
                let rule = format!("must be above the version in use ({})", current.version());
                return Err(Error::new("signed.version", Kind::Order, rule, set.version()));
            }
        }
        self.current = Some((set, content));
        Ok(Offered::Taken)
    }

    fn is_signed(&self, content: &[u8], signatures: &[(&VerifyingKey, Signature)]) -> bool {
        !signatures.is_empty()
            && signatures.iter().all(|(key, signature)| key.verify_strict(content, signature).is_ok())
    }

    /// The signatures by keys that are trusted; those by others are for others.
    fn read_signatures(&self, field: &Field<'_>) -> Option<Vec<(&VerifyingKey, Signature)>> {
        let mut trusted = Vec::new();
        for item in field.list()? {
            let mut fields = item.object()?;
            let name = fields.required("key").and_then(|field| field.text());
            let signature_field = fields.required("ed25519");
            let signature = signature_field.as_ref().and_then(Field::text).map(from_hexadecimal);
            fields.finish();
            let Some(bytes) = signature? else {
                signature_field?.refuse(Kind::Syntax, "must be 64 bytes in hexadecimal");
                return None;
            };
            trusted.extend(self.keys.find(name?).map(|key| (key, Signature::from_bytes(&bytes))));
        }
        Some(trusted)
    }
}

fn untrusted() -> Error {
    Error::absent("signatures", Kind::Untrusted, "must hold a signature of this content by a trusted key")
}

fn from_hexadecimal(text: &str) -> Option<[u8; 64]> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, odd) = text.as_bytes().as_chunks::<2>();
    let bytes: Option<Vec<u8>> =
        pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
    bytes.filter(|_| odd.is_empty())?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: [u8; 32] = [7; 32];

    fn public(secret: &[u8; 32]) -> [u8; 32] {
        SigningKey::from_bytes(secret).verifying_key().to_bytes()
    }

    fn document(version: u64, default: &str) -> String {
        format!(
            r#"{{"rampgate_flags": 1, "version": {version}, "flags": {{"f": {{"variants": ["off", "on"], "default": "{default}"}}}}}}"#
        )
    }

    fn holder() -> SignedFlags {
        SignedFlags::new(TrustedKeys::none().with("ops", &public(&SECRET)).unwrap())
    }

    fn kind(flags: &mut SignedFlags, envelope: &str) -> Kind {
        let before = flags.current().map(FlagSet::version);
        let error = flags.offer(envelope).unwrap_err();
        assert_eq!(flags.current().map(FlagSet::version), before, "the last good one stays");
        error.kind()
    }

    /// RFC 8032, section 7.1, test 1: the empty message.
    #[test]
    fn the_signature_scheme_is_the_standard_s() {
        let secret = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
        let padded = from_hexadecimal(&format!("{secret}{secret}")).unwrap();
        let key = SigningKey::from_bytes(padded.first_chunk::<32>().unwrap());
        assert_eq!(key.sign(b"").to_bytes(), from_hexadecimal(signature).unwrap());
    }

    #[test]
    fn versions_go_up_alone() {
        let mut flags = holder();
        let signed = |version, default| sign(&document(version, default), "ops", &SECRET).unwrap();
        assert_eq!(flags.offer(&signed(2, "on")).unwrap(), Offered::Taken);
        assert_eq!(flags.offer(&signed(2, "on")).unwrap(), Offered::Known);
        assert_eq!(kind(&mut flags, &signed(1, "on")), Kind::Order);
        assert_eq!(kind(&mut flags, &signed(2, "off")), Kind::Order);
        assert_eq!(flags.offer(&signed(3, "off")).unwrap(), Offered::Taken);
    }

    #[test]
    fn what_is_unsigned_tampered_with_or_signed_by_others_is_refused() {
        let mut flags = holder();
        let envelope = sign(&document(1, "on"), "ops", &SECRET).unwrap();
        assert_eq!(kind(&mut flags, &envelope.replace("\"on\"}", "\"off\"}")), Kind::Untrusted);
        assert_eq!(kind(&mut flags, &envelope.replace("\"version\": 1", "\"version\": 9")), Kind::Untrusted);
        let unsigned = format!(r#"{{"signed": {}, "signatures": []}}"#, document(1, "on"));
        assert_eq!(kind(&mut flags, &unsigned), Kind::Untrusted);
        assert_eq!(kind(&mut flags, &sign(&document(1, "on"), "ops", &[8; 32]).unwrap()), Kind::Untrusted);
        assert_eq!(kind(&mut flags, &sign(&document(1, "on"), "else", &SECRET).unwrap()), Kind::Untrusted);
        assert_eq!(kind(&mut flags, &document(1, "on")), Kind::Missing);
        assert_eq!(kind(&mut flags, &envelope.replace("ed25519\": \"", "ed25519\": \"zz")), Kind::Syntax);
        let reordered =
            envelope.replace(r#""rampgate_flags": 1, "version": 1,"#, r#""version":1,"rampgate_flags":1,"#);
        assert_eq!(flags.offer(&reordered).unwrap(), Offered::Taken);
    }

    #[test]
    fn a_signed_document_that_is_wrong_names_its_paths() {
        assert!(sign(r#"{"rampgate_flags": 1}"#, "ops", &SECRET).is_err());
        assert!(TrustedKeys::none().with("weak", &[0; 32]).is_err());
        let keys = TrustedKeys::none().with("ops", &public(&SECRET)).unwrap();
        assert!(keys.with("ops", &public(&[9; 32])).is_err());
    }
}
