//! Literal text of strings and heredocs, and their directives.

use wpinfra_core::Value;

use super::{Kind, Last, Problem, Scanner, Sense, Word, is_name_start, name_length};
use crate::syntax::prepare::{Cut, Directive, Prepared};

/// How many directives may be within each other in one template.
const DIRECTIVES: usize = 1_000;

impl Scanner<'_> {
    pub(super) fn heredoc(&mut self) -> Result<Sense, Problem> {
        let rest = self.rest();
        let Some((head, body)) = rest.split_once('\n') else { return Ok(None) };
        let marker = head[2..].strip_prefix('-').unwrap_or(&head[2..]);
        let marker = marker.strip_suffix('\r').unwrap_or(marker);
        if !marker.starts_with(is_name_start) || name_length(marker) != marker.len() {
            return Ok(None);
        }
        self.begin_operand();
        let (start, marker_start) = (self.at, self.at + head.find(marker).unwrap_or(0));
        let first = body.lines().next().unwrap_or_default();
        if first.trim() == marker {
            // The parser does not know a heredoc without lines.
            self.at += head.len() + 1 + first.trim_end().len();
            self.placeholder(start + self.offset..self.at + self.offset, Cut::Literal(Value::string("")));
            self.top.chain.last = Last::Operand;
            return Ok(Some(()));
        }
        let out = self.out.text.len();
        self.emit(head.len() + 1);
        self.push(Kind::Heredoc(marker_start, marker_start + marker.len()), out)?;
        Ok(Some(()))
    }

    /// Passes on literal text up to the next sequence, or the end of the template.
    pub(super) fn literal(&mut self) -> Result<Sense, Problem> {
        let quoted = self.top.kind == Kind::Quoted;
        let marker = if let Kind::Heredoc(start, end) = self.top.kind { &self.text[start..end] } else { "" };
        let mut end_of_heredoc = None;
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        while at < bytes.len() {
            if !marker.is_empty() && bytes[at - 1] == b'\n' {
                let line = self.text[at..].lines().next().unwrap_or_default();
                if line.trim() == marker {
                    end_of_heredoc = Some(at + line.trim_end().len());
                    break;
                }
            }
            match bytes[at] {
                b'"' if quoted => break,
                b'\n' if quoted => {
                    let detail = "A string that begins in this line does not end in it: a closing quote is missing.";
                    return Err(self.unterminated("Unterminated string", detail));
                }
                b'\\' if quoted => at += 1,
                byte @ (b'$' | b'%') if bytes.get(at + 1) == Some(&byte) && bytes.get(at + 2) == Some(&b'{') => at += 2,
                b'$' | b'%' if bytes.get(at + 1) == Some(&b'{') => break,
                _ => {}
            }
            at += 1;
        }
        self.emit(at.min(bytes.len()) - self.at);
        if let Some(end) = end_of_heredoc {
            self.check_directives(Some(self.at))?;
            self.emit(end - self.at);
        } else if self.at >= bytes.len() {
            if !marker.is_empty() {
                let detail = format!("The text ends before the heredoc <<{marker}: it has no line with only {marker}.");
                return Err(Problem { at: self.text.len() + self.offset, summary: "Unterminated heredoc", detail });
            }
            return Ok(Some(()));
        } else if self.byte(0) == b'"' && quoted {
            self.check_directives(None)?;
            self.emit(1);
        } else if self.byte(0) == b'$' {
            self.emit(2 + usize::from(self.byte(2) == b'~'));
            self.push(Kind::Interpolation, self.out.text.len())?;
            return Ok(Some(()));
        } else if self.byte(0) == b'%' {
            return self.directive();
        } else {
            return Ok(None);
        }
        let sense = self.pop();
        self.top.chain.last = Last::Operand;
        Ok(sense)
    }

    fn unterminated(&self, summary: &'static str, detail: &str) -> Problem {
        Problem { at: self.out.source(self.top.start), summary, detail: detail.to_owned() }
    }

    /// Reads the beginning of a directive.
    fn directive(&mut self) -> Result<Sense, Problem> {
        let start = self.at;
        let out = self.out.text.len();
        self.emit(2 + usize::from(self.byte(2) == b'~'));
        self.skip_space();
        let length = name_length(self.rest());
        let word = match &self.text[self.at..self.at + length] {
            "if" => Word::If,
            "else" => Word::Else,
            "endif" => Word::EndIf,
            "for" => Word::For,
            "endfor" => Word::EndFor,
            _ => return Ok(None),
        };
        self.nest(word, start)?;
        self.emit(length);
        self.push(Kind::Directive(word, start), out)?;
        Ok(Some(()))
    }

    fn skip_space(&mut self) {
        let length = self.rest().len() - self.rest().trim_start().len();
        self.emit(length);
    }

    /// Checks that a directive may stand here.
    fn nest(&mut self, word: Word, start: usize) -> Result<(), Problem> {
        let innermost = self.top.directives.last().map(|(word, _)| *word);
        let fits = match word {
            Word::If | Word::For => {
                if self.top.directives.len() >= DIRECTIVES {
                    return Err(self.too_deep());
                }
                self.top.directives.push((word, start));
                return Ok(());
            }
            Word::Else => innermost == Some(Word::If),
            Word::EndIf => matches!(innermost, Some(Word::If | Word::Else)),
            Word::EndFor => innermost == Some(Word::For),
        };
        if !fits {
            return Err(Problem {
                at: start + self.offset,
                summary: "Unexpected template directive",
                detail: "There is no directive before it in this template that it could belong to.".to_owned(),
            });
        }
        self.top.directives.pop();
        if word == Word::Else {
            self.top.directives.push((word, start));
        }
        Ok(())
    }

    /// Checks that all directives have ended where a template does; that is where something is missing, if it is a line of its own.
    pub(super) fn check_directives(&self, end: Option<usize>) -> Result<(), Problem> {
        let Some((word, start)) = self.top.directives.last() else { return Ok(()) };
        let wanted = if *word == Word::For { "endfor" } else { "endif" };
        Err(Problem {
            at: end.unwrap_or(*start) + self.offset,
            summary: "Unclosed template directive",
            detail: format!(
                "The template ends before a directive does: %{{ {wanted} }} is missing. Two percent signs before the brace make it text."
            ),
        })
    }

    /// Puts an interpolation with a placeholder for a whole directive.
    pub(super) fn end_directive(&mut self, word: Word, start: usize) -> Result<Sense, Problem> {
        // What is inside is parsed on its own, so it adds nothing to the levels around it.
        let whole = self.out.split_off(self.top.start);
        let Some(outer) = self.frames.pop() else { return Ok(None) };
        self.top = outer;
        let strip_start = self.text[start..].starts_with("%{~");
        let strip_end = self.byte(0) == b'~';
        self.at += 1 + usize::from(strip_end);
        let Some(directive) = directive(word, whole) else {
            return Err(Problem {
                at: start + self.offset,
                summary: "Invalid template directive",
                detail: "The directive is not complete, or has more in it than belongs there.".to_owned(),
            });
        };
        // A dollar sign right before it would make an escape of the interpolation. Literals are read from the source, so any
        // other character does in its place.
        if self.out.text.ends_with('$') {
            self.out.text.pop();
            self.out.text.push(' ');
        }
        self.out.go_on_at(start + self.offset);
        self.out.text.push_str(if strip_start { "${~" } else { "${" });
        self.placeholder(start + self.offset..self.at + self.offset, Cut::Directive(directive));
        self.out.text.push_str(if strip_end { "~}" } else { "}" });
        self.out.go_on_at(self.at + self.offset);
        Ok(Some(()))
    }
}

