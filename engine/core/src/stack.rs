//! Room on the stack for what calls itself: it grows where it would end.

/// Bytes that must be left before the stack grows: enough for walks over values, whose depth has a bound, that do not grow it.
const RED_ZONE: usize = 1024 * 1024;
/// Bytes by which it grows.
const SEGMENT: usize = 8 * 1024 * 1024;
/// Bytes that hcl-edit needs for the levels that it allows, in an unoptimised build.
const PARSER: usize = 3 * 1024 * 1024;

/// Calls something that may call itself, as deep as texts and values are nested.
pub fn deeper<T>(call: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(RED_ZONE, SEGMENT, call)
}

/// Calls code of others that calls itself to a depth with a bound.
pub fn with_room<T>(call: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(PARSER, 2 * PARSER, call)
}
