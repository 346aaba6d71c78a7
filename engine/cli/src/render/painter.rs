//! Colours, where they are wanted.

use anstyle::{AnsiColor, Style};

/// Puts colours around texts, or leaves them plain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Painter {
    coloured: bool,
}

impl Painter {
    /// Returns a painter that colours if told so.
    pub(crate) const fn new(coloured: bool) -> Self {
        Self { coloured }
    }

    /// Tells whether colours are wanted.
    pub(crate) fn is_coloured(self) -> bool {
        self.coloured
    }

    /// Returns the text as something added.
    pub(crate) fn added(self, text: &str) -> String {
        self.paint(AnsiColor::Green.on_default(), text)
    }

    /// Returns the text as something removed.
    pub(crate) fn removed(self, text: &str) -> String {
        self.paint(AnsiColor::Red.on_default(), text)
    }

    /// Returns the text as something changed.
    pub(crate) fn changed(self, text: &str) -> String {
        self.paint(AnsiColor::Yellow.on_default(), text)
    }

    /// Returns the text as something read.
    pub(crate) fn read(self, text: &str) -> String {
        self.paint(AnsiColor::Cyan.on_default(), text)
    }

    /// Returns the text as something less important.
    pub(crate) fn faint(self, text: &str) -> String {
        self.paint(AnsiColor::BrightBlack.on_default(), text)
    }

    /// Returns the text as something important.
    pub(crate) fn bold(self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    /// Returns the text as an error.
    pub(crate) fn error(self, text: &str) -> String {
        self.paint(AnsiColor::Red.on_default().bold(), text)
    }

    /// Returns the text as a warning.
    pub(crate) fn warning(self, text: &str) -> String {
        self.paint(AnsiColor::Yellow.on_default().bold(), text)
    }

    /// Returns the text as a success.
    pub(crate) fn success(self, text: &str) -> String {
        self.paint(AnsiColor::Green.on_default().bold(), text)
    }

    fn paint(self, style: Style, text: &str) -> String {
        if self.coloured && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}
