//! Text to trees: bodies, blocks, attributes and expressions, each with its place.

mod context;
mod convert;
mod explain;
pub mod json;
mod position;
mod prepare;
mod scan;
mod split;
mod template;

use std::sync::Arc;

use indexmap::IndexMap;
use wpinfra_core::{Diagnostics, SourceRange};

use crate::expr::{Expr, Expression};
pub use context::context_at;
pub use position::{Source, Span};
pub use split::{is_unfinished, parse_body, parse_expression, parse_part, parse_template};

/// Attributes and blocks at one level.
#[derive(Clone, Debug)]
pub struct Body {
    /// Where the text stands.
    pub source: Arc<Source>,
    /// Attributes by name, in source order.
    pub attributes: IndexMap<Arc<str>, Attribute>,
    /// Blocks in source order.
    pub blocks: Vec<Block>,
    /// The whole of it.
    pub span: Span,
    /// JSON members whose meaning is known only when a schema is at hand.
    pub undecided: Option<Arc<json::Members>>,
}

/// `name = expression`
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Where the text stands: override files put attributes into the bodies of other files.
    pub source: Arc<Source>,
    /// The name.
    pub name: Arc<str>,
    /// Where the name stands.
    pub name_span: Span,
    /// The expression.
    pub value: Arc<Expr>,
    /// The whole of it.
    pub span: Span,
}

/// `kind "label" { … }`
#[derive(Clone, Debug)]
pub struct Block {
    /// The word in front.
    pub kind: Arc<str>,
    /// Where the word stands.
    pub kind_span: Span,
    /// The labels with their places.
    pub labels: Vec<(Arc<str>, Span)>,
    /// What is inside of the braces.
    pub body: Body,
    /// From the word to the last label.
    pub header: Span,
}

impl Body {
    /// Returns an empty body.
    pub fn empty(source: &Arc<Source>, span: Span) -> Self {
        Self { source: Arc::clone(source), attributes: IndexMap::new(), blocks: Vec::new(), span, undecided: None }
    }

    /// Returns the range of a span in it.
    pub fn range(&self, span: Span) -> SourceRange {
        self.source.range(span)
    }

    /// Returns where something that is missing would have to stand: the opening brace of the block, or the closing one in JSON;
    /// `head` where there is none.
    pub fn missing_range(&self, head: &SourceRange) -> SourceRange {
        if self.source.file.ends_with(".json") {
            return self.range(Span { start: self.span.end.saturating_sub(1), end: self.span.end });
        }
        let text = self.source.text_of(self.span);
        let mut quoted = false;
        let is_opening = |character: char| {
            quoted ^= character == '"';
            character == '{' && !quoted
        };
        text.find(is_opening)
            .map_or_else(|| head.clone(), |at| self.range(Span::new(at..at + 1, self.span.start as usize)))
    }

    /// Returns the attribute as an expression with its source.
    pub fn expression(&self, name: &str) -> Option<Expression> {
        self.attributes.get(name).map(Attribute::expression)
    }

    /// Returns the body with JSON members sorted into attributes and blocks: `blocks` names the blocks with the number of their labels.
    pub fn shaped(
        &self,
        blocks: &dyn Fn(&str) -> Option<usize>,
        diagnostics: &mut Diagnostics,
    ) -> std::borrow::Cow<'_, Self> {
        match &self.undecided {
            None => std::borrow::Cow::Borrowed(self),
            Some(members) => {
                std::borrow::Cow::Owned(json::shape(&self.source, members, self.span, blocks, diagnostics))
            }
        }
    }
}

impl Attribute {
    /// Returns the value with its source.
    pub fn expression(&self) -> Expression {
        Expression { source: Arc::clone(&self.source), expr: Arc::clone(&self.value) }
    }

    /// Returns where its name stands.
    pub fn name_range(&self) -> SourceRange {
        self.source.range(self.name_span)
    }

    /// Returns where it stands.
    pub fn range(&self) -> SourceRange {
        self.source.range(self.span)
    }
}

impl Block {
    /// Returns the range of the head of the block.
    pub fn range(&self) -> SourceRange {
        self.body.source.range(self.header)
    }

    /// Returns the text of a label.
    pub fn label(&self, index: usize) -> Option<&Arc<str>> {
        self.labels.get(index).map(|(text, _)| text)
    }
}