/// Returns what a directive says, from its text without the closing brace.
fn directive(word: Word, mut whole: Prepared) -> Option<Directive> {
    let inside = whole.text.trim_start_matches("%{").trim_start_matches('~').trim_start();
    let name = name_length(inside);
    let mut rest = whole.split_off(whole.text.len() - inside.len() + name).trimmed();
    match word {
        Word::For => {
            let mut names = Vec::new();
            loop {
                let length = name_length(&rest.text);
                if length == 0 || names.len() == 2 {
                    return None;
                }
                let after = rest.split_off(length).trimmed();
                names.push(rest.text.as_str().into());
                rest = after;
                if !rest.text.starts_with(',') {
                    break;
                }
                rest = rest.split_off(1).trimmed();
            }
            if name_length(&rest.text) != 2 || !rest.text.starts_with("in") {
                return None;
            }
            let collection = rest.split_off(2).trimmed();
            let value = names.pop()?;
            (!collection.text.is_empty()).then(|| Directive::For(names.pop(), value, collection))
        }
        Word::If => (!rest.text.is_empty()).then_some(Directive::If(rest)),
        Word::Else => rest.text.is_empty().then_some(Directive::Else),
        Word::EndIf => rest.text.is_empty().then_some(Directive::EndIf),
        Word::EndFor => rest.text.is_empty().then_some(Directive::EndFor),
    }
}
