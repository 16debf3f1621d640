use crate::document::Field;
use crate::error::Kind;
use crate::quantity::Span;

/// A duration in the shorthand of the standard: a whole number and one letter.
pub(super) fn shorthand(field: &Field<'_>) -> Option<(u32, char)> {
    let text = field.text()?;
    let malformed =
        || field.refuse(Kind::Syntax, "must be a whole number and one of m, h, d, w, M, Q, Y, such as 4w");
    let Some((at, unit)) = text.char_indices().last() else {
        malformed();
        return None;
    };
    let digits = text.get(..at).unwrap_or_default();
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match digits.parse::<u32>() {
        Ok(number) if plain && number > 0 && "mhdwMQY".contains(unit) => Some((number, unit)),
        _ => {
            malformed();
            None
        }
    }
}

/// The span of units that are always as long: minutes, hours, days of 24 hours, weeks of seven of those.
pub(super) fn span(number: u32, unit: char) -> Option<Span> {
    let millis = match unit {
        'm' => 60_000,
        'h' => 3_600_000,
        'd' => 86_400_000,
        'w' => 7 * 86_400_000,
        _ => return None,
    };
    Span::from_millis(u64::from(number) * millis).ok()
}
