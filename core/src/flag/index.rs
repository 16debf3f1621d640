use crate::order;
use crate::siphash::SipHash;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// Positions of distinct keys, found by hash. Each key is in one of as many buckets as there are keys, and a bucket is
/// sorted, so that a search costs one or two comparisons, and never more than a sorted table's, whoever chose the keys.
#[derive(Clone, Debug)]
pub(super) struct Index {
    /// The end of each bucket among the positions.
    ends: Box<[u32]>,
    positions: Box<[u32]>,
}

impl Index {
    /// `None` for more keys than a position can count.
    pub(super) fn new(keys: &[&str]) -> Option<Self> {
        let count = u32::try_from(keys.len()).ok()?;
        let mut entries: Vec<(u32, &str, u32)> =
            keys.iter().zip(0..).map(|(key, position)| (bucket(key, count), *key, position)).collect();
        order::sort(&mut entries);
        let mut ends = Vec::with_capacity(keys.len());
        let mut end = 0_u32;
        for bucket in 0..count {
            let rest = entries.iter().skip(usize::try_from(end).ok()?);
            end += u32::try_from(rest.take_while(|(own, ..)| *own == bucket).count()).ok()?;
            ends.push(end);
        }
        let positions = entries.into_iter().map(|(.., position)| position).collect();
        Some(Self { ends: ends.into(), positions })
    }

    /// The position of `key`, where `key_at` gives the key at a position.
    pub(super) fn find<'k>(&self, key: &str, key_at: impl Fn(u32) -> Option<&'k str>) -> Option<u32> {
        let bucket = bucket(key, u32::try_from(self.ends.len()).ok()?);
        let end = self.ends.get(usize::try_from(bucket).ok()?)?;
        let start = bucket.checked_sub(1).and_then(|before| self.ends.get(usize::try_from(before).ok()?));
        let start = usize::try_from(*start.unwrap_or(&0)).ok()?;
        let within = self.positions.get(start..usize::try_from(*end).ok()?)?;
        let found = within.binary_search_by(|position| key_at(*position).cmp(&Some(key))).ok()?;
        within.get(found).copied()
    }
}

/// Which of `count` buckets a key belongs to.
fn bucket(key: &str, count: u32) -> u32 {
    let hash = SipHash::UNKEYED.hash(key.as_bytes()) >> 32;
    u32::try_from((hash * u64::from(count)) >> 32).unwrap_or(0) // below `count`, as the hash is below 2^32
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;

    #[test]
    fn every_key_is_found_where_it_is_and_no_other_anywhere() {
        for count in [0, 1, 2, 3, 1_000] {
            let keys: Vec<String> = (0..count).map(|n| format!("flag-{n}")).collect();
            let keys: Vec<&str> = keys.iter().map(|key| &**key).collect();
            let index = Index::new(&keys).unwrap();
            let find = |key: &str| index.find(key, |position| keys.get(position as usize).copied());
            for (position, key) in (0..).zip(&keys) {
                assert_eq!(find(key), Some(position));
                assert_eq!(find(&format!("{key}-")), None);
            }
            assert_eq!(find(""), None);
        }
    }
}
