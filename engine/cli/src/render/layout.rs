//! Writes differences down: symbols in their column, names and values aligned, long changes over two lines.

use unicode_width::UnicodeWidthStr;

use super::difference::{Body, Container, Entry, Label, Symbol, TextLine};
use super::painter::Painter;
use super::words;

/// Writes entries in a column of a certain width.
pub(crate) struct Layout {
    /// How to colour.
    pub(crate) painter: Painter,
    /// How many columns there are.
    pub(crate) width: usize,
    /// The lines so far.
    pub(crate) lines: Vec<String>,
}

impl Layout {
    /// Writes the parts of a container, symbols standing in column `indent`.
    pub(crate) fn entries(&mut self, entries: &[Entry], hidden: &[String], indent: usize) {
        let aligned = entries.iter().filter_map(|entry| match &entry.label {
            Label::Argument(name) => Some(name.width()),
            Label::Element | Label::Block(_) => None,
        });
        let aligned = aligned.max().unwrap_or(0);
        let mut after_block = false;
        for (index, entry) in entries.iter().enumerate() {
            let is_block = matches!(entry.label, Label::Block(_));
            if index > 0 && (is_block && !after_block) {
                self.lines.push(String::new());
            }
            after_block = is_block;
            self.entry(entry, indent, aligned);
        }
        for note in hidden {
            let note = self.painter.faint(note);
            self.lines.push(format!("{}  {note}", " ".repeat(indent)));
        }
    }

    fn entry(&mut self, entry: &Entry, indent: usize, aligned: usize) {
        let (name, end) = match &entry.label {
            Label::Element => (String::new(), ","),
            Label::Argument(name) => (format!("{name}{} = ", " ".repeat(aligned.saturating_sub(name.width()))), ""),
            Label::Block(name) => (format!("{name} "), ""),
        };
        let symbol = entry.symbol.paint(self.painter);
        let lead = format!("{}{symbol} {name}", " ".repeat(indent));
        let lead_width = indent + 2 + name.width();
        let comment = entry.comment.map_or_else(String::new, |comment| format!(" {}", self.comment(comment)));
        match &entry.body {
            Body::Text(text) => self.lines.push(format!("{lead}{}{end}{comment}", self.value(text))),
            Body::Change(before, after) => self.change(&lead, lead_width, before, after, end, entry.comment),
            Body::Short(text, container) => {
                let comment_width = entry.comment.map_or(0, |comment| comment.width() + 1);
                let is_block = matches!(entry.label, Label::Block(_));
                if !is_block && lead_width + text.width() + end.len() + comment_width <= self.width {
                    self.lines.push(format!("{lead}{}{end}{comment}", self.value(text)));
                } else {
                    self.container(&lead, container, indent, end, &comment);
                }
            }
            Body::Container(container) => self.container(&lead, container, indent, end, &comment),
            Body::Lines(lines) => self.text(&lead, lines, indent, end, &comment),
        }
    }

    fn change(
        &mut self,
        lead: &str,
        lead_width: usize,
        before: &str,
        after: &str,
        end: &str,
        note: Option<&'static str>,
    ) {
        let (arrow, old, new) = (self.painter.changed("->"), self.value(before), self.value(after));
        let comment = note.map_or_else(String::new, |note| format!(" {}", self.comment(note)));
        let note_width = note.map_or(0, |note| note.width() + 1);
        if lead_width + before.width() + 4 + after.width() + end.len() + note_width <= self.width {
            self.lines.push(format!("{lead}{old} {arrow} {new}{end}{comment}"));
        } else {
            // The arrow stands under the equals sign, so that both texts begin in the same column.
            self.lines.push(format!("{lead}{old}{comment}"));
            self.lines.push(format!("{}{arrow} {new}{end}", " ".repeat(lead_width.saturating_sub(3))));
        }
    }

    fn container(&mut self, lead: &str, container: &Container, indent: usize, end: &str, comment: &str) {
        let becomes = container.becomes.as_ref();
        let becomes =
            becomes.map_or_else(String::new, |text| format!(" {} {}", self.painter.changed("->"), self.value(text)));
        if container.entries.is_empty() && container.hidden.is_empty() {
            self.lines.push(format!("{lead}{}{}{becomes}{end}{comment}", container.open, container.close));
            return;
        }
        self.lines.push(format!("{lead}{}{comment}", container.open));
        self.entries(&container.entries, &container.hidden, indent + 4);
        self.lines.push(format!("{}{}{becomes}{end}", " ".repeat(indent + 2), container.close));
    }

    fn text(&mut self, lead: &str, lines: &[TextLine], indent: usize, end: &str, comment: &str) {
        self.lines.push(format!("{lead}<<-EOT{comment}"));
        let margin = " ".repeat(indent + 4);
        for line in lines {
            match line {
                TextLine::Line(symbol, text) => {
                    let text = match symbol {
                        Symbol::Add => self.painter.added(text),
                        Symbol::Remove => self.painter.removed(text),
                        Symbol::Same | Symbol::Change => text.clone(),
                    };
                    self.lines.push(format!("{margin}{} {text}", symbol.paint(self.painter)).trim_end().to_owned());
                }
                TextLine::Hidden(number) => {
                    let note = self.painter.faint(&words::hidden(*number, "line"));
                    self.lines.push(format!("{margin}  {note}"));
                }
            }
        }
        self.lines.push(format!("{}EOT{end}", " ".repeat(indent + 2)));
    }

    fn value(&self, text: &str) -> String {
        match text {
            "null" | words::UNKNOWN | words::SENSITIVE | words::EPHEMERAL => self.painter.faint(text),
            _ => text.to_owned(),
        }
    }

    fn comment(&self, comment: &str) -> String {
        if comment == words::FORCES_REPLACEMENT { self.painter.removed(comment) } else { self.painter.faint(comment) }
    }
}
