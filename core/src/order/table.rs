use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

/// Values by key, sorted by it: what a `BTreeMap` is, at a fraction of its machine code. A new key that is not the last one moves the entries behind it,
/// which is nothing for the hundreds that are kept here.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Table<K, V> {
    entries: Vec<(K, V)>,
}

impl<K: Ord, V> Table<K, V> {
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let (_, value) = self.entries.get(self.find(key).ok()?)?;
        Some(value)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let at = self.find(key).ok()?;
        self.entries.get_mut(at).map(|(_, value)| value)
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        match self.find(&key) {
            Ok(at) => {
                if let Some((_, known)) = self.entries.get_mut(at) {
                    *known = value;
                }
            }
            Err(at) => self.entries.insert(at, (key, value)),
        }
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let at = self.find(key).ok()?;
        Some(self.entries.remove(at).1)
    }

    /// Changes the value of `key`, which is `new` if there is none.
    pub(crate) fn change(&mut self, key: K, new: impl FnOnce() -> V, change: impl FnOnce(&mut V)) {
        let at = self.find(&key).unwrap_or_else(|at| {
            self.entries.insert(at, (key, new()));
            at
        });
        if let Some((_, value)) = self.entries.get_mut(at) {
            change(value);
        }
    }

    /// Where the key is, or where it would be.
    fn find(&self, key: &K) -> Result<usize, usize> {
        self.entries.binary_search_by(|(known, _)| known.cmp(key))
    }
}

impl<K, V> Table<K, V> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.entries.iter().map(|(key, _)| key)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.iter().map(|(_, value)| value)
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Table<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Serialize, V: Serialize> Serialize for Table<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Deserialize<'de> for Table<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

struct Entries<K, V>(PhantomData<(K, V)>);

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Visitor<'de> for Entries<K, V> {
    type Value = Table<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    /// In any order; of equal keys the last one counts.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Table<K, V>, A::Error> {
        let mut entries: Vec<(K, V)> = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        if !entries.is_sorted_by(|one, next| one.0 < next.0) {
            super::sort_stably_by(&mut entries, |one, other| one.0.cmp(&other.0));
            entries.dedup_by(|later, kept| {
                let same = later.0 == kept.0;
                if same {
                    core::mem::swap(later, kept);
                }
                same
            });
        }
        Ok(Table { entries })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;
    use alloc::format;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_does_what_a_tree_does(steps in proptest::collection::vec((0..3_u8, 0..12_u32, any::<u8>()), 0..60)) {
            let (mut table, mut tree) = (Table::default(), BTreeMap::new());
            for (step, key, value) in steps {
                match step {
                    0 => {
                        table.insert(key, value);
                        tree.insert(key, value);
                    }
                    1 => prop_assert_eq!(table.remove(&key), tree.remove(&key)),
                    _ => {
                        table.change(key, || value, |known| *known = known.wrapping_mul(3));
                        let known = tree.entry(key).or_insert(value);
                        *known = known.wrapping_mul(3);
                    }
                }
                prop_assert_eq!(table.get(&key), tree.get(&key));
                prop_assert!(table.iter().eq(tree.iter()) && table.keys().eq(tree.keys()) && table.values().eq(tree.values()));
                prop_assert_eq!(format!("{table:?}"), format!("{tree:?}"));
            }
            let bytes = postcard::to_allocvec(&tree).unwrap();
            prop_assert_eq!(&postcard::to_allocvec(&table).unwrap(), &bytes);
            prop_assert_eq!(postcard::from_bytes::<Table<u32, u8>>(&bytes).unwrap(), table);
        }

        #[test]
        fn entries_are_read_in_any_order_and_the_last_of_a_key_counts(entries in proptest::collection::vec((0..9_u32, any::<u8>()), 0..12)) {
            let text: Vec<_> = entries.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
            let text = format!("{{{}}}", text.join(","));
            let table: Table<u32, u8> = serde_json::from_str(&text).unwrap();
            prop_assert!(table.iter().eq(serde_json::from_str::<BTreeMap<u32, u8>>(&text).unwrap().iter()));
        }
    }
}
