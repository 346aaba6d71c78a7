//! Marks that values carry: sensitive and ephemeral.

use std::fmt;
use std::ops::{BitOr, BitOrAssign};

/// A set of marks on one value. Whatever is computed from a marked value carries its marks.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Marks(u8);

impl Marks {
    /// No mark.
    pub const NONE: Self = Self(0);
    /// The value must not be shown.
    pub const SENSITIVE: Self = Self(1);
    /// The value must not be written to state or plan.
    pub const EPHEMERAL: Self = Self(2);

    /// Tells whether there is no mark.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Tells whether every mark of `other` is in this set.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Returns this set without the marks of `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl BitOr for Marks {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Marks {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl fmt::Debug for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [(Self::SENSITIVE, "sensitive"), (Self::EPHEMERAL, "ephemeral")];
        f.debug_set().entries(names.iter().filter(|(mark, _)| self.contains(*mark)).map(|(_, name)| name)).finish()
    }
}
