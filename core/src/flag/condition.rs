use super::test::Test;
use crate::document::Field;
use crate::error::{Kind, Problems};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// Deepest nesting of `all`, `any` and `not`.
const DEEPEST: usize = 16;

/// When a rule or segment applies: a tree whose names are resolved to positions in the set.
#[derive(Clone, Debug)]
pub(super) enum Condition {
    All(Box<[Self]>),
    Any(Box<[Self]>),
    Not(Box<Self>),
    Segment(u32),
    /// The flag gives the unit one of these variants.
    Flag {
        flag: u32,
        variants: Box<[u32]>,
    },
    Attribute {
        name: Box<str>,
        test: Test,
    },
}

/// What the names in a condition mean: the set, while it is read.
pub(super) trait Names {
    fn segment(&self, name: &str) -> Option<u32>;
    fn flag(&self, key: &str) -> Option<u32>;
    fn variant(&self, flag: u32, name: &str) -> Option<u32>;
    fn problems(&self) -> &Problems;
}

impl Condition {
    /// Reads `{"all": […]}`, `{"any": […]}`, `{"not": …}`, `{"segment": name}`, `{"flag": key, "variants": […]}` or
    /// `{"attribute": name, <test>: …}`.
    pub(super) fn read(field: &Field<'_>, names: &impl Names) -> Option<Self> {
        Self::read_at(field, names, DEEPEST)
    }

    fn read_at(field: &Field<'_>, names: &impl Names, depth: usize) -> Option<Self> {
        let Some(depth) = depth.checked_sub(1) else {
            field.refuse(Kind::Range, "must not be nested more than 16 deep");
            return None;
        };
        let mut fields = field.object()?;
        let condition = if let Some(field) = fields.optional("all") {
            Self::read_list(&field, names, depth).map(Self::All)
        } else if let Some(field) = fields.optional("any") {
            Self::read_list(&field, names, depth).map(Self::Any)
        } else if let Some(field) = fields.optional("not") {
            Self::read_at(&field, names, depth).map(|condition| Self::Not(condition.into()))
        } else if let Some(field) = fields.optional("segment") {
            let segment = names.segment(field.text()?);
            if segment.is_none() {
                field.refuse(Kind::Unknown, "must be the name of a segment of this document");
            }
            segment.map(Self::Segment)
        } else if let Some(field) = fields.optional("flag") {
            let variants = fields.required("variants");
            read_flag(&field, variants.as_ref(), names)
        } else if let Some(field) = fields.optional("attribute") {
            let test = Test::read(&mut fields);
            field.name().zip(test).map(|(name, test)| Self::Attribute { name: name.into(), test })
        } else {
            fields.refuse(
                Kind::Missing,
                "must hold one of `all`, `any`, `not`, `segment`, `flag`, `attribute`",
            );
            return None;
        };
        fields.finish();
        condition
    }

    fn read_list(field: &Field<'_>, names: &impl Names, depth: usize) -> Option<Box<[Self]>> {
        let items = field.list()?;
        if items.is_empty() {
            field.refuse(Kind::Range, "must not be empty");
            return None;
        }
        let read: Vec<Option<Self>> = items.iter().map(|item| Self::read_at(item, names, depth)).collect();
        read.into_iter().collect()
    }

    /// Calls `visit` with each part of the tree.
    pub(super) fn walk(&self, visit: &mut impl FnMut(&Self)) {
        visit(self);
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.walk(visit)),
            Self::Not(part) => part.walk(visit),
            Self::Segment(_) | Self::Flag { .. } | Self::Attribute { .. } => {}
        }
    }
}

/// Reads what another flag must give: its key, and the variants that will do.
pub(super) fn read_flag(
    flag: &Field<'_>,
    variants: Option<&Field<'_>>,
    names: &impl Names,
) -> Option<Condition> {
    let known = names.flag(flag.text()?);
    if known.is_none() {
        flag.refuse(Kind::Unknown, "must be the key of a flag of this document");
    }
    let items = variants?.list()?;
    if items.is_empty() {
        variants?.refuse(Kind::Range, "must not be empty");
    }
    let read = |item: &Field<'_>| {
        let variant = names.variant(known?, item.text()?);
        if variant.is_none() {
            item.refuse(Kind::Unknown, "must be a variant of that flag");
        }
        variant
    };
    let read: Vec<Option<u32>> = items.iter().map(read).collect();
    let variants: Option<Box<[u32]>> = read.into_iter().collect();
    Some(Condition::Flag { flag: known?, variants: variants.filter(|variants| !variants.is_empty())? })
}
