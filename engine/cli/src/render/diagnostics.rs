//! Diagnostics for people: what is wrong, the source with the place marked, why, and what to do.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use unicode_width::UnicodeWidthStr;
use wpinfra_core::{Diagnostic, Diagnostics, Severity, SourcePosition, SourceRange};

use super::painter::Painter;
use super::words::count;

/// Texts that ranges point into, by the name that the ranges have.
pub(crate) type Sources = BTreeMap<String, Arc<str>>;

/// How diagnostics are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DiagnosticStyle {
    /// The colours.
    pub(crate) painter: Painter,
    /// How many columns there are.
    pub(crate) width: usize,
    /// Whether warnings of one kind are put together: `-compact-warnings`.
    pub(crate) compact_warnings: bool,
}

/// Returns the texts of errors and of warnings; each ends in an empty line, or is empty.
pub(crate) fn render_diagnostics(
    diagnostics: &Diagnostics,
    sources: &Sources,
    style: DiagnosticStyle,
) -> (String, String) {
    let (mut errors, mut warnings) = (String::new(), String::new());
    let only_warnings = !diagnostics.has_errors();
    let mut compact: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
    for diagnostic in diagnostics {
        match diagnostic.severity {
            Severity::Error => errors.push_str(&render(diagnostic, sources, style)),
            Severity::Warning if style.compact_warnings && only_warnings => {
                compact.entry(&diagnostic.summary).or_default().push(diagnostic);
            }
            Severity::Warning => match number_of_others(diagnostic, diagnostics) {
                Some(0) => warnings.push_str(&render(diagnostic, sources, style)),
                Some(others) => {
                    let detail = format!("{}\n\nThe same goes for {} more.", diagnostic.detail, count(others, "place"));
                    warnings.push_str(&render(&Diagnostic { detail, ..diagnostic.clone() }, sources, style));
                }
                None => {}
            },
        }
    }
    warnings.push_str(&render_compact(&compact, style.painter));
    (errors, warnings)
}

/// Returns how many more warnings there are that a person need not see in full; `None` if this is one of those.
fn number_of_others(diagnostic: &Diagnostic, all: &Diagnostics) -> Option<usize> {
    if !diagnostic.general {
        return Some(0);
    }
    let mut same = all.iter().filter(|other| other.general && other.summary == diagnostic.summary);
    (same.next() == Some(diagnostic)).then(|| same.count())
}

fn render_compact(warnings: &BTreeMap<&str, Vec<&Diagnostic>>, painter: Painter) -> String {
    if warnings.is_empty() {
        return String::new();
    }
    let mut text = format!("{}\n\n", painter.warning("Warnings:"));
    for (summary, diagnostics) in warnings {
        append!(text, "- {summary}\n");
        if let Some(range) = diagnostics.iter().find_map(|diagnostic| diagnostic.subject.as_ref()) {
            let more = match diagnostics.len() {
                1 => String::new(),
                number => format!(" (and {} more)", number - 1),
            };
            append!(text, "  at {}:{}{more}\n", range.file, range.start.line);
        }
    }
    text.push_str("\nWithout -compact-warnings they are shown in full.\n\n");
    text
}

/// Returns one diagnostic in full.
fn render(diagnostic: &Diagnostic, sources: &Sources, style: DiagnosticStyle) -> String {
    let painter = style.painter;
    let title = match diagnostic.severity {
        Severity::Error => painter.error("Error:"),
        Severity::Warning => painter.warning("Warning:"),
    };
    let mut text = format!("{title} {}\n", painter.bold(&diagnostic.summary));
    if let Some(range) = &diagnostic.subject {
        text.push_str(&excerpt(range, diagnostic, sources, style));
    }
    if let Some(address) = &diagnostic.address {
        append!(text, "  with {address}\n");
    }
    for reference in &diagnostic.references {
        text.push_str(&wrapped(&format!("{} {}", reference.reference, reference.statement), "  ", "    ", style.width));
    }
    text.push('\n');
    text.push_str(&wrapped(&diagnostic.detail, "", "", style.width));
    if let Some(help) = &diagnostic.help {
        text.push_str(&wrapped(&format!("help: {help}"), "", "      ", style.width).replacen(
            "help:",
            &painter.added("help:"),
            1,
        ));
    }
    text.push('\n');
    text
}

