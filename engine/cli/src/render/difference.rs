//! What differs between two values, as data that the layout can write down.

use super::painter::Painter;

/// What happens to a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Symbol {
    /// Nothing.
    Same,
    /// It is added.
    Add,
    /// It is removed.
    Remove,
    /// It is changed.
    Change,
}

impl Symbol {
    /// Returns the character, coloured.
    pub(crate) fn paint(self, painter: Painter) -> String {
        match self {
            Self::Same => " ".to_owned(),
            Self::Add => painter.added("+"),
            Self::Remove => painter.removed("-"),
            Self::Change => painter.changed("~"),
        }
    }
}

/// One line, or several that belong together.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// What happens.
    pub(crate) symbol: Symbol,
    /// What stands before the value.
    pub(crate) label: Label,
    /// The value.
    pub(crate) body: Body,
    /// What is said at the end of the first line, `#` included.
    pub(crate) comment: Option<&'static str>,
}

/// What stands before a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Label {
    /// An element of a list: nothing.
    Element,
    /// `name =`
    Argument(String),
    /// `name` of a nested block, with its label if it has one.
    Block(String),
}

/// A value, or the way from one to another.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    /// A text on one line.
    Text(String),
    /// Two texts.
    Change(String, String),
    /// Something with parts.
    Container(Container),
    /// Something with parts that all fare alike: on one line where there is room for it.
    Short(String, Container),
    /// A text of several lines.
    Lines(Vec<TextLine>),
}

/// Something with parts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Container {
    /// Text before the parts.
    pub(crate) open: &'static str,
    /// Text after the parts.
    pub(crate) close: &'static str,
    /// The parts that are shown.
    pub(crate) entries: Vec<Entry>,
    /// What is said of those that are not.
    pub(crate) hidden: Vec<String>,
    /// What the whole becomes, if that is something else altogether.
    pub(crate) becomes: Option<String>,
}

/// One line of a text, or what stands for lines that are not shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TextLine {
    /// A line.
    Line(Symbol, String),
    /// A number of lines without change.
    Hidden(usize),
}

impl Container {
    /// Returns a container of the parts.
    pub(crate) fn new(open: &'static str, close: &'static str, entries: Vec<Entry>) -> Self {
        Self { open, close, entries, hidden: Vec::new(), becomes: None }
    }

    /// Adds what is said of parts that are not shown, if there are any.
    pub(crate) fn hiding(mut self, number: usize, noun: &str) -> Self {
        if number > 0 {
            self.hidden.push(super::words::hidden(number, noun));
        }
        self
    }
}
