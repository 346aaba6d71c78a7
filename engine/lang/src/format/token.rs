//! What a text is made of for its layout.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

/// A piece of a text that no layout changes, and the spaces in front of it, which it does.
#[derive(Clone, Debug)]
pub(super) struct Token<'t> {
    /// What it is.
    pub(super) kind: Kind,
    /// Its text; line breaks are tokens, or the ends of tokens.
    pub(super) text: Cow<'t, str>,
    /// How many spaces stand before it.
    pub(super) spaces: usize,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or a keyword.
    Word,
    /// A number without its sign.
    Number,
    /// The end of a line.
    Newline,
    /// A comment; one that goes to the end of its line holds the line break.
    Comment,
    /// The quote before a string.
    QuoteOpen,
    /// The quote after a string.
    QuoteClose,
    /// `<<NAME` with its line break.
    HeredocOpen,
    /// The line with the name, without its line break.
    HeredocClose,
    /// Text of a string or a heredoc.
    Literal,
    /// `${` or `%{`, with or without `~`.
    TemplateOpen,
    /// The brace after that.
    TemplateClose,
    /// `{`
    BraceOpen,
    /// `}`
    BraceClose,
    /// `[`
    BracketOpen,
    /// `]`
    BracketClose,
    /// `(`
    ParenthesisOpen,
    /// `)`
    ParenthesisClose,
    /// `.`
    Dot,
    /// `,`
    Comma,
    /// `...`
    Ellipsis,
    /// `::`
    Scope,
    /// `=`
    Assign,
    /// `!`
    Not,
    /// `-`
    Minus,
    /// `=>`
    Arrow,
    /// `:`, `?`, or an operator between two operands.
    Operator,
    /// Nothing that a text without errors has.
    Unknown,
}

impl Kind {
    /// Returns 1 for what opens a bracket, -1 for what closes one, else 0.
    pub(super) fn depth(self) -> i32 {
        let opens = matches!(self, Self::TemplateOpen | Self::BraceOpen | Self::BracketOpen | Self::ParenthesisOpen);
        let closes =
            matches!(self, Self::TemplateClose | Self::BraceClose | Self::BracketClose | Self::ParenthesisClose);
        i32::from(opens) - i32::from(closes)
    }
}

impl<'t> Token<'t> {
    /// Returns a token without spaces before it.
    pub(super) fn new(kind: Kind, text: impl Into<Cow<'t, str>>) -> Self {
        Self { kind, text: text.into(), spaces: 0 }
    }

    /// Tells whether the line ends with it.
    pub(super) fn ends_line(&self) -> bool {
        self.kind == Kind::Newline || (self.kind == Kind::Comment && self.text.ends_with('\n'))
    }

    /// Returns how many columns it takes with the spaces before it: one for each character that a reader sees.
    pub(super) fn columns(&self) -> usize {
        // Of ASCII characters only a carriage return before a newline makes less than one each.
        let is_simple = self.text.is_ascii() && !self.text.contains('\r');
        self.spaces + if is_simple { self.text.len() } else { self.text.graphemes(true).count() }
    }
}
