use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// Where a text must stand in an attribute, whatever the case of either: characters are compared in lower case, by Unicode's default mapping,
/// without a language's own rules and without normalisation.
#[derive(Clone, Debug)]
pub(super) struct Folded {
    place: Place,
    /// In lower case.
    texts: Box<[Box<str>]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Whole,
    Start,
    End,
    Anywhere,
}

impl Folded {
    pub(super) fn new(place: Place, texts: &[Box<str>]) -> Self {
        let lower = |text: &str| lower(text).collect::<String>().into_boxed_str();
        Self { place, texts: texts.iter().map(|text| lower(text)).collect::<Vec<_>>().into() }
    }

    pub(super) fn holds(&self, text: &str) -> bool {
        self.texts.iter().any(|part| match self.place {
            Place::Whole => lower(text).eq(part.chars()),
            Place::Start => starts(text, part),
            Place::End => is_start(lower(text).rev(), part.chars().rev()),
            Place::Anywhere => {
                text.char_indices().any(|(at, _)| text.get(at..).is_some_and(|rest| starts(rest, part)))
            }
        })
    }
}

fn lower(text: &str) -> impl DoubleEndedIterator<Item = char> + '_ {
    text.chars().flat_map(char::to_lowercase)
}

fn starts(text: &str, part: &str) -> bool {
    is_start(lower(text), part.chars())
}

fn is_start(mut text: impl Iterator<Item = char>, mut part: impl Iterator<Item = char>) -> bool {
    part.all(|character| text.next() == Some(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_matter_and_place_does() {
        let holds = |place, part: &str, text| Folded::new(place, &[part.into()]).holds(text);
        assert!(holds(Place::Whole, "STRASSE", "Strasse") && !holds(Place::Whole, "a", "ab"));
        assert!(
            holds(Place::Start, "Äb", "äBc")
                && !holds(Place::Start, "b", "ab")
                && !holds(Place::Start, "abc", "ab")
        );
        assert!(holds(Place::End, "@Corp.Example", "ana@CORP.example") && !holds(Place::End, "a", "ab"));
        assert!(holds(Place::Anywhere, "ÑO", "el Niño está") && !holds(Place::Anywhere, "nono", "nonno"));
        assert!(holds(Place::Anywhere, "aab", "aaab"), "an overlap of a failed start is found");
        assert!(!holds(Place::Anywhere, "a", ""));
    }
}
