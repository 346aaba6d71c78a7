//! The fixed phrases: one wording for one thing, wherever it is said.

/// Stands for a value that must not be shown.
pub(crate) const SENSITIVE: &str = "(sensitive value)";
/// Stands for a value that must not be shown nor recorded.
pub(crate) const EPHEMERAL: &str = "(ephemeral value)";
/// Stands for a value that only the apply will tell.
pub(crate) const UNKNOWN: &str = "(known after apply)";
/// Stands behind what makes a replacement necessary.
pub(crate) const FORCES_REPLACEMENT: &str = "# forces replacement";
/// A plan without any effect.
pub(crate) const NO_CHANGES: &str = "No changes. Your infrastructure matches the configuration.";
/// A destroy plan of an empty state.
pub(crate) const NOTHING_TO_DESTROY: &str = "No changes. There is nothing to destroy.";
/// A refresh-only plan without any drift.
pub(crate) const NO_DRIFT: &str = "No changes. The state matches what is there.";
/// Stands before objects that somebody else changed.
pub(crate) const DRIFT: &str = "Changed outside of wpinfra since the last apply:";
/// Stands before the changes of root outputs.
pub(crate) const OUTPUT_CHANGES: &str = "Changes to Outputs:";
/// Stands before the root outputs.
pub(crate) const OUTPUTS: &str = "Outputs:";
/// Said where JSON is the same apart from white space and the order of keys.
pub(crate) const SAME_JSON: &str = "# same JSON, written differently";
/// Said where only the secrecy of a value changes.
pub(crate) const BECOMES_SENSITIVE: &str = "# will be hidden from now on";
/// Said where only the secrecy of a value changes.
pub(crate) const BECOMES_VISIBLE: &str = "# will be shown from now on";

/// Returns the number with the noun in singular or plural.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// Returns what stands for unchanged parts that are not listed.
pub(crate) fn hidden(number: usize, noun: &str) -> String {
    format!("# ({number} unchanged {noun}{} hidden)", if number == 1 { "" } else { "s" })
}
