/// Events of the newest ten seconds, most of the time, on their way into the tiers. Most events are added here and nowhere else.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    finest: Option<u32>,
    good: u64,
    bad: u64,
}

impl Open {
    pub(super) const NOTHING: Self = Self { finest: None, good: 0, bad: 0 };

    /// Open for more events of ten seconds that every tier holds already.
    pub(super) const fn at(finest: u32) -> Self {
        Self { finest: Some(finest), ..Self::NOTHING }
    }

    /// Adds events of the ten seconds that are open; false for any other.
    pub(super) fn takes(&mut self, finest: u32, good: u64, bad: u64) -> bool {
        let same = self.finest == Some(finest);
        if same {
            self.good = self.good.saturating_add(good);
            self.bad = self.bad.saturating_add(bad);
        }
        same
    }

    /// The ten seconds with their good and bad events, if there are any.
    pub(super) fn events(self) -> Option<(u32, u64, u64)> {
        self.finest.filter(|_| self.good > 0 || self.bad > 0).map(|finest| (finest, self.good, self.bad))
    }
}
