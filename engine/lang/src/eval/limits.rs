//! How large values may become, so that a mistake ends in an error and not in a machine without memory.

use wpinfra_core::Value;

/// How deep values may be nested: what becomes of them (comparisons, files, text) walks them on the stack.
pub(crate) const DEPTH: u32 = 250;
/// How many values one value may consist of: half a gigabyte.
pub(crate) const SIZE: u32 = 5_000_000;
/// How many bytes a text may have.
pub(crate) const TEXT: usize = 128 * 1024 * 1024;

/// Says by what a value is too large.
pub(crate) fn excess(value: &Value) -> Option<(&'static str, String)> {
    if value.depth() > DEPTH {
        return Some(("Value too deep", format!("More than {DEPTH} lists or objects would be within each other.")));
    }
    if value.size() > SIZE {
        return Some(("Value too large", size()));
    }
    value.as_str().filter(|text| text.len() > TEXT).map(|_| ("Text too long", text()))
}

pub(crate) fn size() -> String {
    format!("More than {SIZE} values would be in one list or object.")
}

pub(crate) fn text() -> String {
    format!("A text cannot have more than {} MB.", TEXT / 1024 / 1024)
}
