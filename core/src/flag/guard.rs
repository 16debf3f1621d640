use crate::bucketing::{Holdouts, Layer};
use crate::document::Field;
use crate::error::Kind;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// What stands before the rules of a flag: the holdouts that cover it, and its claim in a layer.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    /// Positions of holdouts.
    pub(super) holdouts: Box<[u32]>,
    pub(super) claim: Option<Claim>,
}

/// A claim in a layer, by their positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Claim {
    pub(super) layer: u32,
    pub(super) claim: u32,
}

impl Guard {
    /// The guard of a flag with these tags; none where nothing stands before it, as before most flags.
    pub(super) fn of(tags: &[&str], claim: Option<Claim>, holdouts: &Holdouts) -> Option<Box<Self>> {
        let covering = (0..).zip(holdouts.iter()).filter(|(_, holdout)| holdout.covers(tags));
        let holdouts: Box<[u32]> = covering.map(|(position, _)| position).collect();
        (claim.is_some() || !holdouts.is_empty()).then(|| Box::new(Self { holdouts, claim }))
    }
}

impl Claim {
    /// Reads `{"name": layer, "claim": claim}`.
    pub(super) fn read(field: &Field<'_>, layers: &[Layer]) -> Option<Self> {
        let mut fields = field.object()?;
        let layer = fields.required("name").and_then(|field| {
            let name = field.text()?;
            let found = layers.iter().position(|layer| layer.name() == name);
            if found.is_none() {
                field.refuse(Kind::Unknown, "must be the name of a layer of this document");
            }
            found
        });
        let claim = fields.required("claim").and_then(|field| {
            let found = layers.get(layer?)?.position(field.text()?);
            if found.is_none() {
                field.refuse(Kind::Unknown, "must be the name of a claim of that layer");
            }
            found
        });
        fields.finish();
        Some(Self { layer: u32::try_from(layer?).ok()?, claim: u32::try_from(claim?).ok()? })
    }
}

/// Reads a list of layers, whose names differ.
pub(super) fn read_layers(field: &Field<'_>, problems: &crate::error::Problems) -> Option<Vec<Layer>> {
    let mut layers: Vec<Layer> = Vec::new();
    let mut complete = true;
    for item in field.list()? {
        let Some(layer) = Layer::read(&item, problems) else {
            complete = false;
            continue;
        };
        if layers.iter().any(|earlier| earlier.name() == layer.name()) {
            item.refuse(Kind::Conflict, "must not repeat the name of another layer");
            complete = false;
        }
        layers.push(layer);
    }
    complete.then_some(layers)
}
