//! Quoting of texts as Go's `%q` does it, which shows in `format` and decides the order of sets.

use std::fmt::Write as _;

/// Returns the text between double quotes, with escapes for what cannot be printed.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            ' '..='~' => quoted.push(c),
            '\0'..='\u{7f}' => push_code(&mut quoted, 'x', 2, c),
            _ if is_printable(c) => quoted.push(c),
            '\u{80}'..='\u{ffff}' => push_code(&mut quoted, 'u', 4, c),
            _ => push_code(&mut quoted, 'U', 8, c),
        }
    }
    quoted.push('"');
    quoted
}

fn push_code(out: &mut String, letter: char, digits: usize, c: char) {
    // Writing to a string cannot fail.
    _ = write!(out, "\\{letter}{:0digits$x}", u32::from(c));
}

/// Tells whether a character that is not ASCII is a letter, mark, number, punctuation or symbol.
pub fn is_printable(c: char) -> bool {
    // The standard library knows, but tells only by what it escapes; after a first character it leaves combining marks alone.
    let mut buffer = [b'a'; 5];
    let length = c.encode_utf8(&mut buffer[1..]).len();
    std::str::from_utf8(&buffer[..=length]).is_ok_and(|pair| pair.escape_debug().count() == 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_as_go_does() {
        let check = |text: &str, expected: &str| assert_eq!(quoted(text), expected);
        check("a\"b\\c\n\u{7}\u{7f}\0", r#""a\"b\\c\n\a\x7f\x00""#);
        check("é世e\u{301}😀", "\"é世e\u{301}😀\"");
        check("\u{a0}\u{200b}\u{feff}\u{e0001}\u{e000}", r#""\u00a0\u200b\ufeff\U000e0001\ue000""#);
    }
}
