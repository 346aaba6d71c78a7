//! The layout of a text as `terraform fmt` gives it.
//!
//! Only white space changes, and a few older spellings. The text is cut into tokens ([`scan`]), spellings are brought up
//! to date ([`rewrite`]), and every token gets its spaces anew ([`layout`]): the layout depends on nothing else.

mod layout;
mod rewrite;
mod scan;
mod token;

use std::sync::Arc;

use wpinfra_core::Diagnostics;

use crate::syntax::{Source, parse_body};

/// Returns the text in the layout that it is to have; with errors in its syntax there is none.
pub fn format(source: &Arc<Source>) -> (Option<String>, Diagnostics) {
    let (body, diagnostics) = parse_body(source);
    (body.map(|_| laid_out(&source.text)), diagnostics)
}

/// Returns a text without errors in its layout.
fn laid_out(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (tokens, blank_at_end) = scan::scan(text);
    let mut tokens = rewrite::rewrite(tokens);
    layout::lay_out(&mut tokens);
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for token in &tokens {
        out.extend(std::iter::repeat_n(' ', token.spaces));
        out.push_str(&token.text);
    }
    // White space that no line break follows is all that Terraform leaves.
    out.extend(std::iter::repeat_n(' ', blank_at_end));
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PIECES: [&str; 30] = [
        "a", "variable", " ", "\t", "\n", "\r\n", "\r", "=", "-", "1.5", "\"", "${", "%{~", "~}", "}", "{", "[", "]",
        "(", ")", "<<E\n", "E", "/*", "*/", "#", "$", "\\", "é", "\u{feff}", "type",
    ];

    proptest! {
        #[test]
        fn any_text_is_cut_into_tokens_without_a_loss(pieces in proptest::collection::vec(proptest::sample::select(&PIECES), 0..40)) {
            let text = pieces.concat();
            let (tokens, blank_at_end) = scan::scan(&text);
            let mut rest = text.as_str();
            for token in &tokens {
                rest = rest.trim_start_matches([' ', '\t']).strip_prefix(&*token.text)
                    .or_else(|| rest.strip_prefix(&*token.text)).expect("a token is where it was");
            }
            prop_assert_eq!(rest.len(), blank_at_end);
            prop_assert!(rest.trim_start_matches([' ', '\t']).is_empty());
            // With errors in the text the layout means nothing, but it comes to an end.
            laid_out(&text);
        }
    }
}