/// Returns the place with its source lines, or the place alone if the source is not at hand.
fn excerpt(range: &SourceRange, diagnostic: &Diagnostic, sources: &Sources, style: DiagnosticStyle) -> String {
    let Some(source) = sources.get(&*range.file) else {
        return format!("  --> {}:{}:{}\n", range.file, range.start.line, range.start.column);
    };
    let (first, offset, text) = lines_around(source, range, diagnostic.context.as_ref());
    let marked = within(text, range.start.byte.saturating_sub(offset)..range.end.byte.saturating_sub(offset));
    let opening = text.find('\n').filter(|end| *end < marked.start).map(|end| AnnotationKind::Visible.span(0..end));
    let annotations = opening.into_iter().chain([AnnotationKind::Primary.span(marked)]);
    let text = text.replace('\t', " ");
    let snippet = Snippet::source(text.as_str()).path(&*range.file).line_start(first).fold(true);
    let snippet = snippet.annotations(annotations);
    let renderer = if style.painter.is_coloured() { Renderer::styled() } else { Renderer::plain() };
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    // The title stands above already, with a wording of our own; the first line of the rendering is dropped.
    let rendered = renderer.term_width(style.width).render(&[level.primary_title("").element(snippet)]);
    let body = rendered.split_once('\n').map_or("", |(_, body)| body);
    format!("{}\n", body.trim_end())
}

/// Returns the lines from the opening of the context, or of the block around, to the end of the subject: the number of the first
/// one, the byte where it begins, and the text.
fn lines_around<'s>(source: &'s str, range: &SourceRange, context: Option<&SourceRange>) -> (usize, usize, &'s str) {
    let before = |(line, _, _): &(usize, usize, &str)| *line <= range.start.line;
    let opening = match context {
        Some(context) => Some(line_at(source, &context.start)).filter(before),
        None => opening_line(source, &range.start),
    };
    let (first, start, _) = opening.unwrap_or_else(|| line_at(source, &range.start));
    let (_, last, last_text) = line_at(source, &range.end);
    let end = (last + last_text.len()).max(start);
    (first, start, source.get(start..end).unwrap_or_default())
}

/// Returns the line that a position stands in, with its number and the byte where it begins.
///
/// Looking from the position and not from the beginning of the file keeps many diagnostics in a large file cheap.
pub(crate) fn line_at<'s>(source: &'s str, position: &SourcePosition) -> (usize, usize, &'s str) {
    let byte = within(source, position.byte..position.byte).start;
    let start = source[..byte].rfind('\n').map_or(0, |end| end + 1);
    (position.line.max(1), start, source[start..].split('\n').next().unwrap_or_default())
}

/// Returns the line that opens the top-level block that a position stands in, with its number and the byte where it begins.
fn opening_line<'s>(source: &'s str, position: &SourcePosition) -> Option<(usize, usize, &'s str)> {
    let (mut number, mut start, mut line) = line_at(source, position);
    loop {
        if line.starts_with(|c: char| c.is_alphabetic()) && line.contains('{') {
            return Some((number, start, line));
        }
        if start == 0 || line.starts_with('}') {
            return None;
        }
        let end = start - 1;
        start = source[..end].rfind('\n').map_or(0, |end| end + 1);
        line = &source[start..end];
        number = number.saturating_sub(1).max(1);
    }
}

/// Returns the range cut to what is in the text, at boundaries of characters, and not empty where the text is not.
fn within(text: &str, range: Range<usize>) -> Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (floor(range.start), floor(range.end));
    start..end.max(start)
}

/// Returns the text broken at spaces so that no line is wider than the width; lines that begin with space stay as they are.
pub(crate) fn wrapped(text: &str, first_indent: &str, indent: &str, width: usize) -> String {
    let mut out = String::new();
    for (number, line) in text.lines().enumerate() {
        let mut current = if number == 0 { first_indent.to_owned() } else { indent.to_owned() };
        if line.starts_with(' ') {
            append!(out, "{current}{line}\n");
            continue;
        }
        let mut is_empty = true;
        for word in line.split(' ') {
            if !is_empty && current.width() + 1 + word.width() > width {
                out.push_str(current.trim_end());
                out.push('\n');
                indent.clone_into(&mut current);
                is_empty = true;
            }
            if !is_empty {
                current.push(' ');
            }
            current.push_str(word);
            is_empty = false;
        }
        out.push_str(current.trim_end());
        out.push('\n');
    }
    out
}
