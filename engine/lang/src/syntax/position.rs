//! Source texts and places in them.

use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;
use wpinfra_core::{SourcePosition, SourceRange};

/// A source text with what is needed to tell lines and columns.
#[derive(Debug)]
pub struct Source {
    /// The file as messages name it.
    pub file: Arc<str>,
    /// Its text.
    pub text: Arc<str>,
    line_starts: Vec<usize>,
}

/// A stretch of a source text in bytes; small, because every node of every expression has one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Source {
    /// Returns a source with its lines counted.
    pub fn new(file: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Arc<Self> {
        let text: Arc<str> = text.into();
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(index, _)| index + 1);
        let line_starts = std::iter::once(0).chain(newlines).collect();
        Arc::new(Self { file: file.into(), text, line_starts })
    }

    /// Returns the range of a span.
    pub fn range(&self, span: Span) -> SourceRange {
        SourceRange {
            file: Arc::clone(&self.file),
            start: self.position(span.start as usize),
            end: self.position(span.end as usize),
        }
    }

    /// Returns the position of a byte.
    pub fn position(&self, byte: usize) -> SourcePosition {
        let byte = byte.min(self.text.len());
        let line = self.line_starts.partition_point(|start| *start <= byte);
        let line_text = self.text.get(self.line_starts[line - 1]..byte).unwrap_or_default();
        SourcePosition { line, column: line_text.graphemes(true).count() + 1, byte }
    }

    /// Returns the text of a span.
    pub fn text_of(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

impl Span {
    /// Returns the span of a byte range that begins `offset` bytes into the source.
    pub fn new(range: std::ops::Range<usize>, offset: usize) -> Self {
        let narrow = |at: usize| u32::try_from(at + offset).unwrap_or(u32::MAX);
        Self { start: narrow(range.start), end: narrow(range.end) }
    }

    /// Returns the span from the start of this one to the end of the other.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end.max(self.end) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_grapheme_clusters() {
        let source = Source::new("a.tf", "a = 1\nbé = \"e\u{301}x\"\n");
        let at = source.text.find('x').expect("there");
        let position = source.position(at);
        assert_eq!((position.line, position.column, position.byte), (2, 8, at));
        assert_eq!(source.position(0).column, 1);
        assert_eq!(source.position(usize::MAX).line, 3);
    }
}
