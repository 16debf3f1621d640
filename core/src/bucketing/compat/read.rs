//! What the schemes' documents need beyond what every document does.

use super::Assign;
use crate::document::Field;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// Lists of numbers, and whole numbers of 32 bits.
pub(super) trait Read {
    /// A whole number of 32 bits.
    fn whole(&self) -> Option<u32>;
    /// A list of whole numbers of 32 bits.
    fn wholes(&self) -> Option<Vec<u32>>;
    /// A list of finite numbers.
    fn numbers(&self) -> Option<Vec<f64>>;
    /// A list of pairs of finite numbers.
    fn pairs(&self) -> Option<Vec<(f64, f64)>>;
    /// A list of pairs of whole numbers.
    fn whole_pairs(&self) -> Option<Vec<(u32, u32)>>;
}

impl Read for Field<'_> {
    fn whole(&self) -> Option<u32> {
        self.integer(0..=u64::from(u32::MAX)).and_then(|value| u32::try_from(value).ok())
    }

    fn wholes(&self) -> Option<Vec<u32>> {
        all(self, Self::whole)
    }

    fn numbers(&self) -> Option<Vec<f64>> {
        all(self, |item| item.number(f64::MIN..=f64::MAX))
    }

    fn pairs(&self) -> Option<Vec<(f64, f64)>> {
        all(self, |item| pair(item, Self::numbers))
    }

    fn whole_pairs(&self) -> Option<Vec<(u32, u32)>> {
        all(self, |item| pair(item, Self::wholes))
    }
}

/// Reads every item, so that each bad one is noted.
fn all<'a, T>(field: &Field<'a>, read: impl Fn(&Field<'a>) -> Option<T>) -> Option<Vec<T>> {
    let items: Vec<Option<T>> = field.list()?.iter().map(read).collect();
    items.into_iter().collect()
}

fn pair<'a, T: Copy>(field: &Field<'a>, read: impl Fn(&Field<'a>) -> Option<Vec<T>>) -> Option<(T, T)> {
    let items = read(field)?;
    let [first, second] = items.as_slice() else {
        field.refuse(crate::error::Kind::Range, "must be a list of two numbers");
        return None;
    };
    Some((*first, *second))
}

/// A scheme of any type, behind one pointer.
pub(super) fn shared<A: Assign + Send + Sync + 'static>(
    scheme: Option<A>,
) -> Option<Arc<dyn Assign + Send + Sync>> {
    Some(Arc::new(scheme?))
}
