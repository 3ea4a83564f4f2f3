//! What keeps delivery whole, and what would be left without one of it.

/// One of the reasons why a change reaches every socket that may see it, once and in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// Missing changes are read from the store.
    GapFill,
    /// The bus has confirmed the subscription before a joiner reads the store.
    JoinOrder,
    /// A change that was passed on already is dropped when it comes again.
    Dedupe,
    /// Whoever is removed hears nothing above the removal, live or read from the store.
    RemovalFilter,
}

/// All mechanisms, or all but one: for tests that prove that each is needed. Nothing else ever leaves one out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mechanisms {
    missing: Option<Mechanism>,
}

impl Mechanisms {
    /// What every node has.
    pub const ALL: Self = Self { missing: None };

    /// All but this one.
    pub const fn without(mechanism: Mechanism) -> Self {
        Self {
            missing: Some(mechanism),
        }
    }

    /// Whether this one is there.
    pub fn have(self, mechanism: Mechanism) -> bool {
        self.missing != Some(mechanism)
    }
}
