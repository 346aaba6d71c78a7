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
